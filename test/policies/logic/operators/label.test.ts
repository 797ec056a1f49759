import fc from 'fast-check';
import t from 'tap';
import { OPERATORS } from '../../../../src/policies/logic/operators/index.ts';

const call = (name: string, ...operands: unknown[]) => OPERATORS.get(name)?.apply(operands);

const key = fc.constantFrom('app', 'tier', '__proto__', 'constructor', 'team.example.org/owner');
const value = fc.constantFrom('', 'a', 'b', 'web');
const labels = fc.array(fc.tuple(key, value), { maxLength: 5 }).map((entries) => Object.fromEntries(entries));

t.test('matchLabels means In with one value, and all requirements must hold', async (t) => {
  fc.assert(
    fc.property(labels, labels, (wanted, actual) => {
      const expressions = Object.keys(wanted).map((name) => ({ key: name, operator: 'In', values: [wanted[name]] }));
      const expected = Object.keys(wanted).every(
        (name) => Object.hasOwn(actual, name) && actual[name] === wanted[name],
      );
      return (
        call('label.matches', { matchLabels: wanted }, actual) === expected &&
        call('label.matches', { matchExpressions: expressions }, actual) === expected &&
        call('label.subset', wanted, actual) === expected
      );
    }),
    { numRuns: 500 },
  );
  t.pass();
});

t.test('NotIn is the opposite of In, DoesNotExist of Exists', async (t) => {
  fc.assert(
    fc.property(key, fc.array(value, { minLength: 1 }), labels, (name, values, actual) => {
      const ask = (operator: string, given?: string[]) =>
        call(
          'label.matches',
          { matchExpressions: [{ key: name, operator, ...(given ? { values: given } : {}) }] },
          actual,
        );
      return (
        ask('In', values) === !ask('NotIn', values) &&
        ask('Exists') === !ask('DoesNotExist') &&
        ask('Exists') === Object.hasOwn(actual, name)
      );
    }),
    { numRuns: 500 },
  );
  t.pass();
});

t.test('keys named after members of Object are labels like others', async (t) => {
  const own = JSON.parse('{"__proto__": "a", "constructor": "b"}');
  t.equal(call('label.has', own, '__proto__', 'a'), true);
  t.equal(call('label.has', {}, '__proto__'), false);
  t.equal(call('label.matches', { matchLabels: JSON.parse('{"__proto__": "a"}') }, {}), false);
  t.equal(call('label.matches', { matchExpressions: [{ key: 'toString', operator: 'Exists' }] }, {}), false);
});

t.test('a selector that the API server would refuse is garbage', async (t) => {
  const expression = (parts: object) => ({ matchExpressions: [parts] });
  for (const selector of [
    'app=web',
    ['app'],
    { matchLabel: { app: 'web' } },
    { matchLabels: ['app'] },
    { matchLabels: { app: 1 } },
    { matchExpressions: {} },
    expression({ operator: 'Exists' }),
    expression({ key: 'app' }),
    expression({ key: 'app', operator: 'Equals', values: ['a'] }),
    expression({ key: 'app', operator: 'In' }),
    expression({ key: 'app', operator: 'In', values: 'a' }),
    expression({ key: 'app', operator: 'NotIn', values: [] }),
    expression({ key: 'app', operator: 'Exists', values: ['a'] }),
    { matchExpressions: [null] },
  ]) {
    t.match(call('label.matches', selector, { app: 'web' }), { operand: 0 }, JSON.stringify(selector));
  }
});
