import t from 'tap';
import { setOwn } from '../../src/policies/set-own.ts';

t.test('every key becomes an own member that prints and copies like others', async (t) => {
  const target: { [key: string]: unknown } = {};
  for (const key of ['a', '__proto__', 'constructor', 'toString', '']) setOwn(target, key, { of: key });
  t.equal(
    JSON.stringify(target),
    '{"a":{"of":"a"},"__proto__":{"of":"__proto__"},"constructor":{"of":"constructor"},"toString":{"of":"toString"},"":{"of":""}}',
  );
  t.equal(Object.getPrototypeOf(target), Object.prototype);
  setOwn(target, '__proto__', 1);
  t.strictSame(Object.entries({ ...target })[1], ['__proto__', 1], 'and it can be written again');
});
