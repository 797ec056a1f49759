import type { Frame, Segments } from '../../logic/frame.ts';
import { compileOwnPath, isMap, readOwn, readOwnPath, truthy } from '../../logic/own.ts';
import { formatPath, type Segment, type Step } from '../../syntax/path.ts';
import type { Json, Paths } from '../../types.ts';
import { removeAt, writeAt } from '../draft.ts';
import { compilePlaces, parseRooted } from '../places.ts';
import type { RuleContext } from '../rule-context.ts';
import { extendScope, FAN_OUT_NAMES } from '../scope.ts';
import { compileValue, type ValueSlot } from '../value-slot.ts';

type Write = (frame: Frame, wrote: (path: string) => void) => void;

/** A place to write at, and the element of the nearest fan-out it lies in. */
interface Target {
  segments: Step[];
  /** How many of the segments lead to the element; 0 when there is none. */
  element: number;
  index: number;
  last: boolean;
}

/** DEFAULT writes what is absent, SET writes always; parents are made, list elements never. */
export function compileAssign(context: RuleContext, kind: 'default' | 'set'): Write {
  const { rule, pointer, scope, compiler } = context;
  const assignments = Object.entries(rule[kind] ?? {}).flatMap(([text, value]) => {
    const at = `${pointer}/${kind}/${text.replace(/~/g, '~0').replace(/\//g, '~1')}`;
    const parsed = parseRooted(text, at, scope, compiler.report);
    if (!parsed) return [];
    if (parsed.path.some((segment) => segment.type === 'deep')) {
      compiler.report.add('bad-path', at, `path \`${text}\`: \`**\` names no place to write at`);
      return [];
    }
    if (!WRITABLE.has(parsed.root[0] ?? '')) {
      compiler.report.add(
        'bad-path',
        at,
        `path \`${text}\`: \`${parsed.root.join('.')}\` cannot be written`,
        'write below the object, the pod or the item',
      );
      return [];
    }
    const inner = extendScope(scope, FAN_OUT_NAMES);
    const root = parsed.root[0] as string;
    const slot = compileValue(value as Json, at, inner, compiler);
    const quick = kind === 'default' && slot.type === 'leaf' && root === 'object';
    return [{ root, path: parsed.path, value: slot, isSettled: quick ? compileSettled(parsed.path) : null }];
  });
  return forElements(context, (frame, wrote) => {
    for (const assignment of assignments) {
      if (assignment.isSettled?.(frame.object)) continue;
      const base = baseOf(frame, assignment.root);
      for (const target of expand(frame.object, base, assignment.path)) {
        assign(frame, target, assignment.value, kind, wrote);
      }
    }
  });
}

/**
 * Asks whether something stands at each place of a path already, which is what most objects answer to a default. False
 * also where it is not worked out, in maps and filters; then the places are looked at one by one.
 */
function compileSettled(path: readonly Segment[]): (root: unknown) => boolean {
  const fields = path.findIndex((segment) => segment.type !== 'field');
  const before = path.slice(0, fields < 0 ? path.length : fields);
  const read = compileOwnPath(before.flatMap((segment) => (segment.type === 'field' ? [segment.name] : [])));
  if (fields < 0) return (root) => read(root) !== null;
  if (path[fields]?.type !== 'wildcard') return () => false;
  const isSettled = compileSettled(path.slice(fields + 1));
  return (root) => {
    const container = read(root);
    return Array.isArray(container) ? container.every(isSettled) : container === null;
  };
}

const WRITABLE: ReadonlySet<string> = new Set(['object', 'pod', 'item']);

function baseOf(frame: Frame, root: string): Segments {
  if (root === 'item') return frame.itemSegments;
  return root === 'pod' ? frame.podSegments : [];
}

function assign(
  frame: Frame,
  target: Target,
  value: ValueSlot,
  kind: 'default' | 'set',
  wrote: (path: string) => void,
): void {
  if (value.type === 'map') {
    for (const [key, entry] of value.entries) {
      assign(frame, { ...target, segments: [...target.segments, key] }, entry, kind, wrote);
    }
    return;
  }
  const present = readOwnPath(frame.object, target.segments);
  if (kind === 'default' && present !== null) return;
  if (!reachable(frame.object, target.segments)) return;
  const next = withElement(frame, target, () => value.run(frame)) ?? null;
  if (next === null || next === present) return;
  put(frame, writeAt(frame.object, target.segments, next));
  wrote(formatPath(target.segments));
}

/** Every container on the way is a map, a list that has the element, or absent. */
function reachable(root: unknown, segments: Segments): boolean {
  let at = root;
  for (const step of segments) {
    if (at === null || at === undefined) {
      if (typeof step === 'number') return false;
    } else if (Array.isArray(at)) {
      if (typeof step !== 'number' || step >= at.length) return false;
    } else if (!isMap(at)) {
      return false;
    }
    at = readOwn(at, step);
  }
  return true;
}

function withElement(frame: Frame, target: Target, run: () => unknown): unknown {
  if (target.element === 0) return run();
  const { item, around } = frame;
  frame.around = { index: target.index, last: target.last, key: frame.key, parent: frame.object };
  frame.item = readOwnPath(frame.object, target.segments.slice(0, target.element));
  try {
    return run();
  } finally {
    frame.item = item;
    frame.around = around;
  }
}

/** The concrete places of a path to write at: fan-outs over what is there, fields also where nothing is. */
function expand(root: unknown, base: Segments, path: readonly Segment[]): Target[] {
  let targets: Target[] = [{ segments: [...base], element: 0, index: -1, last: false }];
  for (const segment of path) {
    targets = targets.flatMap((target) => grow(root, target, segment));
  }
  return targets;
}

function grow(root: unknown, target: Target, segment: Segment): Target[] {
  const to = (step: Step): Target => ({ ...target, segments: [...target.segments, step] });
  switch (segment.type) {
    case 'field':
      return [to(segment.name)];
    case 'index':
      return [to(segment.index)];
    case 'alternatives':
      return segment.names.map(to);
    case 'wildcard':
    case 'filter':
      return elements(readOwnPath(root, target.segments), segment).map(([step, index, last]) => ({
        segments: [...target.segments, step],
        element: target.segments.length + 1,
        index,
        last,
      }));
    default:
      return [];
  }
}

function elements(container: unknown, segment: Segment): [Step, number, boolean][] {
  const keys: Step[] = Array.isArray(container)
    ? container.map((_, i) => i)
    : isMap(container)
      ? Object.keys(container)
      : [];
  return keys.flatMap((key, i): [Step, number, boolean][] => {
    if (segment.type === 'filter' && readOwnPath(readOwn(container, key), segment.field.split('.')) !== segment.value)
      return [];
    return [[key, i, i === keys.length - 1]];
  });
}

/** REMOVE takes away what is there, the last place first, so that positions stay true. */
export function compileRemove(context: RuleContext): Write {
  const { rule, pointer, scope, compiler } = context;
  const places = compilePlaces(rule.remove as Paths, `${pointer}/remove`, scope, compiler.report);
  return forElements(context, (frame, wrote) => {
    const found: Segments[] = [];
    places.visit(frame, (place, base) => found.push([...base, ...place.segments]));
    for (const segments of found.reverse()) {
      put(frame, removeAt(frame.object, segments));
      wrote(formatPath([...segments]));
    }
  });
}

/** MOVE takes a value to another place; where one stands already it is kept (and nothing moves) unless told to replace. */
export function compileMove(context: RuleContext): Write {
  const { rule, pointer, scope, compiler } = context;
  const move = rule.move as NonNullable<typeof rule.move>;
  const ends = (['from', 'to'] as const).map((end) => {
    const parsed = parseRooted(move[end], `${pointer}/move/${end}`, scope, compiler.report);
    if (parsed?.path.some((segment) => segment.type !== 'field')) {
      compiler.report.add('bad-path', `${pointer}/move/${end}`, `path \`${move[end]}\`: wanted one place, fields only`);
    }
    return parsed
      ? { root: parsed.root[0] as string, keys: parsed.path.flatMap((s) => (s.type === 'field' ? [s.name] : [])) }
      : null;
  });
  const [from, to] = ends;
  return forElements(context, (frame, wrote) => {
    if (!from || !to) return;
    const source = [...baseOf(frame, from.root), ...from.keys];
    const target = [...baseOf(frame, to.root), ...to.keys];
    const value = readOwnPath(frame.object, source);
    if (value === null) return;
    if (readOwnPath(frame.object, target) !== null && move.ifPresent !== 'replace') return;
    if (!reachable(frame.object, target)) return;
    put(frame, writeAt(removeAt(frame.object, source), target, value));
    wrote(formatPath(target));
  });
}

/** Writes the draft back and forgets what was computed from the one before. */
function put(frame: Frame, draft: unknown): void {
  frame.object = draft;
  if (frame.pod !== null) frame.pod = readOwnPath(draft, frame.podSegments);
  frame.forgetVariables(0);
}

function forElements(context: RuleContext, write: Write): Write {
  const { fanOut, when } = context;
  return (frame, wrote) => {
    fanOut.each(frame, () => {
      frame.notes.length = 0;
      // Garbage in `when` of a mutation writes nothing; the validating rules name it.
      if (when && (!truthy(when.run(frame, null)) || frame.notes.length > 0)) return;
      write(frame, wrote);
    });
  };
}
