/**
 * What the machines ask to be done, and what they are told. A machine never does anything: it says one effect, whoever
 * runs it does that and tells the result, and everything in between is a plain value.
 */
import type { Verdict, Want } from './merge.ts';
import type { Claim, Generation, LiveObject, Shard, ShardRef, Slot } from './types.ts';

/** What one admission call would change, in each active generation of each exact domain that its kind is part of. */
export interface AdmissionRequest {
  slot: Slot;
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  /** metadata.uid of the object, of oldObject under UPDATE and DELETE. */
  uid: string;
  /** metadata.resourceVersion of oldObject; `''` under CREATE. */
  baseResourceVersion: string;
  /** Random, fresh for each handling. */
  nonce: string;
  dryRun: boolean;
  /** Refused by no conflict (namespace controller, garbage collector, break-glass); claims and markers are still written. */
  bypass: boolean;
  claims: GenerationClaims[];
}

export interface GenerationClaims {
  domain: string;
  generation: Generation;
  /** Claims of oldObject by the generation's program; none under CREATE. */
  before: Claim[];
  /** Claims of object; under DELETE and a spoiling UPDATE the markers on itself as a parent are among them. */
  after: Claim[];
}

/** Quorum read, or what this replica wrote or watched last: every decision is by CAS on the version read. */
export interface ReadShard {
  do: 'readShard';
  shard: ShardRef;
}

/**
 * PUT of what `mergeWants` makes of the shard at version `on`; several wants for the same version may go in one. Must
 * never be repeated on another version.
 */
export interface CasShard {
  do: 'casShard';
  shard: ShardRef;
  on: string;
  want: Want;
}

/** Quorum GET. The timers that are reported with it are looked at *before* it is sent. */
export interface GetObject {
  do: 'getObject';
  slot: Slot;
}

/** Quorum GET of a parent, after all claims are written. */
export interface GetParent {
  do: 'getParent';
  slot: Slot;
}

/** A short pause, for writes of these slots that are under way; the one who waits decides how often. */
export interface Wait {
  do: 'wait';
  on: Slot[];
}

export interface Done<T> {
  do: 'done';
  answer: T;
}

export type Refusal =
  /** Objects that are stored stand against it. */
  | { reason: 'conflict'; by: { slot: Slot; claim: Claim }[] }
  /** A write under way stands against it, and may still fail: HTTP 429. */
  | { reason: 'retry'; by: { slot: Slot; claim: Claim }[]; retryAfterSeconds: number }
  | { reason: 'parent-missing' | 'parent-leaving'; parent: Slot; claim: Claim }
  | { reason: 'parent-unfit'; parent: Slot; claim: Claim; detail: string }
  | { reason: 'limit'; parent: Slot; claim: Claim; limit: number; total: number }
  /** A shard is missing or is not the one the head names. */
  | { reason: 'damaged'; shard: ShardRef }
  | { reason: 'rebuilding'; domain: string }
  /** The API server did not answer, or the time was up. */
  | { reason: 'unavailable'; detail: string };

export type Answer = { allowed: true } | ({ allowed: false } & Refusal);

export type AdmissionEffect = ReadShard | CasShard | GetObject | GetParent | Wait | Done<Answer>;

export interface Unavailable {
  got: 'unavailable';
  detail: string;
}

export type ShardResult =
  | {
      got: 'shard';
      shard: Shard;
      /** Waiter marks whose time (2 L from this replica's own first sight) is up. */
      lapsed: readonly string[];
    }
  | { got: 'missing' }
  | Unavailable;

export type CasResult =
  /** `shard` as written, with its new version. */
  | { got: 'written'; shard: Shard; verdict: Verdict }
  | { got: 'conflict' }
  /** No answer: it may have been written, or may yet be. */
  | { got: 'unknown' };

export type ObjectResult =
  | {
      got: 'object';
      object: LiveObject | null;
      /** Uids of this slot that a watch has shown. */
      seen: readonly string[];
      expired: readonly string[];
    }
  | Unavailable;

export type WaitResult =
  | { got: 'waited' }
  /** There is no time for another pause. */
  | { got: 'late' };

export type AdmissionResult = ShardResult | CasResult | ObjectResult | WaitResult;
