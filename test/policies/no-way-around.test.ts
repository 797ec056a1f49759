// Ways that somebody might try to get past a rule, or to read through it.

import t from 'tap';
import { validateReview } from '../../src/policies/index.ts';
import { compile, policyOf, reviewOf, setOf, tell, widget } from './asking.ts';

const SMALL = policyOf([{ id: 'SIZE', check: 'spec.size <= 3' }]);

t.test('an object that is being deleted may leave, and change nothing else', async (t) => {
  const set = setOf([SMALL]);
  const leaving = { deletionTimestamp: '2026-01-01T00:00:00Z' };
  const stored = widget({ size: 9 }, { ...leaving, finalizers: ['a'] });
  t.same(
    tell(validateReview(set, reviewOf(widget({ size: 9 }, leaving), { oldObject: stored }))),
    [],
    'its finalizer goes',
  );
  const grown = reviewOf(widget({ size: 99 }, leaving), { oldObject: stored });
  t.same(tell(validateReview(set, grown)), ['SIZE spec.size'], 'but a change is judged');
  const claimed = reviewOf(widget({ size: 9 }, leaving), { oldObject: widget({ size: 1 }) });
  t.same(tell(validateReview(set, claimed)), ['SIZE spec.size'], 'and the stored object tells, not the new one');
  t.same(
    tell(validateReview(set, reviewOf(widget({ size: 9 }, leaving)))),
    ['SIZE spec.size'],
    'on CREATE it says nothing',
  );
});

t.test('an environment that is not known is an error, never the default', async (t) => {
  const strict = policyOf([{ id: 'SIZE', check: 'spec.size <= 3' }], {
    enforcementAction: { default: 'warn', production: 'deny' },
  });
  const set = setOf([strict]);
  const object = widget({ size: 9 }, { namespace: 'shop' });
  const decision = validateReview(set, reviewOf(object, { namespaceObject: undefined }));
  t.equal(decision.allowed, false);
  t.match(decision.errors, [{ code: 'namespace-unknown', policy: 'widgets' }]);
  const known = validateReview(set, reviewOf(object, { namespaceObject: { metadata: { labels: {} } } }));
  t.match(known.findings, [{ action: 'warn' }], 'a namespace without the label is known');
  const plain = validateReview(setOf([SMALL]), reviewOf(object, { namespaceObject: undefined }));
  t.match(plain.findings, [{ action: 'deny' }], 'a policy that is the same everywhere needs no namespace');
});

t.test('an exemption for namespaces does not cover what lies in none', async (t) => {
  const exemption = {
    apiVersion: 'lintel.dev/v1alpha1',
    kind: 'PolicyExemption',
    metadata: { name: 'team-a' },
    spec: {
      rules: ['SIZE'],
      match: { namespaceSelector: { matchLabels: { team: 'a' } } },
      reason: 'r',
      owner: 'o',
      expires: '2999-01-01',
    },
  };
  const set = setOf([SMALL, exemption]);
  t.same(tell(validateReview(set, reviewOf(widget({ size: 9 })))), ['SIZE spec.size']);
  const namespaceObject = { metadata: { labels: { team: 'a' } } };
  const inside = validateReview(set, reviewOf(widget({ size: 9 }, { namespace: 'a' }), { namespaceObject }));
  t.same(tell(inside), []);
  t.match(inside.exempted, [{ exemption: 'team-a' }]);
});

t.test('values of a Secret stand in no message', async (t) => {
  const match = { resources: ['secrets'] };
  const set = setOf([
    policyOf([{ id: 'KEEP', immutable: 'data.password' }], { match }, 'a'),
    policyOf(
      [{ id: 'FORM', schema: { properties: { data: { properties: { password: { type: 'number' } } } } } }],
      { match },
      'b',
    ),
    policyOf([{ id: 'FLOW', transition: { field: 'data.password', allowed: {} } }], { match }, 'c'),
    policyOf(
      [{ id: 'LAST', check: 'metadata.labels.x', message: 'seen {{metadata.annotations}} and {{data}}' }],
      { match },
      'd',
    ),
  ]);
  const secret = (password: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', annotations: { last: password } },
    data: { password },
  });
  const decision = validateReview(set, reviewOf(secret('bmV3'), { oldObject: secret('b2xk'), resource: 'secrets' }));
  t.same(new Set(decision.findings.map(({ rule }) => rule)), new Set(['KEEP', 'FORM', 'FLOW']));
  t.notMatch(JSON.stringify(decision), /bmV3|b2xk/);
  const created = validateReview(set, reviewOf(secret('bmV3'), { resource: 'secrets' }));
  t.ok(created.findings.some(({ rule }) => rule === 'LAST'));
  t.notMatch(JSON.stringify(created), /bmV3/);
});

t.test('a wrong value in settings is the error of the settings, and the policy stays', async (t) => {
  const policy = policyOf([{ id: 'SIZE', check: 'spec.size <= params.most' }], {
    parameters: { most: { type: 'integer', default: 3 } },
  });
  const settings = (parameters: object, policies = ['widgets']) => ({
    apiVersion: 'lintel.dev/v1alpha1',
    kind: 'PolicySettings',
    metadata: { name: 's' },
    spec: { policies, parameters },
  });
  const { set, rejected, problems } = compile([policy, settings({ most: 'x' })]);
  t.same(rejected, ['PolicySettings/s']);
  t.match(problems, [{ source: 'PolicySettings/s', pointer: '/spec/parameters/most', code: 'bad-value' }]);
  t.same(tell(validateReview(set, reviewOf(widget({ size: 9 })))), ['SIZE spec.size']);
  const wide = compile([policy, settings({ most: 20 }, ['wid*'])]);
  t.same(tell(validateReview(wide.set, reviewOf(widget({ size: 9 })))), [], 'a right one counts, by glob too');
  t.match(compile([policy, settings({ zz: 1 })]).problems, [{ severity: 'warning', code: 'unknown-name' }]);
  t.match(compile([policy, settings({}, ['nobody'])]).problems, [{ severity: 'warning', code: 'unknown-reference' }]);
});

t.test('one rule can be turned off by its id', async (t) => {
  const policy = policyOf([
    { id: 'SIZE', check: 'spec.size <= 3' },
    { id: 'NAME', check: 'spec.name' },
  ]);
  const off = {
    apiVersion: 'lintel.dev/v1alpha1',
    kind: 'PolicySettings',
    metadata: { name: 's' },
    spec: { policies: ['SIZE'], enabled: false },
  };
  t.same(tell(validateReview(setOf([policy, off]), reviewOf(widget({ size: 9 })))), ['NAME spec.name']);
});

t.test('a rule whose required path no known schema has sleeps instead of being refused', async (t) => {
  const schema = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
  };
  const known = {
    group: 'example.com',
    version: 'v1',
    resource: 'widgets',
    kind: 'Widget',
    scope: 'Namespaced' as const,
    generation: 'cluster',
    schema,
  };
  const rule = { id: 'NEW', requires: 'spec.notThere', check: "spec.notThere == 'a'" };
  const { rejected, set } = compile([policyOf([rule])], { schemas: [known] });
  t.same(rejected, []);
  t.same(tell(validateReview(set, reviewOf(widget({})))), []);
  t.match(set.policies[0]?.rules, [{ asleep: /spec\.notThere/ }]);
  const wrong = compile([policyOf([{ id: 'BAD', check: "spec.sise == 'a'" }])], { schemas: [known] });
  t.match(wrong.problems, [{ code: 'unknown-path', hint: /size/ }]);
});
