/** The only door into the core: documents in, a set out; a set and a review in, a decision out. Pure throughout. */
export { checkListToPolicy, isCheckList, isThresholdList, thresholdListToPolicy } from './checklist.ts';
export { type CompileOptions, type CompileResult, compilePolicies, EMPTY_SET } from './compile/compile-policies.ts';
export { canonicalText, deepEqual } from './deep-equal.ts';
export { DEFAULT_ENVIRONMENT, ENVIRONMENT_LABEL } from './environment.ts';
export { EVALUATION_ERROR_CODES, PROBLEM_CODES, type ProblemCode } from './errors.ts';
export { type EvaluateOptions, mutateReview, validateReview } from './evaluate.ts';
export { applyPatch, diff } from './json-patch.ts';
export {
  type Address,
  bitsOf,
  type Cidr,
  containsInterval,
  formatAddress,
  type Interval,
  type IpVersion,
  overlapInterval,
  parseAddress,
  parseCidr,
  parseRange,
} from './logic/operators/addresses.ts';
export { WORKLOADS } from './match.ts';
export type { PolicySet, PolicySummary } from './policy-set.ts';
export * from './types.ts';
