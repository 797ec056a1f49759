/** The world the machines run in: etcd, API servers with requests under way, clients, replicas. Plain values. */
import type {
  AdmissionEffect,
  AdmissionState,
  Claim,
  Fit,
  Head,
  Layout,
  Lease,
  LeaseEffect,
  LeaseState,
  LedgerContext,
  OpeningEffect,
  OpeningRequest,
  OpeningState,
  Rules,
  Shard,
  ShardRef,
  Slot,
  SweepEffect,
  SweepStep,
  Timers,
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
  /** Claims that an object with this body has by the program of a generation. */
  claims(body: string, slot: Slot, program: string): Claim[];
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
  /** A replica does not renew its lease for longer than D′; of use only where generations are opened. */
  lapse?: number;
}

/** A generation that is to be opened while all the rest goes on; of the first domain. */
export interface StageModel {
  opening: OpeningRequest;
  /** The generation before it, with its program; its shards are as the static scenarios have them. */
  before?: { generation: string; program: string };
  /** Shards of the generation before that somebody removed by hand. */
  removed?: number[];
  /** Registered, having seen the heads, when the run begins. */
  replicas: string[];
  /** Not yet started when the run begins. */
  latecomers?: string[];
  /** API servers by whether the webhook is in force there when the run begins. */
  hooked: boolean[];
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
  stage?: StageModel;
  time?: TimeModel;
}

/** Time that is counted, in ticks; without it a timer may run out as soon as its request is over. */
export interface TimeModel {
  /** L. */
  life: number;
  /** A request's longest life; L has to be longer by more than the gap. */
  request: number;
  gap: number;
  /** When the run ends. */
  ticks: number;
  /** How often etcd may stop answering. */
  freezes: number;
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
  /** A generation is opened although some API server does not call the webhook. */
  skipProbe?: boolean;
  /** A generation is opened although some replica has not seen it. */
  skipLeases?: boolean;
  /** A generation is opened while requests may be under way that began before it. */
  skipWait?: boolean;
  /** A replica acts on the heads it read only when its renewal was answered. */
  viewAfterRenewal?: boolean;
  /** A replica reads the heads before it creates its lease. */
  headsBeforeLease?: boolean;
  /** A lease is removed while its replica still serves: D is not longer than D′. */
  hastyRemoval?: boolean;
  /** What is stored is adopted beside a write that is under way. */
  adoptBesideAttempts?: boolean;
  /** Age is counted from first sight of the claim; without the gap rule; by wall clocks; by rounds out of a cache. */
  clock?: 'claim' | 'no gap' | 'wall' | 'rounds';
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
  /** API server that it came to. */
  server: number;
  /** When it came, where time is counted; else 0. */
  born: number;
  /** Loose: the answer that a repeated call gets. */
  cached?: boolean;
}

export interface Handling {
  request: string;
  op: Op;
  before: string | null;
  /** Whose it is, where replicas are told apart; else ''. */
  replica: string;
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
  /** Harm that was there when a generation was opened, or that a bypass did: reported, not undone. */
  older: string[];
  stage: Stage | null;
  time: Time | null;
  /** For fresh uids, nonces and ids; not part of what a state is. */
  next: number;
}

export interface Time {
  now: number;
  frozen: boolean;
  freezes: number;
  timers: Timers;
  /** Loose: when each handling began. */
  stamps: { [nonce: string]: number };
  /** Loose: when the observer first saw each claim. */
  claims: { [claim: string]: number };
}

/** Heads, leases, and who opens a generation. */
export interface Stage {
  head: Head | null;
  leases: { [replica: string]: Lease };
  replicas: { [replica: string]: Replica };
  coordinator: Coordinator | null;
  hooked: boolean[];
}

export interface Replica {
  lease: LeaseState;
  /** What the round under way asks for. */
  effect: LeaseEffect | null;
  /** By its clock D′ has gone by since the last renewal. */
  lapsed: boolean;
  /** Loose: heads in force before the renewal was answered. */
  acting: Head[] | null;
}

export interface Coordinator {
  state: OpeningState;
  effect: OpeningEffect;
  /** While it waits: requests that were under way when it began to. */
  waits: string[] | null;
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
