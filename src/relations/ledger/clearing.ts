/** After a refusal: a handling takes its own attempts back, by nonce, and nothing else. */
import {
  type AdmissionState,
  type AdmissionStep,
  clearNext,
  ownAttempt,
  type Phase,
  plannedAt,
} from './admission-state.ts';
import { claimOf, isEntryOf } from './claims.ts';
import type { Want } from './merge.ts';
import type { LedgerContext } from './rules.ts';
import { isShard } from './shards.ts';
import type { CasResult, ShardResult } from './steps.ts';
import type { Shard } from './types.ts';

type Clearing = Extract<Phase, { name: 'clearing' }>;

/** A shard that may have something of this handling was read. */
export function onShardToClear(
  context: LedgerContext,
  state: AdmissionState,
  phase: Clearing,
  result: ShardResult,
): AdmissionStep {
  const { ref } = plannedAt(state, phase.next);
  if (result.got !== 'shard' || !isShard(result.shard, ref)) return clearNext(state, phase.next + 1, phase.marked);
  const want = wantCleared(context, state, phase, result.shard);
  if (want.drops.length === 0 && want.marks.length === 0) return clearNext(state, phase.next + 1, phase.marked);
  const on = result.shard.resourceVersion;
  return { state: { ...state, phase: { ...phase, writing: true } }, effect: { do: 'casShard', shard: ref, on, want } };
}

/** What is not taken back now is taken away by a sweep, once it is over. */
export function onCleared(state: AdmissionState, phase: Clearing, result: CasResult): AdmissionStep {
  return clearNext(state, result.got === 'conflict' ? phase.next : phase.next + 1, phase.marked);
}

/** The entries stay, even without attempts: they may be held, and only a sweep finds out. */
function wantCleared(context: LedgerContext, state: AdmissionState, phase: Clearing, shard: Shard): Want {
  const { slot, nonce } = state.request;
  const own = ownAttempt(state.request);
  const drops = shard.entries.flatMap((entry) => {
    const nonces = entry.attempts
      .filter((attempt) => context.rules.isOwn(attempt, own))
      .map((attempt) => attempt.nonce);
    return nonces.length > 0 ? [{ slot: entry.slot, claim: claimOf(entry), nonces, release: false }] : [];
  });
  const marked = phase.next === state.at ? phase.marked : [];
  const marks = shard.entries
    .filter((entry) => entry.waiter === undefined && entry.attempts.length > 0)
    .filter((entry) => marked.some((mark) => isEntryOf(entry, mark.slot, mark)))
    .map((entry) => ({ slot: entry.slot, claim: claimOf(entry), waiter: nonce }));
  return { slot, attempt: null, claims: [], force: false, drops, marks };
}
