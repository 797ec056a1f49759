import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { deepEqual, type Json } from '../../src/policies/index.ts';
import { createKeyIndex } from '../../src/relations/key-index.ts';

const part = fc.constantFrom<Json>('a', 'b', 'ab', '1', 1, true, 'a\n"b"');
const value: fc.Arbitrary<Json> = fc.oneof(part, fc.array(part, { maxLength: 2 }), fc.constant(null));
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ holder: fc.integer({ min: 1, max: 6 }), scope: value, key: value }) },
  { weight: 2, arbitrary: fc.record({ remove: fc.integer({ min: 1, max: 7 }) }) },
);

t.test('after any steps, the holders of a key are those that a look at every claim finds', async (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.array(fc.tuple(value, value)), (steps, asked) => {
      const index = createKeyIndex();
      let held: { holder: number; scope: Json; key: Json }[] = [];
      for (const taken of steps) {
        if ('remove' in taken) {
          index.remove(taken.remove);
          held = held.filter(({ holder }) => holder !== taken.remove);
        } else {
          index.add(taken.holder, taken.scope, taken.key);
          held.push(taken);
        }
      }
      for (const [scope, key] of [...asked, ...held.map((own) => [own.scope, own.key] as const)]) {
        const wanted = held.filter((own) => deepEqual(own.scope, scope) && deepEqual(own.key, key));
        assert.deepEqual(
          index.holders(scope, key, Number.POSITIVE_INFINITY).sort(),
          [...new Set(wanted.map(({ holder }) => holder))].sort(),
        );
      }
      const different = held.filter(
        (own, i) => held.findIndex((o) => deepEqual([o.scope, o.key], [own.scope, own.key])) === i,
      );
      assert.equal(index.keys, different.length);
    }),
    { numRuns: 500 },
  );
  t.pass();
});

t.test('tuples are compared part by part, and never run into each other', async (t) => {
  const index = createKeyIndex();
  index.add(1, null, ['ab', 'c']);
  t.same(index.holders(null, ['ab', 'c'], 5), [1]);
  t.same(index.holders(null, ['a', 'bc'], 5), []);
  t.same(index.holders(null, ['c', 'ab'], 5), []);
  t.same(index.holders('ab', 'c', 5), []);
});

t.test('the latest come first, and the limit counts accepted holders only', async (t) => {
  const index = createKeyIndex();
  for (let holder = 1; holder <= 9; holder++) index.add(holder, null, 'k');
  t.same(index.holders(null, 'k', 2), [9, 8]);
  t.same(
    index.holders(null, 'k', 2, (holder) => holder < 5),
    [4, 3],
  );
  t.same(index.holders(null, 'k', 0), []);
});
