import t from 'tap';
import { dropServerFields, readUnit } from '../../src/sources/documents.ts';
import { policyText } from './documents-in-text.ts';

const options = { listName: 'list' };

t.test('a file with one policy is one document named as the file', async (t) => {
  const { unit, recognised } = readUnit(policyText('a', 'spec.x == 1'), 'a.yaml', options);
  t.equal(recognised, true);
  t.equal(unit.readable, true);
  t.same(
    unit.documents.map(({ name }) => name),
    ['a.yaml'],
  );
  t.same(unit.documents[0]?.locate?.('/spec/rules/0/check'), { line: 11, column: 14 });
});

t.test('several documents of one file have names of their own', async (t) => {
  const { unit } = readUnit(`${policyText('a', 'spec.x')}---\n${policyText('b', 'spec.y')}`, 'ab.yaml', options);
  t.same(
    unit.documents.map(({ name }) => name),
    ['ab.yaml#1', 'ab.yaml#2'],
  );
});

t.test('a List, as kubectl prints it, stands for its items, and their places are kept', async (t) => {
  const item = JSON.parse(
    JSON.stringify({ apiVersion: 'lintel.dev/v1alpha1', kind: 'Policy', metadata: { name: 'a' }, spec: {} }),
  );
  const text = JSON.stringify(
    { apiVersion: 'v1', kind: 'List', items: [item, { ...item, metadata: { name: 'b' } }] },
    null,
    1,
  );
  const { unit } = readUnit(text, 'list.json', options);
  t.equal(unit.documents.length, 2);
  const at = unit.documents[1]?.locate?.('/metadata/name');
  t.equal(text.split('\n')[(at?.line ?? 0) - 1]?.trim(), '"name": "b"');
});

t.test('what only an API server writes is dropped, and nothing else', async (t) => {
  const stored = {
    apiVersion: 'lintel.dev/v1alpha1',
    kind: 'Policy',
    metadata: {
      name: 'a',
      uid: 'u',
      resourceVersion: '5',
      generation: 2,
      creationTimestamp: 'now',
      managedFields: [],
      labels: { l: 'x' },
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', mine: 'y' },
      typo: true,
    },
    spec: { title: 't' },
    status: { conditions: [] },
  };
  t.same(dropServerFields(stored), {
    apiVersion: 'lintel.dev/v1alpha1',
    kind: 'Policy',
    metadata: { name: 'a', labels: { l: 'x' }, annotations: { mine: 'y' }, typo: true },
    spec: { title: 't' },
  });
  t.equal(stored.metadata.uid, 'u', 'the stored object itself is not touched');
});

t.test('another version or kind of ours is a problem that says what is wanted', async (t) => {
  const version = readUnit(policyText('a', 'x').replace('v1alpha1', 'v1'), 'a.yaml', options).unit;
  t.match(version.problems, [
    { code: 'not-a-document', line: 1, pointer: '/apiVersion', message: /wanted `lintel.dev\/v1alpha1`/ },
  ]);
  const kind = readUnit(policyText('a', 'x').replace('kind: Policy', 'kind: Polcy'), 'a.yaml', options).unit;
  t.match(kind.problems, [{ code: 'not-a-document', line: 2, pointer: '/kind', message: /`Polcy`.*PolicyExemption/ }]);
  t.equal(kind.readable, false);
});

t.test('objects of others leave a note and no problem', async (t) => {
  const { unit, recognised } = readUnit(
    'apiVersion: kyverno.io/v1\nkind: Policy\nmetadata: {name: no}\n',
    'k.yaml',
    options,
  );
  t.equal(recognised, false);
  t.same(unit.problems, []);
  t.match(unit.notes, [/a Policy is no policy and was passed over|a Policy/]);
});

t.test('the traps of YAML are looked for in our own documents only', async (t) => {
  t.equal(readUnit('kind: Widget\ncheck: !spec.x\n', 'w.yaml', options).unit.problems.length, 0);
  const { unit } = readUnit(policyText('a', 'x').replace('"x"', '!spec.x'), 'a.yaml', options);
  t.match(unit.problems, [{ code: 'yaml-trap', line: 11, column: 14 }]);
  t.same(unit.documents, [], 'a check that YAML emptied must not reach the compiler');
});

t.test('a bare check list becomes a policy, and its places are those of the entries', async (t) => {
  const text = 'recommended:\n  - {name: Soft, check: spec.b}\nmandatory:\n  - name: Hard\n    check: spec.a ==\n';
  const { unit, lists } = readUnit(text, 'list.yaml', options);
  t.equal(lists, 1);
  t.match(unit.documents[0]?.document, {
    metadata: { name: 'list' },
    spec: { rules: [{ title: 'Hard' }, { title: 'Soft' }] },
  });
  t.same(unit.documents[0]?.locate?.('/spec/rules/0/check'), { line: 5, column: 12 });
  t.same(unit.documents[0]?.locate?.('/spec/rules/1/title'), { line: 2, column: 12 });
});

t.test('a check list with one bad entry is a problem at that entry, not a map that is passed over', async (t) => {
  const { unit, recognised } = readUnit(
    'mandatory:\n  - {name: a, check: spec.x}\n  - {name: b, chek: spec.y}\n',
    'l.yaml',
    options,
  );
  t.equal(recognised, true);
  t.equal(unit.readable, false);
  t.match(unit.problems, [
    { code: 'not-a-document', line: 3, pointer: '/mandatory/1', message: /entry 2 of `mandatory`/ },
  ]);
});
