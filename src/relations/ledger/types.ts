/**
 * What the claim ledger stores, as plain JSON. A shard is one object of the Kubernetes API; etcd's compare-and-swap on
 * its resourceVersion is the only lock there is. docs/ledger.md has the rules and what breaks without each.
 */
import type { Json, JsonObject } from '../../policies/index.ts';

/**
 * Where an object lives. A claim belongs to the slot and not to the uid: etcd stores one object in a slot, so a retry
 * or a recreate never stands in its own way.
 */
export interface Slot {
  /** `''` for the core group. */
  group: string;
  /** Plural. */
  resource: string;
  /** `''` for cluster-scoped objects. */
  namespace: string;
  name: string;
}

/** A value of which there may be one; scope and tuple are folded into `value` by whoever makes the key. */
export interface EqualKey {
  type: 'equal';
  value: string;
}

/** All addresses from `first` to `last`, both included, as `addressText` writes them. */
export interface RangeKey {
  type: 'range';
  /** Ranges of different scopes never meet. */
  scope: string;
  first: string;
  last: string;
}

/** The object that is referred to, or whose limit is counted against. */
export interface ParentKey {
  type: 'parent';
  parent: Slot;
}

export type Key = EqualKey | RangeKey | ParentKey;

/**
 * `exclusive`: one slot at a time (unique, disjoint). `shared`: a reference to the parent. `count`: `amount` of what
 * the parent allows. `marker`: the parent's own announcement that it may go, stop being fit, or allow less.
 */
export type Mode = 'exclusive' | 'shared' | 'count' | 'marker';

/** What a write wants, or an object holds, in one domain. */
export interface Claim {
  mode: Mode;
  key: Key;
  /** `count`: how much of the limit it takes. */
  amount?: number;
  /** `marker` of a lowered limit: what would remain. A marker without one shuts out every child. */
  limit?: number;
  /** What `unless` reads; part of what the claim is: other attributes are another claim. */
  attributes?: JsonObject;
}

/** One handling of one admission call. The API server calls again for a retry, and each call is a new attempt. */
export interface Attempt {
  /** Random, of this handling; the request's uid would be the same in an answer that is asked for twice. */
  nonce: string;
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  /** Of the object as it would be stored (CREATE) or is stored (UPDATE, DELETE). */
  uid: string;
  /** resourceVersion of oldObject, the only one the write can replace; `''` for CREATE. */
  baseResourceVersion: string;
}

export interface Entry extends Claim {
  slot: Slot;
  /** Writes that may still be stored. An entry without any is held if the live object has the claim, else free to go. */
  attempts: Attempt[];
  /** Nonce of somebody who was told to come again; while it is fresh the slot may not add attempts. */
  waiter?: string;
  /** May stand beside a conflicting entry: adopted when both were stored already, or written past a refusal. */
  tolerated?: true;
}

export interface Shard {
  domain: string;
  generation: string;
  index: number;
  /** Given by the API server. Another uid under the name is damage, never an empty shard. */
  uid: string;
  /** Opaque; only compared for equality, by the API server. */
  resourceVersion: string;
  entries: Entry[];
}

/** How the claims of a generation are spread over its shards; fixed for its life. */
export type Layout =
  /** By hash: of the value for equality, of the parent's slot for references and counts. */
  | { by: 'hash'; count: number }
  /** By address: ascending texts where a new shard begins; `lanes` spreads scopes by hash. */
  | { by: 'address'; lanes: number; cuts: string[] };

/**
 * `Filling`: claimed beside the old generation, not yet exact. `Open`: exact. `Rebuilding`: as Filling, but after
 * damage, so that writes which need a claim are refused.
 */
export type GenerationState = 'Filling' | 'Open' | 'Rebuilding';

export interface Generation {
  /** Random: a second run of the procedure never meets the shards of the first. */
  id: string;
  state: GenerationState;
  /** Key expressions and scope that claims of this generation are made with, whatever the current policies say. */
  program: Json;
  layout: Layout;
  /** Uids of the shards, by index. */
  shards: string[];
}

/** One object a domain; the only place that says which shards count. */
export interface Head {
  domain: string;
  /** `''` before it is stored. */
  resourceVersion: string;
  /** Oldest first. What stands before the last Open one is no longer claimed and waits to be removed. */
  generations: Generation[];
}

/** A stored object as the ledger looks at it. */
export interface LiveObject {
  uid: string;
  resourceVersion: string;
  /** deletionTimestamp is set. */
  deleting: boolean;
  /** What the generation's program reads. */
  body: Json;
}

/** Names one shard and the uid it must have. */
export interface ShardRef {
  domain: string;
  generation: string;
  index: number;
  uid: string;
}
