import t from 'tap';
import { findObjects } from '../../src/reader/objects.ts';
import { MAX_TEXT, readCoreText, readText } from '../../src/reader/read-text.ts';
import { BODIES, HEAD, REFUSED, SCALARS } from './kubectl-cases.ts';

async function readSpec(text: string): Promise<unknown> {
  const read = await readText(text);
  const { objects, faults } = findObjects(read, 'x.yaml');
  return faults.length > 0 ? faults[0]?.message : objects[0]?.value.spec;
}

t.test('scalars are what kubectl makes of them', async (t) => {
  for (const [written, value] of SCALARS) {
    t.same(await readSpec(`${HEAD}spec: ${written}\n`), value, written);
    const flow = /^[^\s#,]+$/.test(written);
    if (flow) t.same(await readSpec(`${HEAD}spec: [ ${written} ]\n`), [value], `[ ${written} ]`);
  }
});

t.test('documents are what kubectl makes of them', async (t) => {
  for (const [body, spec] of BODIES) {
    t.same(await readSpec(HEAD + body), spec, JSON.stringify(body));
    t.same(await readSpec((HEAD + body).replaceAll('\n', '\r\n')), spec, `${JSON.stringify(body)} with CRLF`);
  }
});

t.test('what kubectl refuses is a fault with a place, and what stands around it is read', async (t) => {
  for (const body of REFUSED) {
    const text = `${HEAD}---\n${HEAD}${body}---\n${HEAD}spec: last\n`;
    const read = await readText(text);
    const { objects, faults } = findObjects(read, 'x.yaml');
    t.ok(faults.length >= 1, JSON.stringify(body));
    const { line } = read.placeOf(faults[0]?.offset ?? 0);
    t.ok(line >= 5 && line <= 13, `${JSON.stringify(body)} at line ${line}: ${faults[0]?.message}`);
    t.equal(objects[0]?.name, 'x');
    t.equal(objects.at(-1)?.value.spec, 'last', JSON.stringify(body));
  }
});

t.test('a byte order mark is no part of the text', async (t) => {
  const read = await readText(`\ufeff${HEAD}`);
  t.equal(read.text, HEAD);
  t.equal(findObjects(read, 'x.yaml').objects[0]?.apiVersion, 'example.org/v1');
});

t.test('JSON values stand one behind the other, with tabs and without separators', async (t) => {
  const json = JSON.stringify({ apiVersion: 'v1', kind: 'A', metadata: { name: 'é"\n😀' } });
  const read = await readText(`${json}${json.replace('"A"', '\t"B"\t')}\n---\n${HEAD}`);
  const { objects, faults } = findObjects(read, 'x.json');
  t.same(faults, []);
  t.same(
    objects.map(({ kind, name }) => [kind, name]),
    [
      ['A', 'é"\n😀'],
      ['B', 'é"\n😀'],
      ['Thing', 'x'],
    ],
  );
});

t.test('keys that stand twice are told, and the last one counts', async (t) => {
  const { documents } = await readText(`${HEAD}spec:\n  a: 1\n  b: {c: 1, c: 2}\n  a: 3\n`);
  t.same(documents[0]?.root.value, {
    apiVersion: 'example.org/v1',
    kind: 'Thing',
    metadata: { name: 'x' },
    spec: { a: 3, b: { c: 2 } },
  });
  t.same(documents[0]?.repeated.map(({ key }) => key).sort(), ['a', 'c']);
});

t.test('what stands behind `...` is told, for kubectl reads nothing of it', async (t) => {
  const read = await readText(`${HEAD}...\n${HEAD}spec: lost\n`);
  t.equal(read.documents.length, 1);
  t.match(read.cautions, [{ message: /reads nothing of what follows/ }]);
  t.equal(read.placeOf(read.cautions[0]?.offset ?? 0).line, 5);
});

t.test('aliases that multiply are refused in no time', async (t) => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let n = 1; n < 12; n++)
    lines.push(
      `a${n}: &a${n} [${Array(10)
        .fill(`*a${n - 1}`)
        .join(', ')}]`,
    );
  const read = await readText(`${HEAD}${lines.join('\n')}\n`);
  t.equal(read.documents.length, 0);
  t.match(read.faults, [{ message: /stand for more than/ }]);
});

t.test('an alias inside what it names is refused', async (t) => {
  const read = await readText(`${HEAD}spec: &a [1, *a]\n`);
  t.match(read.faults, [{ message: /stands inside the value that it names/ }]);
});

t.test('values that nest without end are refused, whichever way they are written', async (t) => {
  for (const text of ['['.repeat(50_000), `{"a":${'['.repeat(50_000)}`, `a:${' [a:'.repeat(20_000)}`]) {
    const read = await readText(text);
    t.equal(read.documents.length, 0);
    t.equal(read.faults.length, 1);
  }
  const deep = `${HEAD}spec: ${'['.repeat(300)}${']'.repeat(300)}\n`;
  t.equal((await readText(deep)).documents.length, 1, 'three hundred levels are read');
});

t.test('a document that only a template tool can read is told as one', async (t) => {
  const templates = [
    `${HEAD}{{- if .Values.x }}\nspec: 1\n{{- end }}\n`,
    'kind: {{ .Values.kind }}\n',
    `${HEAD}spec:\n  replicas: {{ .Values.replicas }}\n`,
  ];
  for (const text of templates) {
    const { faults, templates: found, documents } = await readText(text);
    t.same(faults, [], text);
    t.equal(found.length, 1, text);
    t.match(found[0]?.placeholder, /^\{\{.*\}\}$/);
    t.equal(documents.length, 0);
  }
  const broken = await readText(`${HEAD}spec:\n  a: "{{ x }}"\n  b: [c\n`);
  t.equal(broken.templates.length, 0, 'a fault elsewhere stays a fault');
  t.equal(broken.faults.length, 1);
});

t.test('policies are read after YAML 1.2: words and keys are what they look like', async (t) => {
  const { documents } = await readCoreText('a: no\nb: 0123\nc: 0o17\nd: 1.5\n1.30: x\n~: y\ne: True\nf: 1_000\n');
  t.same(documents[0]?.root.value, { a: 'no', b: 123, c: 15, d: 1.5, '1.30': 'x', '~': 'y', e: true, f: '1_000' });
});

t.test('keys of JavaScript objects are keys like any other', async (t) => {
  const { documents } = await readText('{"__proto__": {"x": 1}, "constructor": 2, "toString": 3}');
  const value = documents[0]?.root.value as object;
  t.same(Object.keys(value), ['__proto__', 'constructor', 'toString']);
  t.equal(Object.getPrototypeOf(value), Object.prototype);
});

t.test('a text beyond the limit is refused before it is read', async (t) => {
  const read = await readText('a'.repeat(MAX_TEXT + 1));
  t.match(read.faults, [{ message: /at most/ }]);
});
