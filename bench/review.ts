/**
 * What one review costs the engine, without TLS, HTTP or log: JSON.parse of the body that bench/door.ts posts, and both
 * verdicts on it with the whole VitiStack pack. The three take turns in rounds so short that few are interrupted, so that
 * a busy machine slows all of them alike and the ratios of the medians stay. `--rules` adds what each rule costs by
 * itself; `--rounds 4000` sets how many.
 */
import { parseArgs } from 'node:util';
import {
  compilePolicies,
  mutateReview,
  type PolicySet,
  type PolicySource,
  type Review,
  validateReview,
} from '../src/policies/index.ts';
import { readPack, readPackSchemas } from '../src/sources/packs.ts';
import { parseAdmissionReview } from '../src/webhook/admission-review.ts';
import { createBenchReview } from './door-review.ts';

/** Calls between two looks at the clock: some hundred microseconds, less than a share of a busy processor. */
const CALLS = 5;
/** Rounds that only warm the compilers. */
const WARM_UP = 2_000;

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '1600' }, rules: { type: 'boolean', default: false } },
});
const rounds = Number(values.rounds);
const body = JSON.stringify(createBenchReview());
const review = readReview(body);
const sources = (await readPack('vitistack')).units.flatMap(({ documents }) => documents);
const schemas = await readPackSchemas('vitistack');
const set = compile(sources);

const [parse, validate, mutate] = measure([
  () => JSON.parse(body),
  (fresh) => validateReview(set, fresh),
  (fresh) => mutateReview(set, fresh),
]) as [number, number, number];
const { evaluated, errors } = validateReview(set, review);
console.log(`${Buffer.byteLength(body)} bytes, ${evaluated} rules judged, ${errors.length} errors, ${rounds} rounds`);
if (values.rules) tellRules();
console.log(
  `bench:review parse_us=${parse.toFixed(1)} validate_us=${validate.toFixed(1)} mutate_us=${mutate.toFixed(1)} validate_to_parse=${(validate / parse).toFixed(2)} mutate_to_parse=${(mutate / parse).toFixed(2)}`,
);

function readReview(text: string): Review {
  const parsed = parseAdmissionReview(JSON.parse(text));
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.review;
}

function compile(documents: readonly PolicySource[]): PolicySet {
  const { set: made, rejected } = compilePolicies(documents, {
    schemas,
    cluster: { name: 'bench', version: '1.36.3', environment: '' },
    verifyExamples: false,
  });
  if (rejected.length > 0) throw new Error(`the pack does not compile: ${rejected.join(', ')}`);
  return made;
}

/** Median microseconds a call, of each; all in turns. Each call gets an object that was parsed for it, as at the door. */
function measure(runs: readonly ((fresh: Review) => unknown)[]): number[] {
  const samples = runs.map((): number[] => []);
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const [i, run] of runs.entries()) {
      const reviews = Array.from({ length: CALLS }, () => readReview(body));
      const start = process.hrtime.bigint();
      for (const fresh of reviews) run(fresh);
      const took = Number(process.hrtime.bigint() - start) / 1000 / CALLS;
      if (round >= 0) samples[i]?.push(took);
    }
  }
  return samples.map((sample) => sample.sort((a, b) => a - b)[Math.floor(sample.length / 2)] ?? Number.NaN);
}

/** Each candidate rule in a set of its own, less what a set without rules for this review costs. */
function tellRules(): void {
  const alone = set.inner.validating.candidates(review).flatMap(({ policy, rules }) => {
    return rules.map((rule) => ({ rule, policy }));
  });
  const whole = validateReview(set, review, { trace: true });
  const judged = new Set(whole.trace?.policies.flatMap(({ rules }) => rules.map(({ rule }) => rule)));
  const runs = alone.map(({ rule, policy }) => {
    const one: PolicySet = {
      ...set,
      inner: { ...set.inner, validating: candidatesOf(policy, [rule]), mutating: candidatesOf(policy, []) },
    };
    return { id: rule.id, run: (fresh: Review) => validateReview(one, fresh) };
  });
  const [first] = alone;
  if (!first) return;
  const none: PolicySet = { ...set, inner: { ...set.inner, validating: candidatesOf(first.policy, []) } };
  const [empty = 0, ...costs] = measure([(fresh) => validateReview(none, fresh), ...runs.map(({ run }) => run)]);
  const table = runs.map(({ id }, i) => ({ id, us: (costs[i] ?? 0) - empty })).sort((a, b) => b.us - a.us);
  console.log(`an empty review: ${empty.toFixed(2)} us; on top of it, each rule alone:`);
  for (const { id, us } of table)
    console.log(`${us.toFixed(2).padStart(8)} us  ${id}${judged.has(id) ? '' : ' (skipped)'}`);
}

function candidatesOf(
  policy: (typeof set.inner.policies)[number],
  rules: readonly (typeof policy.rules)[number][],
): typeof set.inner.validating {
  const index = Object.create(Object.getPrototypeOf(set.inner.validating)) as typeof set.inner.validating;
  return Object.assign(index, set.inner.validating, { candidates: () => [{ policy, rules }] });
}
