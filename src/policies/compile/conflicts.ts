import { canonicalText } from '../deep-equal.ts';
import { isMap } from '../logic/own.ts';
import { routesOf } from '../match.ts';
import { type Path, parsePath, printPath } from '../syntax/path.ts';
import type { Json, PolicyDocument, RuleDocument } from '../types.ts';
import type { Report } from './report.ts';
import { isComputed } from './value-slot.ts';

interface WrittenBy {
  policy: string;
  rule: string;
  value: string;
}

/** One place a rule writes; `value` as text, or what is done to it. */
interface Writing {
  slot: 'default' | 'set' | 'remove';
  path: string;
  value: string;
}

/**
 * Two rules without a condition that write one place of one resource differently: the later one in order of evaluation,
 * in which `documents` come, is told.
 */
export function reportWriteConflicts(documents: readonly { document: PolicyDocument; report: Report }[]): void {
  const written = new Map<string, WrittenBy>();
  for (const { document, report } of documents) {
    for (const [i, rule] of document.spec.rules.entries()) {
      if (isConditional(document, rule)) continue;
      for (const writing of writingsOf(rule)) {
        const own: WrittenBy = { policy: document.metadata.name, rule: rule.id, value: writing.value };
        const other = placesOf(document, rule, writing.path)
          .map((place) => meet(written, place, own))
          .find((found) => found !== null && found.value !== own.value);
        if (other) report.add('write-conflict', `/spec/rules/${i}/${writing.slot}`, tell(writing, own, other), HINT);
      }
    }
  }
}

const HINT = 'give one of them a condition, or leave one out';
const REMOVED = 'nothing';

function tell({ path }: Writing, own: WrittenBy, other: WrittenBy): string {
  return `${own.rule} writes \`${path}\` as ${own.value}, and ${other.rule} of policy \`${other.policy}\` as ${other.value}`;
}

/** Who writes the place already; where nobody does, `own` does from now on. */
function meet(written: Map<string, WrittenBy>, place: string, own: WrittenBy): WrittenBy | null {
  const other = written.get(place);
  if (!other) written.set(place, own);
  return other ?? null;
}

/** A path under each resource and operation the rule is asked about. */
function placesOf(document: PolicyDocument, rule: RuleDocument, path: string): string[] {
  const { match, subject = '' } = document.spec;
  return routesOf(match, rule.match, rule.operations).flatMap(({ group, resource, operations }) =>
    operations.map((operation) => `${operation} ${group}/${resource} ${rule.subject ?? subject} ${path}`),
  );
}

function writingsOf(rule: RuleDocument): Writing[] {
  const assigned = (['default', 'set'] as const).flatMap((slot) =>
    Object.entries(rule[slot] ?? {}).flatMap(([text, value]) =>
      leavesOf(readPath(text), value).map(
        ({ path, value: leaf }): Writing => ({ slot, path, value: canonicalText(leaf) }),
      ),
    ),
  );
  const removed = [rule.remove ?? []].flat().flatMap((text): Writing[] => {
    const path = readPath(text);
    return path ? [{ slot: 'remove', path: printPath(path), value: REMOVED }] : [];
  });
  return [...assigned, ...removed];
}

/** `object.spec.x` and `spec["x"]` are one path. */
function readPath(text: string): Path | null {
  const parsed = parsePath(text);
  if (!parsed.ok) return null;
  const [first, ...rest] = parsed.path;
  return first?.type === 'field' && first.name === 'object' && rest.length > 0 ? rest : parsed.path;
}

/** The leaves of a map are written one by one. */
function leavesOf(path: Path | null, value: Json): { path: string; value: Json }[] {
  if (!path) return [];
  if (!isMap(value) || isComputed(value)) return [{ path: printPath(path), value }];
  return Object.entries(value as { [key: string]: Json }).flatMap(([name, entry]) =>
    leavesOf([...path, { type: 'field', name }], entry),
  );
}

function isConditional({ spec }: PolicyDocument, rule: RuleDocument): boolean {
  const {
    resources: _resources,
    operations: _operations,
    preset: _preset,
    ...clauses
  } = { ...spec.match, ...rule.match };
  const conditions = (one: PolicyDocument['spec'] | RuleDocument) =>
    one.when ?? one.environments ?? one.exclude ?? one.kubernetes ?? one.requires ?? one.surfaces;
  return (conditions(spec) ?? conditions(rule) ?? rule.forEach) !== undefined || Object.keys(clauses).length > 0;
}
