import type { Interval } from '../policies/index.ts';
import type { PrefixTrie } from './prefix-trie.ts';

interface Search {
  trie: PrefixTrie;
  pool: Interval;
  /** Prefix length wanted. */
  wanted: number;
  /** Addresses in the block wanted. */
  size: bigint;
}

/**
 * First address of the lowest aligned block of a prefix length that lies in the pool and shares no address with
 * anything the scope holds; null when there is none. Follows one path, and the two edges of the pool.
 */
export function findFree(trie: PrefixTrie, scope: string, pool: Interval, wanted: number): bigint | null {
  const search: Search = { trie, pool, wanted, size: 1n << BigInt(trie.bits - wanted) };
  return searchBlock(search, trie.root(scope), 0n, 0);
}

/** @param node topmost node inside the block, 0 when nothing in it is held */
function searchBlock(search: Search, node: number, first: bigint, length: number): bigint | null {
  const { trie, pool, wanted } = search;
  const last = first + (1n << BigInt(trie.bits - length)) - 1n;
  if (length > wanted || last < pool.first || first > pool.last) return null;
  if (node === 0) return firstAligned(search, first, last);
  const whole = trie.length(node) === length;
  if (whole && trie.free(node) <= trie.bits - wanted) return null;
  const middle = first + (1n << BigInt(trie.bits - length)) / 2n;
  const low = whole ? trie.child(node, 0) : trie.bit(node, length) === 0 ? node : 0;
  const high = whole ? trie.child(node, 1) : trie.bit(node, length) === 1 ? node : 0;
  return searchBlock(search, low, first, length + 1) ?? searchBlock(search, high, middle, length + 1);
}

function firstAligned({ pool, size }: Search, first: bigint, last: bigint): bigint | null {
  const from = first > pool.first ? first : pool.first;
  const to = last < pool.last ? last : pool.last;
  const aligned = ((from + size - 1n) / size) * size;
  return aligned + size - 1n <= to ? aligned : null;
}
