/** The proof set: the fifteen policies on which the language was settled, each compiled and asked. */
import { readdir, readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import {
  type Decision,
  type Example,
  type ExpectedFinding,
  isThresholdList,
  type JsonObject,
  type Mutation,
  type PolicyDocument,
  type PolicySet,
  type RuleDocument,
  thresholdListToPolicy,
} from '../../../src/policies/index.ts';
import { admit, compile, reviewOf } from '../asking.ts';

export interface Proof {
  /** `01-check`. */
  name: string;
  policy: PolicyDocument;
  /** A ConfigMap that says the same in its own words, where there is one. */
  configMap: JsonObject | null;
}

/** All proofs, in order. */
export async function readProofs(): Promise<Proof[]> {
  const names = (await readdir(import.meta.dirname)).filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(`${import.meta.dirname}/${name}`, 'utf8');
      const [policy, configMap = null] = parseAllDocuments(text).map((document) => {
        if (document.errors.length > 0) throw document.errors[0];
        return document.toJS() as JsonObject;
      });
      return { name: name.replace(/\.yaml$/, ''), policy: policy as unknown as PolicyDocument, configMap };
    }),
  );
}

/** The rule relates to other objects, and so cannot be judged yet. */
export function isRelation(rule: RuleDocument): boolean {
  const pairs = rule.unique ?? rule.disjoint;
  if (pairs) return pairs.within === undefined;
  const ranges = rule.within ?? rule.outside;
  if (ranges) return ranges.domain !== undefined;
  return Boolean(rule.reference ?? rule.limit ?? rule.exists ?? rule.absent);
}

/** What does not hold; empty when the proof does. */
export function judgeProof(proof: Proof): string[] {
  const { set, problems } = compile([proof.policy]);
  if (problems.length > 0) return problems.map(({ pointer, message }) => `${pointer}: ${message}`);
  const asked = (proof.policy.spec.examples ?? []).map((example) => ask(set, example, proof.policy));
  const wrong = asked.flatMap((one) => judgeExample(one, proof.policy));
  const unproved = proof.policy.spec.rules.flatMap((rule) => judgeRule(rule, asked));
  return [...wrong, ...unproved, ...judgeConfigMap(proof)];
}

interface Asked {
  example: Example;
  mutation: Mutation;
  decision: Decision;
}

function ask(set: PolicySet, example: Example, policy: PolicyDocument): Asked {
  const user = example.request?.userInfo as { username?: string; groups?: string[] } | undefined;
  const review = reviewOf(example.object ?? null, {
    oldObject: example.oldObject ?? undefined,
    surface: policy.spec.surfaces?.includes('admission') === false ? 'audit' : 'admission',
    environment: example.environment,
    user: user?.username,
    groups: user?.groups,
  });
  return { example, ...admit(set, review) };
}

/** Each example comes out as written, and nothing is judged about other objects in silence. */
function judgeExample({ example, mutation, decision }: Asked, policy: PolicyDocument): string[] {
  const relations = new Set(policy.spec.rules.filter(isRelation).map((rule) => rule.id));
  const say = (problem: string) => `${example.name}: ${problem}`;
  const wrong: string[] = [];
  for (const error of [...mutation.errors, ...decision.errors]) {
    const expected = error.code === 'relation-not-implemented' && relations.has(error.rule);
    if (!expected) wrong.push(say(`${error.rule}: ${error.message}`));
  }
  if (decision.errors.length > 0 && decision.allowed) wrong.push(say('an error was let pass'));
  const object = wantedObject(example);
  if (object && !isDeepStrictEqual(mutation.object, object))
    wrong.push(say(`gives ${JSON.stringify(mutation.object)}`));
  const wanted = wantedFindings(example).filter(({ rule }) => !relations.has(rule));
  const found = decision.findings.map(({ rule, path, message }) => ({ rule, path, message }));
  for (const one of wanted) {
    const at = found.findIndex((finding) => fits(finding, one));
    if (at < 0) wrong.push(say(`no finding ${JSON.stringify(one)}`));
    else found.splice(at, 1);
  }
  return [...wrong, ...found.map((one) => say(`found ${JSON.stringify(one)}`))];
}

/** A rule that judges fails one example and passes another; one that relates is asked and says that it cannot. */
function judgeRule(rule: RuleDocument, asked: readonly Asked[]): string[] {
  if (isRelation(rule)) {
    const loud = asked.some(({ decision }) =>
      decision.errors.some((error) => error.rule === rule.id && error.code === 'relation-not-implemented'),
    );
    return loud ? [] : [`${rule.id} is never asked`];
  }
  const fails = ({ decision, mutation }: Asked) =>
    [...decision.findings, ...mutation.changes].some((one) => one.rule === rule.id);
  const missing: string[] = [];
  if (!asked.some(fails)) missing.push(`${rule.id} fails no example`);
  if (asked.every(fails)) missing.push(`${rule.id} passes no example`);
  return missing;
}

/** The ConfigMap's rules find at the same places, in the same words. */
function judgeConfigMap({ policy, configMap }: Proof): string[] {
  if (!configMap) return [];
  const [text] = Object.values(configMap.data as { [key: string]: string });
  const list: unknown = parse(text ?? '');
  if (!isThresholdList(list)) return ['the ConfigMap holds no thresholds'];
  const { set, problems } = compile([thresholdListToPolicy('capacity-planning-rules', list)]);
  const wrong = problems.map(({ message }) => message);
  for (const example of policy.spec.examples ?? []) {
    const { decision } = ask(set, example, policy);
    const found = decision.findings.map(({ action, path, message }) => ({ action, path, message }));
    const wanted = wantedFindings(example).map(({ path, message }) => ({ action: 'audit', path, message }));
    if (!isDeepStrictEqual(found, wanted)) wrong.push(`${example.name}: the ConfigMap gives ${JSON.stringify(found)}`);
  }
  return wrong;
}

function wantedObject({ expect }: Example): JsonObject | null {
  return typeof expect === 'object' && !Array.isArray(expect) ? (expect.object ?? null) : null;
}

function wantedFindings({ expect }: Example): ExpectedFinding[] {
  if (Array.isArray(expect)) return expect;
  return typeof expect === 'object' ? (expect.findings ?? []) : [];
}

function fits(finding: { rule: string; path: string; message: string }, wanted: ExpectedFinding): boolean {
  return (
    finding.rule === wanted.rule &&
    (wanted.path === undefined || wanted.path === finding.path) &&
    (wanted.message === undefined || wanted.message === finding.message)
  );
}
