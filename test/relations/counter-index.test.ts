import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { deepEqual, type Json } from '../../src/policies/index.ts';
import { type CounterTotal, createCounterIndex } from '../../src/relations/counter-index.ts';

interface Own {
  holder: number;
  key: Json;
  amount: number | null;
}

const key = fc.constantFrom<Json>('a', ['a', 'b'], ['ab', ''], 1, '1', null);
const holder = fc.integer({ min: 1, max: 6 });
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ holder, key, amount: fc.oneof(fc.constantFrom(0.1, 0.2, 0.7, null), fc.integer()) }),
  },
  { weight: 2, arbitrary: fc.record({ remove: holder }) },
);

/** Tenths and whole numbers of moderate size are summed exactly in tenths. */
function recount(held: Own[], asked: Json): CounterTotal {
  const own = held.filter((entry) => deepEqual(entry.key, asked));
  const tenths = own.reduce((sum, { amount }) => sum + BigInt(Math.round((amount ?? 0) * 10)), 0n);
  return {
    count: own.length,
    sum: Number(tenths) / 10,
    unreadable: own.filter(({ amount }) => amount === null).length,
  };
}

t.test('after any steps, totals are those of a recount, with or without some holders', async (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.uniqueArray(holder), (steps, without) => {
      const index = createCounterIndex();
      let held: Own[] = [];
      for (const taken of steps) {
        if ('remove' in taken) {
          index.remove(taken.remove);
          held = held.filter((own) => own.holder !== taken.remove);
        } else {
          index.add(taken.holder, taken.key, taken.amount);
          held.push(taken);
        }
      }
      for (const asked of ['a', ['a', 'b'], ['ab', ''], 1, '1', null, 'none']) {
        assert.deepEqual(index.total(asked), recount(held, asked));
        const rest = held.filter((own) => !without.includes(own.holder));
        assert.deepEqual(index.total(asked, without), recount(rest, asked));
      }
      assert.equal(index.keys, new Set(held.map((own) => JSON.stringify(own.key))).size);
    }),
    { numRuns: 500 },
  );
  t.pass();
});
