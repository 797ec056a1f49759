/**
 * Whether what is known of each resource may be relied on. A relation over a resource that is not known has no answer,
 * and says why.
 */
export interface ResourceStates {
  /** Everything of the resource has been seen, and events keep coming. */
  markKnown(resource: string): void;
  /** @param reason one line that names the resource: `nodes: no word from the API server for 40 s` */
  markUnknown(resource: string, reason: string): void;
  /** Why the first of these resources is not known; null when all are. */
  reasonFor(resources: Iterable<string>): string | null;
}

/** @param resources what is watched; nothing of it is known at first */
export function createResourceStates(resources: readonly string[]): ResourceStates {
  const reasons = new Map<string, string | null>();
  for (const resource of resources) reasons.set(resource, `\`${resource}\` has not been listed yet`);
  return {
    markKnown(resource) {
      if (reasons.has(resource)) reasons.set(resource, null);
    },
    markUnknown(resource, reason) {
      if (reasons.has(resource)) reasons.set(resource, reason);
    },
    reasonFor(asked) {
      for (const resource of asked) {
        const reason = reasons.get(resource);
        if (reason === undefined)
          return `\`${resource}\` is not watched, because no policy declares that it is asked for`;
        if (reason !== null) return reason;
      }
      return null;
    },
  };
}
