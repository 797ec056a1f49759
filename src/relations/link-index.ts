import { canonicalText, type Json, type JsonObject } from '../policies/index.ts';
import { type Claim, type Feed, NO_ATTRIBUTES } from './claims.ts';
import { Numbered } from './numbered.ts';
import type { ObjectTable, StoredObject } from './object-table.ts';
import { createReferenceIndex } from './reference-index.ts';
import { holdsNothing, type ReferencePlan } from './relation-plan.ts';

/** One reference of the plan, fed by the objects at both its ends. */
export interface LinkIndex {
  readonly plan: ReferencePlan;
  readonly feeds: readonly Feed[];
  /**
   * Who refers to the object of this name. Its other keys are read from `object` where that is given, else from what
   * is stored.
   */
  referrers(
    target: { namespace: string; name: string; object: JsonObject | null },
    accept: (claim: Claim) => boolean,
  ): Claim[];
  /** Objects that the key names. */
  targets(namespace: string, key: Json): StoredObject[];
}

/**
 * An index of one reference; targets that are named by `metadata.name` are found in the table.
 * @param numbersOf what an object has in a feed
 */
export function createLinkIndex(
  plan: ReferencePlan,
  objects: ObjectTable,
  numbersOf: (stored: StoredObject, feed: Feed) => number[],
): LinkIndex {
  const index = createReferenceIndex();
  const claims = new Numbered<Claim>();
  const targets = new Numbered<{ object: StoredObject; key: Json }>();
  const { resource, keys } = plan.to;
  const feeds: Feed[] = plan.from.map((from) => ({
    resource: from.resource,
    read(object) {
      const references = from.references(object).filter(({ key }) => !holdsNothing(key));
      return (stored) =>
        references.map(({ namespace, key, path }) => {
          const number = claims.add(toClaim(stored, plan.name, path, key));
          index.addReferrer(number, namespace, key);
          return number;
        });
    },
    remove(number) {
      index.removeReferrer(number);
      claims.delete(number);
    },
  }));
  const targetFeed: Feed | null = keys && {
    resource,
    read(object) {
      const own = keys(object).filter((key) => !holdsNothing(key));
      return (stored) =>
        own.map((key) => {
          const number = targets.add({ object: stored, key });
          index.addTarget(number, stored.namespace, key);
          return number;
        });
    },
    remove(number) {
      index.removeTarget(number);
      targets.delete(number);
    },
  };
  if (targetFeed) feeds.push(targetFeed);
  const keysOf = (namespace: string, name: string, object: JsonObject | null): readonly Json[] => {
    if (keys === null || targetFeed === null) return [name];
    if (object !== null) return keys(object).filter((key) => !holdsNothing(key));
    const stored = objects.get(resource, namespace, name);
    return stored ? numbersOf(stored, targetFeed).map((number) => targets.get(number).key) : [];
  };
  return {
    plan,
    feeds,
    referrers({ namespace, name, object }, accept) {
      const found = new Set<number>();
      for (const key of keysOf(namespace, name, object)) {
        const all = Number.POSITIVE_INFINITY;
        for (const number of index.referrers(namespace, key, all, (n) => accept(claims.get(n)))) found.add(number);
      }
      return [...found].map((number) => claims.get(number));
    },
    targets(namespace, key) {
      if (holdsNothing(key)) return [];
      if (keys !== null) return index.targets(namespace, key).map((number) => targets.get(number).object);
      const named = typeof key === 'string' ? objects.get(resource, namespace, key) : undefined;
      return named ? [named] : [];
    },
  };
}

function toClaim(object: StoredObject, member: string, path: string, key: Json): Claim {
  const value = typeof key === 'string' ? key : canonicalText(key);
  return { object, member, path, value, attributes: NO_ATTRIBUTES, home: null };
}
