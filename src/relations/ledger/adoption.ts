import { claimOf, claimText, isEntryOf } from './claims.ts';
import { findBlockers } from './collisions.ts';
import { type Evidence, fateOf } from './evidence.ts';
import type { Drop, Want } from './merge.ts';
import type { LedgerContext } from './rules.ts';
import { isShard, shardRef } from './shards.ts';
import type {
  CasResult,
  CasShard,
  Done,
  GetObject,
  ObjectResult,
  ReadShard,
  ShardResult,
  Wait,
  WaitResult,
} from './steps.ts';
import type { Claim, Entry, Generation, LiveObject, Shard, ShardRef, Slot } from './types.ts';

/** A stored object whose claims may be missing from a generation. */
export interface AdoptionRequest {
  domain: string;
  generation: Generation;
  slot: Slot;
}

export interface AdoptionAnswer {
  /** `overtaken`: there was no time to wait for a write under way, or no answer; to be tried again. */
  outcome: 'adopted' | 'overtaken' | 'damaged';
  /** Stored objects that stand in each other's way: both are kept. */
  conflicts: { claim: Claim; with: { slot: Slot; claim: Claim } }[];
}

/** One claim in one of its shards. */
interface Place {
  ref: ShardRef;
  claim: Claim;
}

export interface AdoptionState {
  request: AdoptionRequest;
  /** null until the object was read for the first time. */
  places: Place[] | null;
  next: number;
  conflicts: AdoptionAnswer['conflicts'];
  phase:
    | { name: 'finding' }
    | { name: 'reading' }
    /** Looking whether the object still has the claim, now that the shard was read. */
    | { name: 'confirming'; shard: Shard }
    | { name: 'settling'; shard: Shard; blockers: Entry[]; looked: number; drops: Drop[]; pending: Slot[] }
    | { name: 'writing'; conflicts: AdoptionAnswer['conflicts'] }
    | { name: 'waiting' }
    | { name: 'done' };
}

export type AdoptionEffect = ReadShard | GetObject | CasShard | Wait | Done<AdoptionAnswer>;
export type AdoptionResult = ShardResult | ObjectResult | CasResult | WaitResult;

export interface AdoptionStep {
  state: AdoptionState;
  effect: AdoptionEffect;
}

/**
 * Gives a stored object the entries that it lacks: when a generation is filled, and when an object turns up that nobody
 * claimed for (stored while the webhook was away, or by an API server that had been paused). A conflicting write that is
 * still under way is waited out; a conflicting object that is stored is kept beside it and reported.
 */
export function startAdoption(request: AdoptionRequest): AdoptionStep {
  const state: AdoptionState = { request, places: null, next: 0, conflicts: [], phase: { name: 'finding' } };
  return { state, effect: { do: 'getObject', slot: request.slot } };
}

/**
 * Goes on with the result of the effect that was asked for.
 * @throws TypeError when the result is not one of that effect.
 */
export function resumeAdoption(context: LedgerContext, state: AdoptionState, result: AdoptionResult): AdoptionStep {
  const { phase } = state;
  if (result.got === 'unavailable') return end(state, 'overtaken');
  if (phase.name === 'finding' && result.got === 'object') {
    return readPlace({ ...state, places: findPlaces(context, state.request, result.object) }, 0);
  }
  if (phase.name === 'reading' && result.got === 'missing') return end(state, 'damaged');
  if (phase.name === 'reading' && result.got === 'shard') return onShard(state, result.shard);
  if (phase.name === 'confirming' && result.got === 'object')
    return onConfirmed(context, state, phase.shard, result.object);
  if (phase.name === 'settling' && result.got === 'object') {
    const { object, seen, expired } = result;
    return onBlocker(context, state, phase, { live: object, seen, expired });
  }
  if (phase.name === 'writing' && result.got === 'written') {
    return readPlace({ ...state, conflicts: [...state.conflicts, ...phase.conflicts] }, state.next + 1);
  }
  if (phase.name === 'writing' && (result.got === 'conflict' || result.got === 'unknown')) {
    return readPlace(state, state.next);
  }
  if (phase.name === 'waiting' && result.got === 'waited') return readPlace(state, state.next);
  if (phase.name === 'waiting' && result.got === 'late') return end(state, 'overtaken');
  throw new TypeError(`an adoption that is ${phase.name} cannot go on with \`${result.got}\``);
}

type Settling = Extract<AdoptionState['phase'], { name: 'settling' }>;

function findPlaces(context: LedgerContext, request: AdoptionRequest, live: LiveObject | null): Place[] {
  const { domain, generation, slot } = request;
  const claims = live ? context.claimsOf(domain, generation.id, slot, live) : [];
  return claims.flatMap((claim) =>
    context.rules
      .shardsOf(claim, generation.layout)
      .map((index) => ({ claim, ref: shardRef(domain, generation, index) })),
  );
}

function readPlace(state: AdoptionState, next: number): AdoptionStep {
  const place = state.places?.[next];
  if (!place) return end({ ...state, next }, 'adopted');
  return { state: { ...state, next, phase: { name: 'reading' } }, effect: { do: 'readShard', shard: place.ref } };
}

function onShard(state: AdoptionState, shard: Shard): AdoptionStep {
  const { ref, claim } = placeOf(state);
  const { slot } = state.request;
  if (!isShard(shard, ref)) return end(state, 'damaged');
  if (shard.entries.some((entry) => isEntryOf(entry, slot, claim))) return readPlace(state, state.next + 1);
  return { state: { ...state, phase: { name: 'confirming', shard } }, effect: { do: 'getObject', slot } };
}

function onConfirmed(
  context: LedgerContext,
  state: AdoptionState,
  shard: Shard,
  live: LiveObject | null,
): AdoptionStep {
  const { domain, generation, slot } = state.request;
  const { claim } = placeOf(state);
  const text = claimText(claim);
  const held = live !== null && context.claimsOf(domain, generation.id, slot, live).some((c) => claimText(c) === text);
  // Another write changed it, and has claimed what the object has now.
  if (!held) return readPlace(state, state.next + 1);
  const blockers = findBlockers(context, domain, shard.entries, slot, [claim]);
  return settle(state, { name: 'settling', shard, blockers, looked: 0, drops: [], pending: [] });
}

function onBlocker(context: LedgerContext, state: AdoptionState, phase: Settling, evidence: Evidence): AdoptionStep {
  const entry = phase.blockers[phase.looked];
  if (!entry) throw new RangeError('an object was read that nobody asked for');
  const over = entry.attempts.filter((attempt) => context.rules.isOver(attempt, evidence));
  const nonces = over.map(({ nonce }) => nonce);
  const release = fateOf(context, phase.shard, entry, evidence) === 'dead';
  const drop: Drop = { slot: entry.slot, claim: claimOf(entry), nonces, release };
  // What is stored and still has a write under way may come to be stored again after it was given up.
  const pending = over.length === entry.attempts.length ? phase.pending : [...phase.pending, entry.slot];
  return settle(state, { ...phase, looked: phase.looked + 1, drops: [...phase.drops, drop], pending });
}

function settle(state: AdoptionState, phase: Settling): AdoptionStep {
  const { slot } = state.request;
  const { ref, claim } = placeOf(state);
  const next = phase.blockers[phase.looked];
  if (next) return { state: { ...state, phase }, effect: { do: 'getObject', slot: next.slot } };
  if (phase.pending.length > 0) {
    return { state: { ...state, phase: { name: 'waiting' } }, effect: { do: 'wait', on: phase.pending } };
  }
  const kept = phase.blockers.filter((_, i) => phase.drops[i]?.release === false);
  const conflicts = kept.map((entry) => ({ claim, with: { slot: entry.slot, claim: claimOf(entry) } }));
  const want: Want = { slot, attempt: null, claims: [claim], force: true, drops: phase.drops, marks: [] };
  const on = phase.shard.resourceVersion;
  const writing: AdoptionState = { ...state, phase: { name: 'writing', conflicts } };
  return { state: writing, effect: { do: 'casShard', shard: ref, on, want } };
}

function placeOf(state: AdoptionState): Place {
  const place = state.places?.[state.next];
  if (!place) throw new RangeError('the adoption has no place left');
  return place;
}

function end(state: AdoptionState, outcome: AdoptionAnswer['outcome']): AdoptionStep {
  const { conflicts } = state;
  return { state: { ...state, phase: { name: 'done' } }, effect: { do: 'done', answer: { outcome, conflicts } } };
}
