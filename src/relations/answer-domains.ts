import { formatAddress, type Known } from '../policies/index.ts';
import { type Claim, type ClaimHolder, compareClaims, toHolder } from './claims.ts';
import type { DomainIndex } from './domain-index.ts';
import { acceptorOf, answer, type Parts, undeclared } from './parts.ts';
import type { FreeQuestion, KeyQuestion, RangeQuestion } from './questions.ts';

/** The questions about domains. */
export interface DomainAnswers {
  /** Who holds a key in a domain. */
  holders(question: KeyQuestion): Known<ClaimHolder[]>;
  /** Who holds an address of a range in a domain. */
  overlapping(question: RangeQuestion): Known<ClaimHolder[]>;
  /** The lowest block of a size in a pool that no member holds any of, as a CIDR; null when there is none. */
  nextFree(question: FreeQuestion): Known<string | null>;
}

type Ask = (index: DomainIndex, limit: number, accept: (claim: Claim) => boolean) => Claim[];

export function answerDomains(parts: Parts): DomainAnswers {
  const ask = (question: KeyQuestion | RangeQuestion, find: Ask): Known<ClaimHolder[]> => {
    const { domain, members, limit = Number.POSITIVE_INFINITY } = question;
    const index = parts.domains.get(domain);
    if (index === undefined) return undeclared('domain', domain);
    return answer(parts, resourcesIn(index, members), () =>
      find(index, limit, acceptorOf(question, members)).sort(compareClaims).map(toHolder),
    );
  };
  return {
    holders: (question) =>
      ask(question, (index, limit, accept) => index.holders(question.scope, question.key, limit, accept)),
    overlapping: (question) =>
      ask(question, (index, limit, accept) => index.overlapping(question.scope, question.range, limit, accept)),
    nextFree({ domain, scope, pool, prefixLength }) {
      const index = parts.domains.get(domain);
      if (index === undefined) return undeclared('domain', domain);
      return answer(parts, resourcesIn(index), () => {
        const free = index.nextFree(scope, pool, prefixLength);
        return free && `${formatAddress(free.version, free.first)}/${prefixLength}`;
      });
    },
  };
}

function resourcesIn({ plan }: DomainIndex, members?: readonly string[]): string[] {
  return plan.members.flatMap(({ as, resource }) =>
    resource !== null && (members === undefined || members.includes(as)) ? [resource] : [],
  );
}
