import type { Log } from '../log.ts';
import type { AnswerWord, Phase } from '../metrics.ts';
import type { Decision, Mutation, Review } from '../policies/index.ts';
import { cleanLine, cutRunes } from './clean-text.ts';

/** Enough for every name Kubernetes allows; user names may be longer. */
const TEXT_RUNES = 256;
const MAXIMUM_RULES = 50;

/**
 * One line a review: who did what to which object, and what was answered. Names and counts only: no object, no message,
 * because a message may quote a value and the value may be a secret.
 */
export function logDecision(
  log: Log,
  asked: { uid: string; phase: Phase; review: Review },
  answered: { decision: AnswerWord; result: Decision | Mutation; warnings: number; milliseconds: number },
): void {
  const { result } = answered;
  const rules = 'findings' in result ? result.findings.map(({ rule }) => rule) : result.changes.map(({ rule }) => rule);
  log.info(
    {
      ...describeReview(asked),
      decision: answered.decision,
      rules: [...new Set(rules)].slice(0, MAXIMUM_RULES),
      errors: [...new Set(result.errors.map(({ policy, code }) => `${policy} ${code}`))].slice(0, MAXIMUM_RULES),
      ...('exempted' in result && result.exempted.length > 0
        ? {
            exempted: result.exempted
              .slice(0, MAXIMUM_RULES)
              .map(({ finding, exemption }) => `${finding.rule} by ${exemption}`),
          }
        : {}),
      warnings: answered.warnings,
      patchOperations: 'patch' in result ? result.patch.length : 0,
      ms: Math.round(answered.milliseconds * 1000) / 1000,
    },
    'decision',
  );
}

/**
 * Writes down a bug of ours. The error's own message may quote the object, so it is left out for kinds that hold
 * secrets or tokens; the stack frames tell where.
 */
export function logBug(log: Log, asked: { uid: string; phase: Phase; review: Review }, error: unknown): void {
  const known = error instanceof Error ? error : new Error('something that is not an Error was thrown');
  const frames = (known.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  log.error(
    {
      ...describeReview(asked),
      error: known.name,
      ...(holdsSecrets(asked.review) ? {} : { reason: cutRunes(cleanLine(known.message), TEXT_RUNES) }),
      stack: frames.slice(0, 12).map((line) => line.trim()),
    },
    'internal error',
  );
}

/** Secrets, and the reviews and subresources that carry tokens in clear. */
function holdsSecrets(review: Review): boolean {
  const { group, resource } = review.resource;
  if (group === 'authentication.k8s.io') return true;
  return group === '' && (resource === 'secrets' || (resource === 'serviceaccounts' && review.subresource === 'token'));
}

function describeReview({ uid, phase, review }: { uid: string; phase: Phase; review: Review }): object {
  const { group, version, kind } = review.kind;
  return {
    uid: bound(uid),
    phase,
    gvk: bound(`${group === '' ? '' : `${group}/`}${version} ${kind}`),
    namespace: bound(review.namespace),
    name: bound(review.name),
    operation: review.operation,
    subresource: bound(review.subresource),
    user: bound(review.userInfo?.username ?? ''),
    dryRun: review.dryRun,
  };
}

function bound(text: string): string {
  return cutRunes(cleanLine(text), TEXT_RUNES);
}
