import { compilePolicies, type PolicyDocument, type PolicySet, type PolicySpec } from '../../src/policies/index.ts';

function policy(name: string, spec: Omit<PolicySpec, 'title'>): PolicyDocument {
  return { apiVersion: 'lintel.dev/v1alpha1', kind: 'Policy', metadata: { name }, spec: { title: name, ...spec } };
}

/** Compiles documents, and fails loudly where one is refused. */
export function compileAll(documents: readonly PolicyDocument[]): PolicySet {
  const { set, problems, rejected } = compilePolicies(
    documents.map((document) => ({ name: document.metadata.name, document })),
  );
  if (rejected.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
  return set;
}

/** Asks for the label `owner` on any object that is written, as a refusal. */
export const OWNER_POLICY = policy('owner', {
  match: { resources: ['*.*'], operations: ['CREATE', 'UPDATE'] },
  rules: [
    {
      id: 'T-OWN-001',
      check: 'metadata.labels.owner',
      message: 'nobody owns this: `metadata.labels.owner` is missing',
      remedy: 'set the label `owner` to a team',
    },
  ],
});

/** Refuses ConfigMaps with a forbidden mode, quoting it, and warns of a missing team. */
export const MODE_POLICY = policy('mode', {
  match: { resources: [{ group: '', resource: 'configmaps' }] },
  rules: [
    {
      id: 'T-MODE-001',
      check: "data.mode != 'forbidden'",
      message: 'mode is `{{data.mode}}`, `{{data.note}}`',
      remedy: 'choose another mode',
    },
    {
      id: 'T-MODE-002',
      check: 'metadata.labels.team',
      enforcementAction: 'warn',
      message: 'no team in `metadata.labels.team`',
    },
  ],
});

/** Refuses to delete anything that says it is in use. */
export const IN_USE_POLICY = policy('in-use', {
  match: { resources: ['*.*'], operations: ['DELETE'] },
  rules: [
    { id: 'T-DEL-001', check: "metadata.labels.set != 'coll'", message: 'still in use', remedy: 'drain it first' },
  ],
});

/** Writes a label and a default into every ConfigMap, and says so. */
export const STAMP_POLICY = policy('stamp', {
  match: { resources: ['configmaps'], operations: ['CREATE', 'UPDATE', 'DELETE'] },
  rules: [
    { id: 'T-SET-001', set: { 'metadata.labels.stamped': 'yes' }, announce: true, message: 'stamped' },
    { id: 'T-DEF-001', default: { 'data.mode': 'green' } },
  ],
});

/** Warns fifty times of one object. */
export const NOISY_POLICY = policy('noisy', {
  match: { resources: ['configmaps'] },
  enforcementAction: 'warn',
  rules: Array.from({ length: 50 }, (_, i) => ({
    id: `T-NOISE-${i}`,
    check: 'metadata.labels.quiet',
    message: `warning number ${i} of many about \`metadata.labels.quiet\`, which goes on ${'and on '.repeat(40)}`,
  })),
});

/** Refuses one object for 300 reasons. */
export const STRICT_POLICY = policy('strict', {
  match: { resources: ['configmaps'] },
  rules: Array.from({ length: 300 }, (_, i) => ({
    id: `T-STRICT-${i}`,
    check: 'metadata.labels.perfect',
    message: `reason number ${i}`,
    remedy: 'be perfect',
  })),
});

/** All but the noisy and the strict one. */
export function sampleSet(): PolicySet {
  return compileAll([MODE_POLICY, IN_USE_POLICY, STAMP_POLICY]);
}
