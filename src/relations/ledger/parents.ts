/** Second half of an admission: with everything claimed, the parents are looked at. */
import {
  type AdmissionState,
  type AdmissionStep,
  checkParent,
  type Phase,
  parentOf,
  plannedAt,
  refuse,
} from './admission-state.ts';
import { sumCounts } from './collisions.ts';
import { fateOf } from './evidence.ts';
import { type ParentCheck, planParents } from './plan.ts';
import type { LedgerContext } from './rules.ts';
import type { ObjectResult } from './steps.ts';
import type { Entry } from './types.ts';

type Counting = Extract<Phase, { name: 'counting' }>;

/**
 * The parent was read. It was read after the claim was written, and whoever would take it away, or make it unfit, has
 * to write a marker beside the claim first: so either it sees the claim, or this read sees what it did.
 */
export function onParentRead(
  context: LedgerContext,
  state: AdmissionState,
  next: number,
  result: ObjectResult,
): AdmissionStep {
  if (result.got === 'unavailable') return refuse(state, { reason: 'unavailable', detail: result.detail });
  const check = checkAt(state, next);
  const parent = parentOf(check);
  const { claim } = check;
  // Who is refused by nothing has claimed none the less, for others to see.
  if (state.request.bypass) return checkParent(state, next + 1);
  if (!result.object) return refuse(state, { reason: 'parent-missing', parent, claim });
  if (result.object.deleting) return refuse(state, { reason: 'parent-leaving', parent, claim });
  const { ref } = plannedAt(state, check.at);
  const fit = context.fits(ref.domain, ref.generation, claim, result.object);
  if (!fit.fits) return refuse(state, { reason: 'parent-unfit', parent, claim, detail: fit.reason });
  if (claim.mode !== 'count' || check.eased || fit.limit === null) return checkParent(state, next + 1);
  const entries = state.counted[check.at] ?? [];
  return count(state, { name: 'counting', next, limit: fit.limit, entries, fates: [] });
}

/** The slot of a claim on the same limit was looked at. */
export function onCountedRead(
  context: LedgerContext,
  state: AdmissionState,
  phase: Counting,
  result: ObjectResult,
): AdmissionStep {
  if (result.got === 'unavailable') return refuse(state, { reason: 'unavailable', detail: result.detail });
  const { ref } = plannedAt(state, checkAt(state, phase.next).at);
  const entry = phase.entries[phase.fates.length];
  if (!entry) throw new RangeError('an object was read that nobody asked for');
  const evidence = { live: result.object, seen: result.seen, expired: result.expired };
  return count(state, { ...phase, fates: [...phase.fates, fateOf(context, ref, entry, evidence)] });
}

/**
 * Allows once what is claimed, without what can no longer come, fits the limit. What is dead needs no write to be left
 * out: whoever adds to it from now on sees this handling's claim and counts it.
 */
function count(state: AdmissionState, phase: Counting): AdmissionStep {
  const check = checkAt(state, phase.next);
  const parent = parentOf(check);
  const fates = [...phase.fates];
  // Nothing under way: taken as stored, as in claiming.
  while (fates.length < phase.entries.length && phase.entries[fates.length]?.attempts.length === 0)
    fates.push('stored');
  const own = check.claim.amount ?? 1;
  const total = (drop: (i: number) => boolean): number =>
    own +
    sumCounts(
      phase.entries.filter((_, i) => !drop(i)),
      parent,
    );
  if (total((i) => fates[i] === 'dead') <= phase.limit) return checkParent(state, phase.next + 1);
  const stored = total((i) => fates[i] !== 'stored');
  if (stored > phase.limit) {
    const { claim } = check;
    return refuse(state, { reason: 'limit', parent, claim, limit: phase.limit, total: stored });
  }
  const next = phase.entries[fates.length];
  if (next) return { state: { ...state, phase: { ...phase, fates } }, effect: { do: 'getObject', slot: next.slot } };
  const pending: Entry[] = phase.entries.filter((_, i) => fates[i] === 'pending');
  const slots = pending.map(({ slot }) => slot);
  // Waiting means reading the shard again, where this handling finds itself recorded.
  const at = check.at;
  return { state: { ...state, at, phase: { name: 'waiting', blockers: pending } }, effect: { do: 'wait', on: slots } };
}

function checkAt(state: AdmissionState, next: number): ParentCheck {
  const check = planParents(state.request, state.plan)[next];
  if (!check) throw new RangeError(`the plan has no parent ${next}`);
  return check;
}
