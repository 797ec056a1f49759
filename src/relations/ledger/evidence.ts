import { claimText } from './claims.ts';
import type { LedgerContext } from './rules.ts';
import type { Attempt, Entry, LiveObject } from './types.ts';

/** What is known of the slot of an entry that was read at some version of its shard. */
export interface Evidence {
  /** Quorum GET (no resourceVersion parameter) sent after the shard was read; null when it answered NotFound. */
  live: LiveObject | null;
  /** Uids that some watch has shown stored; however late the watch is, what it has shown did happen. */
  seen: readonly string[];
  /** Nonces whose timer had run out before the GET was sent. */
  expired: readonly string[];
}

/** `stored`: the live object has the claim. `dead`: it has not and nothing is left that could bring it. Else `pending`. */
export type Fate = 'stored' | 'pending' | 'dead';

/**
 * The write of this attempt is behind us: stored, or never to be. A CREATE is over when its uid was stored: NotFound, or
 * another uid under the name, says nothing, since it may yet be stored after that one is deleted. An UPDATE or a DELETE
 * can only replace its base, so it is over once the base is no longer what is stored; a GET that shows the base unchanged
 * says nothing. Otherwise only the timer ends it.
 */
export function isOver(attempt: Attempt, { live, seen, expired }: Evidence): boolean {
  if (expired.includes(attempt.nonce)) return true;
  if (attempt.operation === 'CREATE') return seen.includes(attempt.uid) || live?.uid === attempt.uid;
  return live?.uid !== attempt.uid || live.resourceVersion !== attempt.baseResourceVersion;
}

/**
 * What became of an entry. A marker is never held: once its write is over, the parent itself says what came of it.
 */
export function fateOf(
  context: LedgerContext,
  place: { domain: string; generation: string },
  entry: Entry,
  evidence: Evidence,
): Fate {
  if (entry.mode !== 'marker' && holds(context, place, entry, evidence.live)) return 'stored';
  return entry.attempts.every((attempt) => context.rules.isOver(attempt, evidence)) ? 'dead' : 'pending';
}

/** The live object of the entry's slot has the entry's claim, by the generation's own program. */
export function holds(
  context: LedgerContext,
  { domain, generation }: { domain: string; generation: string },
  entry: Entry,
  live: LiveObject | null,
): boolean {
  if (!live) return false;
  const text = claimText(entry);
  return context.claimsOf(domain, generation, entry.slot, live).some((claim) => claimText(claim) === text);
}
