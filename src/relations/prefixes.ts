import type { Interval } from '../policies/index.ts';

/** An address block: all addresses that share the first `length` bits of `first`. */
export interface Prefix {
  first: bigint;
  length: number;
}

const WORD = 0xffff_ffffn;

/** An address as unsigned 32-bit words, the highest first: one for IPv4, four for IPv6. */
export function toWords(value: bigint, words: number): number[] {
  if (words === 1) return [Number(value)];
  return [Number(value >> 96n), Number((value >> 64n) & WORD), Number((value >> 32n) & WORD), Number(value & WORD)];
}

/**
 * The fewest blocks that together are the range, in order. A CIDR is one; any range is at most 2 × bits − 2 of them
 * (62 for IPv4, 254 for IPv6).
 * @param bits length of an address: 32 or 128
 */
export function splitRange({ first, last }: Interval, bits: number): Prefix[] {
  const size = last - first + 1n;
  if ((size & (size - 1n)) === 0n && (first & (size - 1n)) === 0n) {
    return [{ first, length: bits - (size.toString(2).length - 1) }];
  }
  const prefixes: Prefix[] = [];
  let exponent = 0;
  let at = first;
  while (at <= last) {
    // Blocks grow towards the middle and shrink behind it, so the exponent climbs once and falls once.
    while (exponent < bits && (at & ((2n << BigInt(exponent)) - 1n)) === 0n && fits(at, exponent + 1, last)) exponent++;
    while (!fits(at, exponent, last)) exponent--;
    prefixes.push({ first: at, length: bits - exponent });
    at += 1n << BigInt(exponent);
  }
  return prefixes;
}

function fits(at: bigint, exponent: number, last: bigint): boolean {
  return at + (1n << BigInt(exponent)) - 1n <= last;
}
