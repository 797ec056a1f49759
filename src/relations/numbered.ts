/** Values by dense whole numbers from 1: a number is given on entering, and given again after it was freed. */
export class Numbered<Value> {
  readonly #values: (Value | undefined)[] = [undefined];
  readonly #spare: number[] = [];

  add(value: Value): number {
    const number = this.#spare.pop() ?? this.#values.length;
    this.#values[number] = value;
    return number;
  }

  /** @throws RangeError for a number that stands for nothing, which is a mistake of the caller */
  get(number: number): Value {
    const value = this.#values[number];
    if (value === undefined) throw new RangeError(`number ${number} stands for nothing`);
    return value;
  }

  delete(number: number): void {
    this.get(number);
    this.#values[number] = undefined;
    this.#spare.push(number);
  }

  get size(): number {
    return this.#values.length - 1 - this.#spare.length;
  }
}
