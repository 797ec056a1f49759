/**
 * Equality of JSON values. Neither function recurses, so that depth costs heap and not stack; both look at own
 * properties only.
 */

/**
 * Strict on scalars, element by element on lists, member by member on maps in any order. An absent member is not the
 * same as a null one. Linear in the smaller value.
 */
export function deepEqual(a: unknown, b: unknown): boolean {
  // Most of what is compared is scalars, which need no list of what is left to do.
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  const pending: unknown[] = [a, b];
  while (pending.length > 0) {
    const right = pending.pop();
    const left = pending.pop();
    if (left === right) continue;
    if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
    if (Array.isArray(left) !== Array.isArray(right)) return false;
    const same = Array.isArray(left)
      ? pushElements(left, right as unknown[], pending)
      : pushMembers(left as Record<string, unknown>, right as Record<string, unknown>, pending);
    if (!same) return false;
  }
  return true;
}

function pushElements(left: readonly unknown[], right: readonly unknown[], pending: unknown[]): boolean {
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i += 1) pending.push(left[i], right[i]);
  return true;
}

function pushMembers(left: Record<string, unknown>, right: Record<string, unknown>, pending: unknown[]): boolean {
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  for (const key of keys) {
    if (!Object.hasOwn(right, key)) return false;
    pending.push(left[key], right[key]);
  }
  return true;
}

/** Text yet to be written as it is, beside values that are yet to be taken apart. */
class Written {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/**
 * A text that two JSON values share exactly when they are deeply equal: much like JSON, with the keys of maps in
 * order. For sets and indexes, not for reading; n log n in the size of the value.
 */
export function canonicalText(value: unknown): string {
  const parts: string[] = [];
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (next instanceof Written) {
      parts.push(next.text);
    } else if (Array.isArray(next)) {
      parts.push('[');
      pending.push(new Written(']'));
      for (let i = next.length - 1; i >= 0; i -= 1) pending.push(new Written(','), next[i]);
    } else if (typeof next === 'object' && next !== null) {
      parts.push('{');
      pending.push(new Written('}'));
      for (const key of Object.keys(next).sort().reverse()) {
        pending.push(new Written(','), (next as Record<string, unknown>)[key], new Written(`${JSON.stringify(key)}:`));
      }
    } else {
      parts.push(JSON.stringify(next) ?? 'null');
    }
  }
  return parts.join('');
}
