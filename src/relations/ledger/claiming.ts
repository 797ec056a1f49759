/** First half of an admission: the claims are written, shard by shard, or what stands against them is looked at. */
import {
  type AdmissionState,
  type AdmissionStep,
  nameEntries,
  ownAttempt,
  type Phase,
  plannedAt,
  RETRY_AFTER_SECONDS,
  readNext,
  refuse,
} from './admission-state.ts';
import { claimOf, isEntryOf, isSameSlot } from './claims.ts';
import { type Fate, fateOf } from './evidence.ts';
import { type Drop, findCounted, isRecorded, mergeWants, type Verdict, type Want } from './merge.ts';
import type { LedgerContext } from './rules.ts';
import { isShard } from './shards.ts';
import type { CasResult, ObjectResult, ShardResult, WaitResult } from './steps.ts';
import type { Entry, Shard } from './types.ts';

type Settling = Extract<Phase, { name: 'settling' }>;

/** The shard to claim in was read. */
export function onShardRead(context: LedgerContext, state: AdmissionState, result: ShardResult): AdmissionStep {
  const { ref, claims } = plannedAt(state);
  if (result.got === 'unavailable') return refuse(state, { reason: 'unavailable', detail: result.detail });
  if (result.got === 'missing' || !isShard(result.shard, ref)) return refuse(state, { reason: 'damaged', shard: ref });
  const { shard, lapsed } = result;
  const { slot, nonce } = state.request;
  // An earlier write of this handling may have gone through although nobody said so.
  if (isRecorded(shard, slot, claims, nonce)) {
    return goOn(state, findCounted(shard.entries, slot, claims));
  }
  const verdict = judge(context, state, shard, lapsed, []);
  if (verdict.verdict !== 'blocked') return write(context, state, shard, verdict, []);
  return settle(context, state, { name: 'settling', shard, lapsed, blockers: verdict.by, fates: [], drops: [] });
}

/** The slot of an entry in the way was looked at. */
export function onBlockerRead(
  context: LedgerContext,
  state: AdmissionState,
  phase: Settling,
  result: ObjectResult,
): AdmissionStep {
  if (result.got === 'unavailable') return refuse(state, { reason: 'unavailable', detail: result.detail });
  const entry = phase.blockers[phase.fates.length];
  if (!entry) throw new RangeError('an object was read that nobody asked for');
  const evidence = { live: result.object, seen: result.seen, expired: result.expired };
  const fate = fateOf(context, phase.shard, entry, evidence);
  const nonces = entry.attempts.map((attempt) => attempt.nonce);
  const drop: Drop = { slot: entry.slot, claim: claimOf(entry), nonces, release: true };
  const drops = fate === 'dead' ? [...phase.drops, drop] : phase.drops;
  return settle(context, state, { ...phase, fates: [...phase.fates, fate], drops });
}

/** The write of the claims was answered, or was not. */
export function onClaimsWritten(state: AdmissionState, result: CasResult): AdmissionStep {
  if (result.got === 'written' && result.verdict.verdict === 'recorded') return goOn(state, result.verdict.counted);
  return readNext(state, state.at);
}

/** The pause for writes under way is over, or there is no time for one. */
export function onWaited(state: AdmissionState, blockers: Entry[], result: WaitResult): AdmissionStep {
  if (result.got === 'waited') return readNext(state, state.at);
  const by = nameEntries(blockers);
  return refuse(state, { reason: 'retry', by, retryAfterSeconds: RETRY_AFTER_SECONDS }, blockers);
}

/** Looks at the next entry in the way, or decides, once those looked at are enough. */
function settle(context: LedgerContext, state: AdmissionState, phase: Settling): AdmissionStep {
  const fates = [...phase.fates, ...fatesWithoutLooking(phase)];
  const stored = phase.blockers.filter((_, i) => fates[i] === 'stored');
  const against = judgeStored(context, state, phase, stored);
  if (against.length > 0) return refuse(state, { reason: 'conflict', by: nameEntries(against) });
  const next = phase.blockers[fates.length];
  if (next) return { state: { ...state, phase: { ...phase, fates } }, effect: { do: 'getObject', slot: next.slot } };
  const verdict = judge(context, state, phase.shard, phase.lapsed, phase.drops);
  if (verdict.verdict !== 'blocked') return write(context, state, phase.shard, verdict, phase.drops);
  const pending = phase.blockers.filter((_, i) => fates[i] === 'pending');
  const slots = pending.map(({ slot }) => slot);
  return { state: { ...state, phase: { name: 'waiting', blockers: pending } }, effect: { do: 'wait', on: slots } };
}

/**
 * Counts that nothing is under way for are taken as stored: the sweep takes those of deleted objects away, and nobody
 * is let in by this, only kept out.
 */
function fatesWithoutLooking({ blockers, fates }: Settling): Fate[] {
  const rest = blockers.slice(fates.length);
  const until = rest.findIndex(({ mode, attempts }) => mode !== 'count' || attempts.length > 0);
  return rest.slice(0, until < 0 ? rest.length : until).map(() => 'stored');
}

/** Entries of stored objects that stand against the claims by themselves. */
function judgeStored(context: LedgerContext, state: AdmissionState, phase: Settling, stored: Entry[]): Entry[] {
  const own = phase.shard.entries.filter((entry) => isSameSlot(entry.slot, state.request.slot));
  const verdict = judge(context, state, { ...phase.shard, entries: [...own, ...stored] }, phase.lapsed, []);
  return verdict.verdict === 'blocked' ? verdict.by : [];
}

function judge(
  context: LedgerContext,
  state: AdmissionState,
  shard: Shard,
  lapsed: readonly string[],
  drops: Drop[],
): Verdict {
  const [verdict] = mergeWants(context, shard, [wantOf(state, drops)], lapsed).verdicts;
  if (!verdict) throw new RangeError('each want has its verdict');
  return verdict;
}

/** Writes the claims, or goes on without where nothing is to be written. */
function write(
  context: LedgerContext,
  state: AdmissionState,
  shard: Shard,
  verdict: Exclude<Verdict, { verdict: 'blocked' }>,
  drops: Drop[],
): AdmissionStep {
  if (verdict.verdict === 'yield') {
    return refuse(state, { reason: 'retry', by: [], retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
  const { ref, claims } = plannedAt(state);
  const { slot } = state.request;
  const already = claims.every((claim) => shard.entries.some((entry) => isEntryOf(entry, slot, claim)));
  if (!context.rules.records(state.request, claims, already)) return goOn(state, verdict.counted);
  const want = wantOf(state, drops);
  const on = shard.resourceVersion;
  const sent = Math.max(state.sent, state.at + 1);
  const next: AdmissionState = { ...state, sent, phase: { name: 'writing', on, want } };
  return { state: next, effect: { do: 'casShard', shard: ref, on, want } };
}

function wantOf(state: AdmissionState, drops: Drop[]): Want {
  const { slot, bypass } = state.request;
  const { claims } = plannedAt(state);
  return { slot, attempt: ownAttempt(state.request), claims, force: bypass, drops, marks: [] };
}

function goOn(state: AdmissionState, counted: Entry[]): AdmissionStep {
  const kept = counted.length > 0 ? { ...state.counted, [state.at]: counted } : state.counted;
  return readNext({ ...state, counted: kept }, state.at + 1);
}
