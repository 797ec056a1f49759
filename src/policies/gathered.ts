import type { Segments } from './logic/frame.ts';
import type { Excuses } from './ratchet.ts';
import { formatPath } from './syntax/path.ts';
import type { Finding } from './types.ts';

/**
 * Most findings of one rule that one review tells of. Whoever mends fifty places knows the pattern; what an API server
 * passes on is far less, and a list of 30,000 bad elements must not become 30,000 messages.
 */
export const MAX_FINDINGS = 50;

/** Longest path of a place that is only counted, in UTF-16 units, as of other text in a message. */
const MAX_PATH = 256;

/** What one rule finds in one review: the first findings as they are, the rest as a number. */
export class Gathered {
  readonly findings: Finding[] = [];
  /** What the old object excuses; null where nothing is excused. */
  readonly excuses: Excuses | null;
  #more = 0;
  #firstMore: Segments = [];

  constructor(excuses: Excuses | null) {
    this.excuses = excuses;
  }

  get isFull(): boolean {
    return this.findings.length >= MAX_FINDINGS;
  }

  /** Counts a failure that is not told of by itself. */
  count(segments: Segments): void {
    if (this.#more === 0) this.#firstMore = segments;
    this.#more++;
  }

  /** The findings; the last one says how many more there are, and where the first of them stands. */
  finish(): readonly Finding[] {
    const last = this.findings.at(-1);
    if (!last || this.#more === 0) return this.findings;
    const path = formatPath([...this.#firstMore]);
    const shown = path.length > MAX_PATH ? `${path.slice(0, MAX_PATH - 1)}…` : path;
    const start = path === '' ? '' : `, starting at \`${shown}\``;
    const count = `${this.#more} more ${this.#more === 1 ? 'finding' : 'findings'}`;
    return [...this.findings.slice(0, -1), { ...last, message: `${last.message} … and ${count}${start}` }];
  }
}
