import type { Frame, Segments } from '../logic/frame.ts';
import type { FrameName } from '../logic/names.ts';
import { isLogic, readLogic } from '../logic/own.ts';
import type { Json } from '../types.ts';
import type { Compiled, ExpressionCompiler, Scope, SlotPlace } from './expressions.ts';
import type { Report } from './report.ts';

/** Names every expression may use. */
export const OUTER_NAMES = [
  'object',
  'oldObject',
  'request',
  'namespaceObject',
  'params',
  'variables',
  'lookups',
  'documents',
  'environment',
  'cluster',
] as const;
export const FAN_OUT_NAMES = ['item', 'index', 'last', 'key', 'parent', 'oldItem'] as const;
export const PAIR_NAMES = ['self', 'other'] as const;

/** Programs of one policy's variables, documents and lookups, by slot. Grows while the policy is compiled. */
export type Programs = ((frame: Frame) => unknown)[];

export function extendScope(scope: Scope, names: readonly string[], subject?: readonly string[]): Scope {
  return { ...scope, names: new Set([...scope.names, ...names]), subject: subject ?? scope.subject };
}

/** A scope in which the members of a domain are names too, as rules call them in `between`. */
export function nameMembers(scope: Scope, members: readonly string[]): Scope {
  if (members.length === 0) return scope;
  return { ...extendScope(scope, members), roots: new Set([...scope.roots, ...members]) };
}

/**
 * Compiles variables into slots, each in the scope of all of them, and reports cycles. Returns the scope in
 * which they can be used.
 */
export function declareVariables(
  variables: { [name: string]: Json } | undefined,
  pointer: string,
  scope: Scope,
  programs: Programs,
  compiler: ExpressionCompiler,
  report: Report,
): Scope {
  const names = Object.keys(variables ?? {});
  if (!variables || names.length === 0) return scope;
  const slots = new Map(scope.slots);
  const slotPlaces = new Map(scope.slotPlaces);
  for (const name of names) {
    slots.set(`variables.${name}`, programs.length);
    slotPlaces.set(`variables.${name}`, null);
    programs.push(() => null);
  }
  const members = { ...scope.members, variables: new Set([...(scope.members.variables ?? []), ...names]) };
  const inner: Scope = { ...scope, slots, slotPlaces, members };
  const compiled = new Map<string, Compiled>();
  for (const name of names) {
    const expression = compiler.compile(variables[name], `${pointer}/${name}`, inner, 'value');
    compiled.set(name, expression);
    slotPlaces.set(`variables.${name}`, placeOf(expression.logic, slotPlaces));
    programs[slots.get(`variables.${name}`) as number] = (frame) => expression.run(frame, null);
  }
  reportCycles(compiled, pointer, report);
  return inner;
}

/** Where a value stands that is a plain path, or one with a fallback; null when it is worked out. */
export function placeOf(logic: Json, known: ReadonlyMap<string, SlotPlace>): SlotPlace {
  if (!isLogic(logic)) return null;
  const { operator, operands } = readLogic(logic);
  if (operator === '??') return placeOf(operands[0] as Json, known);
  if (operator !== 'var' && operator !== 'val') return null;
  const keys = operator === 'var' ? String(operands[0]).split('.') : operands.map(String);
  if (keys[0] !== 'variables') return { name: keys[0] as FrameName, keys: keys.slice(1).map(asSegment) };
  const place = known.get(`variables.${keys[1]}`);
  return place ? { name: place.name, keys: [...place.keys, ...keys.slice(2).map(asSegment)] as Segments } : null;
}

function asSegment(key: string): string | number {
  return /^(0|[1-9][0-9]*)$/.test(key) ? Number(key) : key;
}

function reportCycles(compiled: ReadonlyMap<string, Compiled>, pointer: string, report: Report): void {
  const needs = (name: string) =>
    (compiled.get(name)?.reads ?? [])
      .filter((read) => read.name === 'variables')
      .map((read) => (read.keys[0] ?? '').replace(/[.[].*$/, ''));
  const done = new Set<string>();
  const visit = (name: string, trail: string[]): boolean => {
    if (trail.includes(name)) {
      report.add(
        'variable-cycle',
        `${pointer}/${name}`,
        `variables need each other: ${[...trail.slice(trail.indexOf(name)), name].join(' → ')}`,
      );
      return true;
    }
    if (done.has(name) || !compiled.has(name)) return false;
    const found = needs(name).some((next) => visit(next, [...trail, name]));
    done.add(name);
    return found;
  };
  for (const name of compiled.keys()) if (visit(name, [])) return;
}
