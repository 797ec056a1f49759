import { type AdmissionState, type AdmissionStep, readNext, refuse } from './admission-state.ts';
import { onBlockerRead, onClaimsWritten, onShardRead, onWaited } from './claiming.ts';
import { onCleared, onShardToClear } from './clearing.ts';
import { onCountedRead, onParentRead } from './parents.ts';
import { planShards } from './plan.ts';
import type { LedgerContext } from './rules.ts';
import type { AdmissionRequest, AdmissionResult, Answer } from './steps.ts';

/**
 * Begins the handling of one admission call in the validating phase. Every call is handled afresh, also one that the
 * API server repeats: an answer given for another oldObject proves nothing for this one.
 */
export function startAdmission(context: LedgerContext, request: AdmissionRequest): AdmissionStep {
  const plan = planShards(context.rules, request);
  const state: AdmissionState = {
    request,
    plan,
    at: 0,
    sent: 0,
    counted: {},
    answer: null,
    phase: { name: 'reading' },
  };
  const claimed = new Set(plan.map(({ ref }) => ref.domain));
  const rebuilding = request.claims.find(
    ({ domain, generation }) => claimed.has(domain) && generation.state === 'Rebuilding',
  );
  if (rebuilding) return refuse(state, { reason: 'rebuilding', domain: rebuilding.domain });
  return readNext(state, 0);
}

/**
 * Goes on with the result of the effect that was asked for.
 * @throws TypeError when the result is not one of that effect.
 */
export function resumeAdmission(context: LedgerContext, state: AdmissionState, result: AdmissionResult): AdmissionStep {
  const { phase } = state;
  switch (phase.name) {
    case 'reading':
      if (isShardResult(result)) return onShardRead(context, state, result);
      break;
    case 'settling':
      if (isObjectResult(result)) return onBlockerRead(context, state, phase, result);
      break;
    case 'writing':
      if (isCasResult(result)) return onClaimsWritten(state, result);
      break;
    case 'waiting':
      if (result.got === 'waited' || result.got === 'late') return onWaited(state, phase.blockers, result);
      break;
    case 'parent':
      if (isObjectResult(result)) return onParentRead(context, state, phase.next, result);
      break;
    case 'counting':
      if (isObjectResult(result)) return onCountedRead(context, state, phase, result);
      break;
    case 'clearing':
      if (phase.writing && isCasResult(result)) return onCleared(state, phase, result);
      if (!phase.writing && isShardResult(result)) return onShardToClear(context, state, phase, result);
      break;
    default:
  }
  throw new TypeError(`an admission that is ${phase.name} cannot go on with \`${result.got}\``);
}

/**
 * Gives up a handling whose time is up: refuses, and goes on with taking back what it wrote. A handling whose answer is
 * settled is left as it is.
 */
export function abandonAdmission(state: AdmissionState, detail: string): AdmissionStep | null {
  return state.answer ? null : refuse(state, { reason: 'unavailable', detail });
}

/** The answer, as soon as it is settled: what is left to do then need not keep the client waiting. */
export function answerOf(state: AdmissionState): Answer | null {
  return state.answer;
}

type Of<G extends AdmissionResult['got']> = Extract<AdmissionResult, { got: G }>;

function isShardResult(result: AdmissionResult): result is Of<'shard' | 'missing' | 'unavailable'> {
  return result.got === 'shard' || result.got === 'missing' || result.got === 'unavailable';
}

function isObjectResult(result: AdmissionResult): result is Of<'object' | 'unavailable'> {
  return result.got === 'object' || result.got === 'unavailable';
}

function isCasResult(result: AdmissionResult): result is Of<'written' | 'conflict' | 'unknown'> {
  return result.got === 'written' || result.got === 'conflict' || result.got === 'unknown';
}
