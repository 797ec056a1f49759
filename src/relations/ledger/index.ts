/** The only door into the claim ledger: the machines, what they store, and what they ask for. Pure throughout. */
export { abandonAdmission, answerOf, resumeAdmission, startAdmission } from './admission.ts';
export { type AdmissionState, type AdmissionStep, RETRY_AFTER_SECONDS } from './admission-state.ts';
export {
  type AdoptionAnswer,
  type AdoptionEffect,
  type AdoptionRequest,
  type AdoptionResult,
  type AdoptionState,
  type AdoptionStep,
  resumeAdoption,
  startAdoption,
} from './adoption.ts';
export { claimOf, claimText, isEntryOf, isSameSlot, missingClaims, slotText } from './claims.ts';
export { collide, findBlockers, keysMeet, sumCounts } from './collisions.ts';
export { type Evidence, type Fate, fateOf, holds, isOver } from './evidence.ts';
export * from './lease.ts';
export { type Drop, isRecorded, mergeWants, type Verdict, type Want } from './merge.ts';
export { type OpeningState, type OpeningStep, resumeOpening, startOpening } from './opening.ts';
export * from './opening-steps.ts';
export { type PlannedShard, planParents, planShards } from './plan.ts';
export { type Fit, LEDGER_RULES, type LedgerContext, type Rules } from './rules.ts';
export {
  addressText,
  countShards,
  isShard,
  measureShard,
  planLayout,
  rangeKey,
  SHARD_BYTES,
  shardRef,
  shardsOf,
} from './shards.ts';
export * from './steps.ts';
export {
  resumeSweep,
  type SweepAnswer,
  type SweepEffect,
  type SweepRequest,
  type SweepStep,
  startSweep,
} from './sweep.ts';
export * from './timers.ts';
export * from './types.ts';
