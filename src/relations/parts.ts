import type { Known } from '../policies/index.ts';
import type { Claim, Feed } from './claims.ts';
import { toHolder } from './claims.ts';
import type { DomainIndex } from './domain-index.ts';
import type { LinkIndex } from './link-index.ts';
import { isSelf, type ObjectTable, type StoredObject } from './object-table.ts';
import type { AskingHolders } from './questions.ts';
import type { TallyIndex } from './tally-index.ts';

/** What a relation index is made of, and answers from. */
export interface Parts {
  readonly objects: ObjectTable;
  readonly domains: ReadonlyMap<string, DomainIndex>;
  readonly links: ReadonlyMap<string, LinkIndex>;
  readonly tallies: ReadonlyMap<string, TallyIndex>;
  /** Contributions of an object to one feed. */
  numbersOf(stored: StoredObject, feed: Feed): number[];
  /** Why the first of these resources is not known; null when all are. */
  reasonFor(resources: Iterable<string>): string | null;
}

/** An answer that rests on these resources, worked out only where they are known. */
export function answer<T>(parts: Parts, resources: Iterable<string>, work: () => T): Known<T> {
  const reason = parts.reasonFor(resources);
  return reason === null ? { known: true, value: work() } : { known: false, reason };
}

/** The answer to a question about a name that the plan does not have. */
export function undeclared(what: string, name: string): { known: false; reason: string } {
  return { known: false, reason: `no policy declares the ${what} \`${name}\`` };
}

/** Which claims a question takes: of these members, not the object under review's own, and as the asker likes. */
export function acceptorOf({ exclude, accept }: AskingHolders, members?: readonly string[]): (claim: Claim) => boolean {
  return (claim) => {
    if (members !== undefined && !members.includes(claim.member)) return false;
    if (exclude && claim.object !== null && isSelf(claim.object, exclude)) return false;
    return accept === undefined || accept(toHolder(claim));
  };
}
