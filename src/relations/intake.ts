import type { JsonObject } from '../policies/index.ts';
import type { Feed } from './claims.ts';
import { identityOf, type ObjectTable, type StoredObject } from './object-table.ts';
import type { ObjectEvent } from './questions.ts';
import { type ProjectionPlan, type RelationPlan, resourcesOf } from './relation-plan.ts';

/** How objects come in and go. */
export interface Intake {
  apply(event: ObjectEvent): void;
  relist(resource: string, objects: Iterable<JsonObject>): void;
}

interface Reader {
  /** The resource's feeds, with their positions among all. */
  feeds: { position: number; feed: Feed }[];
  projection: ProjectionPlan | undefined;
}

/**
 * Lets objects into the table and the indexes, each as a whole or not at all.
 * @param markUnknown told when a function of the plan threw
 */
export function createIntake(
  plan: RelationPlan,
  objects: ObjectTable,
  feeds: readonly Feed[],
  markUnknown: (resource: string, reason: string) => void,
): Intake {
  const readers = readersOf(plan, feeds);
  const release = (stored: StoredObject): void => {
    const { held } = stored;
    for (let i = 0; i < held.length; i += 2) feeds[held[i] as number]?.remove(held[i + 1] as number);
    stored.held = [];
  };
  const put = (reader: Reader, resource: string, object: JsonObject): StoredObject => {
    const identity = identityOf(resource, object);
    if (identity.name === '') throw new TypeError(`an object of \`${resource}\` has no name, wanted metadata.name`);
    const { commits, projection } = readObject(reader, object, identity.name, (reason) =>
      markUnknown(resource, `\`${resource}\` cannot be relied on: ${reason}`),
    );
    const before = objects.get(resource, identity.namespace, identity.name);
    if (before) release(before);
    const stored: StoredObject = { ...identity, projection, held: [] };
    const held = commits.flatMap(({ position, commit }) => commit(stored).flatMap((number) => [position, number]));
    // A copy has no spare room, which an array that grew has plenty of.
    stored.held = held.slice();
    objects.set(stored);
    return stored;
  };
  const takeOut = (stored: StoredObject): void => {
    release(stored);
    objects.delete(stored);
  };
  return {
    apply({ type, resource, object }) {
      const reader = readers.get(resource);
      if (reader === undefined) return;
      if (type !== 'deleted') {
        put(reader, resource, object);
        return;
      }
      const { namespace, name, uid } = identityOf(resource, object);
      const stored = objects.get(resource, namespace, name);
      if (stored && (uid === '' || stored.uid === '' || stored.uid === uid)) takeOut(stored);
    },
    relist(resource, listed) {
      const reader = readers.get(resource);
      if (reader === undefined) return;
      const seen = new Set<StoredObject>();
      for (const object of listed) seen.add(put(reader, resource, object));
      for (const stored of objects.find(resource, null, null)) if (!seen.has(stored)) takeOut(stored);
    },
  };
}

function readersOf(plan: RelationPlan, feeds: readonly Feed[]): Map<string, Reader> {
  const readers = new Map<string, Reader>();
  for (const resource of resourcesOf(plan)) {
    const own = feeds.flatMap((feed, position) => (feed.resource === resource ? [{ position, feed }] : []));
    readers.set(resource, { feeds: own, projection: plan.projections.find((entry) => entry.resource === resource) });
  }
  return readers;
}

/** Reads all that an object contributes before anything is changed. */
function readObject(
  { feeds, projection }: Reader,
  object: JsonObject,
  name: string,
  fail: (reason: string) => void,
): { commits: { position: number; commit: (stored: StoredObject) => number[] }[]; projection: JsonObject | null } {
  try {
    return {
      commits: feeds.map(({ position, feed }) => ({ position, commit: feed.read(object) })),
      projection: projection?.project(object) ?? null,
    };
  } catch (error) {
    fail(`reading \`${name}\` failed: ${error instanceof Error ? error.message : String(error)}`);
    throw error;
  }
}
