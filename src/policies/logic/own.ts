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

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON Logic's own idea of true: an empty list is false, an empty map is not. */
export function truthy(value: unknown): boolean {
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
