import type { Json } from '../../policies/index.ts';
import type { Attempt, Claim, Entry, Slot } from './types.ts';

/** Identity of a slot as text; no part of a Kubernetes name has a `/`. */
export function slotText({ group, resource, namespace, name }: Slot): string {
  return `${group}/${resource}/${namespace}/${name}`;
}

/** The same place, whatever is stored there. */
export function isSameSlot(a: Slot, b: Slot): boolean {
  return a.name === b.name && a.namespace === b.namespace && a.resource === b.resource && a.group === b.group;
}

/** Two claims are the same claim exactly when their texts are equal: mode, key, amount, limit and attributes. */
export function claimText({ mode, key, amount, limit, attributes }: Claim): string {
  const place = key.type === 'parent' ? slotText(key.parent) : key;
  return JSON.stringify([mode, place, amount ?? null, limit ?? null, attributes ?? null], inOrder);
}

/** The same claim of the same slot: what makes an entry of a shard the one that is meant. */
export function isEntryOf(entry: Entry, slot: Slot, claim: Claim): boolean {
  return isSameSlot(entry.slot, slot) && claimText(entry) === claimText(claim);
}

/** Only the claim of an entry. */
export function claimOf({ mode, key, amount, limit, attributes }: Entry): Claim {
  return {
    mode,
    key,
    ...(amount === undefined ? {} : { amount }),
    ...(limit === undefined ? {} : { limit }),
    ...(attributes === undefined ? {} : { attributes }),
  };
}

/** The claims of `after` that `before` lacks, each once. */
export function missingClaims(before: readonly Claim[], after: readonly Claim[]): Claim[] {
  const seen = new Set(before.map(claimText));
  return after.filter((claim) => {
    const text = claimText(claim);
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

/** The write with this nonce is among those recorded for the entry. */
export function hasNonce(attempts: readonly Attempt[], nonce: string): boolean {
  return attempts.some((attempt) => attempt.nonce === nonce);
}

/** Maps with their keys in order, so that equal values have equal texts. */
function inOrder(_name: string, value: Json): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
