import type { Done, Unavailable } from './steps.ts';
import type { Generation, GenerationState, Head } from './types.ts';

/** How often a replica renews its lease. */
export const RENEW_MS = 5_000;
/** D′: a replica that has not renewed for so long by its own clock refuses what needs a claim. */
export const SERVE_MS = 15_000;
/** D: a lease that a coordinator has seen unmoved for so long may be removed. Longer than D′ by what clocks may drift. */
export const STALE_MS = 30_000;

/** What a replica last saw of the heads, for those who wait until everybody has. */
export interface Lease {
  replica: string;
  resourceVersion: string;
  seen: SeenHeads;
}

export interface SeenHeads {
  [domain: string]: { [generation: string]: GenerationState };
}

export interface LeaseState {
  replica: string;
  /** resourceVersion of the lease; null when it has to be created or read. */
  lease: string | null;
  /** The heads in force for handlings that begin now. */
  heads: Head[] | null;
  /** When the last renewal that was answered had been sent; null before the first of this registration. */
  renewedAt: number | null;
  phase: 'registering' | 'reading' | 'renewing' | 'done';
}

export type LeaseEffect =
  /** Creates the replica's lease with nothing seen, or reads it when it is there. */
  | { do: 'ensureLease'; replica: string }
  /** Quorum read of all heads. */
  | { do: 'readHeads' }
  /** CAS on the version. */
  | { do: 'renewLease'; replica: string; on: string; seen: SeenHeads }
  | Done<'renewed' | 'lost'>;

export type LeaseResult =
  /** `created`: it was not there, so that somebody may have counted on this replica being gone. */
  | { got: 'lease'; resourceVersion: string; created: boolean }
  | { got: 'heads'; heads: Head[] }
  /** `sentAt` by the replica's monotonic clock. */
  | { got: 'renewed'; resourceVersion: string; sentAt: number }
  /** Removed, or another version: somebody took the replica for dead. */
  | { got: 'gone' }
  | { got: 'unknown' }
  | Unavailable;

export interface LeaseStep {
  state: LeaseState;
  effect: LeaseEffect;
}

/** Nothing registered, nothing seen: such a replica refuses. */
export function createLeaseState(replica: string): LeaseState {
  return { replica, lease: null, heads: null, renewedAt: null, phase: 'done' };
}

/**
 * Begins one round: register where need be, *then* read the heads, then say what was seen. A coordinator that lists the
 * leases after it wrote the head so finds either the lease, or a replica that will read the new head.
 */
export function startLeaseRound(state: LeaseState): LeaseStep {
  if (state.lease !== null) return readHeads(state);
  return { state: { ...state, phase: 'registering' }, effect: { do: 'ensureLease', replica: state.replica } };
}

/**
 * Goes on with the result of the effect that was asked for. The heads are in force from the moment they are read, before
 * the renewal is sent: a renewal whose answer is lost must not tell others what this replica does not yet act on.
 * @throws TypeError when the result is not one of that effect.
 */
export function resumeLease(state: LeaseState, result: LeaseResult): LeaseStep {
  const { phase, replica } = state;
  if (result.got === 'unavailable') return end(state, 'lost');
  if (phase === 'registering' && result.got === 'lease') {
    const renewedAt = result.created ? null : state.renewedAt;
    return readHeads({ ...state, lease: result.resourceVersion, renewedAt });
  }
  if (phase === 'reading' && result.got === 'heads' && state.lease !== null) {
    const { heads } = result;
    const effect: LeaseEffect = { do: 'renewLease', replica, on: state.lease, seen: describeHeads(heads) };
    return { state: { ...state, heads, phase: 'renewing' }, effect };
  }
  if (phase === 'renewing' && result.got === 'renewed') {
    return end({ ...state, lease: result.resourceVersion, renewedAt: result.sentAt }, 'renewed');
  }
  if (phase === 'renewing' && result.got === 'gone') return end({ ...state, lease: null, renewedAt: null }, 'lost');
  // The version is no longer known; the lease may show what was read, and that is in force.
  if (phase === 'renewing' && result.got === 'unknown') return end({ ...state, lease: null }, 'lost');
  throw new TypeError(`a lease that is ${phase} cannot go on with \`${result.got}\``);
}

/** Whether handlings may begin, by the replica's monotonic clock. */
export function mayServe({ heads, renewedAt }: LeaseState, now: number, serveMs: number = SERVE_MS): boolean {
  return heads !== null && renewedAt !== null && now - renewedAt < serveMs;
}

/** The generations that claims are made in: the last one that is Open, and those after it. */
export function activeGenerations({ generations }: Head): Generation[] {
  const open = generations.findLastIndex(({ state }) => state === 'Open');
  return generations.slice(Math.max(0, open));
}

/** What a lease says of heads. */
export function describeHeads(heads: readonly Head[]): SeenHeads {
  return Object.fromEntries(
    heads.map(({ domain, generations }) => [
      domain,
      Object.fromEntries(generations.map(({ id, state }) => [id, state])),
    ]),
  );
}

function readHeads(state: LeaseState): LeaseStep {
  return { state: { ...state, phase: 'reading' }, effect: { do: 'readHeads' } };
}

function end(state: LeaseState, answer: 'renewed' | 'lost'): LeaseStep {
  return { state: { ...state, phase: 'done' }, effect: { do: 'done', answer } };
}
