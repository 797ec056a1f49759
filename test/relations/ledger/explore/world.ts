/** The world the machines run in: etcd, API servers with requests under way, clients, replicas. Plain values. */
import type {
  AdmissionEffect,
  AdmissionState,
  Claim,
  Fit,
  Layout,
  LedgerContext,
  Rules,
  Shard,
  ShardRef,
  Slot,
  SweepEffect,
  SweepStep,
  Want,
} from '../../../../src/relations/ledger/index.ts';

/** One thing a client does. Bodies are names that the scenario gives a meaning to. */
export type Op =
  | { do: 'create'; slot: string; body: string; finalizer?: boolean }
  /** generateName: the API server takes the next name when the first is there already. */
  | { do: 'generate'; slots: string[]; body: string }
  | { do: 'update'; slot: string; body: string; bypass?: boolean }
  | { do: 'delete'; slot: string; bypass?: boolean }
  /** Removes the finalizer; on an object that is being deleted that is the deletion. */
  | { do: 'finalize'; slot: string };

export interface DomainModel {
  name: string;
  layout: Layout;
  /** Claims that an object with this body has. */
  claims(body: string, slot: Slot): Claim[];
  /** The marker that a change of this object needs; `after` is null under DELETE. */
  marker?(before: string, after: string | null, slot: Slot): Claim | null;
  fits?(claim: Claim, body: string): Fit;
  excused?(a: Claim, b: Claim): boolean;
}

/** How often something may go wrong in one run. */
export interface Faults {
  /** A replica dies while it handles a call; what it knew is lost. */
  crash: number;
  /** A CAS whose answer is lost: it was written, or is still on its way. */
  lost: number;
  /** A client gives up; its write may still be stored. */
  abandon: number;
  /** The API server gives up on the call, and the replica goes on with it. */
  zombie: number;
}

export interface Scenario {
  name: string;
  domains: DomainModel[];
  /** Stored, and claimed, when the run begins. */
  stored: { slot: string; body: string; finalizer?: boolean }[];
  writers: Op[][];
  /** How often a client repeats what failed. */
  retries: number;
  faults: Faults;
  /** Two handlings of one replica may share a write. */
  groups?: boolean;
  /** No sweeps: for loose variants that break without. */
  still?: boolean;
  /** Somebody has to get in when nothing goes wrong: slots of which one must be stored at the end of every run. */
  progress?: string[];
  /** At the end of every run, the sweeps having run, entries and stored claims are the same. */
  tidy?: boolean;
}

/** The liberties that a loose variant takes; all off is the protocol. */
export interface Looseness {
  rules?: Partial<Rules>;
  /** A release is written on whatever version the shard has by then. */
  releaseOnAnyVersion?: boolean;
  /** The object in the way is read before the shard. */
  getBeforeRead?: boolean;
  /** Sweeps read objects from a cache that may be late. */
  sweepFromCache?: boolean;
  /** A key that a write gives up is released in the admission call. */
  releaseInAdmission?: boolean;
  /** A repeated call gets the answer of the first. */
  cachedDecision?: boolean;
  /** Parents are looked at before the claims are written. */
  parentBeforeClaims?: boolean;
  /** A conflict is a refusal without a look at the object. */
  clocks?: 'attempt' | 'claim';
}

export interface Stored {
  uid: string;
  /** Index of the version; the resourceVersion that machines see is `versionText`. */
  version: number;
  body: string;
  deleting: boolean;
  finalizer: boolean;
}

export interface Request {
  id: string;
  writer: number;
  op: Op;
  slot: string;
  /** Of the object to be stored, or that is replaced. */
  uid: string;
  /** Version that is replaced; -1 under CREATE. */
  base: number;
  /** Body that is replaced. */
  before: string | null;
  /** generateName: which name is tried. */
  name: number;
  admitted: boolean;
  /** Of all handlings of this request; the last is the current one. */
  nonces: string[];
  /** Loose: the answer that a repeated call gets. */
  cached?: boolean;
}

export interface Handling {
  request: string;
  op: Op;
  before: string | null;
  state: AdmissionState;
  effect: AdmissionEffect;
  /** Loose: objects read too early. */
  early?: { [slot: string]: Stored | null };
  told: boolean;
}

export interface PendingSweep {
  shard: string;
  step: SweepStep & { effect: Extract<SweepEffect, { do: 'casShard' }> };
}

/** A CAS that got no answer and may still arrive. */
export interface LateCas {
  shard: string;
  on: string;
  want: Want;
}

export interface Writer {
  /** Index of the current operation. */
  op: number;
  tries: number;
  /** Request it waits for. */
  waits: string | null;
}

export interface World {
  objects: { [slot: string]: Stored | null };
  /** Last version given out in each slot. */
  versions: { [slot: string]: number };
  /** Loose: what a late cache may still show. */
  past: { [slot: string]: (Stored | null)[] };
  shards: { [key: string]: Shard };
  requests: Request[];
  handlings: Handling[];
  sweeps: PendingSweep[];
  late: LateCas[];
  writers: Writer[];
  faults: Faults;
  /** Uids that have ever been stored. */
  seen: string[];
  /** Something went wrong in this run, so nobody has to get in. */
  hurt: boolean;
  /** For fresh uids, nonces and ids; not part of what a state is. */
  next: number;
}

export interface Model {
  scenario: Scenario;
  loose: Looseness;
  context: LedgerContext;
  slots: { [name: string]: Slot };
}

export function shardKey(ref: Pick<ShardRef, 'domain' | 'generation' | 'index'>): string {
  return `${ref.domain}/${ref.generation}/${ref.index}`;
}
