/**
 * JSON Logic's own operators, after json-logic-js 2.0.5 (the reference each compiled expression is compared with).
 * Differences are only where the reference walks prototypes or prints: own properties, and `log` prints nothing.
 */
import { truthy } from './own.ts';

const MANY = Number.POSITIVE_INFINITY;

/** Operands wanted: at least, at most. */
export const BUILTIN_ARITY: { readonly [operator: string]: readonly [number, number] | undefined } = Object.assign(
  Object.create(null),
  {
    '==': [2, 2],
    '===': [2, 2],
    '!=': [2, 2],
    '!==': [2, 2],
    '>': [2, 2],
    '>=': [2, 2],
    '<': [2, 3],
    '<=': [2, 3],
    '!': [1, 1],
    '!!': [1, 1],
    '+': [1, MANY],
    '-': [1, 2],
    '*': [1, MANY],
    '/': [2, 2],
    '%': [2, 2],
    min: [1, MANY],
    max: [1, MANY],
    cat: [1, MANY],
    substr: [2, 3],
    in: [2, 2],
    merge: [0, MANY],
    if: [1, MANY],
    '?:': [1, MANY],
    and: [1, MANY],
    or: [1, MANY],
    '??': [2, MANY],
    map: [2, 2],
    filter: [2, 2],
    reduce: [2, 3],
    all: [2, 2],
    some: [2, 2],
    none: [2, 2],
  },
);

/** Longest string an expression may build, in UTF-16 units; a Kubernetes annotation set may hold 256 KiB, a message far less. */
export const MAX_STRING = 65_536;

type Apply = (operands: readonly unknown[]) => unknown;

/** Eager operators: operands in, value out. */
export const EAGER: { readonly [operator: string]: Apply | undefined } = Object.assign(Object.create(null), {
  '==': ([a, b]) => looselyEqual(a, b),
  '===': ([a, b]) => a === b,
  '!=': ([a, b]) => !looselyEqual(a, b),
  '!==': ([a, b]) => a !== b,
  '>': ([a, b]) => order(a) > order(b),
  '>=': ([a, b]) => order(a) >= order(b),
  '<': ([a, b, c]) => (c === undefined ? order(a) < order(b) : order(a) < order(b) && order(b) < order(c)),
  '<=': ([a, b, c]) => (c === undefined ? order(a) <= order(b) : order(a) <= order(b) && order(b) <= order(c)),
  '!': ([a]) => !truthy(a),
  '!!': ([a]) => truthy(a),
  '+': (operands) => operands.reduce<number>((sum, value) => sum + parse(value), 0),
  '*': (operands) => operands.reduce((product, value) => parse(product) * parse(value)),
  '-': ([a, b]) => (b === undefined ? -order(a) : order(a) - order(b)),
  '/': ([a, b]) => order(a) / order(b),
  '%': ([a, b]) => order(a) % order(b),
  min: (operands) => Math.min(...operands.map(order)),
  max: (operands) => Math.max(...operands.map(order)),
  cat: (operands) => concatenate(operands),
  substr: ([source, start, end]) => substring(source, start, end),
  in: ([needle, hay]) => {
    if (typeof hay === 'string') return hay.indexOf(String(primitive(needle))) !== -1;
    return Array.isArray(hay) && hay.indexOf(needle) !== -1;
  },
  merge: (operands) => operands.reduce<unknown[]>((all, value) => all.concat(value), []),
  log: ([a]) => a,
} satisfies { [operator: string]: Apply });

/** The commonest of them once more for one or two operands, without a list. */
export const EAGER_PAIRS: { readonly [operator: string]: ((a: unknown, b: unknown) => unknown) | undefined } =
  Object.assign(Object.create(null), {
    '===': (a: unknown, b: unknown) => a === b,
    '!==': (a: unknown, b: unknown) => a !== b,
    '>': (a: unknown, b: unknown) => order(a) > order(b),
    '>=': (a: unknown, b: unknown) => order(a) >= order(b),
    '<': (a: unknown, b: unknown) => order(a) < order(b),
    '<=': (a: unknown, b: unknown) => order(a) <= order(b),
    '!': (a: unknown) => !truthy(a),
    '!!': (a: unknown) => truthy(a),
  });

/** JSON Logic's == coerces, as published; two lists or maps are equal only when they are the same one. */
function looselyEqual(a: unknown, b: unknown): boolean {
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) return a === b;
  // biome-ignore lint/suspicious/noDoubleEquals: as published
  return primitive(a) == primitive(b);
}

/** What JavaScript makes of a value in an ordering or a subtraction; objects included, as in the reference. */
function order(value: unknown): number {
  return (typeof value === 'object' ? primitive(value) : value) as number;
}

function parse(value: unknown): number {
  return Number.parseFloat(primitive(value) as string);
}

/**
 * What JavaScript makes of a value where it wants a primitive, without asking the value itself: a map out of a request
 * may have a key `toString` and throw, and a list may nest too deeply to be joined by recursion.
 */
export function primitive(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? joinList(value) : '[object Object]';
}

/** `String(list)` up to the longest string: nested lists come out as one, null and absent as nothing. */
function joinList(list: readonly unknown[]): string {
  let text = '';
  const open = [{ list, at: 0 }];
  for (let top = open.at(-1); top && text.length <= MAX_STRING; top = open.at(-1)) {
    if (top.at === top.list.length) {
      open.pop();
      continue;
    }
    if (top.at > 0) text += ',';
    const value = top.list[top.at++];
    if (Array.isArray(value)) open.push({ list: value, at: 0 });
    else if (value !== null && value !== undefined) text += String(primitive(value));
  }
  return text.slice(0, MAX_STRING);
}

function concatenate(operands: readonly unknown[]): string {
  let text = '';
  for (const value of operands) {
    if (value !== null && value !== undefined) text += String(primitive(value));
    if (text.length > MAX_STRING) break;
  }
  return text.slice(0, MAX_STRING);
}

function substring(source: unknown, start: unknown, end: unknown): string {
  const tail = String(primitive(source)).slice(Number(primitive(start)));
  if (end === undefined) return tail;
  const length = Number(primitive(end));
  return length < 0 ? tail.slice(0, Math.max(0, tail.length + length)) : tail.slice(0, length);
}
