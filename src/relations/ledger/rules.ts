import type { Evidence } from './evidence.ts';
import { isOver } from './evidence.ts';
import { shardsOf } from './shards.ts';
import type { AdmissionRequest } from './steps.ts';
import type { Attempt, Claim, Layout, LiveObject, ShardRef, Slot } from './types.ts';

/** The decisions that the protocol's safety hangs on, in one place. Each has counter-examples in docs/ledger.md. */
export interface Rules {
  /** Indexes of all shards a claim is written to. */
  shardsOf(claim: Claim, layout: Layout): number[];
  /** The one order in which everybody takes shards. */
  compareShards(a: ShardRef, b: ShardRef): number;
  /** Whether a claim that nothing stands against is written. Only a dry run is not. */
  records(request: AdmissionRequest, claims: readonly Claim[], alreadyClaimed: boolean): boolean;
  /** Whether the write of an attempt is behind us. */
  isOver(attempt: Attempt, evidence: Evidence): boolean;
  /** Whether a refused handling may take this attempt back. */
  isOwn(attempt: Attempt, own: Attempt): boolean;
}

export type Fit = { fits: true; limit: number | null } | { fits: false; reason: string };

/** What the machines ask of whoever runs them: pure functions of their operands, the same on every replica. */
export interface LedgerContext {
  rules: Rules;
  /** `unless` and `between`: the two claims, which meet, may stand together. Must not depend on their order. */
  excused(domain: string, a: Claim, b: Claim): boolean;
  /** Claims that a stored object has in a generation, by the program in the generation's head. */
  claimsOf(domain: string, generation: string, slot: Slot, live: LiveObject): Claim[];
  /** Whether a parent meets the condition of a reference, or how much it allows in all; null is no bound. */
  fits(domain: string, generation: string, claim: Claim, parent: LiveObject): Fit;
}

/** The protocol as it is run. */
export const LEDGER_RULES: Rules = {
  shardsOf,
  compareShards: (a, b) => order(a.domain, b.domain) || order(a.generation, b.generation) || a.index - b.index,
  records: (request) => !request.dryRun,
  isOver,
  isOwn: (attempt, own) => attempt.nonce === own.nonce,
};

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
