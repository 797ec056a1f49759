import { isSameSlot, missingClaims } from './claims.ts';
import type { LedgerContext } from './rules.ts';
import { shardRef } from './shards.ts';
import type { AdmissionRequest } from './steps.ts';
import type { Claim, ShardRef } from './types.ts';

/** One shard and what a handling claims there. */
export interface PlannedShard {
  ref: ShardRef;
  claims: Claim[];
}

/** A claim on a parent that has to be looked at once everything is claimed. */
export interface ParentCheck {
  /** Index of the shard in the plan. */
  at: number;
  claim: Claim;
  /** The object takes no more than it took before, so the limit is not asked. */
  eased: boolean;
}

/**
 * Shards to claim in, in the one global order, with the claims that the write adds. Claims of oldObject need no write:
 * the request can only replace that very revision, and as long as it is stored its entries cannot go.
 */
export function planShards(rules: LedgerContext['rules'], request: AdmissionRequest): PlannedShard[] {
  const planned = request.claims.flatMap(({ domain, generation, before, after }) => {
    const byIndex = new Map<number, Claim[]>();
    for (const claim of missingClaims(before, after)) {
      // An object that refers to itself exists exactly as long as it does.
      if (refersTo(claim, request)) continue;
      for (const index of rules.shardsOf(claim, generation.layout)) {
        byIndex.set(index, [...(byIndex.get(index) ?? []), claim]);
      }
    }
    return [...byIndex].map(([index, claims]) => ({ ref: shardRef(domain, generation, index), claims }));
  });
  return planned.sort((a, b) => rules.compareShards(a.ref, b.ref));
}

/** The parents to look at, each with the claim that asks. */
export function planParents(request: AdmissionRequest, plan: readonly PlannedShard[]): ParentCheck[] {
  return plan.flatMap(({ ref, claims }, at) => {
    const before = request.claims
      .filter(({ domain, generation }) => domain === ref.domain && generation.id === ref.generation)
      .flatMap((of) => of.before);
    return claims
      .filter(({ mode }) => mode === 'shared' || mode === 'count')
      .map((claim) => ({ at, claim, eased: before.some((old) => takesAsMuch(old, claim)) }));
  });
}

function takesAsMuch(old: Claim, claim: Claim): boolean {
  if (old.mode !== 'count' || claim.mode !== 'count') return false;
  if (old.key.type !== 'parent' || claim.key.type !== 'parent') return false;
  return isSameSlot(old.key.parent, claim.key.parent) && (old.amount ?? 1) >= (claim.amount ?? 1);
}

function refersTo({ mode, key }: Claim, { slot }: AdmissionRequest): boolean {
  return mode !== 'marker' && key.type === 'parent' && isSameSlot(key.parent, slot);
}
