import { compileOwnPath, isPlainKey } from '../logic/own.ts';
import type { Path, Step } from './path.ts';
import { NO_STEPS, type Place, Spot } from './place.ts';

export type { Place } from './place.ts';

/** A path made ready; compile once, use for every object. */
export interface CompiledPath {
  readonly path: Path;
  /** Whether it names at most one place. */
  readonly single: boolean;
  /** Calls back for each place that is present, in document order, each once. */
  visit(root: unknown, visit: (place: Place) => void): void;
  /** The same places as a list, which is quicker; null where they could be more than `limit`, or the path has `**`. */
  collect(root: unknown, limit: number): readonly Place[] | null;
  /** The value or null for a single path, the list of all values otherwise. */
  read(root: unknown): unknown;
}

/** Consecutive fields and positions are one operation, so that they cost one allocation together. */
type Operation =
  | { readonly type: 'run'; readonly steps: readonly Step[]; readonly read: (root: unknown) => unknown }
  | { readonly type: 'each' }
  | { readonly type: 'filter'; readonly field: readonly Step[]; readonly value: string | number | boolean }
  | { readonly type: 'alternatives'; readonly names: readonly string[] }
  | { readonly type: 'deep' };

/** Makes a path ready. */
export function compilePath(path: Path): CompiledPath {
  const operations = toOperations(path);
  const [only] = operations;
  if (operations.length === 1 && only?.type === 'run') {
    const { steps, read } = only;
    return {
      path,
      single: true,
      visit: (root, visit) => {
        const value = read(root);
        if (value !== undefined && value !== null) {
          visit(new Spot(value, new Spot(root, null, 'run', NO_STEPS, -1, false), 'run', steps, -1, false));
        }
      },
      collect: (root) => collectPlaces(operations, root, 1),
      read: (root) => read(root) ?? null,
    };
  }
  const visit = (root: unknown, call: (place: Place) => void): void => {
    if (root !== null && root !== undefined) {
      walk(operations, 0, new Spot(root, null, 'run', NO_STEPS, -1, false), call);
    }
  };
  const read = (root: unknown): unknown[] => {
    const values: unknown[] = [];
    visit(root, (place) => {
      values.push(place.value);
    });
    return values;
  };
  const deep = operations.some(({ type }) => type === 'deep');
  const collect = (root: unknown, limit: number) => (deep ? null : collectPlaces(operations, root, limit));
  return { path, single: false, visit, collect, read };
}

/** Visits what a path reaches; prefer {@link compilePath} where the path is used again. */
export function visitPath(root: unknown, path: Path, visit: (place: Place) => void): void {
  compilePath(path).visit(root, visit);
}

/** The value (null when absent) of a single path, the list of all values of any other. */
export function readPath(root: unknown, path: Path): unknown {
  return compilePath(path).read(root);
}

function toOperations(path: Path): Operation[] {
  const operations: Operation[] = [];
  let run: Step[] = [];
  for (const segment of path) {
    if (segment.type === 'field' || segment.type === 'index') {
      run.push(segment.type === 'field' ? segment.name : segment.index);
      continue;
    }
    if (run.length > 0) operations.push(toRun(run));
    run = [];
    if (segment.type === 'filter') {
      operations.push({ type: 'filter', field: segment.field.split('.'), value: segment.value });
    } else if (segment.type === 'alternatives') {
      operations.push(segment);
    } else {
      operations.push({ type: segment.type === 'wildcard' ? 'each' : 'deep' });
    }
  }
  if (run.length > 0) operations.push(toRun(run));
  return operations;
}

function toRun(steps: readonly Step[]): Operation {
  const read = steps.every(isPlainKey) ? compileOwnPath(steps) : (root: unknown) => readSteps(root, steps);
  return { type: 'run', steps, read };
}

/** Own properties only, and a list has positions but no fields: `length` and `constructor` are absent. */
function readSteps(root: unknown, steps: readonly Step[]): unknown {
  let value = root;
  for (let at = 0; at < steps.length; at++) {
    const step = steps[at] as Step;
    if (typeof value !== 'object' || value === null) {
      return undefined;
    }
    if (Array.isArray(value)) {
      value = typeof step === 'number' ? value[step] : undefined;
    } else {
      value =
        typeof step === 'string' && Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined;
    }
  }
  return value;
}

function walk(operations: readonly Operation[], at: number, spot: Spot, visit: (place: Place) => void): void {
  const operation = operations[at];
  if (!operation) {
    visit(spot);
    return;
  }
  switch (operation.type) {
    case 'run': {
      const value = operation.read(spot.value);
      if (value !== undefined && value !== null) {
        walk(operations, at + 1, new Spot(value, spot, 'run', operation.steps, -1, false), visit);
      }
      return;
    }
    case 'each':
      walkEach(operations, at + 1, spot, visit);
      return;
    case 'filter':
      forEachChild(spot, 'each', (child) => {
        if (readSteps(child.value, operation.field) === operation.value) {
          walk(operations, at + 1, child, visit);
        }
      });
      return;
    case 'alternatives':
      for (const name of operation.names) {
        const value = readSteps(spot.value, [name]);
        if (value !== undefined && value !== null) {
          walk(operations, at + 1, new Spot(value, spot, 'alternative', name, -1, false), visit);
        }
      }
      return;
    case 'deep':
      walkDeep(operations, at + 1, spot, visit);
  }
}

/** Step by step of the path rather than place by place: all places are equally many steps away, so the order is the same. */
function collectPlaces(operations: readonly Operation[], root: unknown, limit: number): readonly Spot[] | null {
  if (root === null || root === undefined) return [];
  let spots: Spot[] = [new Spot(root, null, 'run', NO_STEPS, -1, false)];
  for (const operation of operations) {
    const next: Spot[] = [];
    for (const spot of spots) {
      advance(operation, spot, next);
      if (next.length > limit) return null;
    }
    spots = next;
  }
  return spots;
}

function advance(operation: Operation, spot: Spot, next: Spot[]): void {
  if (operation.type === 'run') {
    const value = operation.read(spot.value);
    if (value !== undefined && value !== null) next.push(new Spot(value, spot, 'run', operation.steps, -1, false));
    return;
  }
  if (operation.type === 'each' && Array.isArray(spot.value)) {
    const list: readonly unknown[] = spot.value;
    for (let at = 0; at < list.length; at++) {
      const child = list[at];
      if (child !== null && child !== undefined)
        next.push(new Spot(child, spot, 'each', at, at, at === list.length - 1));
    }
    return;
  }
  walk([operation], 0, spot, (place) => {
    next.push(place as Spot);
  });
}

function walkEach(operations: readonly Operation[], next: number, spot: Spot, visit: (place: Place) => void): void {
  const { value } = spot;
  if (!Array.isArray(value)) {
    forEachChild(spot, 'each', (child) => walk(operations, next, child, visit));
    return;
  }
  for (let at = 0; at < value.length; at++) {
    const child: unknown = value[at];
    if (child === null || child === undefined) continue;
    const place = new Spot(child, spot, 'each', at, at, at === value.length - 1);
    if (next === operations.length) visit(place);
    else walk(operations, next, place, visit);
  }
}

/** With a stack of its own: the API server lets objects nest 10,000 deep. */
function walkDeep(operations: readonly Operation[], next: number, from: Spot, visit: (place: Place) => void): void {
  const stack: Spot[] = [new Spot(from.value, from, 'level', NO_STEPS, -1, false)];
  for (let spot = stack.pop(); spot; spot = stack.pop()) {
    walk(operations, next, spot, visit);
    const bottom = stack.length;
    forEachChild(spot, 'level', (child) => stack.push(child));
    reverseFrom(stack, bottom);
  }
}

function reverseFrom(stack: Spot[], bottom: number): void {
  for (let low = bottom, high = stack.length - 1; low < high; low++, high--) {
    const spot = stack[low] as Spot;
    stack[low] = stack[high] as Spot;
    stack[high] = spot;
  }
}

function forEachChild(spot: Spot, type: 'each' | 'level', call: (child: Spot) => void): void {
  const { value } = spot;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) {
      const child: unknown = value[at];
      if (child !== null && child !== undefined) {
        call(new Spot(child, spot, type, at, at, at === value.length - 1));
      }
    }
  } else if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at] as string;
      const child = (value as Record<string, unknown>)[key];
      if (child !== null && child !== undefined) {
        call(new Spot(child, spot, type, key, at, at === keys.length - 1));
      }
    }
  }
}
