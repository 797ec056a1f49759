import { bitsOf, type Interval } from '../policies/index.ts';
import { EntryPool } from './entry-pool.ts';
import { findFree } from './free-space.ts';
import { PrefixTrie } from './prefix-trie.ts';
import { splitRange, toWords } from './prefixes.ts';

/** What a question about ranges may leave out. */
export interface RangeQuery {
  /** Only what was added under this text. Default `''`. */
  scope?: string;
  /** Holders that are not accepted are left out, and do not count towards the limit. */
  accept?: (holder: number) => boolean;
}

/**
 * Who holds which addresses. Ranges may nest, overlap and repeat. Holders are whole numbers from 1 that the caller
 * gives, best dense; each may hold many ranges.
 */
export interface RangeIndex {
  /** Lets the holder hold a range as well, under a scope (default `''`); ranges of different scopes never meet. */
  add(holder: number, range: Interval, scope?: string): void;
  /** Takes everything of the holder away; nothing happens when it holds nothing. */
  remove(holder: number): void;
  /**
   * Holders of a range that shares at least one address with this one, each once, at most `limit` of them. The time
   * grows with the answer, and with what `accept` turns down, not with what is held.
   */
  overlapping(range: Interval, limit: number, query?: RangeQuery): number[];
  /**
   * The lowest block of this prefix length that lies in the pool, on its own boundary, and that nobody in the scope
   * holds any of; null when there is none, or when no block has that length.
   */
  nextFree(pool: Interval, prefixLength: number, scope?: string): Interval | null;
  /** Bytes of the arrays, spare room included; not the texts of scopes. */
  readonly bytes: number;
}

/** An empty index for IPv4 and IPv6. */
export function createRangeIndex(): RangeIndex {
  const v4 = new PrefixTrie(32);
  const v6 = new PrefixTrie(128);
  const trieOf = (range: Interval): PrefixTrie => (range.version === 4 ? v4 : v6);
  // Lists of IPv6 blocks are told from those of IPv4 by their sign.
  const entries = new EntryPool({
    head: (list) => (list > 0 ? v4.head(list) : v6.head(-list)),
    setHead: (list, entry) => (list > 0 ? v4.setHead(list, entry) : v6.setHead(-list, entry)),
  });
  return {
    get bytes() {
      return v4.bytes + v6.bytes + entries.bytes;
    },
    add(holder, range, scope = '') {
      const trie = trieOf(range);
      for (const { first, length } of splitRange(range, trie.bits)) {
        const node = trie.place(scope, toWords(first, trie.words), length);
        entries.add(range.version === 4 ? node : -node, holder);
      }
    },
    remove: (holder) => entries.remove(holder),
    overlapping(range, limit, { scope = '', accept } = {}) {
      const trie = trieOf(range);
      const found: number[] = [];
      if (limit < 1) return found;
      const twice = new Set<number>();
      trie.overlapping(scope, toWords(range.first, trie.words), toWords(range.last, trie.words), (head) => {
        for (let entry = head; entry !== 0; entry = entries.next(entry)) {
          const holder = entries.holder(entry);
          if (entries.standsTwice(holder)) {
            if (twice.has(holder)) continue;
            twice.add(holder);
          }
          if (accept?.(holder) === false) continue;
          if (found.push(holder) >= limit) return true;
        }
        return false;
      });
      return found;
    },
    nextFree(pool, prefixLength, scope = '') {
      const bits = bitsOf(pool.version);
      if (!Number.isInteger(prefixLength) || prefixLength < 0 || prefixLength > bits) return null;
      const first = findFree(trieOf(pool), scope, pool, prefixLength);
      if (first === null) return null;
      return { version: pool.version, first, last: first + (1n << BigInt(bits - prefixLength)) - 1n };
    },
  };
}
