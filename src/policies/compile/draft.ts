import type { Segments } from '../logic/frame.ts';
import { isMap } from '../logic/own.ts';
import { setOwn } from '../set-own.ts';

/**
 * Writes with structural sharing: only the containers on the way are copied, the input is never touched, and what
 * did not change stays the very same value (which is what makes the later diff cheap).
 */
export function writeAt(root: unknown, segments: Segments, value: unknown): unknown {
  return rewrite(root, segments, 0, () => value);
}

/** Removes a member or element. */
export function removeAt(root: unknown, segments: Segments): unknown {
  const parent = segments.slice(0, -1);
  const last = segments[segments.length - 1];
  return rewrite(root, parent, 0, (container) => {
    if (Array.isArray(container)) return container.filter((_, i) => i !== last);
    if (!isMap(container)) return container;
    const copy: Record<string, unknown> = {};
    for (const key of Object.keys(container)) if (key !== String(last)) setOwn(copy, key, container[key]);
    return copy;
  });
}

function rewrite(node: unknown, segments: Segments, at: number, change: (value: unknown) => unknown): unknown {
  if (at === segments.length) return change(node);
  const step = segments[at] as string | number;
  if (Array.isArray(node)) {
    const copy = node.slice();
    copy[Number(step)] = rewrite(node[Number(step)], segments, at + 1, change);
    return copy;
  }
  const copy: Record<string, unknown> = {};
  const source = isMap(node) ? node : {};
  for (const key of Object.keys(source)) setOwn(copy, key, source[key]);
  const key = String(step);
  setOwn(copy, key, rewrite(Object.hasOwn(source, key) ? source[key] : null, segments, at + 1, change));
  return copy;
}
