import fc from 'fast-check';
import t from 'tap';
import { readSteps, writeSteps } from '../../src/reader/path-steps.ts';

t.test('paths are read as findings carry them', (t) => {
  t.same(readSteps(''), []);
  t.same(readSteps('spec.rules[0].port'), ['spec', 'rules', 0, 'port']);
  t.same(readSteps('data["config.yaml"]'), ['data', 'config.yaml']);
  t.same(readSteps('["a\\"b"][10][2]'), ['a"b', 10, 2]);
  t.same(readSteps('data["config.yaml"]:5:26'), ['data', 'config.yaml'], 'a place inside a document ends it');
  t.same(readSteps('no such path'), ['no']);
  t.end();
});

t.test('what is written is read back', (t) => {
  const step = fc.oneof(fc.string(), fc.nat({ max: 1_000 }), fc.constantFrom('a', 'b_c', '$d'));
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 6 }),
      (steps) => JSON.stringify(readSteps(writeSteps(steps))) === JSON.stringify(steps),
    ),
  );
  t.end();
});
