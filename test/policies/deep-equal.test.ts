import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { canonicalText, deepEqual } from '../../src/policies/deep-equal.ts';

const json = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(null, true, false, 0, -0, 1, 1.5, '', '1', 'a', 'null', '[1]', '{"a":1}'),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', '', '__proto__', 'constructor'), tie('node'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
})).node;

/** -0 is not 0 for Node's own comparison, and JSON has only one of them. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

t.test("equality is that of Node's deep strict comparison", async (t) => {
  fc.assert(
    fc.property(
      json,
      json,
      (a, b) => deepEqual(a, b) === isDeepStrictEqual(plain(a), plain(b)) && deepEqual(a, plain(a)),
    ),
    { numRuns: 2_000 },
  );
  t.pass();
});

t.test('two values share a canonical text exactly when they are equal', async (t) => {
  fc.assert(
    fc.property(json, json, (a, b) => (canonicalText(a) === canonicalText(b)) === deepEqual(a, b)),
    { numRuns: 2_000 },
  );
  t.equal(canonicalText({ b: 1, a: 2 }), canonicalText({ a: 2, b: 1 }));
});

t.test('inherited members do not count', async (t) => {
  t.equal(deepEqual({}, Object.create({ a: 1 })), true);
  t.equal(deepEqual({ toString: 1 }, { valueOf: 1 }), false);
  t.equal(deepEqual(JSON.parse('{"__proto__": {"a": 1}}'), {}), false);
  t.equal(deepEqual(JSON.parse('{"__proto__": 1}'), JSON.parse('{"__proto__": 1}')), true);
});

t.test('an absent member is not a null one, and a list is not a map', async (t) => {
  t.equal(deepEqual({ a: null }, {}), false);
  t.equal(deepEqual({ a: null }, { b: null }), false);
  t.equal(deepEqual([], {}), false);
  t.equal(deepEqual(['a'], { 0: 'a' }), false);
});

t.test('values nested 100,000 deep are compared without running out of stack', async (t) => {
  const nest = (inner: unknown) => {
    let value = inner;
    for (let i = 0; i < 50_000; i += 1) value = [{ a: value }];
    return value;
  };
  t.equal(deepEqual(nest(1), nest(1)), true);
  t.equal(deepEqual(nest(1), nest(2)), false);
  const [one, other, different] = [nest(1), nest(1), nest(2)].map(canonicalText);
  t.ok(one === other && one !== different);
});
