import type { Json, JsonObject } from '../policies/index.ts';
import type { ClaimHolder } from './claims.ts';
import type { Identity } from './object-table.ts';

/** Something happened to an object; `deleted` needs its metadata only. */
export interface ObjectEvent {
  type: 'added' | 'modified' | 'deleted';
  /** `plural.group`, `nodes` for the core group. */
  resource: string;
  object: JsonObject;
}

/** What any question may add. */
export interface Asking {
  /** The object under review, which never meets itself. */
  exclude?: Identity | null;
}

export interface AskingHolders extends Asking {
  /** At most so many, of those that are accepted. Without it all of them are answered. */
  limit?: number;
  /** Called for each holder found until the limit is reached: the place for `unless` and for a budget that throws. */
  accept?: (holder: ClaimHolder) => boolean;
}

interface AskingDomain extends AskingHolders {
  domain: string;
  scope: Json;
  /** Only these members are asked, and need to be known. All of them when absent. */
  members?: readonly string[];
}

export interface KeyQuestion extends AskingDomain {
  key: Json;
}

export interface RangeQuestion extends AskingDomain {
  /** Whatever `parseRange` reads; nothing overlaps a text that it does not. */
  range: string;
}

export interface FreeQuestion {
  domain: string;
  scope: Json;
  /** Where to look: whatever `parseRange` reads. */
  pool: string;
  prefixLength: number;
}

export interface ReferrersQuestion extends AskingHolders {
  /** The target. */
  resource: string;
  namespace: string;
  name: string;
  /** Only this reference is asked. All that point at the resource when absent. */
  reference?: string;
  /** The target itself, for references by another key than its name. What is stored is read when absent. */
  object?: JsonObject | null;
}

/** `count` tells all that were accepted, `holders` the first of them up to the limit. */
export interface Referrers {
  holders: ClaimHolder[];
  count: number;
}

export interface TargetsQuestion {
  reference: string;
  /** Of the target; `''` for cluster-scoped kinds. */
  namespace: string;
  key: Json;
}

export interface TotalQuestion extends Asking {
  counter: string;
  key: Json;
}

export interface FindQuestion extends Asking {
  resource: string;
  /** null for every namespace; `''` for cluster-scoped kinds. */
  namespace: string | null;
  /** null for every name. */
  name: string | null;
}

/** Sizes, for metrics. */
export interface RelationStatistics {
  objects: number;
  /** Claims held, by domain. */
  claims: { [domain: string]: number };
  /** Claims whose range cannot be read, by domain: they hold nothing. */
  unreadable: { [domain: string]: number };
}
