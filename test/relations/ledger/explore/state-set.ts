/**
 * The states met so far: 64 bits of a hash each, and the step that led there. Two states with one hash would be taken
 * for one; at ten million states that happens with a probability of about three in a million.
 */
export class StateSet {
  #size = 0;
  #slots = new Int32Array(1 << 16).fill(-1);
  #high = new Uint32Array(1 << 15);
  #low = new Uint32Array(1 << 15);
  #parent = new Int32Array(1 << 15);
  #action = new Uint16Array(1 << 15);

  get size(): number {
    return this.#size;
  }

  /** Number of the new state, or, when it was met before, -1 minus its number. */
  add(text: string, parent: number, action: number): number {
    const [high, low] = hash64(text);
    let at = this.#find(high, low);
    const met = this.#slots[at] ?? -1;
    if (met !== -1) return -1 - met;
    if ((this.#size + 1) * 2 > this.#slots.length) {
      this.#grow();
      at = this.#find(high, low);
    }
    const id = this.#size;
    this.#slots[at] = id;
    this.#high[id] = high;
    this.#low[id] = low;
    this.#parent[id] = parent;
    this.#action[id] = action;
    this.#size += 1;
    return id;
  }

  /** Steps from the first state to this one. */
  pathTo(id: number): number[] {
    const path: number[] = [];
    for (let at = id; at > 0; at = this.#parent[at] ?? -1) path.push(this.#action[at] ?? 0);
    return path.reverse();
  }

  #find(high: number, low: number): number {
    const mask = this.#slots.length - 1;
    let at = low & mask;
    for (;;) {
      const id = this.#slots[at] ?? -1;
      if (id === -1 || (this.#low[id] === low && this.#high[id] === high)) return at;
      at = (at + 1) & mask;
    }
  }

  #grow(): void {
    const size = this.#slots.length;
    this.#high = extend(this.#high, new Uint32Array(size));
    this.#low = extend(this.#low, new Uint32Array(size));
    this.#parent = extend(this.#parent, new Int32Array(size));
    this.#action = extend(this.#action, new Uint16Array(size));
    this.#slots = new Int32Array(size * 2).fill(-1);
    for (let id = 0; id < this.#size; id += 1) {
      this.#slots[this.#find(this.#high[id] ?? 0, this.#low[id] ?? 0)] = id;
    }
  }
}

function extend<T extends Uint32Array | Int32Array | Uint16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Two unlike multiplicative hashes of 32 bits, mixed at the end. */
function hash64(text: string): [number, number] {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return [a >>> 0, b >>> 0];
}
