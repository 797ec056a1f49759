/** A decimal number: `units` × 10^-`scale`, where scale is not negative. */
interface Decimal {
  units: bigint;
  scale: number;
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/;

/**
 * A sum of numbers that does not depend on the order in which they came and went: added as the decimals that they are
 * written as, so that 0.1 + 0.2 − 0.2 is 0.1.
 */
export class ExactSum {
  #units = 0n;
  #scale = 0;

  /** @param amount finite */
  add(amount: number): void {
    this.#shift(toDecimal(amount), 1n);
  }

  /** @param amount one that was added before */
  subtract(amount: number): void {
    this.#shift(toDecimal(amount), -1n);
  }

  /** The nearest number. */
  get value(): number {
    return Number(`${this.#units}e${-this.#scale}`);
  }

  copy(): ExactSum {
    const sum = new ExactSum();
    sum.#units = this.#units;
    sum.#scale = this.#scale;
    return sum;
  }

  #shift({ units, scale }: Decimal, sign: bigint): void {
    if (scale > this.#scale) {
      this.#units *= 10n ** BigInt(scale - this.#scale);
      this.#scale = scale;
    }
    this.#units += sign * units * 10n ** BigInt(this.#scale - scale);
  }
}

function toDecimal(amount: number): Decimal {
  const parts = NUMBER.exec(String(amount));
  if (parts === null) throw new RangeError(`\`${amount}\` cannot be summed, wanted a finite number`);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const scale = fraction.length - Number(exponent);
  const units = BigInt(`${sign}${whole}${fraction}`);
  return scale >= 0 ? { units, scale } : { units: units * 10n ** BigInt(-scale), scale: 0 };
}
