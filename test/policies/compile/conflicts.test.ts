import t from 'tap';
import type { PolicyDocument, RuleDocument } from '../../../src/policies/index.ts';
import { codes, compile, policyOf } from '../asking.ts';

const conflicts = (...documents: PolicyDocument[]) => {
  const { problems, rejected } = compile(documents);
  return [...codes(problems), ...rejected.map((name) => `rejected ${name}`)];
};

const rule = (id: string, more: Partial<RuleDocument>): RuleDocument => ({ id, ...more });

t.test('two rules that write one path differently are refused, the later one in order of evaluation', async (t) => {
  const a = policyOf([rule('A-1', { default: { 'spec.x': 1 } })], {}, 'a');
  const b = policyOf([rule('B-1', { default: { 'spec.x': 2 } })], {}, 'b');
  const told = ['write-conflict /spec/rules/0/default', 'rejected Policy/b'];
  t.strictSame(conflicts(a, b), told);
  t.strictSame(conflicts(b, a), told, 'in whatever order they come');
  const early = policyOf([rule('B-1', { default: { 'spec.x': 2 } })], { priority: 1 }, 'b');
  t.strictSame(conflicts(a, early), ['write-conflict /spec/rules/0/default', 'rejected Policy/a']);
  const { problems } = compile([a, b]);
  t.equal(problems[0]?.message, 'B-1 writes `spec.x` as 2, and A-1 of policy `a` as 1');
});

t.test('the same path in another notation, and a leaf of a map, are the same place', async (t) => {
  const a = policyOf([rule('A-1', { default: { 'spec.x': { y: 1 } } })], {}, 'a');
  for (const path of ['spec.x.y', 'object.spec.x.y', 'spec["x"].y']) {
    t.match(
      conflicts(a, policyOf([rule('B-1', { default: { [path]: 2 } })], {}, 'b')),
      [/write-conflict/, /Policy.b/],
      path,
    );
  }
});

t.test(
  'a default and a value that is always set differ too, and what one writes another does not take away',
  async (t) => {
    const a = policyOf([rule('A-1', { default: { 'spec.x': 1 } })], {}, 'a');
    t.match(conflicts(a, policyOf([rule('B-1', { set: { 'spec.x': 2 } })], {}, 'b')), [/write-conflict/, /Policy.b/]);
    t.match(conflicts(a, policyOf([rule('B-1', { remove: 'spec.x' })], {}, 'b')), [/write-conflict/, /Policy.b/]);
  },
);

t.test('what says the same, is about something else, or has a condition is no conflict', async (t) => {
  const a = policyOf([rule('A-1', { default: { 'spec.x': 1 } })], {}, 'a');
  const fine = (more: Partial<RuleDocument>, spec: Partial<PolicyDocument['spec']> = {}) =>
    t.strictSame(
      conflicts(a, policyOf([rule('B-1', { default: { 'spec.x': 2 }, ...more })], spec, 'b')),
      [],
      JSON.stringify([more, spec]),
    );
  fine({ default: { 'spec.x': 1 } });
  fine({ default: { 'spec.y': 2 } });
  fine({ when: 'spec.z' });
  fine({ environments: ['production'] });
  fine({ match: { names: ['b'] } });
  fine({ exclude: { names: ['b'] } });
  fine({ requires: 'spec.z' });
  fine({ kubernetes: '>=1.34' });
  fine({ forEach: 'spec.list[*]', default: { 'item.x': 2 } });
  fine({}, { when: 'spec.z' });
  fine({}, { kubernetes: '>=1.34' });
  fine({}, { match: { resources: ['gadgets.example.com'] } });
  t.strictSame(
    conflicts(
      policyOf([rule('A-1', { operations: ['CREATE'], default: { 'spec.x': 1 } })], {}, 'a'),
      policyOf([rule('B-1', { operations: ['UPDATE'], default: { 'spec.x': 2 } })], {}, 'b'),
    ),
    [],
  );
});

t.test('rules of one policy are held against each other as well', async (t) => {
  t.match(conflicts(policyOf([rule('A-1', { set: { 'spec.x': 1 } }), rule('A-2', { set: { 'spec.x': 2 } })])), [
    /write-conflict .spec.rules.1/,
    /Policy.widgets/,
  ]);
});
