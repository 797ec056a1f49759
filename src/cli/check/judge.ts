/** One object through everything a webhook would put it through: defaults, mutation, schema, policies. */
import {
  type EvaluationError,
  type Finding,
  type Inventory,
  type JsonObject,
  mutateReview,
  type PolicySet,
  type Review,
  validateReview,
} from '../../policies/index.ts';
import type { ManifestObject } from '../../reader/objects.ts';
import { readSteps } from '../../reader/path-steps.ts';
import type { Catalog } from '../../schemas/catalog.ts';
import { completeObject, dropStatus, prepareObject, validateObject } from '../../schemas/check-schema.ts';
import { checkLabels, checkMetadataTypes } from '../../schemas/metadata.ts';
import type { SchemaProblem } from '../../schemas/problem.ts';
import type { KindSchema } from '../../schemas/read-crd.ts';
import { createIssue, createPolicyIssue, type IssueContext, placeholderAt } from './issues.ts';
import type { ExemptedIssue, Issue } from './report.ts';
import { describeSchemaProblem } from './schema-issues.ts';
import type { Subject } from './subjects.ts';
import { findTraps } from './traps.ts';

export interface JudgeContext {
  set: PolicySet;
  catalog: Catalog;
  namespaces: ReadonlyMap<string, JsonObject>;
  /** Milliseconds since the epoch, for the expiry of exemptions. */
  now: number;
  /** What is known of other objects; without it, rules that ask about them are left out and told. */
  inventory?: Inventory;
}

/** What came of one object. */
export interface Verdict {
  issues: Issue[];
  exempted: ExemptedIssue[];
  errors: EvaluationError[];
  /** What was left open because a placeholder stands there. */
  open: { issue: Issue; placeholder: string }[];
  /** Rules asked. */
  evaluated: number;
  /** Without what an API server drops, before defaults and mutation; null for a deletion. */
  before: JsonObject | null;
  /** With both: what `--fix` writes. */
  after: JsonObject | null;
}

/** Judges one subject. Never throws for what is in the object. */
export function judge(subject: Subject, context: JudgeContext): Verdict {
  const judging = new Judging(subject, context);
  return judging.run();
}

class Judging {
  private readonly subject: Subject;
  private readonly context: JudgeContext;
  private readonly where: IssueContext;
  private readonly verdict: Verdict = {
    issues: [],
    exempted: [],
    errors: [],
    open: [],
    evaluated: 0,
    before: null,
    after: null,
  };

  constructor(subject: Subject, context: JudgeContext) {
    this.subject = subject;
    this.context = context;
    this.where = { object: subject.object, namespace: subject.namespace, operation: subject.review.operation };
  }

  run(): Verdict {
    const { review, kind, object } = this.subject;
    const oldObject = this.prepareOld(review.oldObject);
    if (review.object === null || review.subresource !== '') {
      this.askPolicies({ ...review, oldObject });
      return this.verdict;
    }
    this.tellReading(object, kind);
    const prepared = kind === null ? null : prepareObject(review.object, kind);
    if (prepared === null) this.checkMetadata(review.object);
    this.tellSchema(prepared?.problems ?? []);
    this.verdict.before = prepared?.pruned ?? review.object;
    const mutated = this.mutate({ ...review, object: prepared?.object ?? review.object, oldObject });
    // what no rule touched is complete already
    const complete = kind === null || mutated === prepared?.object ? mutated : completeObject(mutated, kind);
    this.verdict.after = complete;
    const stored = kind === null ? complete : dropStatus(complete, kind);
    if (kind !== null) this.tellSchema(this.newProblems(validateObject(stored, kind), prepared?.problems ?? []));
    this.askPolicies({ ...review, object: stored, oldObject });
    return this.verdict;
  }

  /** The old object as it is stored: it had its defaults, and whatever mutating rules write, when it came in. */
  private prepareOld(old: JsonObject | null): JsonObject | null {
    const { kind, review } = this.subject;
    if (old === null || this.subject.recorded) return old;
    const object = kind === null ? old : dropStatus(prepareObject(old, kind).object, kind);
    const { object: mutated } = mutateReview(this.context.set, {
      ...review,
      operation: 'CREATE',
      object,
      oldObject: null,
    });
    return mutated === null || kind === null ? mutated : completeObject(mutated, kind);
  }

  private mutate(review: Review): JsonObject {
    const { object, errors } = mutateReview(this.context.set, review, this.options());
    this.verdict.errors.push(...errors);
    return object ?? (review.object as JsonObject);
  }

  private askPolicies(review: Review): void {
    const decision = validateReview(this.context.set, review, this.options());
    this.verdict.evaluated = decision.evaluated;
    this.verdict.errors.push(...decision.errors);
    for (const finding of decision.findings) this.add(this.describe(finding));
    for (const { finding, exemption, reason, owner, expires } of decision.exempted) {
      this.verdict.exempted.push({ issue: this.describe(finding), exemption, reason, owner, expires });
    }
  }

  private options() {
    const { now, inventory } = this.context;
    return inventory === undefined ? { now } : { now, inventory };
  }

  private describe(finding: Finding): Issue {
    return createPolicyIssue(this.where, finding);
  }

  /** What is at a placeholder is not known before it is filled, so nothing there is held against the object. */
  private add(issue: Issue): void {
    const placeholder = placeholderAt(this.subject.object, readSteps(issue.path));
    if (placeholder === null) this.verdict.issues.push(issue);
    else this.verdict.open.push({ issue, placeholder });
  }

  // ---------------------------------------------------------------- what Lintel finds without policies

  private tellReading(object: ManifestObject, kind: KindSchema | null): void {
    if (this.subject.recorded) return;
    for (const trap of findTraps(object.node, kind)) {
      this.add(
        createIssue(this.where, {
          rule: 'yaml/ambiguous',
          action: 'warn',
          severity: 'medium',
          category: 'yaml',
          ...trap,
        }),
      );
    }
    this.verdict.issues.push(...this.subject.issues);
  }

  private checkMetadata(object: JsonObject): void {
    const problems: SchemaProblem[] = [];
    const report = (problem: SchemaProblem): void => void problems.push(problem);
    const { metadata } = object;
    if (metadata !== undefined) checkMetadataTypes(metadata, ['metadata'], report);
    if (typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)) {
      checkLabels(metadata, ['metadata'], report);
    }
    this.tellSchema(problems);
  }

  private tellSchema(problems: readonly SchemaProblem[]): void {
    for (const problem of problems) {
      this.add(createIssue(this.where, describeSchemaProblem(this.subject.object, problem)));
    }
  }

  /** The types of metadata are asked before and after mutation; what both say is said once. */
  private newProblems(problems: readonly SchemaProblem[], known: readonly SchemaProblem[]): SchemaProblem[] {
    const told = new Set(known.map(({ steps, message }) => JSON.stringify([steps, message])));
    return problems.filter(({ steps, message }) => !told.has(JSON.stringify([steps, message])));
  }
}
