import { canonicalText, type Json } from '../policies/index.ts';
import { ExactSum } from './exact-sum.ts';

/** What counts under one key. */
export interface CounterTotal {
  /** Contributions, those with an unreadable amount included. */
  count: number;
  /** Sum of the readable amounts, exact but for the last rounding. */
  sum: number;
  /** Contributions whose amount could not be read: with one of these the sum is not known. */
  unreadable: number;
}

/**
 * How many, and how much, under each key. Keys are JSON values, a list is a tuple, equality is strict and deep.
 * Holders are whole numbers from 1 that the caller gives; each may count under many keys.
 */
export interface CounterIndex {
  /** @param amount finite; null when what stands there is no number */
  add(holder: number, key: Json, amount: number | null): void;
  /** Takes everything of the holder away; nothing happens when it counts nowhere. */
  remove(holder: number): void;
  /** What counts under a key, as if these holders, each named once, were not there. */
  total(key: Json, without?: Iterable<number>): CounterTotal;
  /** Number of different keys under which something counts. */
  readonly keys: number;
}

/** Totals of one key. */
interface Tally {
  text: string;
  count: number;
  unreadable: number;
  sum: ExactSum;
}

interface Contribution {
  tally: Tally;
  amount: number | null;
  /** The same holder's contribution before this one. */
  previous: Contribution | null;
}

/** An empty index. */
export function createCounterIndex(): CounterIndex {
  const tallies = new Map<string, Tally>();
  const contributions = new Map<number, Contribution>();
  return {
    get keys() {
      return tallies.size;
    },
    add(holder, key, amount) {
      const text = canonicalText(key);
      const tally = tallies.get(text) ?? { text, count: 0, unreadable: 0, sum: new ExactSum() };
      if (amount === null) tally.unreadable += 1;
      else tally.sum.add(amount);
      tally.count += 1;
      tallies.set(text, tally);
      contributions.set(holder, { tally, amount, previous: contributions.get(holder) ?? null });
    },
    remove(holder) {
      for (let own = contributions.get(holder) ?? null; own !== null; own = own.previous) {
        const { tally, amount } = own;
        tally.count -= 1;
        if (tally.count === 0) tallies.delete(tally.text);
        if (amount === null) tally.unreadable -= 1;
        else tally.sum.subtract(amount);
      }
      contributions.delete(holder);
    },
    total(key, without = []) {
      const tally = tallies.get(canonicalText(key));
      if (tally === undefined) return { count: 0, sum: 0, unreadable: 0 };
      const sum = tally.sum.copy();
      let { count, unreadable } = tally;
      for (const holder of without) {
        for (let own = contributions.get(holder) ?? null; own !== null; own = own.previous) {
          if (own.tally !== tally) continue;
          count -= 1;
          if (own.amount === null) unreadable -= 1;
          else sum.subtract(own.amount);
        }
      }
      return { count, sum: sum.value, unreadable };
    },
  };
}
