import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { splitRange, toWords } from '../../src/relations/prefixes.ts';

const cases = fc.constantFrom(4 as const, 6 as const).chain((version) => {
  const bits = version === 4 ? 32 : 128;
  const address = fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n }),
    fc.constantFrom(0n, 1n, 2n ** BigInt(bits) - 1n, 2n ** BigInt(bits) - 2n),
  );
  return fc
    .tuple(address, address)
    .filter(([first, last]) => first <= last)
    .map(([first, last]) => ({ bits, range: { version, first, last } }));
});

t.test('a range is split into the fewest aligned blocks, in order and without a gap', async (t) => {
  fc.assert(
    fc.property(cases, ({ bits, range }) => {
      let next = range.first;
      let before = { first: -1n, length: -1 };
      for (const block of splitRange(range, bits)) {
        const size = 1n << BigInt(bits - block.length);
        assert.equal(block.first, next);
        assert.equal(block.first % size, 0n);
        // Two neighbours of one size that start on the larger boundary would be one block.
        assert.ok(before.length !== block.length || before.first % (2n * size) !== 0n);
        next = block.first + size;
        before = block;
      }
      assert.equal(next, range.last + 1n);
      assert.ok(splitRange(range, bits).length <= 2 * bits - 2);
    }),
    { numRuns: 1_000 },
  );
  t.pass();
});

t.test('the most uneven ranges are as many blocks as can be', async (t) => {
  t.equal(splitRange({ version: 4, first: 1n, last: 2n ** 32n - 2n }, 32).length, 62);
  t.equal(splitRange({ version: 6, first: 1n, last: 2n ** 128n - 2n }, 128).length, 254);
});

t.test('an address is put into words, the highest first', async (t) => {
  t.same(toWords(0xffff_fffen, 1), [0xffff_fffe]);
  t.same(toWords((1n << 127n) | (2n << 64n) | (3n << 32n) | 4n, 4), [2 ** 31, 2, 3, 4]);
});
