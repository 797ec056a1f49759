import type { Log } from '../log.ts';
import type { AnswerWord, Metrics, Phase } from '../metrics.ts';
import {
  type Decision,
  type EvaluateOptions,
  type EvaluationError,
  type Inventory,
  type JsonObject,
  type Mutation,
  mutateReview,
  type PolicySet,
  type Review,
  validateReview,
} from '../policies/index.ts';
import { findUid, parseAdmissionReview } from './admission-review.ts';
import { createDeadline } from './deadline.ts';
import { logBug, logDecision } from './decision-log.ts';
import { createFailure, type Failure } from './failure.ts';
import { RETRY_AFTER_SECONDS } from './overload.ts';
import { type AdmissionReviewAnswer, answerDecision, answerMutation, answerUnjudged } from './response.ts';

export interface DoorOptions {
  /** The policies in force; asked once a review, so that one review sees one set. */
  getPolicySet(): PolicySet;
  inventory?: Inventory;
  /** Milliseconds since 1970, for the end of exemptions. */
  now(): number;
  /** Monotonic milliseconds, for deadlines and durations; default `performance.now`. */
  clock?: () => number;
  log: Log;
  metrics: Metrics;
  /** A Namespace object by name; undefined where it is not known. */
  namespaces?: (name: string) => JsonObject | undefined;
  /** False until policies are loaded: an empty set would let everything pass. */
  isReady(): boolean;
}

/** What goes back over HTTP. Status 200 whenever the answer is an AdmissionReview. */
export interface Answer {
  status: number;
  body: AdmissionReviewAnswer | Failure;
  /** Seconds; the API server repeats the call by itself. */
  retryAfter?: number;
}

interface Query {
  /** `10s`, as the API server sends it. */
  timeout?: string | undefined;
}

/** A parsed body in, an answer out; free of HTTP, never throws. */
export interface Door {
  /** @param receivedAt on the door's clock; default now */
  validate(body: unknown, query: Query, receivedAt?: number): Answer;
  mutate(body: unknown, query: Query, receivedAt?: number): Answer;
  /** The answer to a body that is too large to be read. @param head the first bytes of it as text */
  refuseLarge(phase: Phase, body: { size: number; limit: number; head: string }): Answer;
}

interface Outcome {
  answer: AdmissionReviewAnswer;
  decision: AnswerWord;
  result: Decision | Mutation;
}

/** The way from a posted AdmissionReview to the answer: parse, judge, answer, count, write one log line. */
export function createDoor(options: DoorOptions): Door {
  const { log, metrics } = options;
  const clock = options.clock ?? (() => performance.now());

  function handle(phase: Phase, body: unknown, query: Query, receivedAt: number): Answer {
    if (!options.isReady()) {
      metrics.recordRefusal(phase, 'not-ready');
      const message = 'the policies are not loaded yet; try again in a moment';
      return { status: 503, body: createFailure(503, message), retryAfter: RETRY_AFTER_SECONDS };
    }
    const parsed = parseAdmissionReview(body, options.namespaces);
    if (!parsed.ok) {
      metrics.recordRefusal(phase, 'malformed');
      return { status: parsed.status, body: createFailure(parsed.status, parsed.message) };
    }
    const { uid, review } = parsed;
    try {
      const outcome = judge(phase, uid, review, createDeadline(query.timeout, receivedAt, clock));
      record({ phase, uid, review }, outcome, clock() - receivedAt);
      return { status: 200, body: outcome.answer };
    } catch (error) {
      logBug(log, { uid, phase, review }, error);
      metrics.recordRefusal(phase, 'internal');
      const message = `lintel failed on this request, which says nothing about the object; look for uid ${uid} in its log`;
      return {
        status: 200,
        body: answerUnjudged(uid, { code: 500, reason: 'InternalError', message, allowed: false }),
      };
    }
  }

  function judge(phase: Phase, uid: string, review: Review, deadline: { expired(): boolean }): Outcome {
    const set = options.getPolicySet();
    const context = { uid, review, fingerprint: set.fingerprint };
    const how: EvaluateOptions = { now: options.now(), expired: deadline.expired };
    if (options.inventory !== undefined) how.inventory = options.inventory;
    if (phase === 'validate') {
      const result = validateReview(set, review, how);
      return { answer: answerDecision(context, result), decision: wordOfDecision(result), result };
    }
    const result = mutateReview(set, review, how);
    const answer = answerMutation(context, result);
    const decision = !answer.response.allowed ? 'error' : answer.response.patch === undefined ? 'allowed' : 'patched';
    return { answer, decision, result };
  }

  function record(asked: { phase: Phase; uid: string; review: Review }, outcome: Outcome, milliseconds: number): void {
    const { review, phase } = asked;
    const { decision, result, answer } = outcome;
    const resource =
      review.resource.group === '' ? review.resource.resource : `${review.resource.resource}.${review.resource.group}`;
    metrics.recordRequest({ phase, operation: review.operation, resource, decision, seconds: milliseconds / 1000 });
    countErrors(phase, result.errors);
    if ('findings' in result) {
      for (const { policy, rule, action } of result.findings) metrics.recordFinding(policy, rule, action);
      for (const { exemption, finding } of result.exempted) metrics.recordExempted(exemption, finding.rule);
    }
    logDecision(log, asked, { decision, result, warnings: answer.response.warnings?.length ?? 0, milliseconds });
  }

  function countErrors(phase: Phase, errors: readonly EvaluationError[]): void {
    for (const { policy, code, failurePolicy } of errors) metrics.recordError(policy, code, failurePolicy);
    if (errors.some(({ failurePolicy }) => failurePolicy === 'Ignore')) metrics.recordFailedOpen(phase);
  }

  function refuseLarge(phase: Phase, { size, limit, head }: { size: number; limit: number; head: string }): Answer {
    metrics.recordRefusal(phase, 'too-large');
    const message = `the review is ${size} bytes, more than the ${limit} that lintel reads; make the object smaller`;
    const uid = findUid(head);
    if (uid === undefined) return { status: 413, body: createFailure(413, message) };
    // not judging is an error, so failurePolicy decides: one policy that must be judged is enough to refuse
    const allowed =
      options.isReady() && options.getPolicySet().policies.every(({ failurePolicy }) => failurePolicy === 'Ignore');
    if (allowed) metrics.recordFailedOpen(phase);
    log.warn({ uid, phase, size, limit, decision: allowed ? 'allowed' : 'error' }, 'review too large');
    return { status: 200, body: answerUnjudged(uid, { code: 413, reason: 'RequestEntityTooLarge', message, allowed }) };
  }

  return {
    validate: (body, query, receivedAt = clock()) => handle('validate', body, query, receivedAt),
    mutate: (body, query, receivedAt = clock()) => handle('mutate', body, query, receivedAt),
    refuseLarge,
  };
}

function wordOfDecision(decision: Decision): AnswerWord {
  if (decision.allowed) return 'allowed';
  return decision.findings.some(({ action }) => action === 'deny') ? 'denied' : 'error';
}
