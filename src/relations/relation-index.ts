import type { JsonObject, Known } from '../policies/index.ts';
import { answerDomains, type DomainAnswers } from './answer-domains.ts';
import { answerLinks, type LinkAnswers } from './answer-links.ts';
import type { Feed } from './claims.ts';
import { createDomainIndex } from './domain-index.ts';
import { createIntake, type Intake } from './intake.ts';
import { createLinkIndex } from './link-index.ts';
import { createObjectTable, isSelf } from './object-table.ts';
import { answer, type Parts } from './parts.ts';
import { comparePlaces, projectionOf } from './projections.ts';
import type { FindQuestion, RelationStatistics } from './questions.ts';
import { type RelationPlan, resourcesOf } from './relation-plan.ts';
import { createResourceStates } from './resource-states.ts';
import { createTallyIndex } from './tally-index.ts';

/**
 * All that rules may ask about other objects, kept up to date object by object. Every question is answered at once, or
 * said to have no answer yet. Answers share what is stored and must not be changed.
 */
export interface RelationIndex extends Intake, DomainAnswers, LinkAnswers {
  /** What must be watched, in order. */
  readonly resources: readonly string[];
  /** Everything of the resource has been taken in, and events keep coming. */
  markKnown(resource: string): void;
  /** @param reason one line that names the resource */
  markUnknown(resource: string, reason: string): void;
  /**
   * Objects as they are projected, by namespace and name. Without a projection in the plan only `metadata.name`,
   * `namespace` and `uid` are there.
   */
  find(question: FindQuestion): Known<JsonObject[]>;
  statistics(): RelationStatistics;
}

/** An index for one plan. Nothing is known at first but the constants of its domains. */
export function createRelationIndex(plan: RelationPlan): RelationIndex {
  const resources = resourcesOf(plan);
  const { markKnown, markUnknown, reasonFor } = createResourceStates(resources);
  const objects = createObjectTable();
  const feeds: Feed[] = [];
  const numbersOf: Parts['numbersOf'] = ({ held }, feed) => {
    const position = feeds.indexOf(feed);
    return held.filter((_, i) => i % 2 === 1 && held[i - 1] === position);
  };
  const parts: Parts = {
    objects,
    domains: new Map(plan.domains.map((domain) => [domain.name, createDomainIndex(domain)])),
    links: new Map(plan.references.map((entry) => [entry.name, createLinkIndex(entry, objects, numbersOf)])),
    tallies: new Map(plan.counters.map((counter) => [counter.name, createTallyIndex(counter)])),
    numbersOf,
    reasonFor,
  };
  for (const part of [...parts.domains.values(), ...parts.links.values()]) feeds.push(...part.feeds);
  for (const { feed } of parts.tallies.values()) feeds.push(feed);
  return {
    resources,
    markKnown,
    markUnknown,
    ...createIntake(plan, objects, feeds, markUnknown),
    ...answerDomains(parts),
    ...answerLinks(parts),
    find: ({ resource, namespace, name, exclude }) =>
      answer(parts, [resource], () =>
        objects
          .find(resource, namespace, name)
          .filter((stored) => !exclude || !isSelf(stored, exclude))
          .sort(comparePlaces)
          .map(projectionOf),
      ),
    statistics: () => readStatistics(parts),
  };
}

function readStatistics({ objects, domains }: Parts): RelationStatistics {
  const indexes = [...domains];
  return {
    objects: objects.size,
    claims: Object.fromEntries(indexes.map(([name, index]) => [name, index.claims])),
    unreadable: Object.fromEntries(indexes.map(([name, index]) => [name, index.unreadable])),
  };
}
