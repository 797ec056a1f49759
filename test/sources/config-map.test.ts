import { existsSync, readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { parse } from 'yaml';
import { compilePolicies, type PolicySource } from '../../src/policies/index.ts';
import { readConfigMap } from '../../src/sources/config-map.ts';
import { policyText, SEEDS } from './documents-in-text.ts';

function configMap(data: Record<string, string>, annotations: Record<string, string> = {}): Record<string, unknown> {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'rules', namespace: 'ns', annotations }, data };
}

function madeOf(sources: readonly PolicySource[]) {
  const [source] = sources;
  if (!source) throw new Error('no document');
  return source.document as { metadata: { name: string }; spec: { rules: { enforcementAction: string }[] } };
}

const list = 'mandatory:\n  - {name: A, check: spec.a}\n';

t.test('each key that holds policy is a unit of its own', async (t) => {
  const { units, notes } = readConfigMap(
    configMap({ 'a.yaml': policyText('a', 'spec.a'), 'list.yaml': list, 'README.md': '# nothing\n', port: '8080' }),
  );
  t.same(
    units.map(({ name, documents }) => [name, documents.length]),
    [
      ['configmap/ns/rules:a.yaml', 1],
      ['configmap/ns/rules:list.yaml', 1],
    ],
  );
  t.same(notes, []);
});

t.test('a list takes the name of its ConfigMap, and several take that of their key behind it', async (t) => {
  const names = (data: Record<string, string>): string[] =>
    readConfigMap(configMap(data)).units.map(({ documents }) => madeOf(documents).metadata.name);
  t.same(names({ 'list.yaml': list }), ['rules']);
  t.same(names({ 'one.yaml': list, 'Two_b.yml': list }), ['rules-one', 'rules-two-b']);
});

t.test('an annotation names the resource that the list is about', async (t) => {
  const { units } = readConfigMap(configMap({ 'list.yaml': list }, { 'lintel.dev/resource': 'widgets.example.com' }));
  t.match(units[0]?.documents[0]?.document, {
    spec: { match: { resources: [{ resource: 'widgets', group: 'example.com' }] } },
  });
  const core = readConfigMap(configMap({ 'list.yaml': list }, { 'lintel.dev/resource': 'services' }));
  t.match(core.units[0]?.documents[0]?.document, {
    spec: { match: { resources: [{ resource: 'services', group: '' }] } },
  });
});

t.test('a key that was meant as policy and cannot be read is an unreadable unit', async (t) => {
  const { units } = readConfigMap(configMap({ 'list.yaml': 'mandatory:\n  - {name: [\n', other: 'a: [\n' }));
  t.match(units, [{ name: 'configmap/ns/rules:list.yaml', readable: false, documents: [], problems: [{ line: 3 }] }]);
  t.equal(units.length, 1);
});

t.test('a ConfigMap of data alone gives no unit but a note', async (t) => {
  const { units, notes } = readConfigMap(configMap({ 'config.yaml': 'a: 1\n' }));
  t.same(units, []);
  t.match(notes, [/configmap\/ns\/rules: no key holds a policy/]);
  t.same(readConfigMap({ kind: 'ConfigMap', metadata: { name: 'x' } }).units, []);
});

function readSeed(t: Test, file: string): Record<string, unknown> | null {
  const url = new URL(file, SEEDS);
  if (existsSync(url)) return parse(readFileSync(url, 'utf8')) as Record<string, unknown>;
  t.comment(`skipped: ${file} is not here`);
  return null;
}

t.test('the security baseline is four rules that deny and three that warn, and each compiles', async (t) => {
  const seed = readSeed(t, 'vitistack-security-baseline.yaml');
  if (seed === null) return;
  const sources = readConfigMap(seed).units.flatMap(({ documents }) => documents);
  const { set, problems } = compilePolicies(sources);
  t.same(problems, []);
  const { rules } = madeOf(sources).spec;
  t.same(
    rules.map(({ enforcementAction }) => enforcementAction),
    ['deny', 'deny', 'deny', 'deny', 'warn', 'warn', 'warn'],
  );
  t.equal(set.policies[0]?.rules.length, 7);
});

t.test('the capacity rules audit, and the configuration of an operator is data', async (t) => {
  const rules = readSeed(t, 'capacity-planning-rules.yaml');
  const data = readSeed(t, 'virtualservice-operator-config.yaml');
  if (rules === null || data === null) return;
  const { units } = readConfigMap(rules);
  t.match(units[0]?.documents[0]?.document, { spec: { rules: Array(3).fill({ enforcementAction: 'audit' }) } });
  t.same(readConfigMap(data).units, []);
});
