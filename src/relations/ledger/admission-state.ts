import { claimOf } from './claims.ts';
import type { Fate } from './evidence.ts';
import type { Drop, Want } from './merge.ts';
import { type ParentCheck, type PlannedShard, planParents } from './plan.ts';
import type { AdmissionEffect, AdmissionRequest, Answer, Refusal } from './steps.ts';
import type { Attempt, Claim, Entry, Shard, Slot } from './types.ts';

/** Everything one handling knows between two effects; plain JSON. */
export interface AdmissionState {
  request: AdmissionRequest;
  plan: PlannedShard[];
  /** Shards of the plan before this index are done with. */
  at: number;
  /** Shards of the plan before this index may have something of this handling. */
  sent: number;
  /** By index of the plan: what others had counted against the same limits when this handling was recorded. */
  counted: { [at: number]: Entry[] };
  /** Set once nothing can change it any more; what is left to do then is tidying. */
  answer: Answer | null;
  phase: Phase;
}

export type Phase =
  | { name: 'reading' }
  /** Looking at the slots of `blockers`, in order; `fates` has those looked at. */
  | { name: 'settling'; shard: Shard; lapsed: readonly string[]; blockers: Entry[]; fates: Fate[]; drops: Drop[] }
  | { name: 'writing'; on: string; want: Want }
  /** `blockers` are the entries whose writes are under way. */
  | { name: 'waiting'; blockers: Entry[] }
  | { name: 'parent'; next: number }
  /** The limit is passed with all that is claimed; looking at the claims of others that may come to nothing. */
  | { name: 'counting'; next: number; limit: number; entries: Entry[]; fates: Fate[] }
  | { name: 'clearing'; next: number; marked: Entry[]; writing: boolean }
  | { name: 'done' };

export interface AdmissionStep {
  state: AdmissionState;
  effect: AdmissionEffect;
}

/** How long a client is asked to wait when a write under way stands against its own, in seconds. */
export const RETRY_AFTER_SECONDS = 2;

/** The attempt that this handling writes. */
export function ownAttempt({ nonce, operation, uid, baseResourceVersion }: AdmissionRequest): Attempt {
  return { nonce, operation, uid, baseResourceVersion };
}

/** The shard of the plan at this index; the machines never ask beyond it. */
export function plannedAt(state: AdmissionState, at = state.at): PlannedShard {
  const planned = state.plan[at];
  if (!planned) throw new RangeError(`the plan has no shard ${at}`);
  return planned;
}

/** Goes on with the next shard of the plan, with the parents after the last, and allows after those. */
export function readNext(state: AdmissionState, at: number): AdmissionStep {
  if (at >= state.plan.length) return checkParent({ ...state, at }, 0);
  const next: AdmissionState = { ...state, at, phase: { name: 'reading' } };
  return { state: next, effect: { do: 'readShard', shard: plannedAt(next).ref } };
}

/** Looks at the parent with this number, and allows when all have been looked at. */
export function checkParent(state: AdmissionState, next: number): AdmissionStep {
  const check = planParents(state.request, state.plan)[next];
  if (!check) return finish({ ...state, answer: { allowed: true } });
  return { state: { ...state, phase: { name: 'parent', next } }, effect: { do: 'getParent', slot: parentOf(check) } };
}

/** The parent that a check is about. */
export function parentOf({ claim }: ParentCheck): Slot {
  if (claim.key.type !== 'parent') throw new TypeError('only claims on a parent are checked there');
  return claim.key.parent;
}

/** Refuses, and takes back what this handling wrote; `marked` are entries whose slots shall stand back for it. */
export function refuse(state: AdmissionState, refusal: Refusal, marked: Entry[] = []): AdmissionStep {
  const refused: AdmissionState = { ...state, answer: { allowed: false, ...refusal } };
  return state.request.dryRun ? finish(refused) : clearNext(refused, 0, marked);
}

/** Goes on taking back, with the shard at this index. */
export function clearNext(state: AdmissionState, next: number, marked: Entry[]): AdmissionStep {
  const planned = state.plan[next];
  if (!planned || next >= Math.max(state.sent, marked.length > 0 ? state.at + 1 : 0)) return finish(state);
  const phase: Phase = { name: 'clearing', next, marked, writing: false };
  return { state: { ...state, phase }, effect: { do: 'readShard', shard: planned.ref } };
}

function finish(state: AdmissionState): AdmissionStep {
  const { answer } = state;
  if (!answer) throw new TypeError('a handling cannot end without an answer');
  return { state: { ...state, phase: { name: 'done' } }, effect: { do: 'done', answer } };
}

/** What a refusal says of the entries that stand in the way. */
export function nameEntries(entries: readonly Entry[]): { slot: Slot; claim: Claim }[] {
  return entries.map((entry) => ({ slot: entry.slot, claim: claimOf(entry) }));
}
