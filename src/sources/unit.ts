/** What every place that policies come from agrees on: units, snapshots and origins. */
import type { PolicySource, Problem } from '../policies/index.ts';

/**
 * The smallest thing that is read whole and can break by itself: a file, one key of a ConfigMap, one custom
 * resource. Its name is what people see in problems: `policies/net.yaml`, `configmap/ns/name:key`, `policy/name`.
 */
export interface Unit {
  name: string;
  /** Documents in it, in order. Each carries a name of its own, unique over all units. */
  documents: PolicySource[];
  /** What is wrong with the text itself; what is wrong with a document is found by the compiler. */
  problems: Problem[];
  /** False when something in the text could not be read: what it held before and no longer shows stays in force. */
  readable: boolean;
  /** The unit whose text this one stands in, when that is another: it is not gone while that one cannot be read. */
  within?: string;
  /** `metadata.generation` of the object that the unit is, for those who tell it what became of it. */
  generation?: number;
  /** Why something in it was passed over, for the log. */
  notes: string[];
}

/** Everything an origin holds at one moment. */
export interface OriginSnapshot {
  units: Unit[];
  /** What is wrong with the origin as a whole. */
  problems: Problem[];
  /** What was passed over, and why, beyond the units' own notes. */
  notes: string[];
  /** False when the origin could not be listed: units that are missing from the snapshot are then not gone. */
  complete: boolean;
}

/** One place that policies come from. Declared here, implemented by packs, directories and the cluster. */
export interface PolicyOrigin {
  readonly name: string;
  /** Begins to deliver: once as soon as it can, then after every change. Never throws. */
  start(deliver: (snapshot: OriginSnapshot) => void): void;
  /** Stops delivering and lets go of watchers, timers and connections. */
  stop(): Promise<void>;
}

/** A problem with everything that is not said set to its neutral value. */
export function createProblem(parts: Pick<Problem, 'code' | 'source' | 'message'> & Partial<Problem>): Problem {
  return { severity: 'error', line: 0, column: 0, pointer: '', policy: '', hint: '', ...parts };
}

/** The unit that a document belongs to, from its name: `net.yaml#2` is the second document of `net.yaml`. */
export function unitOfDocument(documentName: string): string {
  return documentName.replace(/#\d+$/, '');
}
