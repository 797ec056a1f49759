/** The general forms of operands; a family's own forms stand in its file. */
import { isMap } from '../own.ts';
import { type Form, Unreadable } from './define.ts';

/**
 * Longest text that is read as an address, a quantity, a version and so on, in UTF-16 units. Every such form is far
 * shorter in use; the bound keeps big-number arithmetic and pattern matching cheap.
 */
const MAX_SCALAR = 4_096;

/** Parsed texts kept per form, and the longest text kept. Only memoisation: the same text always reads the same. */
const MEMO_ENTRIES = 4_096;
const MEMO_LENGTH = 256;

/** Anything at all, as it is. */
export const anything: Form<unknown> = { type: 'any', wanted: 'any value', read: (value) => value };

/** Any string. */
export const text: Form<string> = {
  type: 'string',
  wanted: 'a string',
  read: (value) => (typeof value === 'string' ? value : new Unreadable(value)),
};

/** A number that is neither NaN nor infinite. */
export const finiteNumber: Form<number> = {
  type: 'number',
  wanted: 'a number',
  read: (value) => (typeof value === 'number' && Number.isFinite(value) ? value : new Unreadable(value)),
};

/** A number without a fraction, between -2^53 and 2^53. */
export const integer: Form<number> = {
  type: 'number',
  wanted: 'a whole number',
  read: (value) => (Number.isSafeInteger(value) ? (value as number) : new Unreadable(value)),
};

export const list: Form<readonly unknown[]> = {
  type: 'list',
  wanted: 'a list',
  read: (value) => (Array.isArray(value) ? (value as readonly unknown[]) : new Unreadable(value)),
};

export const map: Form<Record<string, unknown>> = {
  type: 'map',
  wanted: 'a map',
  read: (value) => (isMap(value) ? value : new Unreadable(value)),
};

/** A string of at most `limit` UTF-16 units. */
export function textWithin(limit: number): Form<string> {
  const wanted = `a string of at most ${String(limit).replace(/\B(?=(\d{3})+$)/g, ',')} characters`;
  return {
    type: 'string',
    wanted,
    read: (value) => (typeof value === 'string' && value.length <= limit ? value : new Unreadable(value)),
  };
}

/** A string that `parse` can read; `parse` answers null where it cannot. */
export function parsedText<T extends NonNullable<unknown>>(wanted: string, parse: (text: string) => T | null): Form<T> {
  const parsed = memoise(parse);
  return {
    type: 'string',
    wanted,
    read: (value) => (typeof value === 'string' ? (parsed(value) ?? new Unreadable(value)) : new Unreadable(value)),
  };
}

/** Remembers what short texts parse to; texts longer than any that make sense are not parsed. */
export function memoise<T>(parse: (text: string) => T | null): (text: string) => T | null {
  const memo = new Map<string, T | null>();
  return (value) => {
    if (value.length > MAX_SCALAR) return null;
    if (value.length > MEMO_LENGTH) return parse(value);
    const known = memo.get(value);
    if (known !== undefined) return known;
    const result = parse(value);
    if (memo.size >= MEMO_ENTRIES) memo.clear();
    memo.set(value, result);
    return result;
  };
}

/** One value or a list of them; absent elements of a list are passed over. */
export function oneOrMany<T>(wanted: string, single: Form<T>): Form<readonly T[]> {
  return {
    type: 'any',
    wanted,
    read: (value) => {
      if (Array.isArray(value)) return readElements(value, single);
      const one = single.read(value);
      return one instanceof Unreadable ? one : [one];
    },
  };
}

/** A list whose present elements all have one form. */
export function listOf<T>(wanted: string, single: Form<T>): Form<readonly T[]> {
  return {
    type: 'list',
    wanted,
    read: (value) => (Array.isArray(value) ? readElements(value, single) : new Unreadable(value)),
  };
}

function readElements<T>(values: readonly unknown[], single: Form<T>): readonly T[] | Unreadable {
  const elements: T[] = [];
  for (const value of values) {
    if (value === null || value === undefined) continue;
    const element = single.read(value);
    if (element instanceof Unreadable) return new Unreadable(element.found, element.wanted ?? single.wanted);
    elements.push(element);
  }
  return elements;
}
