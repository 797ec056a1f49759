import { type Cells, growCells } from './cells.ts';
import type { ListHeads } from './entry-pool.ts';

// A node is `words` cells of key, then these.
const META = 0;
const CHILD = 1;
const PARENT = 3;
const HEAD = 4;
const OWN = 5;

/** Stands for a free value that was not computed yet; real ones are at most 129. */
const UNSETTLED = 255;

/**
 * A path-compressed binary trie of address blocks, in one flat array: 24 bytes a node for IPv4 and 36 for IPv6, with
 * fewer than two nodes a block. One trie for each scope, all in the same array. Each node knows the largest block below
 * it that is free, and holds the head of a list that the owner keeps. Nodes are whole numbers from 1, and keep their
 * number while their list is not empty.
 */
export class PrefixTrie implements ListHeads {
  /** Length of an address: 32 or 128. */
  readonly bits: number;
  readonly words: number;
  readonly #stride: number;
  #cells: Cells;
  #used = 1;
  #free = 0;
  readonly #scopes = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #roots: number[] = [];
  readonly #spareScopes: number[] = [];

  constructor(bits: 32 | 128) {
    this.bits = bits;
    this.words = bits / 32;
    this.#stride = this.words + OWN;
    this.#cells = new Int32Array(this.#stride * 4);
  }

  /** Bytes of the array, its spare room included; not the names of scopes. */
  get bytes(): number {
    return this.#cells.byteLength;
  }

  /** Topmost node of a scope, 0 when it holds nothing. */
  root(scope: string): number {
    const id = this.#scopes.get(scope);
    return id === undefined ? 0 : (this.#roots[id] as number);
  }

  /** Prefix length of the node's block. */
  length(node: number): number {
    return this.#own(node, META) & 0xff;
  }

  /** First address of the node's block. */
  first(node: number): bigint {
    let value = 0n;
    for (let i = 0; i < this.words; i++) value = (value << 32n) | BigInt(this.#word(node, i));
    return value;
  }

  child(node: number, bit: number): number {
    return this.#own(node, CHILD + bit);
  }

  /** One more than the exponent of the largest aligned free block inside the node's; 0 when there is none. */
  free(node: number): number {
    return this.#own(node, META) >>> 8;
  }

  /** The bit of the node's key at a position, counted from the highest. */
  bit(node: number, position: number): number {
    return (this.#word(node, position >>> 5) >>> (31 - (position & 31))) & 1;
  }

  head(node: number): number {
    return this.#own(node, HEAD);
  }

  /** Sets the head of the node's list. A node whose list becomes empty may go, and its number with it. */
  setHead(node: number, entry: number): void {
    const before = this.head(node);
    this.#setOwn(node, HEAD, entry);
    if (before === 0 && entry !== 0) this.#settle(node);
    else if (before !== 0 && entry === 0) this.#release(node);
  }

  /**
   * The node of a block, made where there is none. The caller must put something into its list at once.
   * @param key first address of the block, as words
   */
  place(scope: string, key: readonly number[], length: number): number {
    let id = this.#scopes.get(scope);
    if (id === undefined) id = this.#openScope(scope);
    let parent = ~id;
    let at = this.#roots[id] as number;
    while (at !== 0) {
      const own = this.length(at);
      const common = this.#commonLength(at, key, Math.min(own, length));
      if (common < own) return this.#insertAbove(at, key, length, common);
      if (own === length) return at;
      parent = at;
      at = this.child(at, bitOf(key, own));
    }
    const node = this.#create(key, length);
    this.#hang(node, parent);
    return node;
  }

  /**
   * Shows the list of each block that shares an address with `first`–`last`; larger blocks before those inside them,
   * else by address. Looks at two paths and at most two nodes a list shown, whatever else is held.
   * @param visit gets the head of the list; true ends the walk
   */
  overlapping(
    scope: string,
    first: readonly number[],
    last: readonly number[],
    visit: (head: number) => boolean,
  ): void {
    const root = this.root(scope);
    if (root !== 0) this.#walk(root, first, last, visit);
  }

  #walk(node: number, first: readonly number[], last: readonly number[], visit: (head: number) => boolean): boolean {
    if (!this.#meets(node, first, last)) return false;
    const head = this.head(node);
    if (head !== 0 && visit(head)) return true;
    const low = this.child(node, 0);
    if (low !== 0 && this.#walk(low, first, last, visit)) return true;
    const high = this.child(node, 1);
    return high !== 0 && this.#walk(high, first, last, visit);
  }

  #meets(node: number, first: readonly number[], last: readonly number[]): boolean {
    const length = this.length(node);
    let above = true;
    let below = true;
    for (let i = 0; i < this.words && (above || below); i++) {
      const low = this.#word(node, i);
      const high = (low | hostBits(length - 32 * i)) >>> 0;
      const from = first[i] as number;
      const to = last[i] as number;
      if (above) {
        if (high < from) return false;
        above = high === from;
      }
      if (below) {
        if (low > to) return false;
        below = low === to;
      }
    }
    return true;
  }

  #commonLength(node: number, key: readonly number[], limit: number): number {
    for (let i = 0; i < this.words && 32 * i < limit; i++) {
      const differing = this.#word(node, i) ^ (key[i] as number);
      if (differing !== 0) return Math.min(limit, 32 * i + Math.clz32(differing));
    }
    return limit;
  }

  /** The new block either holds the node's, or parts from it after `common` bits. */
  #insertAbove(node: number, key: readonly number[], length: number, common: number): number {
    const parent = this.#own(node, PARENT);
    const top = this.#create(key, common);
    this.#replace(node, top, parent);
    this.#hang(node, top);
    if (common === length) return top;
    const leaf = this.#create(key, length);
    this.#hang(leaf, top);
    return leaf;
  }

  #hang(node: number, parent: number): void {
    this.#setOwn(node, PARENT, parent);
    if (parent < 0) this.#roots[~parent] = node;
    else this.#setOwn(parent, CHILD + this.bit(node, this.length(parent)), node);
  }

  /** Puts `other` (0 for nothing) where the node hangs. */
  #replace(node: number, other: number, parent: number): void {
    if (other !== 0) this.#setOwn(other, PARENT, parent);
    if (parent > 0) {
      this.#setOwn(parent, CHILD + (this.child(parent, 0) === node ? 0 : 1), other);
      return;
    }
    this.#roots[~parent] = other;
    if (other === 0) this.#closeScope(~parent);
  }

  /** Takes a node with an empty list away, unless it parts two others. */
  #release(node: number): void {
    const low = this.child(node, 0);
    const high = this.child(node, 1);
    if (low !== 0 && high !== 0) {
      this.#settle(node);
      return;
    }
    const parent = this.#own(node, PARENT);
    this.#replace(node, low || high, parent);
    this.#drop(node);
    if (parent < 0) return;
    const parted = low !== 0 || high !== 0 || this.head(parent) !== 0;
    if (parted) this.#settle(parent);
    else this.#release(parent);
  }

  /** Brings the free space of the node and of those above it up to date. */
  #settle(node: number): void {
    for (let at = node; at > 0; at = this.#own(at, PARENT)) {
      const free = this.head(at) !== 0 ? 0 : Math.max(this.#freeHalf(at, 0), this.#freeHalf(at, 1));
      if (free === this.free(at)) return;
      this.#setOwn(at, META, this.length(at) | (free << 8));
    }
  }

  /** A node without a list has two children; beside the path to a child that is further down, one half is free. */
  #freeHalf(node: number, bit: number): number {
    const child = this.child(node, bit);
    const length = this.length(node) + 1;
    return this.length(child) === length ? this.free(child) : this.bits - length;
  }

  #create(key: readonly number[], length: number): number {
    let node = this.#free;
    if (node !== 0) {
      this.#free = this.#own(node, CHILD);
    } else {
      node = this.#used++;
      this.#cells = growCells(this.#cells, this.#used * this.#stride);
    }
    const at = node * this.#stride;
    for (let i = 0; i < this.words; i++) this.#cells[at + i] = (key[i] as number) & ~hostBits(length - 32 * i);
    this.#cells.fill(0, at + this.words, at + this.#stride);
    this.#setOwn(node, META, length | (UNSETTLED << 8));
    return node;
  }

  #drop(node: number): void {
    this.#setOwn(node, CHILD, this.#free);
    this.#free = node;
  }

  #openScope(scope: string): number {
    const id = this.#spareScopes.pop() ?? this.#roots.length;
    this.#scopes.set(scope, id);
    this.#names[id] = scope;
    this.#roots[id] = 0;
    return id;
  }

  #closeScope(id: number): void {
    this.#scopes.delete(this.#names[id] as string);
    this.#names[id] = '';
    this.#spareScopes.push(id);
  }

  #word(node: number, i: number): number {
    return (this.#cells[node * this.#stride + i] as number) >>> 0;
  }

  #own(node: number, field: number): number {
    return this.#cells[node * this.#stride + this.words + field] as number;
  }

  #setOwn(node: number, field: number, value: number): void {
    this.#cells[node * this.#stride + this.words + field] = value;
  }
}

function bitOf(key: readonly number[], position: number): number {
  return ((key[position >>> 5] as number) >>> (31 - (position & 31))) & 1;
}

/** The bits of a word behind its first `length`; a shift alone would take 32 for 0. */
function hostBits(length: number): number {
  if (length >= 32) return 0;
  return length <= 0 ? -1 : 0xffff_ffff >>> length;
}
