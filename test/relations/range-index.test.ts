import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { type Interval, type IpVersion, overlapInterval, parseRange } from '../../src/policies/index.ts';
import { createRangeIndex, type RangeIndex } from '../../src/relations/range-index.ts';

/** Small stretches of addresses, each where something may go wrong: both ends of the space, and where words meet. */
const STRETCHES: readonly { version: IpVersion; base: bigint }[] = [
  { version: 4, base: 0n },
  { version: 4, base: 0x0a00_0000n - 16n },
  { version: 4, base: 2n ** 31n - 16n },
  { version: 4, base: 2n ** 32n - 32n },
  { version: 6, base: 0n },
  { version: 6, base: 2n ** 64n - 16n },
  { version: 6, base: 2n ** 96n - 16n },
  { version: 6, base: 2n ** 127n - 16n },
  { version: 6, base: 2n ** 128n - 32n },
];
const WIDTH = 32;

const stretch = fc.constantFrom(...STRETCHES);
const offset = fc.integer({ min: 0, max: WIDTH - 1 });

function rangeIn({ version, base }: (typeof STRETCHES)[number]): fc.Arbitrary<Interval> {
  return fc
    .tuple(offset, offset)
    .map(([a, b]) => ({ version, first: base + BigInt(Math.min(a, b)), last: base + BigInt(Math.max(a, b)) }));
}

const range = (text: string): Interval => {
  const read = parseRange(text);
  if (read === null) throw new Error(`${text} is no range`);
  return { version: read.version, first: read.first, last: read.last };
};

interface Held {
  holder: number;
  scope: string;
  range: Interval;
}

type Step = { do: 'add'; held: Held } | { do: 'remove'; holder: number };

function stepsIn(place: (typeof STRETCHES)[number]): fc.Arbitrary<Step[]> {
  const whole = fc.constant<Interval>({
    version: place.version,
    first: 0n,
    last: place.version === 4 ? 2n ** 32n - 1n : 2n ** 128n - 1n,
  });
  const add = fc
    .record({
      holder: fc.integer({ min: 1, max: 8 }),
      scope: fc.constantFrom('', '["a","b"]'),
      range: fc.oneof({ weight: 20, arbitrary: rangeIn(place) }, { weight: 1, arbitrary: whole }),
    })
    .map((held): Step => ({ do: 'add', held }));
  const remove = fc.integer({ min: 1, max: 9 }).map((holder): Step => ({ do: 'remove', holder }));
  return fc.array(fc.oneof({ weight: 3, arbitrary: add }, { weight: 2, arbitrary: remove }), { maxLength: 40 });
}

function take(index: RangeIndex, held: Held[], step: Step): Held[] {
  if (step.do === 'add') {
    index.add(step.held.holder, step.held.range, step.held.scope);
    return [...held, step.held];
  }
  index.remove(step.holder);
  return held.filter(({ holder }) => holder !== step.holder);
}

const holdersOf = (held: Held[], range: Interval, scope: string): number[] =>
  [
    ...new Set(held.filter((own) => own.scope === scope && overlapInterval(own.range, range)).map((own) => own.holder)),
  ].sort((a, b) => a - b);

const sorted = (numbers: number[]): number[] => [...numbers].sort((a, b) => a - b);

t.test('after any steps, what overlaps a range is what a look at every holder finds', async (t) => {
  const scenario = stretch.chain((place) => fc.record({ steps: stepsIn(place), asked: fc.array(rangeIn(place)) }));
  fc.assert(
    fc.property(scenario, ({ steps, asked }) => {
      const index = createRangeIndex();
      let held: Held[] = [];
      for (const step of steps) held = take(index, held, step);
      for (const range of asked) {
        for (const scope of ['', '["a","b"]', 'other']) {
          assert.deepEqual(
            sorted(index.overlapping(range, Number.POSITIVE_INFINITY, { scope })),
            holdersOf(held, range, scope),
          );
        }
      }
    }),
    { numRuns: 400 },
  );
  t.pass();
});

t.test('the next free block is the first aligned one that a look at every block finds', async (t) => {
  const scenario = stretch.chain((place) =>
    fc.record({ steps: stepsIn(place), pool: rangeIn(place), exponent: fc.integer({ min: 0, max: 5 }) }),
  );
  fc.assert(
    fc.property(scenario, ({ steps, pool, exponent }) => {
      const index = createRangeIndex();
      let held: Held[] = [];
      for (const step of steps) held = take(index, held, step);
      const size = 2n ** BigInt(exponent);
      let wanted: Interval | null = null;
      for (let first = ((pool.first + size - 1n) / size) * size; first + size - 1n <= pool.last; first += size) {
        const block: Interval = { version: pool.version, first, last: first + size - 1n };
        if (holdersOf(held, block, '').length > 0) continue;
        wanted = block;
        break;
      }
      assert.deepEqual(index.nextFree(pool, (pool.version === 4 ? 32 : 128) - exponent), wanted);
    }),
    { numRuns: 1_000 },
  );
  t.pass();
});

t.test('an index from which everything was taken is as good as new, and takes no more room', async (t) => {
  fc.assert(
    fc.property(stretch.chain(stepsIn), (steps) => {
      const index = createRangeIndex();
      const run = (): void => {
        for (const step of steps) take(index, [], step);
        for (let holder = 1; holder <= 8; holder++) index.remove(holder);
      };
      run();
      const { bytes } = index;
      run();
      assert.equal(index.bytes, bytes);
      const whole = range('0.0.0.0/0');
      assert.deepEqual(index.nextFree(whole, 0), whole);
      assert.deepEqual(index.overlapping(whole, 1), []);
    }),
    { numRuns: 100 },
  );
  t.pass();
});

t.test('IPv4 and IPv6 never meet, not even by equal numbers', async (t) => {
  const index = createRangeIndex();
  index.add(1, range('0.0.0.0/0'));
  index.add(2, range('::/0'));
  t.same(index.overlapping(range('10.0.0.1'), 5), [1]);
  t.same(index.overlapping(range('::a00:1'), 5), [2]);
});

t.test('the limit counts accepted holders only', async (t) => {
  const index = createRangeIndex();
  for (let holder = 1; holder <= 100; holder++) index.add(holder, range('10.0.0.0/24'));
  const even = index.overlapping(range('10.0.0.7'), 3, { accept: (holder) => holder % 2 === 0 });
  t.equal(even.length, 3);
  t.ok(even.every((holder) => holder % 2 === 0));
  t.same(index.overlapping(range('10.0.0.7'), 0), []);
});

t.test('an uneven IPv6 range over nearly the whole space is held and let go exactly', async (t) => {
  const index = createRangeIndex();
  index.add(1, range('::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe'));
  t.same(index.overlapping(range('::'), 5), []);
  t.same(index.overlapping(range('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'), 5), []);
  t.same(index.overlapping(range('::/0'), 5), [1]);
  t.same(index.nextFree(range('::/0'), 128), range('::'));
  index.remove(1);
  t.same(index.nextFree(range('::/0'), 0), range('::/0'));
});

t.test('the next free network is found behind nested ones, and there is none in a full pool', async (t) => {
  const index = createRangeIndex();
  ['10.0.0.0/16', '10.0.4.0/24', '10.1.0.0/17', '10.2.0.0-10.2.0.9'].forEach((text, i) => {
    index.add(i + 1, range(text));
  });
  t.same(index.nextFree(range('10.0.0.0/8'), 16), range('10.3.0.0/16'));
  t.same(index.nextFree(range('10.0.0.0/8'), 17), range('10.1.128.0/17'));
  t.same(index.nextFree(range('10.2.0.0/24'), 28), range('10.2.0.16/28'));
  t.equal(index.nextFree(range('10.0.0.0/16'), 24), null);
  t.equal(index.nextFree(range('10.0.0.0/8'), 33), null, 'no IPv4 block has 33 bits');
  t.equal(index.nextFree(range('10.9.0.0/16'), 8), null, 'the pool is smaller than the block');
});
