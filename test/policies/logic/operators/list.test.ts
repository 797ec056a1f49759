import fc from 'fast-check';
import t from 'tap';
import { deepEqual } from '../../../../src/policies/deep-equal.ts';
import { OPERATORS } from '../../../../src/policies/logic/operators/index.ts';

const call = (name: string, ...operands: unknown[]) => OPERATORS.get(name)?.apply(operands);

const element = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    1,
    '1',
    '',
    'a',
    '[1]',
    '[1,]',
    '{"a":1}',
    '{"a":1,}',
    '"a"',
    'null',
    'true',
  ),
  fc.constantFrom<unknown>(
    [],
    [1],
    ['1'],
    [[1]],
    {},
    { a: 1 },
    { a: '1' },
    { a: 1, b: 2 },
    { b: 2, a: 1 },
    { a: [1, { b: 2 }] },
  ),
);
const elements = fc.array(element, { maxLength: 6 });

t.test('list operators agree with comparing every pair', async (t) => {
  fc.assert(
    fc.property(elements, elements, (a, b) => {
      const has = (list: unknown[], x: unknown) => list.some((y) => deepEqual(x, y));
      t.strictSame(
        call('list.minus', a, b),
        a.filter((x) => !has(b, x)),
      );
      return (
        call('list.intersects', a, b) === a.some((x) => has(b, x)) &&
        call('list.subset', a, b) === a.every((x) => has(b, x)) &&
        call('list.containsAll', b, a) === a.every((x) => has(b, x)) &&
        a.every((x) => call('list.has', a, x) === true) &&
        b.every((x) => call('list.has', a, x) === has(a, x))
      );
    }),
    { numRuns: 500 },
  );
});

t.test('the lists given are left as they were', async (t) => {
  const list = ['a', { b: 1 }];
  call('list.minus', list, ['a']);
  call('list.replace', list, 'a', 'z');
  t.strictSame(list, ['a', { b: 1 }]);
});

t.test('positions count from both ends', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.integer({ min: -20, max: 20 }), (list, i) => {
      return call('list.at', list, i) === (list[i < 0 ? list.length + i : i] ?? null);
    }),
  );
  t.pass();
});
