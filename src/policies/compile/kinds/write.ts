import { deepEqual } from '../../deep-equal.ts';
import { replaceDraft } from '../../frames.ts';
import type { Budget, Frame, Segments } from '../../logic/frame.ts';
import { compileOwnPath, isMap, readOwn, readOwnPath, truthy } from '../../logic/own.ts';
import { formatPath, parsePath, type Segment, type Step } from '../../syntax/path.ts';
import type { Json, Paths } from '../../types.ts';
import { Draft } from '../draft.ts';
import type { Scope } from '../expressions.ts';
import { compilePlaces, parseRooted } from '../places.ts';
import type { Report } from '../report.ts';
import type { RuleContext } from '../rule-context.ts';
import { extendScope, FAN_OUT_NAMES } from '../scope.ts';
import { compileValue, type ValueSlot } from '../value-slot.ts';

type Write = (frame: Frame, wrote: (path: string) => void) => void;

/** A place to write at, and the element of the nearest fan-out of its own path that it lies in. */
interface Target {
  segments: Step[];
  element: TargetElement | null;
}

interface TargetElement {
  /** How many of the segments lead to the element, and how many to the one around it. */
  length: number;
  parent: number;
  key: Step;
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
    if (!isWritable(parsed.root, text, at, compiler.report)) return [];
    const inner = extendScope(scope, FAN_OUT_NAMES);
    const root = parsed.root[0] as string;
    const slot = compileValue(value as Json, at, inner, compiler);
    const quick = kind === 'default' && slot.type === 'leaf' && root === 'object';
    return [{ root, path: parsed.path, value: slot, isSettled: quick ? compileSettled(parsed.path) : null }];
  });
  return forElements(context, (frame, draft, wrote) => {
    const write: Writing = { frame, draft, kind, wrote };
    for (const assignment of assignments) {
      if (assignment.isSettled?.(frame.object, frame.budget)) continue;
      const base = baseOf(frame, assignment.root);
      for (const target of expand(frame, base, assignment.path)) {
        frame.budget.spend();
        assign(write, target, assignment.value);
      }
    }
  });
}

/**
 * Asks whether something stands at each place of a path already, which is what most objects answer to a default. False
 * also where it is not worked out, in maps and filters; then the places are looked at one by one.
 */
function compileSettled(path: readonly Segment[]): (root: unknown, budget: Budget) => boolean {
  const fields = path.findIndex((segment) => segment.type !== 'field');
  const before = path.slice(0, fields < 0 ? path.length : fields);
  const read = compileOwnPath(before.flatMap((segment) => (segment.type === 'field' ? [segment.name] : [])));
  if (fields < 0) return (root) => read(root) !== null;
  if (path[fields]?.type !== 'wildcard') return () => false;
  const isSettled = compileSettled(path.slice(fields + 1));
  return (root, budget) => {
    const container = read(root);
    if (!Array.isArray(container)) return container === null;
    budget.take(container.length);
    return container.every((element) => isSettled(element, budget));
  };
}

const WRITABLE: ReadonlySet<string> = new Set(['object', 'pod', 'item']);

function isWritable(root: readonly string[], text: string, pointer: string, report: Report): boolean {
  if (WRITABLE.has(root[0] ?? '')) return true;
  const message = `path \`${text}\`: \`${root.join('.')}\` cannot be written`;
  report.add('bad-path', pointer, message, 'write below the object, the pod or the item');
  return false;
}

function baseOf(frame: Frame, root: string): Segments {
  if (root === 'item') return frame.itemSegments;
  return root === 'pod' ? frame.podSegments : [];
}

/** One run of DEFAULT or SET. */
interface Writing {
  frame: Frame;
  draft: Draft;
  kind: 'default' | 'set';
  wrote: (path: string) => void;
}

function assign(write: Writing, target: Target, value: ValueSlot): void {
  if (value.type === 'map') {
    for (const [key, entry] of value.entries) {
      assign(write, { ...target, segments: [...target.segments, key] }, entry);
    }
    return;
  }
  const { frame, draft, kind, wrote } = write;
  const present = readOwnPath(frame.object, target.segments);
  if (kind === 'default' && present !== null) return;
  if (!reachable(frame.object, target.segments)) return;
  const next = withElement(frame, target, () => value.run(frame)) ?? null;
  if (next === null || deepEqual(next, present)) return;
  put(frame, draft, (root) => draft.writeAt(root, target.segments, next));
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

function withElement(frame: Frame, { segments, element }: Target, run: () => unknown): unknown {
  if (!element) return run();
  const { item, around } = frame;
  const { index, last, key } = element;
  frame.around = { index, last, key, parent: readOwnPath(frame.object, segments.slice(0, element.parent)) };
  frame.item = readOwnPath(frame.object, segments.slice(0, element.length));
  try {
    return run();
  } finally {
    frame.item = item;
    frame.around = around;
  }
}

/** The concrete places of a path to write at: fan-outs over what is there, fields also where nothing is. */
function expand({ object, budget }: Frame, base: Segments, path: readonly Segment[]): Target[] {
  let targets: Target[] = [{ segments: [...base], element: null }];
  for (const segment of path) {
    targets = targets.flatMap((target) => grow(object, target, segment, base.length, budget));
  }
  return targets;
}

/** `around`: how many segments lead to the element around the whole path. */
function grow(root: unknown, target: Target, segment: Segment, around: number, budget: Budget): Target[] {
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
      return elements(readOwnPath(root, target.segments), segment, budget).map(([key, index, last]) => ({
        segments: [...target.segments, key],
        element: { length: target.segments.length + 1, parent: target.element?.length ?? around, key, index, last },
      }));
    default:
      return [];
  }
}

function elements(container: unknown, segment: Segment, budget: Budget): [Step, number, boolean][] {
  const keys: Step[] = Array.isArray(container)
    ? container.map((_, i) => i)
    : isMap(container)
      ? Object.keys(container)
      : [];
  budget.take(keys.length);
  return keys.flatMap((key, i): [Step, number, boolean][] => {
    if (segment.type === 'filter' && readOwnPath(readOwn(container, key), segment.field.split('.')) !== segment.value)
      return [];
    return [[key, i, i === keys.length - 1]];
  });
}

/** REMOVE takes away what is there: all places of all elements are found first, and taken from behind. */
export function compileRemove(context: RuleContext): Write {
  const { rule, pointer, scope, compiler } = context;
  const at = `${pointer}/remove`;
  const paths = compilePlaces(rule.remove as Paths, at, scope, compiler.report);
  for (const text of paths.text) {
    const first = parsePath(text);
    if (first.ok) isWritable(rootOf(first.path, scope), text, at, compiler.report);
  }
  return (frame, wrote) => {
    const found = new Map<string, Segments>();
    eachElement(frame, context, () => {
      paths.visit(frame, (place, base) => {
        frame.budget.spend();
        const segments = [...base, ...place.segments];
        found.set(formatPath(segments), segments);
      });
    });
    const draft = new Draft(frame.budget);
    const places = [...found.values()].sort(compareBackwards);
    for (const { parent, keys } of groupByParent(places)) {
      put(frame, draft, (root) => draft.removeAt(root, parent, keys));
    }
    for (const segments of places) wrote(formatPath([...segments]));
  };
}

interface Siblings {
  parent: Segments;
  keys: Set<Step>;
}

/**
 * The places by what they stand in, so that a list is gone through once. The deepest come first: what goes from a
 * container shifts only what lies deeper.
 */
function groupByParent(places: readonly Segments[]): Siblings[] {
  const groups = new Map<string, Siblings>();
  for (const segments of places) {
    const parent = segments.slice(0, -1);
    const text = formatPath([...parent]);
    const group = groups.get(text) ?? { parent, keys: new Set() };
    groups.set(text, group);
    group.keys.add(segments[segments.length - 1] as Step);
  }
  return [...groups.values()].sort((a, b) => b.parent.length - a.parent.length);
}

function rootOf(path: readonly Segment[], scope: Scope): readonly string[] {
  const [first] = path;
  return first?.type === 'field' && scope.roots.has(first.name) ? [first.name] : scope.subject;
}

/** Later positions first, and what lies inside something before that. */
function compareBackwards(a: Segments, b: Segments): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [x, y] = [a[i], b[i]];
    if (x === y) continue;
    if (typeof x === 'number' && typeof y === 'number') return y - x;
    return String(x) < String(y) ? 1 : -1;
  }
  return b.length - a.length;
}

/** MOVE takes a value to another place; where one stands already it is kept (and nothing moves) unless told to replace. */
export function compileMove(context: RuleContext): Write {
  const { rule, pointer, scope, compiler } = context;
  const move = rule.move as NonNullable<typeof rule.move>;
  const ends = (['from', 'to'] as const).map((end) => {
    const parsed = parseRooted(move[end], `${pointer}/move/${end}`, scope, compiler.report);
    if (parsed?.path.some((segment) => segment.type !== 'field')) {
      compiler.report.add('bad-path', `${pointer}/move/${end}`, `path \`${move[end]}\`: wanted one place, fields only`);
    } else if (parsed) isWritable(parsed.root, move[end], `${pointer}/move/${end}`, compiler.report);
    return parsed
      ? { root: parsed.root[0] as string, keys: parsed.path.flatMap((s) => (s.type === 'field' ? [s.name] : [])) }
      : null;
  });
  const [from, to] = ends;
  return forElements(context, (frame, draft, wrote) => {
    if (!from || !to) return;
    const source = [...baseOf(frame, from.root), ...from.keys];
    const target = [...baseOf(frame, to.root), ...to.keys];
    const value = readOwnPath(frame.object, source);
    if (value === null) return;
    if (readOwnPath(frame.object, target) !== null && move.ifPresent !== 'replace') return;
    if (!reachable(frame.object, target)) return;
    const last = source[source.length - 1];
    put(frame, draft, (root) => {
      const without = last === undefined ? root : draft.removeAt(root, source.slice(0, -1), new Set([last]));
      return draft.writeAt(without, target, value);
    });
    wrote(formatPath(target));
  });
}

/** Changes the object; the element and what is around it are those of the new draft from here on. */
function put(frame: Frame, draft: Draft, change: (root: unknown) => unknown): void {
  // Before the change, which may happen in place: the parent is known by what it is.
  const at = frame.place ? { item: frame.itemSegments, parent: frame.parentSegments } : null;
  // A trace keeps the values it was shown.
  if (frame.trace) draft.forget();
  replaceDraft(frame, change(frame.object));
  if (at) showElement(frame, at.item, at.parent);
}

function showElement(frame: Frame, item: Segments, parent: Segments): void {
  const { index, last, key } = frame;
  frame.item = readOwnPath(frame.object, item);
  frame.around = { index, last, key, parent: readOwnPath(frame.object, parent) };
}

function forElements(
  context: RuleContext,
  write: (frame: Frame, draft: Draft, wrote: (path: string) => void) => void,
): Write {
  return (frame, wrote) => {
    const before = frame.object;
    const draft = new Draft(frame.budget);
    eachElement(frame, context, () => {
      // The places were found in the object as it was: an element written since is read anew.
      if (frame.object !== before && frame.place) showElement(frame, frame.itemSegments, placeOfParent(frame, before));
      write(frame, draft, wrote);
      frame.around = null;
    });
  };
}

function placeOfParent(frame: Frame, before: unknown): Segments {
  const now = frame.object;
  frame.object = before;
  const segments = frame.parentSegments;
  frame.object = now;
  return segments;
}

/** Runs for each element for which `when` holds. Garbage in it writes nothing; the validating rules name it. */
function eachElement(frame: Frame, { fanOut, when }: RuleContext, run: () => void): void {
  const each = () => {
    frame.notes.length = 0;
    if (when && (!truthy(when.run(frame, null)) || frame.notes.length > 0)) return;
    run();
  };
  fanOut.each(frame, each, () => {});
}
