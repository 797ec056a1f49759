/** Reads of own properties only: no prototype walk, whatever the key is called. */

const hasOwn = Object.prototype.hasOwnProperty;

/** The member or element, null when it is absent. Lists answer to integer keys only. */
export function readOwn(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value)) {
    const index = typeof key === 'number' ? key : INTEGER.test(key) ? Number(key) : -1;
    return value[index] ?? null;
  }
  return hasOwn.call(value, key) ? ((value as Record<string, unknown>)[key] ?? null) : null;
}

const INTEGER = /^(0|[1-9][0-9]*)$/;

export function readOwnPath(value: unknown, keys: readonly (string | number)[]): unknown {
  let at = value;
  for (let i = 0; i < keys.length; i++) {
    if (at === null || at === undefined) return null;
    at = readOwn(at, keys[i] as string | number);
  }
  return at ?? null;
}

/**
 * Reader of one path, worked out once: the same answers as {@link readOwnPath}. A key that no prototype of a JSON value
 * has is read without asking whether it is the value's own, which halves the cost of a review.
 */
export function compileOwnPath(keys: readonly (string | number)[]): (value: unknown) => unknown {
  if (!keys.every(isPlainKey)) return (value) => readOwnPath(value, keys);
  const [a, b, c, d] = keys as string[];
  if (a === undefined) return (value) => value ?? null;
  if (b === undefined) return (value) => readPlain(value, a) ?? null;
  if (c === undefined) return (value) => readPlain(readPlain(value, a), b) ?? null;
  if (d === undefined) return (value) => readPlain(readPlain(readPlain(value, a), b), c) ?? null;
  const rest = keys.slice(3) as string[];
  return (value) => {
    let at = readPlain(readPlain(readPlain(value, a), b), c);
    for (let i = 0; i < rest.length && at !== undefined; i++) at = readPlain(at, rest[i] as string);
    return at ?? null;
  };
}

/** No position in a list, and no name that lists or maps inherit. */
export function isPlainKey(key: string | number): key is string {
  return typeof key === 'string' && !INTEGER.test(key) && !(key in Array.prototype);
}

/** The member of a map under a plain key; undefined or null when there is none. */
export function readPlain(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON Logic's own idea of true: an empty list is false, an empty map is not. */
export function truthy(value: unknown): boolean {
  if (value === true || value === false) return value;
  if (Array.isArray(value) && value.length === 0) return false;
  return !!value;
}

/** A map with exactly one key is JSON Logic. */
export function isLogic(node: unknown): node is Record<string, unknown> {
  if (!isMap(node)) return false;
  let count = 0;
  for (const key in node) {
    if (!hasOwn.call(node, key)) continue;
    if (++count > 1) return false;
  }
  return count === 1;
}

/** Operator and operands of a logic node; a single operand may stand without its list. */
export function readLogic(node: Record<string, unknown>): { operator: string; operands: unknown[] } {
  const operator = Object.keys(node)[0] as string;
  const operands = node[operator];
  return { operator, operands: Array.isArray(operands) ? operands : [operands] };
}
