import { canonicalText } from '../deep-equal.ts';
import type { Frame, Segments } from '../logic/frame.ts';
import type { CompiledPath, Place } from '../syntax/visit.ts';
import type { ForEach } from '../types.ts';
import type { ExpressionCompiler, Scope } from './expressions.ts';
import { compilePlaces, type Places } from './places.ts';
import type { Report } from './report.ts';
import { extendScope, FAN_OUT_NAMES } from './scope.ts';

/** Walks the elements a rule is about, with the element's names in the frame. */
export interface FanOut {
  /** There is a forEach. */
  active: boolean;
  /** `unreadable` is called once, and `run` not at all, where garbage in the notes stands for what was to be walked. */
  each(frame: Frame, run: () => void, unreadable: () => void): void;
}

export const WHOLE_OBJECT: FanOut = {
  active: false,
  each(_frame, run) {
    run();
  },
};

/**
 * Compiles `forEach`. `slots` is the range of variables that belong to the element and are forgotten before each.
 */
export function compileFanOut(
  forEach: ForEach,
  pointer: string,
  scope: Scope,
  compiler: ExpressionCompiler,
  report: Report,
): FanOut & { slots: { from: number; to: number } } {
  const keyed = typeof forEach === 'object' && !Array.isArray(forEach) ? forEach : null;
  const paths = keyed ? keyed.path : (forEach as string | string[]);
  const places = compilePlaces(paths, keyed ? `${pointer}/path` : pointer, scope, report);
  const inner = extendScope(scope, FAN_OUT_NAMES);
  const key = keyed?.key === undefined ? null : compiler.compile(keyed.key, `${pointer}/key`, inner, 'value');
  const slots = { from: 0, to: 0 };
  return {
    active: true,
    slots,
    each(frame, run, unreadable) {
      if (!key) {
        walkElements(frame, places, slots, run, unreadable);
        return;
      }
      const old = pairOld(frame, places, (f) => key.run(f, null));
      const pair = () => {
        frame.oldItem = old.get(canonicalText(key.run(frame, null))) ?? null;
        run();
      };
      walkElements(frame, places, slots, pair, unreadable);
    },
  };
}

/**
 * Visits each place with item, index, key, last and parent set, and puts the frame back as it was. Where a document that
 * the paths start from cannot be read, nothing is visited: `unreadable` is called once, with the garbage in the notes.
 */
export function walkElements(
  frame: Frame,
  places: Places,
  slots: { from: number; to: number },
  run: () => void,
  unreadable: () => void,
): void {
  const { roots } = places;
  if (frame.notes.length > 0) frame.notes.length = 0;
  const { item, oldItem, place, base, around } = frame;
  // Where the paths start is read before the first element takes the names over.
  const starts = roots.map((root) => root.read(frame));
  if (frame.notes.length > 0) {
    unreadable();
    frame.notes.length = 0;
    return;
  }
  const bases = roots.map((root) => root.base(frame));
  frame.around = null;
  try {
    for (let i = 0; i < roots.length; i++) {
      frame.base = bases[i] as Segments;
      walkPath(frame, (roots[i] as Places['roots'][number]).path, starts[i], slots, run);
    }
  } finally {
    frame.item = item;
    frame.oldItem = oldItem;
    frame.place = place;
    frame.base = base;
    frame.around = around;
  }
}

function walkPath(
  frame: Frame,
  path: CompiledPath,
  start: unknown,
  slots: { from: number; to: number },
  run: () => void,
): void {
  const visit = (place: Place) => {
    frame.budget.spend();
    for (let i = slots.from; i < slots.to; i++) frame.variables[i] = null;
    frame.item = place.value;
    frame.place = place;
    run();
  };
  const known = collectOnce(frame, path, start);
  if (!known) path.visit(start, visit);
  else for (let i = 0; i < known.length; i++) visit(known[i] as Place);
}

/** Most places of one path that are kept for the rules to come; what has more is walked each time, and not kept. */
const MAX_KEPT = 1_000;

function collectOnce(frame: Frame, path: CompiledPath, start: unknown): readonly Place[] | null {
  const { walks } = frame.budget;
  const known = walks.get(path);
  if (known && known.root === start) return known.places;
  const places = path.collect(start, MAX_KEPT);
  if (places) walks.set(path, { root: start, places });
  return places;
}

function pairOld(frame: Frame, places: Places, keyOf: (frame: Frame) => unknown): Map<string, unknown> {
  const old = new Map<string, unknown>();
  const note = () => {
    const text = canonicalText(keyOf(frame));
    if (!old.has(text)) old.set(text, frame.item);
  };
  frame.readOld(() => walkElements(frame, places, { from: 0, to: 0 }, note, () => {}));
  return old;
}
