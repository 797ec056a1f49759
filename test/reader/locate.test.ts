import t from 'tap';
import { locate, locateInside } from '../../src/reader/locate.ts';
import type { Step } from '../../src/reader/nodes.ts';
import { findObjects, type ManifestObject } from '../../src/reader/objects.ts';
import { readText } from '../../src/reader/read-text.ts';

async function read(text: string): Promise<ManifestObject> {
  const { objects } = findObjects(await readText(text), 'x.yaml');
  return objects.at(-1) as ManifestObject;
}

/** `line:column` of an element and the text that is marked. */
async function mark(text: string, steps: Step[], side?: 'key' | 'value'): Promise<string> {
  const object = await read(text);
  const { line, column, endLine, endColumn } = locate(object, steps, side);
  const lines = object.read.text.split(/\r?\n/);
  const marked =
    line === endLine ? lines[line - 1]?.slice(column - 1, endColumn - 1) : lines[line - 1]?.slice(column - 1);
  return `${line}:${column} ${marked}`;
}

const TEXT = `# first
apiVersion: v1
kind: A
metadata:
  name: x
  labels: { "a b": no, c: "d" }
spec:
  list:
    - name: one
      port: 22
    - [1, two]
    -
      deep: { x: }
  empty:
  text: |
    line
`;

t.test('each element has its own place', async (t) => {
  t.equal(await mark(TEXT, []), '2:1 apiVersion');
  t.equal(await mark(TEXT, ['kind']), '3:7 A');
  t.equal(await mark(TEXT, ['kind'], 'key'), '3:1 kind');
  t.equal(await mark(TEXT, ['metadata']), '4:1 metadata');
  t.equal(await mark(TEXT, ['metadata', 'labels', 'a b']), '6:20 no');
  t.equal(await mark(TEXT, ['metadata', 'labels', 'a b'], 'key'), '6:13 "a b"');
  t.equal(await mark(TEXT, ['metadata', 'labels', 'c']), '6:27 "d"');
  t.equal(await mark(TEXT, ['spec', 'list', 0]), '9:7 name');
  t.equal(await mark(TEXT, ['spec', 'list', 0, 'port']), '10:13 22');
  t.equal(await mark(TEXT, ['spec', 'list', 1]), '11:7 [');
  t.equal(await mark(TEXT, ['spec', 'list', 1, 1]), '11:11 two');
  t.equal(await mark(TEXT, ['spec', 'list', 2, 'deep', 'x']), '13:15 x');
  t.equal(await mark(TEXT, ['spec', 'empty']), '14:3 empty');
  t.equal(await mark(TEXT, ['spec', 'text']), '15:9 |');
});

t.test('what is missing is looked for at the key under which it would stand', async (t) => {
  t.equal(await mark(TEXT, ['spec', 'list', 0, 'host']), '9:7 name');
  t.equal(await mark(TEXT, ['metadata', 'annotations', 'x']), '4:1 metadata');
  t.equal(await mark(TEXT, ['status', 'phase']), '2:1 apiVersion');
  t.equal(await mark(TEXT, ['spec', 'empty', 'below']), '14:3 empty');
  t.equal(await mark(TEXT, ['spec', 'list', 7]), '8:3 list');
});

t.test('line ends, a byte order mark and documents before it move nothing', async (t) => {
  t.equal(await mark(TEXT.replaceAll('\n', '\r\n'), ['spec', 'list', 0, 'port']), '10:13 22');
  t.equal(await mark(`\ufeff${TEXT}`, ['kind']), '3:7 A');
  t.equal(await mark(`a: [broken\n---\n${TEXT}`, ['spec', 'list', 1, 1]), '13:11 two');
  t.equal(await mark(`{"apiVersion":"v1","kind":"B"}\n---\n${TEXT}`, ['kind']), '5:7 A');
});

t.test('places inside anchors, aliases and merged maps are where the text stands', async (t) => {
  const text = `apiVersion: v1
kind: A
spec:
  base: &base
    port: 22
    host: a
  copy: *base
  more:
    <<: *base
    host: b
`;
  t.equal(await mark(text, ['spec', 'copy', 'port']), '5:11 22');
  t.equal(await mark(text, ['spec', 'copy']), '7:3 copy');
  t.equal(await mark(text, ['spec', 'more', 'port']), '5:11 22');
  t.equal(await mark(text, ['spec', 'more', 'host']), '10:11 b');
});

t.test('of a repeated key the place is that of the last, which counts', async (t) => {
  t.equal(await mark('apiVersion: v1\nkind: A\nspec: 1\nspec: 2\n', ['spec']), '4:7 2');
});

t.test('JSON has places too, with tabs and in one line', async (t) => {
  t.equal(
    await mark('{\n\t"apiVersion": "v1",\n\t"kind": "A",\n\t"spec": {"a": [1, {"b": null}]}\n}', ['spec', 'a', 1, 'b']),
    '4:26 null',
  );
});

t.test('objects of a list and of an AdmissionReview are looked up from themselves', async (t) => {
  t.equal(
    await mark('apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: A\n  spec: {a: 1}\n', ['spec', 'a']),
    '6:13 1',
  );
});

t.test('lines of a literal block stand in the file one for one', async (t) => {
  const object = await read(
    'apiVersion: v1\nkind: A\ndata:\n  c.yaml: |\n    a: 1\n\n    b:\n      c: 2\n  d: "x\\ny"\n',
  );
  t.match(locateInside(object, ['data', 'c.yaml'], { line: 4, column: 6 }), { line: 8, column: 10 });
  t.match(locateInside(object, ['data', 'c.yaml'], { line: 1, column: 1 }), { line: 5, column: 5 });
  t.equal(locateInside(object, ['data', 'd'], { line: 2, column: 1 }), null);
  t.equal(locateInside(object, ['data', 'e'], { line: 1, column: 1 }), null);
});
