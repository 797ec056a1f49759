import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { ExactSum } from '../../src/relations/exact-sum.ts';

const amount = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(0.1, 0.2, 1e21, 1e-7, -0, 5e-324, Number.MAX_VALUE),
);

t.test('what came and went leaves nothing behind, in whatever order', async (t) => {
  fc.assert(
    fc.property(fc.array(amount), fc.array(amount), (kept, passing) => {
      const plain = new ExactSum();
      for (const number of kept) plain.add(number);
      const busy = new ExactSum();
      for (const number of passing) busy.add(number);
      for (const number of [...kept].reverse()) busy.add(number);
      for (const number of passing) busy.subtract(number);
      assert.equal(busy.value, plain.value);
    }),
    { numRuns: 500 },
  );
  t.pass();
});

t.test('sums are those of the written decimals, as far as a number can tell', async (t) => {
  const sum = new ExactSum();
  for (const number of [0.1, 0.2]) sum.add(number);
  t.equal(sum.value, 0.3);
  const copy = sum.copy();
  copy.subtract(0.2);
  t.equal(copy.value, 0.1);
  t.equal(sum.value, 0.3, 'a copy is its own');
  fc.assert(
    fc.property(fc.array(fc.maxSafeInteger(), { maxLength: 50 }), (numbers) => {
      const whole = new ExactSum();
      for (const number of numbers) whole.add(number);
      assert.equal(whole.value, Number(numbers.reduce((total, number) => total + BigInt(number), 0n)));
    }),
  );
  t.pass();
});

t.test('what is no finite number cannot be summed', async (t) => {
  const sum = new ExactSum();
  t.throws(() => sum.add(Number.NaN), { message: '`NaN` cannot be summed, wanted a finite number' });
  t.throws(() => sum.add(Number.POSITIVE_INFINITY), RangeError);
  t.equal(sum.value, 0);
});
