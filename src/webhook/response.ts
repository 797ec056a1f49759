import type { Decision, EvaluationError, Finding, Mutation, Review } from '../policies/index.ts';
import { ADMISSION_API_VERSION } from './admission-review.ts';
import { cleanLine, cutRunes } from './clean-text.ts';
import { type Cause, composeDenial, tellError, tellFinding } from './denial.ts';
import { limitWarnings } from './warnings.ts';

/** `response` of an AdmissionReview, `admission.k8s.io/v1`. Built in this file only. */
interface AdmissionResponse {
  uid: string;
  allowed: boolean;
  status?: AdmissionStatus;
  /** Base64 of a JSON Patch; both or neither. */
  patch?: string;
  patchType?: 'JSONPatch';
  /** Keys are the second half of a qualified name; the API server puts the webhook's name before them. */
  auditAnnotations?: { [key: string]: string };
  warnings?: string[];
}

interface AdmissionStatus {
  status: 'Failure';
  code: number;
  reason: string;
  message: string;
  details?: { name: string; group: string; kind: string; causes: Cause[] };
}

export interface AdmissionReviewAnswer {
  apiVersion: string;
  kind: 'AdmissionReview';
  response: AdmissionResponse;
}

/** Audit annotations are written with every audit event: enough for a list of rules, not for prose. */
const ANNOTATION_RUNES = 1024;

/** Longest name of a Kubernetes object (a DNS subdomain). */
const NAME_RUNES = 253;

export interface AnswerContext {
  uid: string;
  review: Review;
  /** PolicySet.fingerprint. */
  fingerprint: string;
}

/**
 * A Decision as the answer of a validating webhook. Rules that deny and errors under failurePolicy Fail refuse with one
 * message for all of them; rules that warn, and errors under Ignore, become warnings, also beside a refusal.
 */
export function answerDecision({ uid, review, fingerprint }: AnswerContext, decision: Decision): AdmissionReviewAnswer {
  const denying = decision.findings.filter(({ action }) => action === 'deny');
  const warnings = [
    ...decision.findings.filter(({ action }) => action === 'warn').map(tellFinding),
    ...warnOfErrors(decision.errors),
  ];
  const exemptions = unique(decision.exempted.map(({ exemption }) => exemption));
  const annotations = {
    decision: decision.allowed ? 'allowed' : denying.length > 0 ? 'denied' : 'error',
    rules: rulesOf(decision.findings),
    exemptions: exemptions.join(','),
    'policy-set': fingerprint,
  };
  const status = decision.allowed ? undefined : refuse(review, denying, decision.errors);
  return wrap({ uid, allowed: decision.allowed, status, warnings, annotations });
}

/** A Mutation as the answer of a mutating webhook; an error under failurePolicy Fail refuses and leaves out the patch. */
export function answerMutation({ uid, review, fingerprint }: AnswerContext, mutation: Mutation): AdmissionReviewAnswer {
  const allowed = !mutation.errors.some(({ failurePolicy }) => failurePolicy === 'Fail');
  // the API server fails a DELETE that is answered with a patch, whatever the failurePolicy
  const patches = allowed && mutation.patch.length > 0 && review.operation !== 'DELETE';
  const told = patches ? mutation.changes.flatMap(({ warning }) => (warning === null ? [] : [warning])) : [];
  const annotations = {
    decision: !allowed ? 'error' : patches ? 'patched' : 'allowed',
    rules: patches ? unique(mutation.changes.map(({ rule }) => rule)).join(',') : '',
    'policy-set': fingerprint,
  };
  const status = allowed ? undefined : refuse(review, [], mutation.errors);
  const patch = patches ? Buffer.from(JSON.stringify(mutation.patch), 'utf8').toString('base64') : undefined;
  return wrap({ uid, allowed, status, patch, warnings: [...told, ...warnOfErrors(mutation.errors)], annotations });
}

/**
 * The answer when nothing could be judged: a bug of ours, or a body too large to be read. Needs no review.
 * @param problem one line: what happened and what to do; refuses with `code`, or warns if `allowed`
 */
export function answerUnjudged(
  uid: string,
  problem: { code: number; reason: string; message: string; allowed: boolean },
): AdmissionReviewAnswer {
  const message = cutRunes(cleanLine(problem.message), ANNOTATION_RUNES);
  const annotations = { decision: problem.allowed ? 'allowed' : 'error' };
  if (problem.allowed) return wrap({ uid, allowed: true, warnings: [message], annotations });
  const status: AdmissionStatus = { status: 'Failure', code: problem.code, reason: problem.reason, message };
  return wrap({ uid, allowed: false, status, warnings: [], annotations });
}

/** Any reason but Invalid: with that one kubectl prints the causes and neither the message nor who refused. */
function refuse(review: Review, denying: readonly Finding[], errors: readonly EvaluationError[]): AdmissionStatus {
  const closed = errors.filter(({ failurePolicy }) => failurePolicy === 'Fail');
  if (denying.length + closed.length === 0) throw new Error('a refusal without a finding or an error');
  const { message, causes } = composeDenial(review, denying, closed);
  const details = {
    name: cutRunes(cleanLine(review.name), NAME_RUNES),
    group: review.kind.group,
    kind: review.kind.kind,
    causes,
  };
  if (denying.length > 0) return { status: 'Failure', code: 403, reason: 'Forbidden', message, details };
  return { status: 'Failure', code: 500, reason: 'InternalError', message, details };
}

/** An error that is let pass is told, so that failing open is seen by the one it happens to. */
function warnOfErrors(errors: readonly EvaluationError[]): string[] {
  return errors
    .filter(({ failurePolicy }) => failurePolicy === 'Ignore')
    .map((error) => `not checked: ${tellError(error)}`);
}

function wrap(parts: {
  uid: string;
  allowed: boolean;
  status?: AdmissionStatus | undefined;
  patch?: string | undefined;
  warnings: readonly string[];
  annotations: { [key: string]: string };
}): AdmissionReviewAnswer {
  const response: AdmissionResponse = { uid: parts.uid, allowed: parts.allowed };
  if (parts.status !== undefined) response.status = parts.status;
  if (parts.patch !== undefined) {
    response.patch = parts.patch;
    response.patchType = 'JSONPatch';
  }
  const warnings = parts.warnings.length === 0 ? [] : limitWarnings(parts.warnings);
  if (warnings.length > 0) response.warnings = warnings;
  const annotations: { [key: string]: string } = {};
  for (const [key, value] of Object.entries(parts.annotations)) {
    if (value !== '') annotations[key] = cutRunes(cleanLine(value), ANNOTATION_RUNES);
  }
  response.auditAnnotations = annotations;
  return { apiVersion: ADMISSION_API_VERSION, kind: 'AdmissionReview', response };
}

/** Rule ids by what they do: `deny=A,B warn=C audit=D`. */
function rulesOf(findings: readonly Finding[]): string {
  const groups = (['deny', 'warn', 'audit'] as const).map((action) => {
    const rules = unique(findings.filter((finding) => finding.action === action).map(({ rule }) => rule));
    return rules.length === 0 ? '' : `${action}=${rules.join(',')}`;
  });
  return groups.filter((group) => group !== '').join(' ');
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
