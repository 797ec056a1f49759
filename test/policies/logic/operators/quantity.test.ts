import fc from 'fast-check';
import t from 'tap';
import { OPERATORS } from '../../../../src/policies/logic/operators/index.ts';
import { formatQuantity, parseQuantity } from '../../../../src/policies/logic/operators/quantity.ts';

const call = (name: string, ...operands: unknown[]) => OPERATORS.get(name)?.apply(operands);

const SUFFIX: { [suffix: string]: bigint } = {
  n: 1n,
  u: 10n ** 3n,
  m: 10n ** 6n,
  '': 10n ** 9n,
  k: 10n ** 12n,
  M: 10n ** 15n,
  G: 10n ** 18n,
  T: 10n ** 21n,
  P: 10n ** 24n,
  E: 10n ** 27n,
  Ki: 10n ** 9n * 2n ** 10n,
  Mi: 10n ** 9n * 2n ** 20n,
  Gi: 10n ** 9n * 2n ** 30n,
  Ti: 10n ** 9n * 2n ** 40n,
  Pi: 10n ** 9n * 2n ** 50n,
  Ei: 10n ** 9n * 2n ** 60n,
};

const quantity = fc
  .tuple(
    fc.integer({ min: -5_000, max: 5_000 }),
    fc.constantFrom('', '0', '25', '125', '000000001'),
    fc.constantFrom(...Object.keys(SUFFIX).filter((s) => s !== 'Ei' && s !== 'Pi')),
  )
  .map(([whole, fraction, suffix]) => `${whole}${fraction === '' ? '' : `.${fraction}`}${suffix}`);

t.test('the value is the number times its suffix', async (t) => {
  for (const [suffix, nanos] of Object.entries(SUFFIX)) {
    t.equal(parseQuantity(`7${suffix}`), 7n * nanos, `7${suffix}`);
    t.equal(parseQuantity(`-7${suffix}`), -7n * nanos, `-7${suffix}`);
  }
  t.equal(parseQuantity('1.5Gi'), (SUFFIX.Gi as bigint) + (SUFFIX.Gi as bigint) / 2n);
  t.equal(parseQuantity('12e3'), 12_000n * 10n ** 9n);
  t.equal(parseQuantity('12E-3'), 12n * 10n ** 6n);
  t.equal(parseQuantity('+.5'), 5n * 10n ** 8n);
  t.equal(parseQuantity('5.'), 5n * 10n ** 9n);
  t.equal(parseQuantity('0005'), 5n * 10n ** 9n);
});

t.test('fractions finer than a billionth round away from zero, as the API server rounds', async (t) => {
  t.equal(parseQuantity('0.1n'), 1n);
  t.equal(parseQuantity('-0.1n'), -1n);
  t.equal(parseQuantity('1e-100'), 1n);
  t.equal(parseQuantity('0e-100'), 0n);
  t.equal(parseQuantity('0.0000000011'), 2n);
});

t.test('binary suffixes are capped at the largest int64, decimal ones are not', async (t) => {
  t.equal(parseQuantity('8Ei'), (2n ** 63n - 1n) * 10n ** 9n);
  t.equal(parseQuantity('-100Ei'), -(2n ** 63n - 1n) * 10n ** 9n);
  t.equal(parseQuantity('100E'), 10n ** 29n);
});

t.test('what the grammar does not allow is refused', async (t) => {
  for (const text of [
    '',
    '.',
    '-',
    'm',
    'Ki',
    '1K',
    '1ki',
    '1mi',
    '1GiB',
    '1 G',
    ' 1',
    '1e',
    '1e1.5',
    '1e3m',
    '1.2.3',
    '--1',
    '0x10',
    '1_000',
    '1,5',
    'Infinity',
    'NaN',
    '1e9999',
    '１',
  ]) {
    t.equal(parseQuantity(text), null, JSON.stringify(text));
  }
});

t.test('comparison is a total order and agrees with le and lt', async (t) => {
  fc.assert(
    fc.property(quantity, quantity, quantity, (a, b, c) => {
      const ab = call('quantity.compare', a, b) as number;
      const bc = call('quantity.compare', b, c) as number;
      const ac = call('quantity.compare', a, c) as number;
      return (
        ab + (call('quantity.compare', b, a) as number) === 0 &&
        !(ab <= 0 && bc <= 0 && ac > 0) &&
        call('quantity.le', a, b) === ab <= 0 &&
        call('quantity.lt', a, b) === ab < 0 &&
        call('quantity.compare', a, a) === 0
      );
    }),
    { numRuns: 1_000 },
  );
  t.pass();
});

t.test('a sum reads back exactly and does not depend on the order', async (t) => {
  fc.assert(
    fc.property(fc.array(quantity, { maxLength: 20 }), (list) => {
      const total = list.reduce((sum, text) => sum + (parseQuantity(text) as bigint), 0n);
      const sum = call('quantity.sum', list) as string;
      return parseQuantity(sum) === total && call('quantity.sum', list.toReversed()) === sum;
    }),
  );
  t.equal(formatQuantity(1n), '1n');
  t.equal(formatQuantity(-1_500_000_000n), '-1500m');
});

t.test('numbers are read by their shortest decimal text', async (t) => {
  t.equal(call('quantity.compare', 0.1, '100m'), 0);
  t.equal(call('quantity.compare', 1e21, '1e21'), 0);
  t.equal(call('quantity.compare', 1e-7, '100n'), 0);
  t.match(call('quantity.le', Number.NaN, 1), { operand: 0 });
});
