import type { JsonObject, Known } from '../policies/index.ts';
import { firstClaims, toHolder } from './claims.ts';
import type { CounterTotal } from './counter-index.ts';
import type { LinkIndex } from './link-index.ts';
import type { StoredObject } from './object-table.ts';
import { acceptorOf, answer, type Parts, undeclared } from './parts.ts';
import { comparePlaces, projectionOf } from './projections.ts';
import type { Referrers, ReferrersQuestion, TargetsQuestion, TotalQuestion } from './questions.ts';
import type { TallyIndex } from './tally-index.ts';

/** The questions about references and counters. */
export interface LinkAnswers {
  /** Who refers to an object. */
  referrers(question: ReferrersQuestion): Known<Referrers>;
  /** The objects that a reference names, as they are projected: none when it dangles. */
  targets(question: TargetsQuestion): Known<JsonObject[]>;
  /** What counts under a key. */
  total(question: TotalQuestion): Known<CounterTotal>;
}

export function answerLinks(parts: Parts): LinkAnswers {
  return {
    referrers(question) {
      const { resource, namespace, name, reference, object = null, limit = Number.POSITIVE_INFINITY } = question;
      const asked = [...parts.links.values()].filter(
        ({ plan }) => plan.to.resource === resource && (reference === undefined || plan.name === reference),
      );
      if (reference !== undefined && asked.length === 0) return undeclared(`reference to ${resource}`, reference);
      return answer(
        parts,
        asked.flatMap((link) => resourcesBehind(link, object)),
        () => {
          const accept = acceptorOf(question);
          const claims = asked.flatMap((link) => link.referrers({ namespace, name, object }, accept));
          return { holders: firstClaims(claims, limit).map(toHolder), count: claims.length };
        },
      );
    },
    targets({ reference, namespace, key }) {
      const link = parts.links.get(reference);
      if (link === undefined) return undeclared('reference', reference);
      return answer(parts, [link.plan.to.resource], () =>
        link.targets(namespace, key).sort(comparePlaces).map(projectionOf),
      );
    },
    total({ counter, key, exclude }) {
      const tally = parts.tallies.get(counter);
      if (tally === undefined) return undeclared('counter', counter);
      return answer(parts, [tally.plan.resource], () => {
        const self = exclude && storedSelf(parts, tally, exclude);
        return tally.total(key, self ? parts.numbersOf(self, tally.feed) : []);
      });
    },
  };
}

/** Referrers rest on the kinds that refer, and on the target's own where its keys are read from what is stored. */
function resourcesBehind({ plan }: LinkIndex, object: JsonObject | null): string[] {
  const from = plan.from.map(({ resource }) => resource);
  return plan.to.keys === null || object !== null ? from : [...from, plan.to.resource];
}

/** A counter counts one resource, in which the place of the object under review says which one it is. */
function storedSelf(
  { objects }: Parts,
  { plan }: TallyIndex,
  self: { resource: string; namespace: string; name: string },
): StoredObject | undefined {
  return self.resource === plan.resource ? objects.get(self.resource, self.namespace, self.name) : undefined;
}
