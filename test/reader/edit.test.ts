import fc from 'fast-check';
import t from 'tap';
import type { Json, JsonObject } from '../../src/policies/index.ts';
import { applyChanges, type Change, findChanges } from '../../src/reader/changes.ts';
import { applyEdits, createEdits } from '../../src/reader/edit.ts';
import type { MapNode } from '../../src/reader/nodes.ts';
import { readText } from '../../src/reader/read-text.ts';

async function edit(text: string, changes: readonly Change[]): Promise<string> {
  const { documents, text: plain } = await readText(text);
  return applyEdits(plain, createEdits(plain, documents[0]?.root as MapNode, changes));
}

function set(path: string, value: Json): Change {
  return { steps: path.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step)), value };
}

t.test('a key is added behind the last of its map, as deep as the others, and comments stay', async (t) => {
  const text = 'spec: # what it is\n   a: 1   # one\n   b:\n   - x # last\n   # end\nmore: 2\n';
  t.equal(
    await edit(text, [set('spec.c', { d: [1, { e: 'no' }] })]),
    'spec: # what it is\n   a: 1   # one\n   b:\n   - x # last\n   c:\n     d:\n     - 1\n     - e: "no"\n   # end\nmore: 2\n',
  );
});

t.test('in an element of a list the key stands under the others', async (t) => {
  t.equal(
    await edit('l:\n  - a: 1\n  - a: 2\n', [set('l.0.b', true), set('l.1.b', false)]),
    'l:\n  - a: 1\n    b: true\n  - a: 2\n    b: false\n',
  );
});

t.test('flow maps and JSON stay what they are', async (t) => {
  t.equal(
    await edit('a: { b: 1 }\nc: {}\nd: [ {x: 1} ]\n', [set('a.m', 'x: y'), set('d.0.z', [1])]),
    'a: { b: 1, m: "x: y" }\nc: {}\nd: [ {x: 1, z: [ 1 ]} ]\n',
  );
  t.equal(await edit('{"a": {"b": 1}}', [set('a.c', { d: null })]), '{"a": {"b": 1, "c": {"d":null}}}');
  t.equal(
    await edit('{\n  "a": {\n    "b": 1\n  }\n}\n', [set('a.c', 'x')]),
    '{\n  "a": {\n    "b": 1,\n    "c": "x"\n  }\n}\n',
  );
});

t.test('what is empty is filled', async (t) => {
  t.equal(
    await edit('a:\nb: {}\nc: # note\nd:\n  e: {}\n', [
      set('a.x', 1),
      set('b.x', 2),
      set('b.z', [0]),
      set('c.x', 3),
      set('d.e.f', { g: 4 }),
    ]),
    'a:\n  x: 1\nb:\n  x: 2\n  z:\n    - 0\nc: # note\n  x: 3\nd:\n  e:\n    f:\n      g: 4\n',
  );
});

t.test('a value is replaced where it stands', async (t) => {
  t.equal(
    await edit('a: 1 # one\nb: "x"\nc: {d: [1, 2]}\n', [set('a', 'on'), set('b', 'y'), set('c.d', [3])]),
    'a: "on" # one\nb: "y"\nc: {d: [ 3 ]}\n',
  );
});

t.test('a removed key takes its whole lines', async (t) => {
  const remove = (path: string): Change => ({ steps: path.split('.'), value: undefined });
  t.equal(await edit('a: 1\nb: # gone\n  c: 2\n  d: 3\ne: 4\n', [remove('b')]), 'a: 1\ne: 4\n');
  t.equal(await edit('a: 1\nb: 2', [remove('b')]), 'a: 1\n');
  await t.rejects(edit('a: {b: 1}\n', [remove('a.b')]), { message: /other things stand/ });
  await t.rejects(edit('a: 1\n', [remove('b')]), { message: /is not there/ });
});

t.test('line ends and a missing last line break are kept', async (t) => {
  t.equal(await edit('a: 1\r\nb:\r\n  c: 2', [set('b.d', { e: 3 })]), 'a: 1\r\nb:\r\n  c: 2\r\n  d:\r\n    e: 3');
});

t.test('what has no edit of its own is refused', async (t) => {
  await t.rejects(edit('a: text\n', [set('a.b', 1)]), { message: /cannot be added/ });
  await t.rejects(edit('a: 1\n', [set('b.c', 1)]), { message: /is not there/ });
});

t.test('changes found between two values make one of the other', (t) => {
  const value = fc.object({ maxDepth: 3, maxKeys: 4, key: fc.constantFrom('a', 'b', 'c', 'd') });
  fc.assert(
    fc.property(value, value, (before, after) => {
      const [from, to] = [JSON.parse(JSON.stringify(before)), JSON.parse(JSON.stringify(after))] as [Json, Json];
      const copy = JSON.stringify(from);
      t.strictSame(applyChanges(from, findChanges(from, to)), to);
      if (JSON.stringify(from) !== copy) throw new Error('the value was touched');
    }),
    { numRuns: 200 },
  );
  t.same(findChanges({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }), [{ steps: ['a', 1, 'b'], value: 3 }]);
  t.same(findChanges({ a: [1] }, { a: [1, 2] }), [{ steps: ['a'], value: [1, 2] }]);
  t.end();
});

t.test('whatever is added reads back as it was meant', async (t) => {
  const texts = [
    'spec:\n  a: 1\n  l:\n    - x: 1\n      w: {z: 2}\nend: 1\n',
    '{"spec": {"a": 1, "l": [{"x": 1, "w": {"z": 2}}]}, "end": 1}',
    'spec: {a: 1, l: [{x: 1, w: {z: 2}}]}\nend: 1',
  ];
  const leaf = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'no',
      '0123',
      '1.30',
      'a: b',
      ' x',
      '# c',
      '"',
      "'",
      'a\nb\n',
      '~',
      '',
      '- a',
      '{',
      '*x',
      '!t',
      '%',
      '@',
      '`',
      'y',
      '12:30',
    ),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      leaf as fc.Arbitrary<Json>,
      fc.array(tie('tree'), { maxLength: 3 }) as fc.Arbitrary<Json>,
      fc.dictionary(
        fc.oneof(fc.constantFrom('no', '1', 'a b', 'k: l', '~'), fc.string({ minLength: 1 })),
        tie('tree'),
        { maxKeys: 3 },
      ) as fc.Arbitrary<Json>,
    ),
  }));
  const places = fc.constantFrom('spec.new', 'spec.l.0.new', 'spec.l.0.w.new', 'spec.a', 'new');
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...texts), places, tree, async (text, place, value) => {
      const change = set(place, JSON.parse(JSON.stringify(value)) as Json);
      const before = (await readText(text)).documents[0]?.root.value as JsonObject;
      const made = await edit(text, [change]);
      const read = await readText(made);
      t.strictSame(read.documents[0]?.root.value, applyChanges(before, [change]), made);
    }),
    { numRuns: 400 },
  );
});
