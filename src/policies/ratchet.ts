import type { Failure } from './compile/compiled.ts';
import { canonicalText } from './deep-equal.ts';
import { type Budget, Halt } from './logic/frame.ts';

/**
 * What a rule found in the old object. Each of its failures excuses one of the new object on equal evidence, so that a
 * second element like the one that was bad before is found. Which of several equal ones is excused does not matter,
 * their evidence being the same; the first are.
 */
export class Excuses {
  readonly #budget: Budget;
  readonly #open = new Map<string, number>();
  /** Values by what they are: evidence is often the whole object, and the same one for each failure. */
  readonly #known = new Map<object, number>();
  readonly #numbers = new Map<string, number>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Notes a failure of the old object. Halts where the review has no steps left. */
  add({ evidence }: Failure): void {
    const key = this.#keyOf(evidence);
    this.#open.set(key, (this.#open.get(key) ?? 0) + 1);
  }

  /** Whether the old object had this failure; each time it had it counts once. What cannot be told excuses nothing. */
  take({ evidence }: Failure): boolean {
    if (this.#open.size === 0) return false;
    try {
      const key = this.#keyOf(evidence);
      const left = this.#open.get(key) ?? 0;
      if (left > 0) this.#open.set(key, left - 1);
      return left > 0;
    } catch (caught) {
      if (caught instanceof Halt) return false;
      throw caught;
    }
  }

  #keyOf(evidence: readonly unknown[]): string {
    this.#budget.take(evidence.length + 1);
    return evidence.map((value) => this.#numberOf(value)).join();
  }

  /** Equal values have equal numbers. */
  #numberOf(value: unknown): number {
    const isComposite = typeof value === 'object' && value !== null;
    const known = isComposite ? this.#known.get(value) : undefined;
    if (known !== undefined) return known;
    const text = canonicalText(value);
    this.#budget.take(text.length >> TEXT_SHIFT);
    const number = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, number);
    if (isComposite) this.#known.set(value, number);
    return number;
  }
}

/** Sixteen characters of text cost a step, as one small element does. */
const TEXT_SHIFT = 4;
