import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { deepEqual } from '../../src/policies/deep-equal.ts';
import { applyPatch, diff, escapePointerKey, parsePointer } from '../../src/policies/json-patch.ts';
import type { Json, JsonObject, PatchOperation } from '../../src/policies/types.ts';

interface Case {
  comment?: string;
  doc: Json;
  patch: unknown[];
  expected?: Json;
  error?: string;
  disabled?: boolean;
}

const CASES = new URL('../../../shared/data/json-patch/', import.meta.url);

for (const file of ['spec_tests.json', 'tests.json']) {
  const url = new URL(file, CASES);
  const absent = existsSync(url) ? false : `the published cases are not here: ../shared/data/json-patch/${file}`;
  t.test(`the published cases of ${file} give what they expect`, { skip: absent }, async (t) => {
    const cases = (JSON.parse(readFileSync(url, 'utf8')) as Case[]).filter((entry) => !entry.disabled && entry.patch);
    t.ok(cases.length > 15, `${cases.length} enabled cases`);
    for (const [i, { comment, doc, patch, expected, error }] of cases.entries()) {
      const name = `${i}: ${comment ?? JSON.stringify(patch)}`;
      const before = JSON.stringify({ doc, patch });
      const result = applyPatch(doc, patch);
      t.equal(JSON.stringify({ doc, patch }), before, `${name}: nothing given is changed`);
      if (error !== undefined) t.equal(result.ok, false, `${name}: ${error}`);
      else if (!result.ok) t.fail(`${name}: ${result.error}`);
      else if (expected !== undefined) t.equal(deepEqual(result.document, expected), true, name);
    }
  });
}

const key = fc.constantFrom('a', 'b', '', '__proto__', 'constructor', 'a/b', 'm~n', '~1', '0', '-');
const json = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<Json>(null, true, 0, 1, '', 'a'),
    fc.array(tie('node'), { maxLength: 5 }),
    fc.dictionary(key, tie('node'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).node as fc.Arbitrary<Json>;

function applied(document: Json, patch: readonly unknown[]): Json {
  const result = applyPatch(document, patch);
  if (!result.ok) throw new Error(result.error);
  return result.document;
}

t.test('the difference of two values, applied to the one, gives the other', async (t) => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      const before = JSON.stringify([a, b]);
      const result = applied(a, diff(a, b));
      return deepEqual(result, b) && JSON.stringify([a, b]) === before;
    }),
    { numRuns: 3_000 },
  );
  t.pass();
});

t.test('a patch survives being sent as JSON', async (t) => {
  fc.assert(
    fc.property(json, json, (a, b) => deepEqual(applied(a, JSON.parse(JSON.stringify(diff(a, b)))), b)),
    { numRuns: 1_000 },
  );
  t.pass();
});

t.test('equal values differ in nothing', async (t) => {
  fc.assert(fc.property(json, (a) => diff(a, JSON.parse(JSON.stringify(a))).length === 0));
  t.pass();
});

t.test('only what differs is named', async (t) => {
  const cases: [Json, Json, PatchOperation[]][] = [
    [{ a: 1, b: 2 }, { a: 1, b: 3 }, [{ op: 'replace', path: '/b', value: 3 }]],
    [{ a: 1 }, { a: 1, b: {} }, [{ op: 'add', path: '/b', value: {} }]],
    [{ a: 1, b: 2 }, { a: 1 }, [{ op: 'remove', path: '/b' }]],
    [{ a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, [{ op: 'replace', path: '/a/b/c', value: 2 }]],
    [[1, 2, 3, 4], [1, 9, 3, 4], [{ op: 'replace', path: '/1', value: 9 }]],
    [[1, 2, 4], [1, 2, 3, 4], [{ op: 'add', path: '/2', value: 3 }]],
    [
      [1, 2, 3, 4],
      [1, 4],
      [
        { op: 'remove', path: '/2' },
        { op: 'remove', path: '/1' },
      ],
    ],
    [[{ a: 1, b: 1 }], [{ a: 1, b: 2 }], [{ op: 'replace', path: '/0/b', value: 2 }]],
    [{ 'a/b': { 'm~n': 1 } }, { 'a/b': { 'm~n': 2 } }, [{ op: 'replace', path: '/a~1b/m~0n', value: 2 }]],
    [{ a: [] }, { a: {} }, [{ op: 'replace', path: '/a', value: {} }]],
    [{ a: null }, { a: 0 }, [{ op: 'replace', path: '/a', value: 0 }]],
    [1, null, [{ op: 'replace', path: '', value: null }]],
    [
      { metadata: { name: 'x' }, spec: { a: 1 } },
      { metadata: { name: 'x', labels: { l: '1' } }, spec: {} },
      [
        { op: 'add', path: '/metadata/labels', value: { l: '1' } },
        { op: 'remove', path: '/spec/a' },
      ],
    ],
  ];
  for (const [before, after, patch] of cases) t.strictSame(diff(before, after), patch, JSON.stringify([before, after]));
});

t.test('keys named after members of Object are data', async (t) => {
  const before = JSON.parse('{"data": {"constructor": "x"}}') as JsonObject;
  const after = JSON.parse('{"data": {"constructor": "y", "__proto__": {"polluted": true}}}') as JsonObject;
  const patch = diff(before, after);
  t.strictSame(
    patch.map(({ op, path }) => `${op} ${path}`),
    ['add /data/__proto__', 'replace /data/constructor'],
  );
  t.equal(JSON.stringify(applied(before, patch)), JSON.stringify(after));
  t.notOk('polluted' in {});
  t.equal(
    applyPatch({}, [{ op: 'replace', path: '/__proto__', value: 1 }]).ok,
    false,
    'what is inherited is not there',
  );
  t.equal(applyPatch({}, [{ op: 'add', path: '/__proto__/polluted', value: 1 }]).ok, false);
  t.equal(applyPatch({}, [{ op: 'copy', from: '/constructor', path: '/a' }]).ok, false);
  t.notOk('polluted' in {});
});

t.test('copies are independent of what they were copied from', async (t) => {
  const document = applied({ a: { b: { c: 1 } } }, [
    { op: 'add', path: '/a/b/d', value: [] },
    { op: 'copy', from: '/a/b', path: '/copy' },
    { op: 'add', path: '/copy/d/-', value: 'copy' },
    { op: 'replace', path: '/a/b/c', value: 2 },
    { op: 'copy', from: '/copy', path: '/a/self' },
    { op: 'add', path: '/a/self/d/-', value: 'self' },
  ]);
  t.strictSame(document, {
    a: { b: { c: 2, d: [] }, self: { c: 1, d: ['copy', 'self'] } },
    copy: { c: 1, d: ['copy'] },
  });
});

t.test('a value put in twice by one patch is not changed in both places', async (t) => {
  const shared: JsonObject = { n: 1 };
  const document = applied({}, [
    { op: 'add', path: '/a', value: shared },
    { op: 'add', path: '/b', value: shared },
    { op: 'replace', path: '/b/n', value: 2 },
  ]);
  t.strictSame(document, { a: { n: 1 }, b: { n: 2 } });
  t.strictSame(shared, { n: 1 });
});

t.test('all operations are applied or none, and the first that fails is named', async (t) => {
  const refused = (document: Json, ...patch: unknown[]) => {
    const result = applyPatch(document, patch);
    return result.ok ? 'applied' : result.error;
  };
  const document = { a: 1, list: [1, 2] };
  t.equal(
    refused(document, { op: 'add', path: '/b', value: 1 }, { op: 'remove', path: '/c' }),
    'operation 1: nothing is at `/c`',
  );
  t.strictSame(document, { a: 1, list: [1, 2] });
  t.equal(
    refused(document, { op: 'add', path: '/list/3', value: 1 }),
    'operation 0: `/list/3` is no place in a list of 2',
  );
  t.equal(
    refused(document, { op: 'add', path: '/list/01', value: 1 }),
    'operation 0: `/list/01` is no place in a list of 2',
  );
  t.equal(refused(document, { op: 'replace', path: '/list/-', value: 1 }), 'operation 0: nothing is at `/list/-`');
  t.equal(refused(document, { op: 'add', path: '/a/b', value: 1 }), 'operation 0: `/a` is no list and no map');
  t.equal(refused(document, { op: 'add', path: '/x/b', value: 1 }), 'operation 0: `/x` is no list and no map');
  t.equal(refused(document, { op: 'test', path: '/a', value: '1' }), 'operation 0: the value at `/a` is another one');
  t.equal(
    refused(document, { op: 'move', from: '/list', path: '/list/0' }),
    'operation 0: `/list` cannot move into itself',
  );
  t.equal(refused(document, { op: 'move', from: '/list', path: '/list' }), 'applied');
  t.equal(refused(document, { op: 'add', path: '/a' }), 'operation 0: `value` is missing');
  t.equal(
    refused(document, { op: 'merge', path: '/a' }),
    'operation 0: op is `merge`, wanted add, remove, replace, move, copy or test',
  );
  t.equal(
    refused(document, { op: 'remove', path: 'a' }),
    'operation 0: path is `a`, wanted a JSON pointer such as `/spec/replicas`',
  );
  t.equal(
    refused(document, { op: 'remove', path: '/~2' }),
    'operation 0: path is `/~2`, wanted a JSON pointer such as `/spec/replicas`',
  );
  t.equal(refused(document, null), 'operation 0: it is not a map');
});

t.test('pointers are taken apart and put together', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.string()), (keys) => {
      const pointer = keys.map((part) => `/${escapePointerKey(part)}`).join('');
      return deepEqual(parsePointer(pointer), keys);
    }),
  );
  t.strictSame(parsePointer('/~01'), ['~1']);
  t.equal(parsePointer('/a~'), null);
});

t.test('10,000 levels are compared, patched and left alone without running out of stack', async (t) => {
  const nest = (inner: Json) => {
    let value = inner;
    for (let i = 0; i < 10_000; i += 1) value = i % 2 ? [value] : { a: value };
    return value;
  };
  const before = nest(1);
  const after = nest(2);
  t.strictSame(diff(before, nest(1)), []);
  const patch = diff(before, after);
  t.equal(patch.length, 1);
  t.equal(patch[0]?.path.split('/').length, 257, 'deep differences are replaced whole at 256 levels');
  t.equal(deepEqual(applied(before, patch), after), true);
  const deepest = Array.from({ length: 10_000 }, (_, i) => (i % 2 ? '/a' : '/0')).join('');
  t.equal(deepEqual(applied(before, [{ op: 'replace', path: deepest, value: 2 }]), after), true);
});

t.test('a list that loses most of its elements is replaced, not taken apart', async (t) => {
  const long = Array.from({ length: 5_000 }, (_, i) => i);
  t.strictSame(diff({ list: long }, { list: [1] }), [{ op: 'replace', path: '/list', value: [1] }]);
  t.equal(diff({ list: long }, { list: long.slice(0, -10) }).length, 10);
});
