import { actionIn, asJsonObject, type CompiledPolicy, type CompiledRule, type Failure, type Route } from './compile/compiled.ts';
import { deepEqual } from './deep-equal.ts';
import { environmentOf } from './environment.ts';
import { createFrame, createOldFrame } from './frames.ts';
import { diff } from './json-patch.ts';
import { Budget, type Frame, Halt, STEP_BUDGET } from './logic/frame.ts';
import { readOwnPath, truthy } from './logic/own.ts';
import { covers, podPathOf } from './match.ts';
import type { Candidate, PolicySet, PolicySetParts } from './policy-set.ts';
import { formatPath } from './syntax/path.ts';
import { Tracer } from './trace.ts';
import type {
  Change,
  Decision,
  EvaluationError,
  Exempted,
  Finding,
  Inventory,
  Json,
  JsonObject,
  Mutation,
  Review,
  Skipped,
} from './types.ts';

export interface EvaluateOptions {
  inventory?: Inventory;
  /** Milliseconds since the epoch, for the expiry of exemptions; without it none has expired. */
  now?: number;
  trace?: boolean;
  /** True when the time for this review is up. */
  expired?: () => boolean;
  /** Judge rules whatever surfaces they name; for a policy's own examples. */
  anySurface?: boolean;
}

/** Judges one review with all policies. Total: whatever goes wrong in a rule is an error of that rule. */
export function validateReview(set: PolicySet, review: Review, options: EvaluateOptions = {}): Decision {
  const parts = options.trace ? set.inner.traced() : set.inner;
  return new Validation(parts, review, options).run();
}

/** Applies all mutating rules in order, each seeing what the ones before it made. */
export function mutateReview(set: PolicySet, review: Review, options: EvaluateOptions = {}): Mutation {
  const parts = options.trace ? set.inner.traced() : set.inner;
  return new Mutations(parts, review, options).run();
}

/** A rule that applies to the review, or the reason why it does not. */
function whyNot(rule: CompiledRule, review: Review, environment: string, options: EvaluateOptions): string | null {
  if (rule.asleep !== null) return rule.asleep;
  if (rule.surfaces && !options.anySurface && !rule.surfaces.has(review.surface))
    return `not asked on the ${review.surface} surface`;
  if (rule.environments && !rule.environments.has(environment)) return `not in environment \`${environment}\``;
  const noRequest = review.request === null && (rule.readsRequest || rule.match?.needsUser || rule.exclude?.needsUser);
  if (noRequest) return 'there is no request here';
  if (!rule.routes.some((route) => inVersion(route, review))) return `not about version \`${review.resource.version}\``;
  const miss = rule.match?.test(review) ?? null;
  if (miss !== null) return miss;
  if (rule.exclude && rule.exclude.test(review) === null) return 'excluded by the rule';
  if (rule.subjectPod && podPathOf(review.resource.group, review.resource.resource) === null)
    return 'the object carries no pod';
  return null;
}

/** The route that made the rule a candidate is about the version the object is in. */
function inVersion({ group, resource, version }: Route, review: Review): boolean {
  return version === undefined || covers({ group, resource, version }, review);
}

/** The clause of the policy's own match or exclude that keeps it from this review; null when it applies. */
function policyMiss(policy: CompiledPolicy, review: Review): string | null {
  if (review.request === null && (policy.match?.needsUser || policy.exclude?.needsUser))
    return 'there is no request here';
  const miss = policy.match?.test(review) ?? null;
  if (miss !== null) return miss;
  return policy.exclude && policy.exclude.test(review) === null ? 'excluded' : null;
}

abstract class Evaluation {
  readonly parts: PolicySetParts;
  readonly review: Review;
  readonly options: EvaluateOptions;
  readonly budget: Budget;
  readonly tracer: Tracer | null;
  readonly errors: EvaluationError[] = [];

  constructor(parts: PolicySetParts, review: Review, options: EvaluateOptions) {
    this.parts = parts;
    this.review = review;
    this.options = options;
    this.budget = new Budget(STEP_BUDGET, options.expired);
    this.tracer = options.trace ? new Tracer() : null;
  }

  /** Runs `judge` for each candidate whose match, exclude and when let it through. */
  walk(candidates: readonly Candidate[], judge: (frame: Frame, candidate: Candidate) => void): void {
    for (const candidate of candidates) {
      const { policy } = candidate;
      const frame = this.guard(policy, '', () => this.enter(policy));
      if (frame) judge(frame, candidate);
    }
    if (this.tracer) this.traceOthers(candidates);
  }

  enter(policy: CompiledPolicy): Frame | null {
    const miss = policyMiss(policy, this.review);
    if (miss !== null) {
      this.tracer?.startPolicy(policy.name, false, miss);
      return null;
    }
    const frame = createFrame(policy, this.review, this.parts.cluster, this.budget);
    if (policy.when && !truthy(policy.when(frame))) {
      this.tracer?.startPolicy(policy.name, false, `when \`${policy.whenText}\` does not hold`);
      return null;
    }
    this.tracer?.startPolicy(policy.name, true, 'matched');
    return frame;
  }

  traceOthers(candidates: readonly Candidate[]): void {
    const { operation, resource, subresource } = this.review;
    const asked = `${operation} ${resource.resource}${subresource ? `/${subresource}` : ''}${resource.group ? `.${resource.group}` : ''}`;
    for (const policy of this.parts.policies) {
      if (candidates.some((candidate) => candidate.policy === policy)) continue;
      this.tracer?.startPolicy(
        policy.name,
        false,
        `no candidate: match.resources and operations do not cover ${asked}`,
      );
    }
  }

  /** Runs a part of the evaluation; what it throws becomes an error of the rule. */
  guard<T>(policy: CompiledPolicy, rule: string, run: () => T): T | null {
    try {
      return run();
    } catch (caught) {
      const code = caught instanceof Halt ? caught.code : 'expression-failed';
      const message = caught instanceof Error ? caught.message : String(caught);
      this.errors.push({ code, policy: policy.name, rule, failurePolicy: policy.failurePolicy, message });
      return null;
    }
  }
}

class Validation extends Evaluation {
  readonly findings: Finding[] = [];
  readonly exempted: Exempted[] = [];
  readonly skipped: Skipped[] = [];
  evaluated = 0;

  run(): Decision {
    const { review, parts } = this;
    // An object on its way out is let go, whatever is wrong with it: its finalizers must be removable.
    const leaving = readOwnPath(review.object ?? review.oldObject, ['metadata', 'deletionTimestamp']) !== null;
    if (!leaving)
      this.walk(parts.validating.candidates(review), (frame, candidate) => this.judgePolicy(frame, candidate));
    const denied =
      this.findings.some((finding) => finding.action === 'deny') ||
      this.errors.some((error) => error.failurePolicy === 'Fail');
    return {
      allowed: !denied,
      findings: this.findings,
      errors: this.errors,
      exempted: this.exempted,
      skipped: this.skipped,
      evaluated: this.evaluated,
      environment: environmentOf(null, review, parts.cluster, null),
      trace: this.tracer?.finish() ?? null,
    };
  }

  judgePolicy(frame: Frame, { policy, rules }: Candidate): void {
    const environment = frame.environment as string;
    for (const rule of rules) {
      const skip = this.guard(policy, rule.id, () => ({
        reason: whyNot(rule, this.review, environment, this.options),
      }));
      if (!skip) continue;
      if (skip.reason !== null) {
        this.tracer?.skipRule(rule.id, skip.reason);
        if (this.tracer) this.skipped.push({ policy: policy.name, rule: rule.id, reason: skip.reason });
        continue;
      }
      this.evaluated++;
      this.judgeRule(frame, rule, environment);
    }
  }

  judgeRule(frame: Frame, rule: CompiledRule, environment: string): void {
    const errors = this.errors.length;
    const failures: { failure: Failure; finding: Finding }[] = [];
    frame.notes.length = 0;
    this.tracer?.startRule(rule.id, frame);
    this.guard(rule.policy, rule.id, () => {
      rule.judge(frame, (failure) => {
        failures.push({ failure, finding: describe(frame, rule, failure, environment) });
        this.tracer?.element(frame, failures[failures.length - 1]?.finding.path ?? '', 'fail');
      });
    });
    const error = this.errors[errors];
    const kept = error ? failures : this.dropOld(rule, failures);
    this.tracer?.endRule(frame, error ? 'error' : kept.length ? 'fail' : 'pass', error?.message ?? null);
    for (const { finding } of kept) this.keep(rule, finding);
  }

  /** On UPDATE, what the same rule found in the old object on equal evidence is no news. */
  dropOld(
    rule: CompiledRule,
    failures: { failure: Failure; finding: Finding }[],
  ): { failure: Failure; finding: Finding }[] {
    const { review } = this;
    if (failures.length === 0 || !rule.ratchet || review.operation !== 'UPDATE' || !review.oldObject) return failures;
    const before: unknown[][] = [];
    const judged = this.guard(rule.policy, rule.id, () => {
      const old = createOldFrame(rule.policy, review, this.parts.cluster, this.budget);
      rule.judge(old, (failure) => before.push(failure.evidence));
      return true;
    });
    if (!judged) return failures;
    return failures.filter(({ failure, finding }) => {
      const known = before.some((evidence) => deepEqual(evidence as Json, failure.evidence as Json));
      const element = known
        ? this.tracer?.policy?.rules.at(-1)?.elements.find((one) => one.path === finding.path)
        : undefined;
      if (element) element.dropped = 'the object had it before: equal evidence in oldObject';
      return !known;
    });
  }

  keep(rule: CompiledRule, finding: Finding): void {
    const now = this.options.now ?? 0;
    for (const exemption of this.parts.exemptions) {
      if (now >= exemption.expiresAt || !covered(exemption.rules, rule)) continue;
      if (exemption.match && exemption.match.test(this.review) !== null) continue;
      const { name, reason, owner, expires } = exemption;
      this.exempted.push({ finding, exemption: name, reason, owner, expires });
      return;
    }
    this.findings.push(finding);
  }
}

/** Rule id, the id without its part, or the policy's name. */
function covered(names: ReadonlySet<string>, rule: CompiledRule): boolean {
  return names.has(rule.id) || names.has(rule.id.replace(/\/.*$/, '')) || names.has(rule.policy.name);
}

function describe(frame: Frame, rule: CompiledRule, failure: Failure, environment: string): Finding {
  const { policy } = rule;
  const document = rule.document ? policy.documents.get(rule.document) : undefined;
  const position = document ? document.locate(frame, failure.segments) : null;
  const path = document
    ? `${document.path}${position ? `:${position.line}:${position.column}` : ''}`
    : formatPath(failure.segments);
  const message = failure.ownText || !rule.message ? failure.text() : rule.message.render(frame);
  return {
    policy: policy.name,
    rule: rule.id,
    action: actionIn(rule.action, environment),
    severity: rule.severity,
    category: policy.category,
    path,
    message: message.replace(/\s*\n\s*/g, ' '),
    remedy: failure.remedy ?? rule.remedy?.render(frame) ?? '',
    link: policy.link,
    position,
  };
}

class Mutations extends Evaluation {
  readonly changes: Change[] = [];

  run(): Mutation {
    const { review, parts } = this;
    const before = review.object;
    let draft: JsonObject | null = before;
    if (before && this.wanted()) {
      for (const candidate of parts.mutating.candidates(review)) {
        // Each policy's match is asked of the object as it came; its rules see the draft.
        const frame = this.guard(candidate.policy, '', () => this.enter(candidate.policy));
        if (!frame) continue;
        frame.object = draft;
        if (frame.pod !== null) frame.pod = readOwnPath(draft, frame.podSegments);
        frame.forgetVariables(0);
        this.writePolicy(frame, candidate);
        draft = asJsonObject(frame.object);
      }
    }
    return {
      object: draft,
      patch: draft === before ? [] : diff(before as Json, draft as Json),
      changes: this.changes,
      errors: this.errors,
      trace: this.tracer?.finish() ?? null,
    };
  }

  /** Mutations act on CREATE, and on UPDATE where something other than metadata and status changed. */
  wanted(): boolean {
    const { operation, object, oldObject } = this.review;
    if (operation === 'CREATE') return true;
    if (operation !== 'UPDATE' || !object || !oldObject) return false;
    if (readOwnPath(object, ['metadata', 'deletionTimestamp']) !== null) return false;
    return !deepEqual(withoutMeta(object), withoutMeta(oldObject));
  }

  writePolicy(frame: Frame, { policy, rules }: Candidate): void {
    const environment = frame.environment as string;
    for (const rule of rules) {
      const skip = this.guard(policy, rule.id, () => ({
        reason: whyNot(rule, this.review, environment, this.options),
      }));
      if (!skip) continue;
      if (skip.reason !== null) {
        this.tracer?.skipRule(rule.id, skip.reason);
        continue;
      }
      const before = frame.object;
      this.tracer?.startRule(rule.id, frame);
      const done = this.guard(policy, rule.id, () => {
        rule.write(frame, (path) => {
          const warning = rule.announce
            ? (rule.message?.render(frame) ?? `\`${path}\` was completed by ${rule.id}`)
            : null;
          this.changes.push({ policy: policy.name, rule: rule.id, path, warning });
        });
        return true;
      });
      // A rule that could not finish leaves nothing half done.
      if (!done) frame.object = before;
      this.tracer?.endRule(frame, done ? 'pass' : 'error', done ? null : (this.errors.at(-1)?.message ?? null));
    }
  }
}

function withoutMeta(object: JsonObject): JsonObject {
  const { metadata: _metadata, status: _status, ...rest } = object;
  return rest;
}
