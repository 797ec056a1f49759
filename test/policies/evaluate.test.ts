import fc from 'fast-check';
import t from 'tap';
import {
  applyPatch,
  EMPTY_SET,
  type EvaluateOptions,
  type Json,
  type JsonObject,
  mutateReview,
  type PolicySpec,
  type Review,
  type RuleDocument,
  validateReview,
} from '../../src/policies/index.ts';
import { admit, policyOf, reviewOf, setOf, tell, widget } from './asking.ts';

/** Findings of these rules about a change, as `rule path`. */
function found(
  rules: RuleDocument[],
  object: JsonObject | null,
  oldObject?: JsonObject,
  spec: Partial<PolicySpec> = {},
): string[] {
  const decision = validateReview(setOf([policyOf(rules, spec)]), reviewOf(object, { oldObject }));
  if (decision.errors.length > 0) throw new Error(decision.errors[0]?.message);
  return tell(decision);
}

const PORTS: RuleDocument = { id: 'R-1', forEach: 'spec.ports[*]', check: 'item.port >= 1024' };

t.test('without policies everything is allowed and nothing is changed', async (t) => {
  const review = reviewOf(widget({ a: 1 }));
  t.match(validateReview(EMPTY_SET, review), { allowed: true, findings: [], errors: [], evaluated: 0, trace: null });
  const mutation = mutateReview(EMPTY_SET, review);
  t.equal(mutation.object, review.object);
  t.strictSame(mutation.patch, []);
});

t.test('a finding carries everything there is to say about it', async (t) => {
  const set = setOf([
    policyOf(
      [{ id: 'R-1', check: 'spec.a == 1', severity: 'low', message: 'a is {{spec.a}}', remedy: 'write {{1}}' }],
      {
        category: 'letters',
        link: 'https://example.com/letters',
        enforcementAction: 'warn',
      },
    ),
  ]);
  const decision = validateReview(set, reviewOf(widget({ a: 2 })));
  t.strictSame(decision.findings, [
    {
      policy: 'widgets',
      rule: 'R-1',
      action: 'warn',
      severity: 'low',
      category: 'letters',
      path: 'spec.a',
      message: 'a is 2',
      remedy: 'write 1',
      link: 'https://example.com/letters',
      position: null,
    },
  ]);
  t.equal(decision.allowed, true, 'a warning refuses nothing');
});

t.test('the action of a finding is that of its environment', async (t) => {
  const set = setOf([
    policyOf(
      [
        { id: 'R-1', check: false },
        { id: 'R-2', check: false, enforcementAction: { production: 'audit' } },
      ],
      {
        enforcementAction: { default: 'warn', production: 'deny' },
      },
    ),
  ]);
  const actions = (environment: string) => {
    const { findings, allowed } = validateReview(set, reviewOf(widget({}), { environment }));
    return [...findings.map(({ action }) => action), allowed];
  };
  t.strictSame(actions('production'), ['deny', 'audit', false]);
  t.strictSame(actions('test'), ['warn', 'deny', false], 'without a default a rule denies');
});

t.test('an old finding does not block an update that leaves it as it is', async (t) => {
  const bad = { name: 'ssh', port: 22 };
  t.strictSame(found([PORTS], widget({ ports: [bad], note: 'new' }), widget({ ports: [bad] })), []);
  t.strictSame(found([PORTS], widget({ ports: [bad] })), ['R-1 spec.ports[0].port'], 'on CREATE it does');
});

t.test('an element that only moved in its list is the one it was', async (t) => {
  const bad = { name: 'ssh', port: 22 };
  const web = { name: 'web', port: 8080 };
  t.strictSame(found([PORTS], widget({ ports: [web, bad] }), widget({ ports: [bad] })), []);
  t.strictSame(found([PORTS], widget({ ports: [bad] }), widget({ ports: [web, bad] })), []);
});

t.test('a changed element is judged anew', async (t) => {
  const old = widget({ ports: [{ name: 'ssh', port: 22 }] });
  t.strictSame(found([PORTS], widget({ ports: [{ name: 'ssh', port: 23 }] }), old), ['R-1 spec.ports[0].port']);
  t.strictSame(found([PORTS], widget({ ports: [{ name: 'telnet', port: 22 }] }), old), ['R-1 spec.ports[0].port']);
});

t.test('a second element like the one that was bad before is new', async (t) => {
  const old = widget({ ports: [{ name: 'a', port: 22 }] });
  const object = widget({
    ports: [
      { name: 'b', port: 22 },
      { name: 'a', port: 22 },
    ],
  });
  t.strictSame(found([PORTS], object, old), ['R-1 spec.ports[0].port']);
  const twice = widget({
    ports: [
      { name: 'a', port: 22 },
      { name: 'a', port: 22 },
    ],
  });
  t.strictSame(found([PORTS], twice, old), ['R-1 spec.ports[1].port'], 'even when it is the very same');
});

t.test('what a rule without elements reads is what counts', async (t) => {
  const rule: RuleDocument = { id: 'R-1', check: 'spec.replicas >= 2' };
  t.strictSame(found([rule], widget({ replicas: 1, image: 'b' }), widget({ replicas: 1, image: 'a' })), []);
  t.strictSame(found([rule], widget({ replicas: 0 }), widget({ replicas: 1 })), ['R-1 spec.replicas']);
  const optional: RuleDocument = { id: 'R-1', forEach: 'spec.log', check: 'item.level == "info"' };
  t.strictSame(found([optional], widget({ log: { level: 'x', to: 2 } }), widget({ log: { level: 'x', to: 1 } })), []);
});

t.test('parameters and other objects never make an old finding new', async (t) => {
  const rule: RuleDocument = { id: 'R-1', check: 'spec.size <= params.most' };
  const parameters: PolicySpec['parameters'] = { most: { type: 'integer', default: 10, byEnvironment: { small: 1 } } };
  const object = widget({ size: 5, note: 'x' });
  const set = setOf([policyOf([rule], { parameters })]);
  const review = { ...reviewOf(object, { oldObject: widget({ size: 5 }) }), environment: 'small' };
  t.strictSame(tell(validateReview(set, review)), []);
});

t.test('a finding is news when the policy or rule did not apply to the stored object', async (t) => {
  const rule: RuleDocument = { id: 'R-1', check: 'spec.backup == true' };
  const object = widget({ tier: 'gold' });
  const old = widget({ tier: 'silver' });
  t.strictSame(found([rule], object, old, { when: 'spec.tier == "gold"' }), ['R-1 spec.backup']);
  t.strictSame(found([{ ...rule, when: 'spec.tier == "gold"' }], object, old), ['R-1 spec.backup']);
  const labelled = widget({ a: 1 }, { labels: { tier: 'gold' } });
  const selector = { matchLabels: { tier: 'gold' } };
  const spec = { match: { resources: ['widgets.example.com'], objectSelector: selector } };
  t.strictSame(found([rule], labelled, widget({ a: 1 }), spec), ['R-1 spec.backup']);
  t.strictSame(found([{ ...rule, match: { objectSelector: selector } }], labelled, widget({ a: 1 })), [
    'R-1 spec.backup',
  ]);
});

t.test('transition, immutable and monotonic are never let pass for what was there before', async (t) => {
  const rules: RuleDocument[] = [
    { id: 'R-1', transition: { field: 'spec.state', allowed: { a: ['b'], b: ['a'] } } },
    { id: 'R-2', immutable: 'spec.zone' },
    { id: 'R-3', monotonic: { field: 'spec.size' } },
  ];
  const old = widget({ state: 'a', zone: 'x', size: 2 });
  const object = widget({ state: 'c', zone: 'y', size: 1 });
  t.strictSame(found(rules, object, old), ['R-1 spec.state', 'R-2 spec.zone', 'R-3 spec.size']);
});

t.test('rules that are about the change itself are never let pass for what was there before', async (t) => {
  const object = widget({ phase: 'closed', note: 'new' });
  const old = widget({ phase: 'closed' });
  const judged = (rule: Partial<RuleDocument>, spec: Partial<PolicySpec> = {}) =>
    found([{ id: 'R-1', ...rule }], object, old, spec);
  t.strictSame(judged({ check: 'oldObject.spec.phase == "open"' }), ['R-1'], 'reads oldObject');
  t.strictSame(
    judged({ check: 'variables.open' }, { variables: { open: 'oldObject.spec.phase == "open"' } }),
    ['R-1'],
    'reads it in a variable',
  );
  t.strictSame(judged({ check: 'request.userInfo.username == "ola"' }), ['R-1'], 'reads request');
  t.strictSame(judged({ check: 'variables.ola' }, { variables: { ola: 'request.userInfo.username == "ola"' } }), [
    'R-1',
  ]);
  t.strictSame(judged({ check: false, operations: ['UPDATE'] }), ['R-1'], 'is only asked on UPDATE');
  t.strictSame(judged({ check: false }, { match: { resources: ['widgets.example.com'], operations: ['UPDATE'] } }), [
    'R-1',
  ]);
  t.strictSame(judged({ check: 'spec.phase == "open"', ratchet: false }), ['R-1 spec.phase'], 'says so');
  t.strictSame(judged({ check: 'spec.phase == "open"' }), []);
});

t.test('an object on its way out is let go on UPDATE and DELETE', async (t) => {
  const rules: RuleDocument[] = [
    { id: 'R-1', check: false, ratchet: false, operations: ['CREATE', 'UPDATE', 'DELETE'] },
  ];
  const leaving = widget({}, { deletionTimestamp: '2026-01-01T00:00:00Z' });
  t.strictSame(found(rules, leaving, leaving), []);
  t.strictSame(found(rules, null, leaving), []);
  t.strictSame(found(rules, leaving), ['R-1'], 'a new object that claims so is not');
  const set = setOf([policyOf([{ id: 'R-1', default: { 'spec.a': 1 } }])]);
  t.strictSame(mutateReview(set, reviewOf(leaving, { oldObject: widget({ b: 1 }) })).patch, []);
});

t.test('under DELETE the object is the stored one', async (t) => {
  const rule: RuleDocument = {
    id: 'R-1',
    operations: ['DELETE'],
    check: 'metadata.annotations["allow"] && oldObject == null',
  };
  t.strictSame(found([rule], null, widget({})), ['R-1 metadata.annotations.allow']);
  t.strictSame(found([rule], null, widget({}, { annotations: { allow: 'yes' } })), []);
});

t.test(
  'garbage is a finding, also under a negation, in when, in a variable and in the when of the policy',
  async (t) => {
    const garbage = (rule: Partial<RuleDocument>, spec: Partial<PolicySpec> = {}) =>
      found([{ id: 'R-1', ...rule }], widget({ cidr: '999.1.1.1/99' }), undefined, spec);
    t.strictSame(garbage({ check: 'cidr.isAny(spec.cidr)' }), ['R-1 spec.cidr']);
    t.strictSame(garbage({ check: '!cidr.isAny(spec.cidr)' }), ['R-1 spec.cidr']);
    t.strictSame(garbage({ when: 'cidr.isAny(spec.cidr)', check: true }), ['R-1 spec.cidr']);
    t.strictSame(garbage({ check: '!variables.any' }, { variables: { any: 'cidr.isAny(spec.cidr)' } }), [
      'R-1 spec.cidr',
    ]);
    t.strictSame(garbage({ check: true }, { when: 'cidr.isAny(spec.cidr)' }), ['R-1 spec.cidr']);
    t.strictSame(garbage({ check: true }, { when: '!cidr.isAny(spec.cidr)' }), ['R-1 spec.cidr']);
  },
);

t.test('garbage that was there before is let be', async (t) => {
  const rule: RuleDocument = { id: 'R-1', check: '!cidr.isAny(spec.cidr)' };
  const old = widget({ cidr: 'ten' });
  t.strictSame(found([rule], widget({ cidr: 'ten', note: 1 }), old), []);
  t.strictSame(found([rule], widget({ cidr: 'eleven' }), old), ['R-1 spec.cidr']);
  const policy = { when: '!cidr.isAny(spec.cidr)' };
  t.strictSame(found([{ id: 'R-1', check: true }], widget({ cidr: 'ten', note: 1 }), old, policy), []);
});

t.test('an error is a third outcome, and failurePolicy alone turns it into an answer', async (t) => {
  const lookups: PolicySpec['lookups'] = { others: { resource: 'gadgets.example.com' } };
  const rules: RuleDocument[] = [
    { id: 'R-1', check: 'list.count(lookups.others) > 0' },
    { id: 'R-2', check: 'spec.a == 1', enforcementAction: 'warn' },
  ];
  for (const failurePolicy of ['Fail', 'Ignore'] as const) {
    const set = setOf([policyOf(rules, { lookups, failurePolicy })]);
    const decision = validateReview(set, reviewOf(widget({})));
    t.match(decision.errors, [{ code: 'relation-not-implemented', policy: 'widgets', rule: 'R-1', failurePolicy }]);
    t.strictSame(tell(decision), ['R-2 spec.a'], 'the other rules are judged');
    t.equal(decision.allowed, failurePolicy === 'Ignore');
  }
});

t.test('a finding made before an error came up is kept, unless it is old', async (t) => {
  const lookups: PolicySpec['lookups'] = { others: { resource: 'gadgets.example.com' } };
  const check = ['spec.a == 1', 'list.count(lookups.others) > 0'];
  const set = setOf([policyOf([{ id: 'R-1', check }], { lookups, failurePolicy: 'Ignore' })]);
  t.strictSame(tell(validateReview(set, reviewOf(widget({ a: 2 })))), ['R-1 spec.a']);
  const update = validateReview(set, reviewOf(widget({ a: 2, b: 1 }), { oldObject: widget({ a: 2 }) }));
  t.strictSame(tell(update), []);
  t.equal(update.errors.length, 1, 'and the error is told once');
});

t.test('a message that cannot be made does not cost the finding', async (t) => {
  const lookups: PolicySpec['lookups'] = { others: { resource: 'gadgets.example.com' } };
  const set = setOf([policyOf([{ id: 'R-1', check: false, message: 'seen: {{lookups.others}}' }], { lookups })]);
  const decision = validateReview(set, reviewOf(widget({})));
  t.match(decision.findings, [{ message: 'seen: —' }]);
  t.strictSame(decision.errors, []);
});

t.test('rules are asked on the surfaces, in the environments and where there is a request as they say', async (t) => {
  const set = setOf([
    policyOf(
      [
        { id: 'R-1', check: false, surfaces: ['audit'] },
        { id: 'R-2', check: false, environments: ['production'] },
        { id: 'R-3', check: 'request.dryRun' },
        { id: 'R-4', check: 'variables.dry' },
      ],
      { variables: { dry: 'request.dryRun' } },
    ),
    policyOf([{ id: 'S-1', check: false }], { when: 'request.operation == "CREATE"' }, 'requests'),
  ]);
  const asked = (surface: 'admission' | 'audit', environment: string) =>
    validateReview(set, reviewOf(widget({}), { surface, environment })).findings.map(({ rule }) => rule);
  t.strictSame(asked('admission', 'test'), ['S-1', 'R-3', 'R-4']);
  t.strictSame(asked('admission', 'production'), ['S-1', 'R-2', 'R-3', 'R-4']);
  t.strictSame(asked('audit', 'test'), ['R-1'], 'rules that read request skip where there is none');
});

t.test('an exemption lets named rules be broken until its day', async (t) => {
  const exempt = (rules: string[], more: object = {}) => ({
    apiVersion: 'lintel.dev/v1alpha1',
    kind: 'PolicyExemption',
    metadata: { name: 'lab' },
    spec: { rules, reason: 'the lab', owner: 'net', expires: '2027-01-31', ...more },
  });
  const policy = policyOf([
    { id: 'R-1/part', check: 'spec.a == 1' },
    { id: 'R-2', check: 'spec.b == 1' },
  ]);
  const ask = (exemption: object, options: EvaluateOptions = {}) => {
    const decision = validateReview(
      setOf([policy, exemption]),
      reviewOf(widget({}, { name: 'lab-1', namespace: 'lab' }), { namespaceObject: undefined }),
      options,
    );
    return [
      decision.findings.map(({ rule }) => rule),
      decision.exempted.map(({ finding }) => finding.rule),
      decision.allowed,
    ];
  };
  t.strictSame(ask(exempt(['R-1/part'])), [['R-2'], ['R-1/part'], false]);
  t.strictSame(ask(exempt(['R-1'])), [['R-2'], ['R-1/part'], false], 'an id covers its parts');
  t.strictSame(ask(exempt(['widgets'])), [[], ['R-1/part', 'R-2'], true], 'the name of a policy all its rules');
  t.strictSame(ask(exempt(['R-1/other'])), [['R-1/part', 'R-2'], [], false]);
  t.strictSame(ask(exempt(['widgets'], { match: { names: ['lab-*'] } })), [[], ['R-1/part', 'R-2'], true]);
  t.strictSame(ask(exempt(['widgets'], { match: { names: ['web-*'] } })), [['R-1/part', 'R-2'], [], false]);
  const day = Date.parse('2027-01-31T00:00:00Z');
  t.strictSame(ask(exempt(['widgets']), { now: day - 1 }), [[], ['R-1/part', 'R-2'], true]);
  t.strictSame(ask(exempt(['widgets']), { now: day }), [['R-1/part', 'R-2'], [], false]);
  const later = exempt(['widgets'], { expires: '2027-01-31T12:00:00+02:00' });
  t.strictSame(ask(later, { now: day + 10 * 3_600_000 - 1 })[2], true);
  t.strictSame(ask(later, { now: day + 10 * 3_600_000 })[2], false);
  const unknown = exempt(['widgets'], { match: { namespaceSelector: { matchLabels: { lab: 'yes' } } } });
  t.strictSame(ask(unknown), [['R-1/part', 'R-2'], [], false], 'whom an exemption is for must be known');
});

t.test('an exempted finding carries who let it pass and why', async (t) => {
  const exemption = {
    apiVersion: 'lintel.dev/v1alpha1',
    kind: 'PolicyExemption',
    metadata: { name: 'lab' },
    spec: { rules: ['R-1'], reason: 'the lab', owner: 'net', expires: '2027-01-31' },
  };
  const { exempted } = validateReview(
    setOf([policyOf([{ id: 'R-1', check: false }]), exemption]),
    reviewOf(widget({})),
  );
  t.match(exempted, [
    { exemption: 'lab', reason: 'the lab', owner: 'net', expires: '2027-01-31', finding: { rule: 'R-1' } },
  ]);
});

t.test('a review that takes more steps than it may is an error and not a hang', async (t) => {
  const rule: RuleDocument = {
    id: 'R-1',
    forEach: 'spec.list[*]',
    check: { some: [{ var: 'object.spec.list' }, { '===': [{ var: '' }, 'x'] }] },
  };
  const object = widget({ list: Array.from({ length: 4_000 }, (_, i) => i) });
  const decision = validateReview(setOf([policyOf([rule])]), reviewOf(object));
  t.match(decision.errors, [{ code: 'budget-exceeded', rule: 'R-1' }]);
  t.equal(decision.allowed, false);
});

t.test('operators over long lists spend steps too', async (t) => {
  const list = Array.from({ length: 20_000 }, (_, i) => `text-${i}`);
  for (const check of [
    'item in object.spec.list',
    { in: [{ var: 'item' }, { var: 'object.spec.list' }] },
    'list.count(object.spec.list[*]) > 0',
    { '===': [{ var: 'item' }, { cat: [{ var: 'object.spec.list' }] }] },
    { '!': [{ merge: [{ var: 'object.spec.list' }] }] },
  ] as Json[]) {
    const rule: RuleDocument = { id: 'R-1', forEach: 'spec.items[*]', check };
    const decision = validateReview(setOf([policyOf([rule])]), reviewOf(widget({ list, items: list.map(() => 'y') })));
    t.match(decision.errors, [{ code: 'budget-exceeded', rule: 'R-1' }], JSON.stringify(check));
  }
});

t.test('a review whose time is up ends with an error', async (t) => {
  const rules: RuleDocument[] = [{ id: 'R-1', forEach: 'spec.list[*]', check: 'item != null' }];
  const object = widget({ list: Array.from({ length: 5_000 }, (_, i) => i) });
  const decision = validateReview(setOf([policyOf(rules)]), reviewOf(object), { expired: () => true });
  t.match(decision.errors, [{ code: 'deadline-exceeded', rule: 'R-1' }]);
});

t.test('a list that doubles at each step is stopped', async (t) => {
  const twice: Json = { merge: [{ var: 'accumulator' }, { var: 'accumulator' }] };
  const check: Json = { '!!': [{ reduce: [{ var: 'object.spec.list' }, twice, { merge: [[1]] }] }] };
  const decision = validateReview(
    setOf([policyOf([{ id: 'R-1', check }])]),
    reviewOf(widget({ list: Array(60).fill(1) })),
  );
  t.match(decision.errors, [{ code: 'budget-exceeded' }]);
});

t.test('objects nested ten thousand deep are judged like others', async (t) => {
  const nested = (word: string) => {
    let value: Json = word;
    for (let i = 0; i < 10_000; i++) value = i % 2 ? [value] : { a: value };
    return value;
  };
  const set = setOf([
    policyOf([
      { id: 'R-1', forEach: 'spec.**.b', check: false },
      { id: 'R-2', check: 'spec.deep == spec.other' },
      { id: 'R-3', check: 'empty(spec.deep)', message: 'found {{spec.deep}}' },
      { id: 'R-4', check: { '==': [{ var: 'object.spec.deep' }, 'x'] } },
      { id: 'R-5', check: { '===': [{ cat: [{ var: 'object.spec.deep' }] }, 'x'] } },
      { id: 'R-6', schema: { properties: { spec: { properties: { deep: { type: 'string' } } } } } },
      { id: 'R-7', immutable: 'spec.deep' },
      { id: 'R-8', unique: { each: 'spec.{deep,other}', within: 'object', key: 'item' } },
      { id: 'R-9', set: { 'spec.copy': { var: 'object.spec.deep' } } },
    ]),
  ]);
  const object = widget({ deep: nested('x'), other: nested('y') });
  const { mutation, decision } = admit(set, reviewOf(object, { oldObject: widget({ deep: nested('z') }) }));
  t.strictSame([...mutation.errors, ...decision.errors], []);
  t.strictSame(tell(decision), [
    'R-2 spec.deep',
    'R-3 spec.deep',
    'R-4 spec.deep',
    'R-5 spec.deep',
    'R-6 spec.deep',
    'R-7 spec.deep',
  ]);
  t.ok(decision.findings.every(({ message }) => message.length <= 1_024));
});

t.test('keys named after members of Object are data', async (t) => {
  const object = JSON.parse(
    '{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"__proto__":{"a":1},"constructor":"c","map":{"toString":"x","valueOf":1}}}',
  ) as JsonObject;
  t.strictSame(
    found(
      [
        { id: 'R-1', check: 'spec["__proto__"].a == 2' },
        { id: 'R-2', check: 'spec.constructor == "d"' },
        { id: 'R-3', check: 'spec.hasOwnProperty == null' },
        { id: 'R-4', check: { '==': [{ var: 'object.spec.map' }, 'x'] } },
        { id: 'R-5', check: { in: [{ var: 'object.spec.map' }, 'text'] } },
        { id: 'R-6', check: { '<': [{ var: 'object.spec.map' }, 3] } },
        { id: 'R-7', check: { '===': [{ cat: [{ var: 'object.spec.map' }, 'b'] }, 'x'] } },
        { id: 'R-8', check: { '==': [{ '+': [{ var: 'object.spec.map' }] }, 1] } },
      ],
      object,
    ),
    [
      'R-1 spec.__proto__.a',
      'R-2 spec.constructor',
      'R-4 spec.map',
      'R-5 spec.map',
      'R-6 spec.map',
      'R-7 spec.map',
      'R-8 spec.map',
    ],
  );
  const set = setOf([policyOf([{ id: 'W-1', set: { 'spec["__proto__"].b': 2, 'spec.map.hasOwnProperty': 'y' } }])]);
  const { object: written, patch } = mutateReview(set, reviewOf(object));
  t.match(JSON.stringify(written), '"__proto__":{"a":1,"b":2}');
  t.notOk('b' in {});
  t.match(applyPatch(object, patch), { ok: true });
});

t.test('the order in which policies arrive changes nothing', async (_t) => {
  const documents = [
    policyOf(
      [
        { id: 'A-1', check: 'spec.n >= 2' },
        { id: 'A-2', set: { 'spec.n': { '+': [{ var: 'object.spec.n' }, 0] } } },
      ],
      {},
      'a',
    ),
    policyOf([{ id: 'B-1', default: { 'spec.name': 'b' } }], { priority: 20 }, 'b'),
    policyOf(
      [{ id: 'C-1', default: { 'spec.name': { text: 'c-{{spec.n}}' } }, when: 'spec.n' }],
      { priority: 10 },
      'c',
    ),
    policyOf(
      [{ id: 'D-1', check: 'spec.name == "b"', enforcementAction: 'warn' }],
      { match: { resources: ['*'] } },
      'd',
    ),
    policyOf([{ id: 'D-2', check: false }], { match: { resources: ['*'], names: ['x*'] } }, 'twice'),
    policyOf([{ id: 'D-2', check: true }], { match: { resources: ['*'] } }, 'again'),
    {
      apiVersion: 'lintel.dev/v1alpha1',
      kind: 'PolicySettings',
      metadata: { name: 's1' },
      spec: { policies: ['a'], enforcementAction: 'warn' },
    },
    {
      apiVersion: 'lintel.dev/v1alpha1',
      kind: 'PolicySettings',
      metadata: { name: 's2' },
      spec: { policies: ['*'], enforcementAction: 'audit' },
    },
  ];
  const { compile } = await import('./asking.ts');
  const review = reviewOf(widget({ n: 1 }, { name: 'x' }));
  const decide = (order: typeof documents) => {
    const { set, rejected } = compile(order);
    return JSON.stringify([admit(set, review), set.fingerprint, rejected.sort()]);
  };
  const wanted = decide(documents);
  fc.assert(
    fc.property(fc.shuffledSubarray(documents, { minLength: documents.length }), (order) => decide(order) === wanted),
    { numRuns: 40 },
  );
});

t.test('what comes out of a mutation is what its patch makes of the object, and a second one is empty', async (t) => {
  const set = setOf([
    policyOf(
      [
        { id: 'M-1', default: { 'spec.a.b': 1, 'spec.list[*].kind': { text: '{{item.name}}-kind' } } },
        { id: 'M-2', when: 'spec.a.b == 1', set: { 'metadata.labels.tier': 'front' } },
        { id: 'M-3', remove: ['spec.old', 'spec.list[*].old'] },
        { id: 'M-4', move: { from: 'spec.from', to: 'spec.to' } },
      ],
      {},
      'first',
    ),
    policyOf(
      [{ id: 'M-5', default: { 'spec.colour': 'red' } }],
      { match: { resources: ['widgets.example.com'], objectSelector: { matchLabels: { tier: 'front' } } } },
      'second',
    ),
    policyOf([{ id: 'M-6', default: { 'spec.shade': 'dark' } }], { when: 'spec.colour == "red"' }, 'third'),
  ]);
  const entry = fc.record(
    { name: fc.constantFrom('x', 'y'), kind: fc.constant('k'), old: fc.constant(1) },
    { requiredKeys: [] },
  );
  const spec = fc.record(
    {
      a: fc.oneof(fc.constant({}), fc.record({ b: fc.constantFrom(1, 2) })),
      list: fc.array(entry),
      old: fc.constant(1),
      from: fc.constant(1),
      to: fc.constant(2),
      colour: fc.constant('red'),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(spec, (value) => {
      const review = reviewOf(widget(value as Json));
      const first = mutateReview(set, review);
      t.strictSame(applyPatch(review.object as Json, first.patch), { ok: true, document: first.object });
      const second = mutateReview(set, { ...review, object: first.object });
      return first.errors.length === 0 && second.patch.length === 0 && second.object === first.object;
    }),
    { numRuns: 200 },
  );
});

t.test('mutations see the draft that those before them made, in match and when too', async (t) => {
  const set = setOf([
    policyOf([{ id: 'M-1', set: { 'metadata.labels.tier': 'front', 'spec.n': 1 } }], { priority: 1 }, 'z'),
    policyOf(
      [{ id: 'M-2', set: { 'spec.selected': true } }],
      { match: { resources: ['widgets.example.com'], objectSelector: { matchLabels: { tier: 'front' } } } },
      'a',
    ),
    policyOf([{ id: 'M-3', set: { 'spec.seen': true } }], { when: 'spec.n == 1' }, 'b'),
  ]);
  t.strictSame(mutateReview(set, reviewOf(widget({}))).object?.spec, { n: 1, selected: true, seen: true });
});

t.test('mutations act on CREATE, and on UPDATE where more than metadata and status changed', async (t) => {
  const set = setOf([policyOf([{ id: 'M-1', default: { 'spec.a': 1 } }])]);
  const patch = (review: Review) => mutateReview(set, review).patch.length;
  t.equal(patch(reviewOf(widget({}))), 1);
  t.equal(patch(reviewOf(widget({ b: 1 }), { oldObject: widget({}) })), 1);
  t.equal(patch(reviewOf(widget({}, { labels: { x: '1' } }), { oldObject: widget({}) })), 0);
  t.equal(patch(reviewOf({ ...widget({}), status: { ready: true } }, { oldObject: widget({}) })), 0);
  t.equal(patch(reviewOf(null, { oldObject: widget({}) })), 0);
});

t.test('a rule that cannot finish leaves nothing half done, and tells of nothing', async (t) => {
  const set = setOf([
    policyOf(
      [
        { id: 'M-1', announce: true, set: { 'spec.a': 1, 'spec.b': { var: 'lookups.others' } } },
        { id: 'M-2', set: { 'spec.c': { text: 'a={{spec.a ?? "none"}}' } } },
      ],
      { lookups: { others: { resource: 'gadgets.example.com' } }, failurePolicy: 'Ignore' },
    ),
  ]);
  const mutation = mutateReview(set, reviewOf(widget({})));
  t.strictSame(mutation.object?.spec, { c: 'a=none' });
  t.match(mutation.errors, [{ code: 'relation-not-implemented', rule: 'M-1' }]);
  t.strictSame(
    mutation.changes.map(({ rule, path }) => [rule, path]),
    [['M-2', 'spec.c']],
  );
});

t.test('an object that no rule changes is the very same object', async (t) => {
  const set = setOf([
    policyOf([{ id: 'M-1', announce: true, set: { 'spec.list': { literal: [1, 2] }, 'spec.map': { a: { b: 1 } } } }]),
  ]);
  const review = reviewOf(widget({ list: [1, 2], map: { a: { b: 1 } } }));
  const mutation = mutateReview(set, review);
  t.equal(mutation.object, review.object);
  t.strictSame(mutation.changes, [], 'and no change is told');
});

t.test('a change is told as a warning only where the rule says so', async (t) => {
  const set = setOf([
    policyOf([
      { id: 'M-1', announce: true, default: { 'spec.a': 1 }, message: 'a is {{spec.a}} now' },
      { id: 'M-2', announce: true, default: { 'spec.b': 1 } },
      { id: 'M-3', default: { 'spec.c': 1 }, message: 'quiet' },
    ]),
  ]);
  t.strictSame(
    mutateReview(set, reviewOf(widget({}))).changes.map(({ path, warning }) => [path, warning]),
    [
      ['spec.a', 'a is 1 now'],
      ['spec.b', '`spec.b` was completed by M-2'],
      ['spec.c', null],
    ],
  );
});
