import { deepEqual } from '../deep-equal.ts';
import { mutateReview, validateReview } from '../evaluate.ts';
import type { PolicySet } from '../policy-set.ts';
import type { Decision, Example, ExpectedFinding, Finding, Json, PolicyDocument, ResourceSchema } from '../types.ts';
import { reviewOf } from './example-review.ts';
import type { Difference } from './expressions.ts';
import { show } from './message.ts';
import type { Report } from './report.ts';

/**
 * Runs a policy's examples. `compileWith` gives a set that holds only this policy, with parameters in place,
 * compiled to compare each expression with json-logic-js. Whatever does not come out as written is a problem.
 */
export function verifyExamples(
  document: PolicyDocument,
  compileWith: (parameters: { [name: string]: Json }) => PolicySet,
  differences: Difference[],
  schemas: readonly ResourceSchema[],
  report: Report,
): void {
  const plain = compileWith({});
  for (const [i, example] of (document.spec.examples ?? []).entries()) {
    const at = `/spec/examples/${i}`;
    differences.length = 0;
    const set = example.parameters ? compileWith(example.parameters) : plain;
    for (const problem of judgeExample(example, document, set, schemas)) {
      report.add('example-failed', at, `example \`${example.name}\`: ${problem}`);
    }
    const [difference] = differences;
    if (difference) {
      const { expression, compiled, reference, pointer } = difference;
      const message = `example \`${example.name}\`: \`${expression}\` is ${show(compiled)} compiled and ${show(reference)} in json-logic-js`;
      report.add('engines-differ', pointer, message);
    }
  }
}

/** What does not come out as the example says; empty when all does. */
export function judgeExample(
  example: Example,
  document: PolicyDocument,
  set: PolicySet,
  schemas: readonly ResourceSchema[],
): string[] {
  const review = reviewOf(example, document, schemas);
  const options = { anySurface: true };
  const mutation = review.object ? mutateReview(set, review, options) : null;
  const decision = validateReview(set, mutation ? { ...review, object: mutation.object } : review, options);
  const problems: string[] = [];
  const errors = [...(mutation?.errors ?? []), ...decision.errors].filter(
    (error) => error.code !== 'relation-not-implemented',
  );
  for (const error of errors) problems.push(`${error.rule || error.policy} could not be judged: ${error.message}`);
  const { expect } = example;
  const expectedObject = typeof expect === 'object' && !Array.isArray(expect) ? expect.object : undefined;
  if (expectedObject !== undefined && !deepEqual(expectedObject as Json, (mutation?.object ?? null) as Json)) {
    problems.push(
      `the object becomes ${JSON.stringify(mutation?.object ?? null)}, wanted ${JSON.stringify(expectedObject)}`,
    );
  }
  const findings = expectedFindings(example);
  if (findings) problems.push(...compareFindings(findings, decision));
  return problems;
}

/** null: the example says nothing about findings. */
function expectedFindings({ expect }: Example): ExpectedFinding[] | null {
  if (expect === 'pass') return [];
  if (Array.isArray(expect)) return expect;
  return expect.findings ?? null;
}

/** The exact set: each expected finding once, and no other. */
function compareFindings(expected: readonly ExpectedFinding[], decision: Decision): string[] {
  const open = [...decision.findings];
  const unasked = new Set(
    decision.errors.filter((error) => error.code === 'relation-not-implemented').map((error) => error.rule),
  );
  const problems: string[] = [];
  for (const wanted of expected) {
    if (unasked.has(wanted.rule)) continue;
    const at = open.findIndex((finding) => fits(finding, wanted));
    if (at >= 0) open.splice(at, 1);
    else
      problems.push(
        `wanted a finding of ${wanted.rule}${wanted.path === undefined ? '' : ` at \`${wanted.path}\``}${wanted.message === undefined ? '' : ` saying \`${wanted.message}\``}`,
      );
  }
  for (const finding of open) problems.push(`found ${finding.rule} at \`${finding.path}\`: ${finding.message}`);
  return problems;
}

function fits(finding: Finding, wanted: ExpectedFinding): boolean {
  if (finding.rule !== wanted.rule) return false;
  if (wanted.path !== undefined && wanted.path !== finding.path) return false;
  return wanted.message === undefined || wanted.message === finding.message;
}
