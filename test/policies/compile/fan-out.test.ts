import t from 'tap';
import type { JsonObject, PolicySpec, RuleDocument } from '../../../src/policies/index.ts';
import { validateReview } from '../../../src/policies/index.ts';
import { policyOf, reviewOf, setOf, tell, widget } from '../asking.ts';

const SPEC: Partial<PolicySpec> = {
  documents: { config: { from: 'data["config.yaml"]', as: 'yaml' } },
  variables: { most: 'spec.most' },
};
const KEYED = { path: 'items[*]', key: 'item.name' };

const holder = (text: string): JsonObject => ({ ...widget({}), data: { 'config.yaml': text } });

t.test('elements of a document with a key are judged on CREATE and on UPDATE', async (t) => {
  const set = setOf([
    policyOf([{ id: 'A-1', subject: 'config', forEach: KEYED, check: 'item.size <= 3', ratchet: false }], SPEC),
  ]);
  const good = holder('items:\n- {name: a, size: 1}\n');
  const bad = holder('items:\n- {name: a, size: 1}\n- {name: b, size: 9}\n');
  t.strictSame(tell(validateReview(set, reviewOf(bad))), ['A-1 data["config.yaml"]:3:19']);
  t.strictSame(tell(validateReview(set, reviewOf(bad, { oldObject: good }))), ['A-1 data["config.yaml"]:3:19']);
  t.strictSame(tell(validateReview(set, reviewOf(good, { oldObject: bad }))), []);
});

t.test('what was worked out from the old object is not taken for the new one, nor the other way round', async (t) => {
  const elements = { path: 'spec.list[*]', key: '[item.name, variables.most > 0]' };
  const rules: RuleDocument[] = [
    { id: 'A-1', forEach: elements, check: 'oldItem == null || item.size >= oldItem.size' },
    { id: 'A-2', check: 'variables.most <= 5', ratchet: false },
    { id: 'A-3', forEach: elements, check: 'oldItem != null' },
  ];
  const oldObject = widget({ most: 1, list: [{ name: 'a', size: 2 }] });
  const object = widget({ most: 9, list: [{ name: 'a', size: 1 }] });
  for (const order of [rules, [...rules].reverse()]) {
    const decision = validateReview(setOf([policyOf(order, SPEC)]), reviewOf(object, { oldObject }));
    t.strictSame(decision.errors, []);
    t.strictSame(tell(decision).sort(), ['A-1 spec.list[0].size', 'A-2 spec.most']);
  }
});

t.test('a document that cannot be read is one finding of each rule that walks it', async (t) => {
  const rules: RuleDocument[] = [
    { id: 'A-1', subject: 'config', forEach: ['items[*]', 'more[*]'], check: 'item.size <= 3' },
    { id: 'A-2', subject: 'config', forEach: KEYED, check: 'item.size <= 3' },
    { id: 'A-3', subject: 'config', unique: { within: 'object', each: 'items[*]', key: 'item.name' } },
    { id: 'A-4', subject: 'config', disjoint: { within: 'object', each: 'items[*]', range: 'item.range' } },
    { id: 'A-5', subject: 'config', within: { each: 'items[*]', value: 'item.ip', ranges: 'object.spec.range' } },
    { id: 'A-6', subject: 'config', forEach: 'items[*]', schema: { type: 'object' } },
  ];
  const set = setOf([policyOf(rules, SPEC)]);
  const broken = holder('items:\n- {name: a}\n- {name: b}\nitems: []\n');
  const decision = validateReview(set, reviewOf(broken));
  t.strictSame(
    tell(decision),
    rules.map(({ id }) => `${id} data["config.yaml"]:4:1`),
  );
  for (const { message } of decision.findings)
    t.equal(message, 'is `items:`, wanted YAML: the key `items` occurs twice');
  t.strictSame(tell(validateReview(set, reviewOf(holder('items: []\n')))), []);
});

t.test('a document that cannot be read and is not the subject is told with its place in the message', async (t) => {
  const set = setOf([policyOf([{ id: 'A-1', forEach: 'documents.config.items[*]', check: 'item > 1' }], SPEC)]);
  const { findings } = validateReview(set, reviewOf(holder('items: [\n')));
  t.strictSame(
    findings.map(({ path }) => path),
    ['data["config.yaml"]'],
  );
  t.match(findings[0]?.message, /^`data\["config\.yaml"\]` is `items: \[`, wanted YAML: .* \(line 2, column 1\)$/);
});
