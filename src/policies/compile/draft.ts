import type { Budget, Segments } from '../logic/frame.ts';
import { isMap, readOwn } from '../logic/own.ts';
import { setOwn } from '../set-own.ts';

type Container = unknown[] | Record<string, unknown>;

/**
 * The writes of one run of one rule. A container on the way is copied before the first write into it and written in
 * place from then on, so that a list costs its length once and not once for each of its elements. The input is never
 * touched, and what did not change stays the very same value, which is what makes the later diff cheap.
 */
export class Draft {
  readonly #budget: Budget;
  /** Copies made here, each of which stands at one place only. */
  #owned: WeakSet<object> | null = null;
  /** Containers in which, at any depth, there is none of those. */
  #settled: WeakSet<object> | null = null;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** The root with the value in place; parents are made. The value may be a part of the root. */
  writeAt(root: unknown, segments: Segments, value: unknown): unknown {
    this.#release(value);
    const last = segments[segments.length - 1];
    if (last === undefined) return value;
    const own = this.#own(root);
    const container = this.#reach(own, segments.slice(0, -1));
    putChild(container, last, value);
    return own;
  }

  /** The root without these members or elements of one container, which must be there. */
  removeAt(root: unknown, parent: Segments, keys: ReadonlySet<string | number>): unknown {
    const own = this.#own(root);
    const container = this.#reach(own, parent);
    if (!Array.isArray(container)) {
      for (const key of keys) delete container[String(key)];
      return own;
    }
    let kept = 0;
    for (let i = 0; i < container.length; i++) if (!keys.has(i)) container[kept++] = container[i];
    container.length = kept;
    return own;
  }

  /** From here on each container is copied again: somebody keeps the values that were read so far. */
  forget(): void {
    this.#owned = null;
  }

  #reach(root: Container, segments: Segments): Container {
    let at = root;
    for (const step of segments) {
      const child = readOwn(at, step);
      const own = this.#own(child);
      if (own !== child) putChild(at, step, own);
      at = own;
    }
    return at;
  }

  #own(value: unknown): Container {
    if (typeof value === 'object' && value !== null && this.#owned?.has(value)) return value as Container;
    const copy: Container = Array.isArray(value) ? value.slice() : isMap(value) ? { ...value } : {};
    this.#owned ??= new WeakSet();
    this.#owned.add(copy);
    return copy;
  }

  /** A value that is written may stand elsewhere too; a later write at one of its places must not show at the other. */
  #release(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    this.#settled ??= new WeakSet();
    const pending = [value];
    while (pending.length > 0) {
      const next = pending.pop();
      if (next === undefined || this.#settled.has(next)) continue;
      this.#owned?.delete(next);
      this.#settled.add(next);
      const children = Object.values(next);
      this.#budget.take(children.length);
      for (const child of children) if (typeof child === 'object' && child !== null) pending.push(child);
    }
  }
}

function putChild(container: Container, step: string | number, value: unknown): void {
  if (Array.isArray(container)) container[Number(step)] = value;
  else setOwn(container, String(step), value);
}
