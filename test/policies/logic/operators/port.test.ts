import fc from 'fast-check';
import t from 'tap';
import { OPERATORS } from '../../../../src/policies/logic/operators/index.ts';

const call = (name: string, ...operands: unknown[]) => OPERATORS.get(name)?.apply(operands);

const span = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 })).map(([a, b]) => {
  const [first, last] = a <= b ? [a, b] : [b, a];
  return {
    text: first === last ? String(first) : `${first}-${last}`,
    ports: Array.from({ length: last - first + 1 }, (_, i) => first + i),
  };
});
const ports = fc.tuple(fc.array(span, { minLength: 1, maxLength: 5 }), fc.boolean()).map(([spans, asList]) => ({
  written: asList ? spans.map((part) => part.text) : spans.map((part) => part.text).join(', '),
  set: new Set(spans.flatMap((part) => part.ports)),
}));

t.test('port sets agree with counting every port', async (t) => {
  fc.assert(
    fc.property(ports, ports, fc.integer({ min: 1, max: 61 }), (a, b, port) => {
      const shares = [...a.set].some((member) => b.set.has(member));
      return (
        call('port.intersects', a.written, b.written) === shares &&
        call('port.intersects', b.written, a.written) === shares &&
        call('port.includes', a.written, port) === a.set.has(port) &&
        call('port.includes', a.written, [port, String(port + 1)]) === (a.set.has(port) || a.set.has(port + 1))
      );
    }),
    { numRuns: 1_000 },
  );
  t.pass();
});

t.test('every way of writing port 22 among others is seen', async (t) => {
  for (const written of [22, '22', '0022', ' 22 ', '20-30', '80,22', '80, 20-25 ,443', '*', [80, 22], ['1-65535']]) {
    t.equal(call('port.includes', written, [22, 3389]), true, JSON.stringify(written));
  }
});

t.test('what is no port is garbage, never closed', async (t) => {
  for (const written of [
    'ssh',
    '22;80',
    '22-',
    '-22',
    '22:80',
    '1-2-3',
    '70000',
    0,
    -1,
    22.5,
    '',
    {},
    [[22]],
    ['22', 'ssh'],
  ]) {
    t.match(call('port.includes', written, 22), { operand: 0 }, JSON.stringify(written));
  }
});
