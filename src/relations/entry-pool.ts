import { growCells } from './cells.ts';

const LIST = 0;
const PREVIOUS = 1;
const NEXT = 2;
const HOLDER = 3;
const SIBLING = 4;
const STRIDE = 5;

/** Where lists begin. Whoever owns the lists keeps this, and may drop a list whose head becomes 0. */
export interface ListHeads {
  /** First entry of a list, 0 when it is empty. */
  head(list: number): number;
  setHead(list: number, entry: number): void;
}

/**
 * Which holder stands in which list: doubly linked lists in one flat array, 20 bytes an entry and 4 bytes a holder.
 * Lists and holders are whole numbers that the caller gives; holders count from 1 and should be dense, because the
 * numbers up to the largest take room. Adding and removing an entry take constant time however long its list is.
 */
export class EntryPool {
  readonly #heads: ListHeads;
  #cells = new Int32Array(STRIDE * 8);
  /** First entry of each holder. */
  #first = new Int32Array(8);
  #used = 1;
  #free = 0;

  constructor(heads: ListHeads) {
    this.#heads = heads;
  }

  /** Bytes of the arrays, their spare room included. */
  get bytes(): number {
    return this.#cells.byteLength + this.#first.byteLength;
  }

  /** Puts the holder at the front of a list. It may stand in many lists, and more than once in one. */
  add(list: number, holder: number): void {
    const entry = this.#take();
    this.#first = growCells(this.#first, holder + 1);
    const head = this.#heads.head(list);
    const at = entry * STRIDE;
    this.#cells[at + LIST] = list;
    this.#cells[at + PREVIOUS] = 0;
    this.#cells[at + NEXT] = head;
    this.#cells[at + HOLDER] = holder;
    this.#cells[at + SIBLING] = this.#first[holder] as number;
    if (head !== 0) this.#cells[head * STRIDE + PREVIOUS] = entry;
    this.#first[holder] = entry;
    this.#heads.setHead(list, entry);
  }

  /** Takes the holder out of every list it stands in. */
  remove(holder: number): void {
    if (holder >= this.#first.length) return;
    let entry = this.#first[holder] as number;
    this.#first[holder] = 0;
    while (entry !== 0) {
      const sibling = this.#cells[entry * STRIDE + SIBLING] as number;
      this.#unlink(entry);
      entry = sibling;
    }
  }

  /** The entry behind this one in its list, 0 at the end. */
  next(entry: number): number {
    return this.#cells[entry * STRIDE + NEXT] as number;
  }

  holder(entry: number): number {
    return this.#cells[entry * STRIDE + HOLDER] as number;
  }

  /** The holder has more than one entry, so one question may meet it twice. */
  standsTwice(holder: number): boolean {
    const first = this.#first[holder] ?? 0;
    return first !== 0 && this.#cells[first * STRIDE + SIBLING] !== 0;
  }

  #take(): number {
    const entry = this.#free;
    if (entry !== 0) {
      this.#free = this.#cells[entry * STRIDE + NEXT] as number;
      return entry;
    }
    this.#cells = growCells(this.#cells, (this.#used + 1) * STRIDE);
    return this.#used++;
  }

  #unlink(entry: number): void {
    const at = entry * STRIDE;
    const previous = this.#cells[at + PREVIOUS] as number;
    const next = this.#cells[at + NEXT] as number;
    if (next !== 0) this.#cells[next * STRIDE + PREVIOUS] = previous;
    if (previous !== 0) this.#cells[previous * STRIDE + NEXT] = next;
    else this.#heads.setHead(this.#cells[at + LIST] as number, next);
    this.#cells[at + NEXT] = this.#free;
    this.#free = entry;
  }
}
