import type { Step } from './path.ts';

/** A place that a path reached. It stays valid after the visit. */
export interface Place {
  /** What stands there; never null or undefined. */
  readonly value: unknown;
  /** The concrete path from the root. */
  readonly segments: readonly Step[];
  /** Key or position that the nearest `[*]`, filter or `**` took; null where the path has none. */
  readonly key: Step | null;
  /** Position (from 0) in the list or map of the nearest `[*]` or filter; -1 where the path has none. */
  readonly index: number;
  /** Whether that position is the last one. */
  readonly last: boolean;
  /** The element that the nearest `[*]` or filter took; null where the path has none. */
  readonly element: unknown;
  /**
   * The nearest enclosing element other than this place, else the root: what a `[*]` or a filter took, or a map that
   * `{a,b}` or `**` came to.
   */
  readonly parent: unknown;
}

export const NO_STEPS: readonly Step[] = [];

/** Everything but the value is worked out when asked for, by walking up: most places are judged and forgotten. */
export class Spot implements Place {
  readonly value: unknown;
  readonly up: Spot | null;
  readonly type: 'run' | 'each' | 'alternative' | 'level';
  /** The step taken, or the steps of a run; no steps for the root and for `**` that matched no level. */
  readonly taken: Step | readonly Step[];
  readonly position: number;
  readonly final: boolean;

  constructor(
    value: unknown,
    up: Spot | null,
    type: Spot['type'],
    taken: Step | readonly Step[],
    position: number,
    final: boolean,
  ) {
    this.value = value;
    this.up = up;
    this.type = type;
    this.taken = taken;
    this.position = position;
    this.final = final;
  }

  get segments(): readonly Step[] {
    const segments: Step[] = [];
    for (let spot: Spot | null = this; spot; spot = spot.up) {
      if (typeof spot.taken !== 'object') {
        segments.push(spot.taken);
        continue;
      }
      for (let at = spot.taken.length - 1; at >= 0; at--) {
        segments.push(spot.taken[at] as Step);
      }
    }
    return segments.reverse();
  }

  get key(): Step | null {
    for (let spot: Spot | null = this; spot; spot = spot.up) {
      if ((spot.type === 'each' || spot.type === 'level') && typeof spot.taken !== 'object') {
        return spot.taken;
      }
    }
    return null;
  }

  get index(): number {
    return findEach(this)?.position ?? -1;
  }

  get last(): boolean {
    return findEach(this)?.final ?? false;
  }

  get element(): unknown {
    return findEach(this)?.value ?? null;
  }

  get parent(): unknown {
    let spot: Spot = this;
    while (spot.up && typeof spot.taken === 'object' && spot.taken.length === 0) {
      spot = spot.up;
    }
    while (spot.up) {
      spot = spot.up;
      if (isElement(spot)) {
        return spot.value;
      }
    }
    return spot.value;
  }
}

function findEach(from: Spot): Spot | null {
  let spot: Spot | null = from;
  while (spot && spot.type !== 'each') {
    spot = spot.up;
  }
  return spot;
}

/** A list that `{containers,initContainers}` came to is nobody's parent: the object around it says more. */
function isElement(spot: Spot): boolean {
  return spot.type === 'each' || (spot.type !== 'run' && !Array.isArray(spot.value));
}
