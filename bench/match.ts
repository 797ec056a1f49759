// What one review costs as policies that do not match it pile up: 10, 100, 1,000 and 10,000 of them, one matching.

import { compilePolicies, type PolicySet, type Review, validateReview } from '../src/policies/index.ts';

const SIZES = [10, 100, 1_000, 10_000];
const ROUNDS = 60;
const CALLS = 4_000;

function createPolicy(index: number, resource: string): unknown {
  return {
    apiVersion: 'lintel.dev/v1alpha1',
    kind: 'Policy',
    metadata: { name: `policy-${index}` },
    spec: {
      title: `Policy ${index}`,
      match: { resources: [{ group: 'example.org', resource }] },
      rules: [
        { id: `RULE-${index}/set`, check: 'spec.owner != null' },
        { id: `RULE-${index}/few`, forEach: 'spec.items[*]', check: 'item.size <= 10' },
      ],
    },
  };
}

/** A set of so many policies; the one that matches stands in the middle. */
function createSet(size: number): PolicySet {
  const sources = Array.from({ length: size }, (_, i) => ({
    name: `policy-${i}`,
    document: createPolicy(i, i === Math.floor(size / 2) ? 'widgets' : `others${i}`),
  }));
  const { set, problems } = compilePolicies(sources, { verifyExamples: false });
  if (problems.some(({ severity }) => severity === 'error')) throw new Error(problems[0]?.message);
  return set;
}

const object = {
  apiVersion: 'example.org/v1',
  kind: 'Widget',
  metadata: { name: 'one' },
  spec: { owner: 'team', items: [{ size: 1 }, { size: 2 }, { size: 3 }] },
};
const review: Review = {
  surface: 'admission',
  operation: 'CREATE',
  kind: { group: 'example.org', version: 'v1', kind: 'Widget' },
  resource: { group: 'example.org', version: 'v1', resource: 'widgets' },
  subresource: '',
  name: 'one',
  namespace: '',
  object,
  oldObject: null,
  dryRun: false,
  userInfo: { username: 'bench', groups: [] },
  request: { operation: 'CREATE' },
  namespaceObject: null,
};

const sets = SIZES.map(createSet);
const samples: number[][] = SIZES.map(() => []);
// The sizes take turns in every round, so that they meet the same machine; the first rounds warm the compiler.
for (let round = -10; round < ROUNDS; round++) {
  for (const [i, set] of sets.entries()) {
    const start = performance.now();
    let judged = 0;
    for (let call = 0; call < CALLS; call++) judged += validateReview(set, review).evaluated;
    if (judged !== 2 * CALLS) throw new Error(`${judged} rules were judged, wanted ${2 * CALLS}`);
    if (round >= 0) samples[i]?.push(((performance.now() - start) * 1e6) / CALLS);
  }
}
const medians = samples.map((list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN);
for (const [i, size] of SIZES.entries())
  console.log(`${String(size).padStart(6)} policies: ${medians[i]?.toFixed(0)} ns a review`);
const [first = Number.NaN] = medians;
const ratio = (medians.at(-1) ?? Number.NaN) / first;
console.log(
  `bench:match ${SIZES.map((size, i) => `ns_${size}=${medians[i]?.toFixed(0)}`).join(' ')} ratio_10000_to_10=${ratio.toFixed(2)}`,
);
