import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { findObjects } from '../../src/reader/objects.ts';
import { readText } from '../../src/reader/read-text.ts';

async function find(text: string) {
  const read = await readText(text);
  const { objects, faults, notes } = findObjects(read, 'x.yaml');
  return {
    objects,
    names: objects.map(({ kind, name }) => `${kind}/${name}`),
    faults: faults.map(({ offset, message }) => `${read.placeOf(offset).line}: ${message}`),
    notes: notes.map(({ offset, message }) => `${read.placeOf(offset).line}: ${message}`),
  };
}

t.test('an object says what it is and where it lies', async (t) => {
  const { objects } = await find('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: b}\n');
  t.match(objects, [
    { apiVersion: 'apps/v1', group: 'apps', version: 'v1', kind: 'Deployment', name: 'a', namespace: 'b' },
  ]);
  const core = await find('apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\n');
  t.match(core.objects, [{ group: '', version: 'v1', name: '', namespace: '' }]);
});

t.test('lists are opened, also inside each other, and elements of a typed list need not say their kind', async (t) => {
  const { names, faults, objects } = await find(`
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: A, metadata: {name: a}}
  - {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: B, metadata: {name: b}}]}
  - just text
  - null
  - {metadata: {name: lost}}
---
apiVersion: example.org/v1
kind: ThingList
items:
  - {metadata: {name: c}}
---
{apiVersion: v1, kind: List}
---
{apiVersion: v1, kind: List, items: null}
`);
  t.same(names, ['A/a', 'B/b', 'Thing/c']);
  t.same(objects[1]?.base, ['items', 1, 'items', 0]);
  t.same(objects[2]?.value, { apiVersion: 'example.org/v1', kind: 'Thing', metadata: { name: 'c' } });
  t.same(faults, [
    '7: the element is a single value, wanted an object with apiVersion and kind',
    '8: the element is null, wanted an object with apiVersion and kind',
    '9: the object has no apiVersion, so nobody can say what it is',
  ]);
});

t.test('a kind that only ends in List and has no items is an object', async (t) => {
  t.same((await find('{apiVersion: acl.example.org/v1, kind: AllowList, metadata: {name: a}}')).names, ['AllowList/a']);
});

t.test('what is no object is a fault with its place, and the rest goes on', async (t) => {
  const { names, faults } = await find(`- a
---
apiVersion: v1
metadata: {name: a}
---
kind: A
---
apiVersion: v1
kind: 5
---
apiVersion: a/b/c
kind: A
---
text
---
---
# nothing
---
null
---
apiVersion: v1
kind: Z
metadata: {name: z}
`);
  t.same(names, ['Z/z']);
  t.same(faults, [
    '1: the document is a list, wanted an object with apiVersion and kind',
    '3: the object has no kind, so nobody can say what it is',
    '6: the object has no apiVersion, so nobody can say what it is',
    '9: kind is 5, wanted a text that is not empty',
    '11: apiVersion is `a/b/c`, wanted `version` or `group/version`',
    '14: the document is a single value, wanted an object with apiVersion and kind',
  ]);
});

t.test('AdmissionReviews are unwrapped: the object, or under DELETE the old one', async (t) => {
  const review = (request: string) =>
    `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":${request}}\n`;
  const thing = (name: string) => `{"apiVersion":"v1","kind":"A","metadata":{"name":"${name}"}}`;
  const { names, objects, notes } = await find(
    review(`{"object":${thing('new')},"oldObject":${thing('old')}}`) +
      review(`{"object":null,"oldObject":${thing('gone')}}`) +
      review('{"object":null}'),
  );
  t.same(names, ['A/new', 'A/gone']);
  t.same(
    objects.map(({ base }) => base.join('.')),
    ['request.object', 'request.oldObject'],
  );
  t.equal(objects[0]?.review?.kind, 'AdmissionReview');
  t.match(notes, [/neither request.object nor/]);
});

t.test('templates and the files of build tools are passed over with a note', async (t) => {
  const { names, faults, notes } = await find(`apiVersion: v1
kind: {{ .Values.kind }}
---
apiVersion: v1
kind: "{{ kind }}"
metadata: {name: a}
---
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [a.yaml]
---
resources: [a.yaml]
namePrefix: x-
---
apiVersion: v1
kind: ConfigMap
metadata: {name: "x-\${SUFFIX}"}
`);
  t.same(names, ['ConfigMap/x-$'.concat('{SUFFIX}')], 'a name with a placeholder is judged');
  t.same(faults, []);
  t.match(notes, [
    /^2: .*is a template/,
    /^4: .*is a placeholder/,
    /^8: .*kubectl kustomize/,
    /^12: .*looks like a kustomization/,
  ]);
});

t.test('recorded AdmissionReviews of a real API server hold the objects they say', async (t) => {
  const folder = new URL('../recordings/v1.36/', import.meta.url).pathname;
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  t.ok(files.length > 20);
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8');
    const read = await readText(text);
    const { objects, faults } = findObjects(read, file);
    t.same(faults, [], file);
    const { request } = JSON.parse(text);
    const inside = request.object ?? request.oldObject;
    t.same(
      objects.map(({ value }) => value),
      inside === null ? [] : [inside],
      file,
    );
  }
});

const SAMPLES = new URL('../../../shared/data/vitistack/', import.meta.url).pathname;
const absent = existsSync(SAMPLES) ? false : `the published samples are not here: ${SAMPLES}`;

t.test('the published samples of VitiStack are read without a fault', { skip: absent }, async (t) => {
  const files = readdirSync(SAMPLES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  t.ok(files.length > 20);
  for (const file of files) {
    const read = await readText(readFileSync(join(SAMPLES, file), 'utf8'));
    const { objects, faults } = findObjects(read, file);
    t.same(faults, [], file);
    t.ok(objects.length > 0, file);
  }
});
