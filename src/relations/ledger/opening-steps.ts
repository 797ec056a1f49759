/** What opening a generation asks to be done, and is told. */

import type { Json } from '../../policies/index.ts';
import type { AdoptionAnswer, AdoptionEffect, AdoptionResult } from './adoption.ts';
import type { Lease } from './lease.ts';
import type { CasResult, Done, Unavailable } from './steps.ts';
import type { Head, Layout, ShardRef, Slot } from './types.ts';

export interface OpeningRequest {
  domain: string;
  /** Random for a new generation; of the head for one that another coordinator left unfinished. */
  generation: string;
  program: Json;
  layout: Layout;
  /** `damage`: the generations before cannot be trusted, so writes that need a claim are refused until it is open. */
  reason: 'install' | 'change' | 'damage';
}

export type OpeningAnswer =
  | { outcome: 'opened'; conflicts: AdoptionAnswer['conflicts'] }
  /** Another generation is being filled, and has to be opened first. */
  | { outcome: 'busy'; generation: string }
  /** The generation is no longer in the head, or one of its shards is not what it was. */
  | { outcome: 'superseded' | 'damaged' }
  | { outcome: 'unavailable'; detail: string };

export type OpeningEffect =
  | { do: 'readHead'; domain: string }
  /** CREATE where `on` is `''`. */
  | { do: 'casHead'; on: string; head: Head }
  /** Creates an empty shard object. */
  | { do: 'createShard'; domain: string; generation: string; index: number }
  | { do: 'deleteShard'; shard: ShardRef }
  /** A dry-run canary through every API server: the webhook has to be called by each. */
  | { do: 'probe' }
  | { do: 'readLeases' }
  /** Deletes the lease at that version only. */
  | { do: 'removeLease'; replica: string; on: string }
  /** Lets L go by, with heartbeats that show no gap. */
  | { do: 'waitOut' }
  /** One consistent LIST of every kind that is a member of the domain. */
  | { do: 'listObjects'; domain: string; generation: string }
  | AdoptionEffect
  | Done<OpeningAnswer>;

export type HeadResult = { got: 'head'; head: Head | null } | Unavailable;

export type OpeningResult =
  | HeadResult
  | { got: 'headWritten'; resourceVersion: string }
  | { got: 'created'; uid: string }
  | { got: 'deleted' }
  /** `everywhere`: each API server called the webhook. */
  | { got: 'probed'; everywhere: boolean }
  /** `stale`: unmoved for D by the coordinator's own clock. */
  | { got: 'leases'; leases: { lease: Lease; stale: boolean }[] }
  /** The lease was removed, or has moved. */
  | { got: 'removed' }
  /** `whole`: the time went by without a gap. */
  | { got: 'waitedOut'; whole: boolean }
  | { got: 'objects'; slots: Slot[] }
  | Exclude<CasResult, { got: 'written' }>
  | AdoptionResult;
