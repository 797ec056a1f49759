import fc from 'fast-check';
import t from 'tap';
import { parseDuration, parseGoDuration } from '../../../../src/policies/logic/operators/duration.ts';
import { OPERATORS } from '../../../../src/policies/logic/operators/index.ts';

const SECOND = 1_000_000_000n;

t.test("durations are read as Go's time.ParseDuration reads them", async (t) => {
  const cases: [string, bigint | null][] = [
    ['0', 0n],
    ['-0', 0n],
    ['5s', 5n * SECOND],
    ['+5s', 5n * SECOND],
    ['-5s', -5n * SECOND],
    ['1h15m30.918s', 4_530_918_000_000n],
    ['.5s', SECOND / 2n],
    ['1.s', SECOND],
    ['39h9m14.425s', 140_954_425_000_000n],
    ['12µs', 12_000n],
    ['12μs', 12_000n],
    ['12us', 12_000n],
    ['0.3333333333333333333h', 1_199_999_999_999n],
    ['1s1s', 2n * SECOND],
    ['9223372036854775807ns', 2n ** 63n - 1n],
    ['9223372036854775808ns', null],
    ['2562048h', null],
    ['', null],
    ['3', null],
    ['-', null],
    ['s', null],
    ['.', null],
    ['.s', null],
    ['1 s', null],
    ['1d', null],
    ['1S', null],
    ['--1s', null],
    ['1h 5m', null],
    ['1e3s', null],
  ];
  for (const [text, expected] of cases) t.equal(parseGoDuration(text), expected, JSON.stringify(text));
});

t.test('whole days are read beside them, alone', async (t) => {
  t.equal(parseDuration('7d'), 7n * 86_400n * SECOND);
  t.equal(parseDuration('007d'), 7n * 86_400n * SECOND);
  for (const text of ['1.5d', '1d1h', '-1d', 'd', '999999d']) t.equal(parseDuration(text), null, text);
});

t.test('a sum of units is the sum of its parts', async (t) => {
  const part = fc
    .tuple(fc.nat(10_000), fc.constantFrom('ns', 'us', 'ms', 's', 'm', 'h'))
    .map(([n, unit]) => `${n}${unit}`);
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      const sum = parts.reduce((total, text) => total + (parseDuration(text) as bigint), 0n);
      const seconds = OPERATORS.get('duration.seconds')?.apply([parts.join('')]) as number;
      return parseDuration(parts.join('')) === sum && Math.abs(seconds - Number(sum) / 1e9) <= seconds * 1e-12;
    }),
  );
  t.pass();
});
