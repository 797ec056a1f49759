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
  // biome-ignore lint/suspicious/noDoubleEquals: JSON Logic's == coerces, as published
  '==': ([a, b]) => a == b,
  '===': ([a, b]) => a === b,
  // biome-ignore lint/suspicious/noDoubleEquals: JSON Logic's != coerces, as published
  '!=': ([a, b]) => a != b,
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
    if (typeof hay === 'string') return hay.indexOf(needle as string) !== -1;
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

/** What JavaScript makes of a value in an ordering or a subtraction; objects included, as in the reference. */
function order(value: unknown): number {
  return value as number;
}

function parse(value: unknown): number {
  return Number.parseFloat(value as string);
}

function concatenate(operands: readonly unknown[]): string {
  const text = operands.join('');
  return text.length > MAX_STRING ? text.slice(0, MAX_STRING) : text;
}

function substring(source: unknown, start: unknown, end: unknown): string {
  const text = String(source);
  const from = Number(start);
  const tail = from < 0 ? text.slice(from) : text.slice(from);
  if (end === undefined || end === null) return end === null ? '' : tail;
  const length = Number(end);
  return length < 0 ? tail.slice(0, Math.max(0, tail.length + length)) : tail.slice(0, length);
}
