import t from 'tap';
import {
  compilePolicies,
  type Json,
  type PolicySpec,
  type RuleDocument,
  validateReview,
} from '../../../src/policies/index.ts';
import { codes, compile, policyOf, reviewOf, sourceOf, tell, widget } from '../asking.ts';

const settings = (name: string, spec: object) => ({
  apiVersion: 'lintel.dev/v1alpha1',
  kind: 'PolicySettings',
  metadata: { name },
  spec,
});

t.test('all problems of all documents are told at once, with place, pointer and mend', async (t) => {
  const document = policyOf([
    { id: 'R-1', check: 'spec.a ==' },
    { id: 'R-2', forEach: 'spec[', check: 'parms.x == 1' },
    { id: 'R-3', check: { 'cidr.isAnny': [{ var: 'spec.a' }] }, message: '{{nobody.knows(1)}}' },
  ]);
  const source = { ...sourceOf(document), locate: (pointer: string) => ({ line: pointer.length, column: 7 }) };
  const { problems, rejected, accepted, set } = compilePolicies([
    source,
    sourceOf(policyOf([{ id: 'S-1', check: true }], {}, 'good')),
  ]);
  t.strictSame(codes(problems), [
    'bad-expression /spec/rules/0/check',
    'bad-path /spec/rules/1/forEach',
    'unknown-operator /spec/rules/2/check/cidr.isAnny',
    'bad-template /spec/rules/2/message',
  ]);
  const [first] = problems;
  t.match(first, {
    severity: 'error',
    source: 'Policy/widgets',
    policy: 'widgets',
    line: '/spec/rules/0/check'.length,
    column: 7,
  });
  t.match(problems[2], { hint: 'did you mean `cidr.isAny`?' });
  t.strictSame([rejected, accepted], [['Policy/widgets'], ['Policy/good']]);
  t.strictSame(
    set.policies.map(({ name }) => name),
    ['good'],
    'the others are untouched',
  );
});

t.test('a document that fits no schema is told of by pointer, and nothing throws whatever it is', async (t) => {
  const odd: unknown[] = [
    null,
    1,
    'text',
    [],
    {},
    { kind: 'Policy' },
    { kind: 'Polizy', metadata: { name: 'x' } },
    policyOf([]),
  ];
  for (const document of odd) {
    const { problems, rejected } = compilePolicies([{ name: 'odd', document }]);
    t.strictSame(rejected, ['odd'], JSON.stringify(document));
    t.ok(problems.every(({ code, message }) => code === 'schema' && message !== ''));
  }
});

t.test('a policy nested ten thousand deep is refused and takes nobody with it', async (t) => {
  let deep: Json = 1;
  for (let i = 0; i < 10_000; i++) deep = { '!': [deep] };
  let schema: Json = {};
  for (let i = 0; i < 10_000; i++) schema = { not: schema };
  const documents = [
    policyOf([{ id: 'R-1', check: deep }], {}, 'logic'),
    policyOf([{ id: 'R-2', schema: schema as { [key: string]: Json } }], {}, 'schema'),
    policyOf([{ id: 'R-3', set: { 'spec.a': deep } }], {}, 'value'),
    policyOf([{ id: 'R-4', check: true }], { parameters: { p: { type: 'object', default: deep } } }, 'parameter'),
    policyOf([{ id: 'R-5', check: true }], {}, 'good'),
  ];
  const { accepted, rejected } = compile(documents);
  t.ok(accepted.includes('Policy/good'));
  t.ok(
    ['logic', 'schema', 'value'].every((name) => rejected.includes(`Policy/${name}`)),
    rejected.join(),
  );
});

t.test('names and ids are unique, and which of two stays does not depend on the order they come in', async (t) => {
  const a = { name: 'a.yaml', document: policyOf([{ id: 'R-1', check: true }]) };
  const b = { name: 'b.yaml', document: policyOf([{ id: 'R-2', check: true }]) };
  const c = { name: 'c.yaml', document: policyOf([{ id: 'R-1', check: true }], {}, 'other') };
  for (const sources of [
    [a, b, c],
    [c, b, a],
  ]) {
    const { problems, rejected } = compilePolicies(sources);
    t.strictSame(rejected.sort(), ['b.yaml', 'c.yaml']);
    t.strictSame(codes(problems).sort(), ['duplicate-policy /metadata/name', 'duplicate-rule /spec/rules/0/id']);
    t.match(problems.map(({ message }) => message).sort(), [/stands already in a.yaml/, /stands already in a.yaml/]);
  }
});

t.test('a rule id stands once in its own policy too', async (t) => {
  const { problems } = compile([
    policyOf([
      { id: 'R-1', check: true },
      { id: 'R-1', check: false },
    ]),
  ]);
  t.strictSame(codes(problems), ['duplicate-rule /spec/rules/1/id']);
});

t.test('a domain is declared once, or twice in the same words', async (t) => {
  const domain = (resource: string) => ({
    'pack/names': { type: 'key' as const, members: [{ as: 'one', resource, key: 'spec.name' }] },
  });
  const rule: RuleDocument = { id: 'R-1', unique: { domain: 'pack/names', between: ['one', 'one'] } };
  const first = policyOf([rule], { domains: domain('widgets.example.com') }, 'a');
  t.strictSame(
    compile([first, policyOf([{ ...rule, id: 'R-2' }], { domains: domain('widgets.example.com') }, 'b')]).problems,
    [],
  );
  t.strictSame(compile([first, policyOf([{ ...rule, id: 'R-2' }], {}, 'b')]).problems, [], 'and it is known to all');
  const { problems, rejected } = compile([
    policyOf([{ ...rule, id: 'R-2' }], { domains: domain('gadgets.example.com') }, 'b'),
    first,
  ]);
  t.strictSame(codes(problems), ['duplicate-domain /spec/domains/pack~1names']);
  t.strictSame(rejected, ['Policy/b'], 'the first by name stays');
  const unknown = compile([
    policyOf([{ ...rule, unique: { domain: 'pack/nmaes', between: ['one', 'one'] } }], {
      domains: domain('widgets.example.com'),
    }),
  ]);
  t.strictSame(codes(unknown.problems), ['unknown-reference /spec/rules/0/unique/domain']);
  const member = compile([
    policyOf([{ ...rule, unique: { domain: 'pack/names', between: ['one', 'two'] } }], {
      domains: domain('widgets.example.com'),
    }),
  ]);
  t.strictSame(codes(member.problems), ['unknown-reference /spec/rules/0/unique/between/1']);
});

t.test('what the pair conditions of a domain read is an attribute its members declare', async (t) => {
  const domains: PolicySpec['domains'] = {
    'pack/names': {
      type: 'key',
      members: [
        { as: 'widget', resource: 'widgets.example.com', key: 'spec.name', attributes: { colour: 'spec.colour' } },
        { as: 'gadget', resource: 'gadgets.example.com', key: 'spec.name' },
      ],
    },
  };
  const rule = (unless: string): RuleDocument => ({
    id: 'R-1',
    unique: { domain: 'pack/names', between: ['widget', 'gadget'], unless },
  });
  const told = (unless: string) => codes(compile([policyOf([rule(unless)], { domains })]).problems);
  t.strictSame(told('widget.colour == "red"'), []);
  t.strictSame(told('self.colour == "red"'), [], 'self is the first of the two');
  t.strictSame(told('gadget.colour == "red"'), ['unknown-name /spec/rules/0/unique/unless']);
  t.strictSame(told('self.color == other.name'), ['unknown-name /spec/rules/0/unique/unless']);
  t.strictSame(
    told('self.key == other.key && self.namespace == other.namespace && self.name != other.name'),
    [],
    'what every claim has',
  );
});

t.test('settings override parameters and actions of policies and of single rules', async (t) => {
  const policy = policyOf(
    [
      { id: 'R-1', check: 'spec.n <= params.most' },
      { id: 'R-2/part', check: 'spec.n <= params.most' },
    ],
    { parameters: { most: { type: 'integer', default: 1, byEnvironment: { production: 0 } } } },
  );
  const actions = (list: object[], n: number) => {
    const { set, rejected } = compile([policy, ...list]);
    if (rejected.length > 0) throw new Error(rejected.join());
    const { findings } = validateReview(set, reviewOf(widget({ n }), { environment: 'production' }));
    return findings.map(({ rule, action }) => `${rule} ${action}`);
  };
  t.strictSame(actions([], 1), ['R-1 deny', 'R-2/part deny']);
  t.strictSame(
    actions([settings('s', { policies: ['widgets'], parameters: { most: 5 } })], 4),
    [],
    'an override is for every environment',
  );
  t.strictSame(actions([settings('s', { policies: ['wid*'], enforcementAction: 'warn' })], 1), [
    'R-1 warn',
    'R-2/part warn',
  ]);
  t.strictSame(
    actions([settings('s', { policies: ['R-2'], enforcementAction: { default: 'audit' } })], 1),
    ['R-1 deny', 'R-2/part audit'],
    'an id covers its parts',
  );
  t.strictSame(
    actions(
      [
        settings('b', { policies: ['R-1'], enforcementAction: 'audit' }),
        settings('a', { policies: ['*'], enforcementAction: 'warn' }),
      ],
      1,
    ),
    ['R-1 audit', 'R-2/part warn'],
    'the nearer one counts',
  );
  t.strictSame(actions([settings('s', { policies: ['widgets'], enabled: false })], 1), []);
  t.strictSame(actions([settings('s', { policies: ['R-1'], enabled: false })], 1), ['R-2/part deny']);
});

t.test('of two settings that differ the later by name counts, in whatever order they come', async (t) => {
  const policy = policyOf([{ id: 'R-1', check: false }]);
  const [a, b] = [
    settings('a', { policies: ['widgets'], enforcementAction: 'warn' }),
    settings('b', { policies: ['widgets'], enforcementAction: 'audit' }),
  ];
  for (const list of [
    [a, b],
    [b, a],
  ]) {
    const { findings } = validateReview(compile([policy, ...list]).set, reviewOf(widget({})));
    t.match(findings, [{ action: 'audit' }]);
  }
});

t.test('the set sums up what it is about', async (t) => {
  const { set } = compile(
    [
      policyOf(
        [
          { id: 'R-1', check: true },
          { id: 'R-2', operations: ['DELETE'], match: { resources: ['widgets.example.com'] }, check: true },
          { id: 'R-3', default: { 'spec.a': 1 }, kubernetes: '>=1.99' },
        ],
        {
          match: { resources: ['widgets.example.com', 'pods'], subresources: ['scale'] },
          severity: 'low',
          failurePolicy: 'Ignore',
          category: 'x',
        },
      ),
    ],
    { cluster: { name: '', version: '1.36.1', environment: '' } },
  );
  t.match(set.policies, [
    {
      name: 'widgets',
      source: 'Policy/widgets',
      severity: 'low',
      failurePolicy: 'Ignore',
      category: 'x',
      rules: [
        { id: 'R-1', kind: 'check', mutating: false, asleep: null },
        { id: 'R-2', kind: 'check', mutating: false, asleep: null },
        { id: 'R-3', kind: 'default', mutating: true, asleep: /1\.99/ },
      ],
      resources: [
        {
          group: 'example.com',
          resource: 'widgets',
          operations: ['CREATE', 'UPDATE', 'DELETE'],
          subresources: ['', 'scale'],
        },
        { group: '', resource: 'pods', operations: ['CREATE', 'UPDATE'], subresources: ['', 'scale'] },
      ],
    },
  ]);
});

t.test('a rule says what it is about when its policy does not, and somebody must', async (t) => {
  const rules: RuleDocument[] = [{ id: 'R-1', match: { resources: ['widgets.example.com'] }, check: false }];
  const { set, problems } = compile([policyOf(rules, { match: {} })]);
  t.strictSame(problems, []);
  t.strictSame(tell(validateReview(set, reviewOf(widget({})))), ['R-1']);
  t.strictSame(codes(compile([policyOf([...rules, { id: 'R-2', check: true }], { match: {} })]).problems), [
    'schema /spec/match',
  ]);
});

t.test('a rule that matches what its policy does not is told of', async (t) => {
  const told = (resources: string[], match: PolicySpec['match']) =>
    codes(compile([policyOf([{ id: 'R-1', match: { resources }, check: true }], { match })]).problems);
  t.strictSame(told(['pods'], { resources: ['widgets.example.com'] }), ['bad-value /spec/rules/0/match/resources/0']);
  t.strictSame(told(['pods'], { resources: ['*'] }), []);
  t.strictSame(told(['pods'], { preset: 'workloads' }), []);
  t.strictSame(told(['widgets.example.com'], { resources: [{ group: 'example.com', resource: '*' }] }), []);
});

t.test('equal sets have equal fingerprints, and what decides differently has another', async (t) => {
  const policy = policyOf([{ id: 'R-1', check: true }]);
  const other = policyOf([{ id: 'R-2', check: true }], {}, 'other');
  const print = (documents: object[], environment = '') =>
    compile(documents, { cluster: { name: 'c', version: '1.36', environment } }).set.fingerprint;
  t.match(print([policy]), /^[0-9a-f]{16}$/);
  t.equal(print([policy, other]), print([other, policy]));
  t.not(print([policy]), print([policy, other]));
  t.not(print([policy]), print([policyOf([{ id: 'R-1', check: false }])]));
  t.not(print([policy]), print([policy], 'production'));
  t.equal(print([policy, { kind: 'Policy' }]), print([policy]), 'what is left out does not count');
});
