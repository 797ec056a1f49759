import {
  actionIn,
  asJsonObject,
  type CompiledMatch,
  type CompiledPolicy,
  type CompiledRule,
  type Emit,
  type Failure,
  type Route,
} from './compile/compiled.ts';
import { isSecret } from './compile/message.ts';
import { failureOfGarbage } from './compile/rule-context.ts';
import { deepEqual } from './deep-equal.ts';
import { environmentOf } from './environment.ts';
import { createFrame, replaceDraft } from './frames.ts';
import { Gathered, MAX_FINDINGS } from './gathered.ts';
import { diff } from './json-patch.ts';
import { Budget, type Frame, type GarbageNote, Halt, STEP_BUDGET } from './logic/frame.ts';
import { readOwnPath, truthy } from './logic/own.ts';
import { covers, podPathOf } from './match.ts';
import type { Candidate, PolicySet, PolicySetParts } from './policy-set.ts';
import { Excuses } from './ratchet.ts';
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
  if (rule.unconditional && review.request !== null) return null;
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
  const readsRequest = policy.whenReadsRequest || policy.match?.needsUser || policy.exclude?.needsUser;
  if (readsRequest && review.request === null) return 'there is no request here';
  const miss = policy.match?.test(review) ?? null;
  if (miss !== null) return miss;
  return policy.exclude && policy.exclude.test(review) === null ? 'excluded' : null;
}

/** The policy's `when` holds, or cannot be told for garbage, which is then in the notes. */
function holds(policy: CompiledPolicy, frame: Frame): boolean {
  return !policy.when || truthy(policy.when(frame)) || frame.notes.length > 0;
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

  /**
   * A frame for the policy where its match, exclude and when let the review through. Garbage met in `when` is left in
   * the notes.
   */
  enter(policy: CompiledPolicy, review: Review): Frame | null {
    try {
      return this.tryEnter(policy, review);
    } catch (caught) {
      this.blame(policy, '', caught);
      return null;
    }
  }

  tryEnter(policy: CompiledPolicy, review: Review): Frame | null {
    const miss = policyMiss(policy, review);
    if (miss !== null) {
      this.tracer?.startPolicy(policy.name, false, miss);
      return null;
    }
    if (
      policy.usesEnvironment &&
      review.namespaceObject === undefined &&
      review.namespace !== '' &&
      !review.environment
    ) {
      throw new Halt(
        'namespace-unknown',
        `the environment is that of namespace \`${review.namespace}\`, which is not known`,
      );
    }
    const frame = createFrame(policy, review, this.parts.cluster, this.budget);
    if (!holds(policy, frame)) {
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

  /** The rule applies to this review. Why it does not is for the trace. */
  asks(rule: CompiledRule, review: Review, environment: string): boolean {
    try {
      const reason = whyNot(rule, review, environment, this.options);
      if (reason !== null) this.skip(rule, reason);
      return reason === null;
    } catch (caught) {
      this.blame(rule.policy, rule.id, caught);
      return false;
    }
  }

  skip(rule: CompiledRule, reason: string): void {
    this.tracer?.skipRule(rule.id, reason);
  }

  /** What a part of the evaluation threw becomes an error of the rule. */
  blame(policy: CompiledPolicy, rule: string, caught: unknown): void {
    const code = caught instanceof Halt ? caught.code : 'expression-failed';
    const message = caught instanceof Error ? caught.message : String(caught);
    this.errors.push({ code, policy: policy.name, rule, failurePolicy: policy.failurePolicy, message });
  }
}

/**
 * An object on its way out is let go, whatever is wrong with it: its finalizers must be removable. One that is created
 * is not on its way out, whatever it claims: the API server clears the field.
 */
function isLeaving({ surface, operation, object, oldObject }: Review): boolean {
  if (operation === 'CREATE' && surface !== 'audit') return false;
  // Of an UPDATE the stored object tells, and only its leave is let through: a finalizer of one's own, a DELETE and
  // then any change at all must not be a way around the rules.
  const stored = operation === 'UPDATE' ? oldObject : (object ?? oldObject);
  if (readOwnPath(stored, ['metadata', 'deletionTimestamp']) === null) return false;
  return operation !== 'UPDATE' || !object || !oldObject || deepEqual(withoutMeta(object), withoutMeta(oldObject));
}

class Validation extends Evaluation {
  readonly findings: Finding[] = [];
  readonly exempted: Exempted[] = [];
  readonly skipped: Skipped[] = [];
  evaluated = 0;

  run(): Decision {
    const { review, parts } = this;
    if (!isLeaving(review)) this.judgeAll(parts.validating.candidates(review));
    else this.tracer?.leaveOut(parts.policies, 'the object is being deleted');
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

  judgeAll(candidates: readonly Candidate[]): void {
    for (const candidate of candidates) {
      const frame = this.enter(candidate.policy, this.review);
      if (frame) this.judgePolicy(frame, candidate);
    }
    if (this.tracer) this.traceOthers(candidates);
  }

  judgePolicy(frame: Frame, { rules }: Candidate): void {
    const environment = frame.environment as string;
    const garbage = frame.notes[0] ?? null;
    for (const rule of rules) {
      if (!this.asks(rule, this.review, environment)) continue;
      this.evaluated++;
      this.judgeRule(frame, rule, environment, garbage);
    }
  }

  override skip(rule: CompiledRule, reason: string): void {
    super.skip(rule, reason);
    if (this.tracer) this.skipped.push({ policy: rule.policy.name, rule: rule.id, reason });
  }

  /** `garbage`: what the policy's `when` could not be told for; then that is what each of its rules finds. */
  judgeRule(frame: Frame, rule: CompiledRule, environment: string, garbage: GarbageNote | null): void {
    let gathered: Gathered | null = null;
    let failed = false;
    if (frame.notes.length > 0) frame.notes.length = 0;
    this.tracer?.startRule(rule.id, frame);
    try {
      this.budget.startRule();
      judge(frame, rule, garbage, (failure) => {
        gathered ??= new Gathered(this.isRatcheted(rule) ? this.readExcuses(rule) : null);
        this.gather(gathered, frame, rule, failure, environment);
      });
    } catch (caught) {
      failed = true;
      this.blame(rule.policy, rule.id, caught);
    }
    if (gathered === null && !this.tracer) return;
    // Its only assignment is in a closure, which the compiler does not follow.
    const kept = (gathered as Gathered | null)?.finish() ?? [];
    const error = failed ? this.errors.at(-1) : undefined;
    this.tracer?.endRule(frame, error ? 'error' : kept.length ? 'fail' : 'pass', error?.message ?? null);
    for (const finding of kept) this.keep(rule, finding);
  }

  /** Told of while the frame still shows the element. */
  gather(gathered: Gathered, frame: Frame, rule: CompiledRule, failure: Failure, environment: string): void {
    if (gathered.excuses?.take(failure)) {
      this.traceExcused(frame, rule, failure, environment);
    } else if (gathered.isFull) {
      gathered.count(failure.segments);
      if (frame.trace) frame.trace = [];
    } else {
      const finding = describe(frame, rule, failure, environment);
      gathered.findings.push(finding);
      this.tracer?.element(frame, finding.path, 'fail');
    }
  }

  traceExcused(frame: Frame, rule: CompiledRule, failure: Failure, environment: string): void {
    const { tracer } = this;
    if (!tracer) return;
    if ((tracer.rule?.elements.length ?? 0) >= 2 * MAX_FINDINGS) {
      frame.trace = [];
      return;
    }
    const { path } = describe(frame, rule, failure, environment);
    tracer.element(frame, path, 'fail').dropped = 'the object had it before: equal evidence in oldObject';
  }

  /** On UPDATE, what the same rule finds in the old object on equal evidence is no news. */
  isRatcheted(rule: CompiledRule): boolean {
    return rule.ratchet && this.review.operation === 'UPDATE' && this.review.oldObject !== null;
  }

  /** What the rule finds in the old object, were it written anew; nothing where it did not apply to it. */
  readExcuses(rule: CompiledRule): Excuses {
    const { review, parts } = this;
    const excuses = new Excuses(this.budget);
    const old: Review = { ...review, object: review.oldObject, oldObject: null };
    try {
      if (policyMiss(rule.policy, old) !== null) return excuses;
      const frame = createFrame(rule.policy, old, parts.cluster, this.budget);
      if (!holds(rule.policy, frame)) return excuses;
      const garbage = frame.notes[0] ?? null;
      frame.notes.length = 0;
      if (whyNot(rule, old, frame.environment as string, this.options) !== null) return excuses;
      judge(frame, rule, garbage, (failure) => excuses.add(failure));
    } catch {
      // What could not be judged excuses nothing; what was found until then was there.
    }
    return excuses;
  }

  keep(rule: CompiledRule, finding: Finding): void {
    const now = this.options.now ?? 0;
    for (const exemption of this.parts.exemptions) {
      if (now >= exemption.expiresAt || !covered(exemption.rules, rule)) continue;
      if (exemption.match && !this.isFor(exemption.match)) continue;
      const { name, reason, owner, expires } = exemption;
      this.exempted.push({ finding, exemption: name, reason, owner, expires });
      return;
    }
    this.findings.push(finding);
  }

  /** Whom an exemption is for must be known: where that cannot be told, it is for nobody. */
  isFor(match: CompiledMatch): boolean {
    try {
      return match.test(this.review) === null;
    } catch {
      return false;
    }
  }
}

/**
 * Judges the rule, or, where the policy's `when` could not be told, finds the garbage that was in the way. An element
 * of a list or map is part of the evidence: another one, or the same one changed, is judged anew.
 */
function judge(frame: Frame, rule: CompiledRule, garbage: GarbageNote | null, emit: Emit): void {
  if (garbage) {
    emit(failureOfGarbage(frame, garbage, garbage.segments ?? []));
    return;
  }
  rule.judge(frame, (failure) => {
    const isElement = frame.place !== null && frame.place.index >= 0;
    emit(isElement ? { ...failure, evidence: [...failure.evidence, frame.item] } : failure);
  });
}

/** Rule id, the id without its part, or the policy's name. */
function covered(names: ReadonlySet<string>, rule: CompiledRule): boolean {
  return names.has(rule.id) || names.has(rule.id.replace(/\/.*$/, '')) || names.has(rule.policy.name);
}

function describe(frame: Frame, rule: CompiledRule, failure: Failure, environment: string): Finding {
  const { policy } = rule;
  const document = rule.document && !failure.inObject ? policy.documents.get(rule.document) : undefined;
  const position = document ? document.locate(frame, failure.segments) : null;
  const path = document
    ? `${document.path}${position ? `:${position.line}:${position.column}` : ''}`
    : formatPath(failure.segments);
  const message = messageOf(frame, rule, failure, path);
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

/** The rule's own words, else what the kind says. The latter quotes values, so for a Secret it is left out. */
function messageOf(frame: Frame, rule: CompiledRule, failure: Failure, path: string): string {
  if (rule.message && !failure.ownText) return rule.message.render(frame);
  if (!isSecret(frame)) return failure.text();
  return `\`${path}\` is not as ${rule.id} wants it; values of a Secret are not shown`;
}

class Mutations extends Evaluation {
  readonly changes: Change[] = [];

  run(): Mutation {
    const { review, parts } = this;
    const before = review.object;
    let draft: JsonObject | null = before;
    if (before && this.wanted()) {
      const candidates = parts.mutating.candidates(review);
      for (const candidate of candidates) draft = this.runPolicy(draft, candidate);
      if (this.tracer) this.traceOthers(candidates);
    }
    const patch = draft === before ? [] : diff(before as Json, draft as Json);
    return {
      object: patch.length > 0 ? draft : before,
      patch,
      changes: this.changes,
      errors: this.errors,
      trace: this.tracer?.finish() ?? null,
    };
  }

  /** One policy on the draft: its match and `when` too are asked of what those before it made. */
  runPolicy(draft: JsonObject | null, candidate: Candidate): JsonObject | null {
    const frame = this.enter(candidate.policy, this.reviewOf(draft));
    // Garbage in `when` writes nothing; validation names it.
    if (!frame || frame.notes.length > 0) return draft;
    this.writePolicy(frame, candidate);
    return asJsonObject(frame.object);
  }

  reviewOf(draft: unknown): Review {
    return draft === this.review.object ? this.review : { ...this.review, object: asJsonObject(draft) };
  }

  /** Mutations act on CREATE, and on UPDATE where something other than metadata and status changed. */
  wanted(): boolean {
    const { operation, object, oldObject } = this.review;
    if (operation === 'CREATE') return true;
    if (operation !== 'UPDATE' || !object || !oldObject) return false;
    if (readOwnPath(object, ['metadata', 'deletionTimestamp']) !== null) return false;
    return !deepEqual(withoutMeta(object), withoutMeta(oldObject));
  }

  writePolicy(frame: Frame, { rules }: Candidate): void {
    const environment = frame.environment as string;
    for (const rule of rules) {
      if (!this.asks(rule, this.reviewOf(frame.object), environment)) continue;
      const before = frame.object;
      const told = this.changes.length;
      this.tracer?.startRule(rule.id, frame);
      let error: EvaluationError | null = null;
      try {
        this.budget.startRule();
        rule.write(frame, (path) => this.tell(frame, rule, path));
      } catch (caught) {
        this.blame(rule.policy, rule.id, caught);
        error = this.errors.at(-1) ?? null;
        // A rule that could not finish leaves nothing half done, and tells of nothing.
        replaceDraft(frame, before);
        this.changes.length = told;
      }
      this.tracer?.endRule(frame, error ? 'error' : 'pass', error?.message ?? null);
    }
  }

  tell(frame: Frame, rule: CompiledRule, path: string): void {
    const warning = rule.announce ? (rule.message?.render(frame) ?? `\`${path}\` was completed by ${rule.id}`) : null;
    this.changes.push({ policy: rule.policy.name, rule: rule.id, path, warning });
  }
}

function withoutMeta(object: JsonObject): JsonObject {
  const { metadata: _metadata, status: _status, ...rest } = object;
  return rest;
}
