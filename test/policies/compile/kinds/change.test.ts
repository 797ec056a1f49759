import t from 'tap';
import type { JsonObject, PolicySpec, RuleDocument } from '../../../../src/policies/index.ts';
import { validateReview } from '../../../../src/policies/index.ts';
import { type Asked, codes, compile, policyOf, reviewOf, setOf, tell, widget } from '../../asking.ts';

const CONFIG: Partial<PolicySpec> = { documents: { config: { from: 'data["config.yaml"]', as: 'yaml' } } };
const TABLE = { initial: ['new'], allowed: { new: ['ready'], ready: ['gone'] } };

const holder = (text: string | null): JsonObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name: 'w' },
  data: text === null ? {} : { 'config.yaml': text },
});
const carrier = (spec: JsonObject): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd' },
  spec: { template: { metadata: {}, spec } },
});

function ask(rule: RuleDocument, object: JsonObject, asked: Asked = {}, spec: Partial<PolicySpec> = {}) {
  const decision = validateReview(setOf([policyOf([rule], spec)]), reviewOf(object, asked));
  if (decision.errors.length > 0) throw new Error(JSON.stringify(decision.errors));
  return decision;
}
const told = (...args: Parameters<typeof ask>) =>
  ask(...args).findings.map(({ path, message }) => `${path}: ${message}`);

t.test('a transition is seen in the object, whether or not the path names it', async (t) => {
  for (const field of ['spec.state', 'object.spec.state']) {
    const rule: RuleDocument = { id: 'A-1', transition: { field, ...TABLE } };
    t.strictSame(told(rule, widget({ state: 'gone' }), { oldObject: widget({ state: 'new' }) }), [
      'spec.state: `spec.state` goes from `new` to `gone`, wanted `ready` after `new`',
    ]);
    t.strictSame(told(rule, widget({ state: 'ready' }), { oldObject: widget({ state: 'new' }) }), []);
    t.strictSame(told(rule, widget({ state: 'ready' })), ['spec.state: `spec.state` starts as `ready`, wanted `new`']);
  }
});

t.test('a transition is seen in a pod, and points into the object', async (t) => {
  const rule: RuleDocument = { id: 'A-1', subject: 'pod', transition: { field: 'spec.state', ...TABLE } };
  const spec: Partial<PolicySpec> = { match: { resources: ['deployments.apps'] } };
  const asked = { oldObject: carrier({ state: 'new' }) };
  t.strictSame(told(rule, carrier({ state: 'gone' }), asked, spec), [
    'spec.template.spec.state: `spec.template.spec.state` goes from `new` to `gone`, wanted `ready` after `new`',
  ]);
  t.strictSame(told(rule, carrier({ state: 'ready' }), asked, spec), []);
});

t.test('a transition is seen in a document, and points at its line', async (t) => {
  const oldObject = holder('kind: x\nstate: new\n');
  for (const [rule, path] of [
    [{ id: 'A-1', subject: 'config', transition: { field: 'state', ...TABLE } }, 'data["config.yaml"]:2:8'],
    [{ id: 'A-1', transition: { field: 'documents.config.state', ...TABLE } }, ''],
  ] as [RuleDocument, string][]) {
    const decision = ask(rule, holder('kind: x\nstate: gone\n'), { oldObject }, CONFIG);
    t.strictSame(
      decision.findings.map((finding) => finding.path),
      [path],
    );
    t.match(decision.findings[0]?.message, /state` goes from `new` to `gone`/);
    t.strictSame(told(rule, holder('kind: x\nstate: ready\n'), { oldObject }, CONFIG), []);
  }
});

t.test('a field that was absent starts in an initial state on UPDATE too', async (t) => {
  const rule: RuleDocument = { id: 'A-1', transition: { field: 'spec.state', ...TABLE } };
  const oldObject = widget({});
  t.strictSame(told(rule, widget({ state: 'gone' }), { oldObject }), [
    'spec.state: `spec.state` starts as `gone`, wanted `new`',
  ]);
  t.strictSame(told(rule, widget({ state: 'new' }), { oldObject }), []);
  t.strictSame(told(rule, widget({}), { oldObject }), []);
  const reported: RuleDocument = { id: 'A-1', transition: { field: 'spec.state', from: 'status.state', ...TABLE } };
  const stored = { oldObject: widget({ state: 'ready' }) };
  t.strictSame(told(reported, widget({ state: 'ready' }), stored), [], 'a state that is not known is not a first one');
});

t.test('immutable fields are those of the subject', async (t) => {
  const inDocument: RuleDocument = { id: 'A-1', subject: 'config', immutable: ['region', 'zones[*]'] };
  const oldObject = holder('region: north\nzones: [a, b]\n');
  t.strictSame(told(inDocument, holder('zones:  [a, b]\nregion: north\nmore: 1\n'), { oldObject }, CONFIG), []);
  t.strictSame(told(inDocument, holder('region: south\nzones: [a, c]\n'), { oldObject }, CONFIG), [
    'data["config.yaml"]:1:9: `region` was `north` and cannot become `south`',
    'data["config.yaml"]:2:12: `zones[1]` was `b` and cannot become `c`',
  ]);
  t.strictSame(told(inDocument, holder('zones: [a, b]\n'), { oldObject }, CONFIG), [
    'data["config.yaml"]:1:1: `region` was `north` and cannot be cleared',
  ]);
  t.strictSame(told(inDocument, holder('region: south\n'), { oldObject: holder(null) }, CONFIG), []);

  const inPod: RuleDocument = { id: 'A-1', subject: 'pod', immutable: 'spec.host' };
  const spec: Partial<PolicySpec> = { match: { resources: ['deployments.apps'] } };
  t.strictSame(told(inPod, carrier({ host: 'b' }), { oldObject: carrier({ host: 'a' }) }, spec), [
    'spec.template.spec.host: `spec.template.spec.host` was `a` and cannot become `b`',
  ]);
  t.strictSame(told(inPod, carrier({ host: 'a' }), { oldObject: carrier({ host: 'a' }) }, spec), []);

  const rooted: RuleDocument = { id: 'A-1', subject: 'config', immutable: 'object.metadata.labels.team' };
  const labelled = (team: string) => ({ ...holder('a: 1'), metadata: { name: 'w', labels: { team } } });
  t.strictSame(told(rooted, labelled('b'), { oldObject: labelled('a') }, CONFIG), [
    'metadata.labels.team: `metadata.labels.team` was `a` and cannot become `b`',
  ]);
});

t.test('elements with a key are compared with their former selves, wherever those stood', async (t) => {
  const pools = (...list: JsonObject[]) => widget({ pools: list });
  const forEach = { path: 'spec.pools[*]', key: 'item.name' };
  const oldObject = pools({ name: 'a', size: 3, state: 'new' }, { name: 'b', size: 5, state: 'new' });
  const moved = pools({ name: 'b', size: 4, state: 'gone' }, { name: 'a', size: 3, state: 'new' });
  t.strictSame(told({ id: 'A-1', forEach, immutable: 'item.size' }, moved, { oldObject }), [
    'spec.pools[0].size: `spec.pools[0].size` was `5` and cannot become `4`',
  ]);
  t.strictSame(told({ id: 'A-1', forEach, monotonic: { field: 'item.size' } }, moved, { oldObject }), [
    'spec.pools[0].size: `spec.pools[0].size` goes from `5` to `4`, wanted it to grow only',
  ]);
  t.strictSame(told({ id: 'A-1', forEach, transition: { field: 'item.state', ...TABLE } }, moved, { oldObject }), [
    'spec.pools[0].state: `spec.pools[0].state` goes from `new` to `gone`, wanted `ready` after `new`',
  ]);
  const inConfig = { path: 'items[*]', key: 'item.name' };
  const rule: RuleDocument = { id: 'A-1', subject: 'config', forEach: inConfig, monotonic: { field: 'item.size' } };
  const before = holder('items:\n- {name: a, size: 1}\n- {name: b, size: 2}\n');
  const after = holder('items:\n- {name: b, size: 1}\n- {name: a, size: 1}\n');
  t.strictSame(tell(ask(rule, after, { oldObject: before }, CONFIG)), ['A-1 data["config.yaml"]:2:19']);
});

t.test('a value that only grows is seen in the subject, and cannot be cleared', async (t) => {
  const rule: RuleDocument = { id: 'A-1', subject: 'config', monotonic: { field: 'size' } };
  const oldObject = holder('size: 3\n');
  t.strictSame(told(rule, holder('size: 2\n'), { oldObject }, CONFIG), [
    'data["config.yaml"]:1:7: `size` goes from `3` to `2`, wanted it to grow only',
  ]);
  t.strictSame(told(rule, holder('size: 4\n'), { oldObject }, CONFIG), []);
  const onObject: RuleDocument = { id: 'A-1', monotonic: { field: 'object.spec.size' } };
  t.strictSame(told(onObject, widget({ size: 1 }), { oldObject: widget({ size: 2 }) }), [
    'spec.size: `spec.size` goes from `2` to `1`, wanted it to grow only',
  ]);
  t.strictSame(told(onObject, widget({}), { oldObject: widget({ size: 2 }) }), [
    'spec.size: `spec.size` was `2` and cannot be cleared',
  ]);
  t.strictSame(told(onObject, widget({ size: 1 }), { oldObject: widget({}) }), []);
});

t.test('a document that became unreadable is found, one that was unreadable excuses what replaces it', async (t) => {
  const rules: RuleDocument[] = [
    { id: 'A-1', subject: 'config', transition: { field: 'state', ...TABLE } },
    { id: 'A-2', subject: 'config', immutable: 'state' },
    { id: 'A-3', subject: 'config', monotonic: { field: 'size' } },
  ];
  for (const rule of rules) {
    const good = holder('state: ready\nsize: 1\n');
    const bad = holder('state: ready\nsize: [1\n');
    t.strictSame(tell(ask(rule, bad, { oldObject: good }, CONFIG)), [`${rule.id} data["config.yaml"]:3:1`]);
    t.strictSame(tell(ask(rule, good, { oldObject: bad }, CONFIG)), []);
  }
});

t.test('a field without a former self is refused', async (t) => {
  const { problems } = compile([
    policyOf([
      { id: 'A-1', forEach: 'spec.pools[*]', monotonic: { field: 'item.size' } },
      { id: 'A-2', immutable: 'request.operation' },
      { id: 'A-3', transition: { field: 'spec.pools[*].state', ...TABLE } },
    ]),
  ]);
  t.strictSame(codes(problems), [
    'bad-path /spec/rules/0/monotonic/field',
    'bad-path /spec/rules/1/immutable',
    'bad-path /spec/rules/2/transition/field',
  ]);
});
