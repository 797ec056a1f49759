import { claimOf, isSameSlot } from './claims.ts';
import { holds } from './evidence.ts';
import type { Drop, Want } from './merge.ts';
import type { LedgerContext } from './rules.ts';
import { isShard } from './shards.ts';
import type { CasResult, CasShard, Done, GetObject, ObjectResult, ReadShard, ShardResult } from './steps.ts';
import type { Entry, Shard, ShardRef, Slot } from './types.ts';

/** Looks after the entries that some slots have in one shard. */
export interface SweepRequest {
  shard: ShardRef;
  slots: Slot[];
}

export interface SweepState {
  request: SweepRequest;
  phase:
    | { name: 'reading' }
    | { name: 'looking'; shard: Shard; lapsed: readonly string[]; next: number; drops: Drop[] }
    | { name: 'writing' }
    | { name: 'done' };
}

/**
 * `swept`: what could be settled is. `nothing`: nothing could be. `overtaken`: somebody wrote the shard meanwhile, or
 * nobody knows; it has to be looked at again. `damaged`: the shard is not the one that the head names.
 */
export type SweepAnswer = 'swept' | 'nothing' | 'overtaken' | 'damaged';

export type SweepEffect = ReadShard | GetObject | CasShard | Done<SweepAnswer>;
export type SweepResult = ShardResult | ObjectResult | CasResult;

export interface SweepStep {
  state: SweepState;
  effect: SweepEffect;
}

/**
 * Settles what writes came to, on any replica at any time: attempts that are over are taken off, and an entry with none
 * left, whose claim the live object lacks, goes. The order is what makes it safe: the shard is read, *then* the object,
 * and the result is written by CAS on the version that was read.
 */
export function startSweep(request: SweepRequest): SweepStep {
  return { state: { request, phase: { name: 'reading' } }, effect: { do: 'readShard', shard: request.shard } };
}

/**
 * Goes on with the result of the effect that was asked for.
 * @throws TypeError when the result is not one of that effect.
 */
export function resumeSweep(context: LedgerContext, state: SweepState, result: SweepResult): SweepStep {
  const { request, phase } = state;
  if (result.got === 'unavailable') return end(state, 'overtaken');
  if (phase.name === 'reading' && result.got === 'missing') return end(state, 'damaged');
  if (phase.name === 'reading' && result.got === 'shard') {
    if (!isShard(result.shard, request.shard)) return end(state, 'damaged');
    return look(state, { name: 'looking', shard: result.shard, lapsed: result.lapsed, next: 0, drops: [] });
  }
  if (phase.name === 'looking' && result.got === 'object') {
    const slot = request.slots[phase.next];
    const entries = slot ? entriesOf(phase.shard, slot) : [];
    const drops = entries.flatMap((entry) => findDrop(context, phase, entry, result));
    return look(state, { ...phase, next: phase.next + 1, drops: [...phase.drops, ...drops] });
  }
  if (phase.name === 'writing' && result.got === 'written') return end(state, 'swept');
  if (phase.name === 'writing' && (result.got === 'conflict' || result.got === 'unknown'))
    return end(state, 'overtaken');
  throw new TypeError(`a sweep that is ${phase.name} cannot go on with \`${result.got}\``);
}

type Looking = Extract<SweepState['phase'], { name: 'looking' }>;

/** Asks for the next slot that has an entry, and writes after the last. */
function look(state: SweepState, phase: Looking): SweepStep {
  const { slots, shard: ref } = state.request;
  const next = slots.findIndex((slot, i) => i >= phase.next && entriesOf(phase.shard, slot).length > 0);
  const slot = slots[next];
  if (slot) return { state: { ...state, phase: { ...phase, next } }, effect: { do: 'getObject', slot } };
  if (phase.drops.length === 0) return end(state, 'nothing');
  const nobody = { group: '', resource: '', namespace: '', name: '' };
  const want: Want = { slot: nobody, attempt: null, claims: [], force: false, drops: phase.drops, marks: [] };
  const on = phase.shard.resourceVersion;
  return { state: { ...state, phase: { name: 'writing' } }, effect: { do: 'casShard', shard: ref, on, want } };
}

function findDrop(
  context: LedgerContext,
  { shard, lapsed }: Looking,
  entry: Entry,
  { object, seen, expired }: Extract<ObjectResult, { got: 'object' }>,
): Drop[] {
  const evidence = { live: object, seen, expired };
  const over = entry.attempts.filter((attempt) => context.rules.isOver(attempt, evidence));
  const held = entry.mode !== 'marker' && holds(context, shard, entry, object);
  const release = over.length === entry.attempts.length && !held;
  const waiter = entry.waiter !== undefined && lapsed.includes(entry.waiter) ? entry.waiter : undefined;
  if (over.length === 0 && !release && waiter === undefined) return [];
  const nonces = over.map(({ nonce }) => nonce);
  return [{ slot: entry.slot, claim: claimOf(entry), nonces, release, ...(waiter === undefined ? {} : { waiter }) }];
}

function entriesOf(shard: Shard, slot: Slot): Entry[] {
  return shard.entries.filter((entry) => isSameSlot(entry.slot, slot));
}

function end(state: SweepState, answer: SweepAnswer): SweepStep {
  return { state: { ...state, phase: { name: 'done' } }, effect: { do: 'done', answer } };
}
