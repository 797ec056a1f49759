import { hasNonce, isEntryOf, isSameSlot } from './claims.ts';
import { findBlockers, keysMeet } from './collisions.ts';
import type { LedgerContext } from './rules.ts';
import type { Attempt, Claim, Entry, Shard, Slot } from './types.ts';

/** Something proved of one entry at the version of the shard that was read. */
export interface Drop {
  slot: Slot;
  claim: Claim;
  /** Attempts to take off. */
  nonces: string[];
  /** The live object lacks the claim: the entry goes, provided that no attempt is left. */
  release: boolean;
  /** Waiter mark to take off, whose time is up. */
  waiter?: string;
}

/** What one handling or one sweep would change in one shard. */
export interface Want {
  slot: Slot;
  /** null where nothing is under way: adoption, sweeps. */
  attempt: Attempt | null;
  claims: Claim[];
  /** Written even beside a conflicting entry, and marked as tolerated there. */
  force: boolean;
  drops: Drop[];
  /** Entries of others whose slots shall stand back for this waiter. */
  marks: { slot: Slot; claim: Claim; waiter: string }[];
}

export type Verdict =
  /** `counted`: entries of other slots that took of the same limits before this one. */
  | { verdict: 'recorded'; counted: Entry[] }
  /** Nothing of the want was done. */
  | { verdict: 'blocked'; by: Entry[] }
  /** Nothing was done: somebody waits for a key that this slot claims and does not store. */
  | { verdict: 'yield'; to: string };

/**
 * One version of a shard from another: applies wants in order, each seeing those before it, so that several admissions
 * share one write. Everything a want drops was proved at the version that was read, which is why the result may only
 * be written by CAS on that version; an entry that an earlier want gave a fresh attempt is not released by a later one.
 * `lapsed` are waiter marks whose time is up.
 */
export function mergeWants(
  context: LedgerContext,
  shard: Shard,
  wants: readonly Want[],
  lapsed: readonly string[] = [],
): { shard: Shard; verdicts: Verdict[] } {
  let entries = shard.entries;
  const verdicts = wants.map((want) => {
    const merged = mergeWant(context, shard.domain, entries, want, lapsed);
    entries = merged.entries;
    return merged.verdict;
  });
  return { shard: { ...shard, entries }, verdicts };
}

/** All claims have an attempt with this nonce: what an unknown result is settled by. */
export function isRecorded(shard: Shard, slot: Slot, claims: readonly Claim[], nonce: string): boolean {
  return claims.every((claim) => {
    const entry = shard.entries.find((candidate) => isEntryOf(candidate, slot, claim));
    return entry !== undefined && hasNonce(entry.attempts, nonce);
  });
}

/** Entries of other slots that take of the limits which these claims take of. */
export function findCounted(entries: readonly Entry[], slot: Slot, claims: readonly Claim[]): Entry[] {
  const counts = claims.filter(({ mode }) => mode === 'count');
  return entries.filter(
    (entry) =>
      entry.mode === 'count' && !isSameSlot(entry.slot, slot) && counts.some(({ key }) => keysMeet(key, entry.key)),
  );
}

function mergeWant(
  context: LedgerContext,
  domain: string,
  before: readonly Entry[],
  want: Want,
  lapsed: readonly string[],
): { entries: Entry[]; verdict: Verdict } {
  const entries = want.drops.reduce(applyDrop, [...before]);
  const waiter = want.attempt && !want.force ? findWaiter(entries, want, lapsed) : undefined;
  if (waiter !== undefined) return { entries: [...before], verdict: { verdict: 'yield', to: waiter } };
  const blockers = findBlockers(context, domain, entries, want.slot, want.claims);
  if (blockers.length > 0 && !want.force)
    return { entries: [...before], verdict: { verdict: 'blocked', by: blockers } };
  const counted = findCounted(entries, want.slot, want.claims);
  const added = want.claims.reduce((list, claim) => {
    const tolerated = blockers.length > 0 && findBlockers(context, domain, list, want.slot, [claim]).length > 0;
    return addClaim(list, want, claim, tolerated);
  }, entries);
  return { entries: want.marks.reduce(applyMark, added), verdict: { verdict: 'recorded', counted } };
}

/** The waiter for whom the slot must stand back from one of the claims. */
function findWaiter(entries: readonly Entry[], want: Want, lapsed: readonly string[]): string | undefined {
  return want.claims
    .map((claim) => entries.find((entry) => isEntryOf(entry, want.slot, claim))?.waiter)
    .find((waiter) => waiter !== undefined && !lapsed.includes(waiter));
}

function addClaim(entries: Entry[], { slot, attempt }: Want, claim: Claim, tolerated: boolean): Entry[] {
  const added = attempt ? [attempt] : [];
  const at = entries.findIndex((entry) => isEntryOf(entry, slot, claim));
  const old = entries[at];
  const attempts = old ? [...old.attempts, ...added] : added;
  const entry: Entry = { ...claim, slot, attempts, ...(tolerated ? { tolerated: true } : {}) };
  return old ? entries.with(at, entry) : [...entries, entry];
}

function applyDrop(entries: Entry[], drop: Drop): Entry[] {
  const at = entries.findIndex((entry) => isEntryOf(entry, drop.slot, drop.claim));
  const entry = entries[at];
  if (!entry) return entries;
  const attempts = entry.attempts.filter(({ nonce }) => !drop.nonces.includes(nonce));
  if (drop.release && attempts.length === 0) return entries.toSpliced(at, 1);
  const { waiter, ...rest } = { ...entry, attempts };
  return entries.with(at, waiter === undefined || waiter === drop.waiter ? rest : { ...rest, waiter });
}

function applyMark(entries: Entry[], { slot, claim, waiter }: Want['marks'][number]): Entry[] {
  const at = entries.findIndex((entry) => isEntryOf(entry, slot, claim));
  const entry = entries[at];
  return entry ? entries.with(at, { ...entry, waiter }) : entries;
}
