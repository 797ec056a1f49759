import fc from 'fast-check';
import t from 'tap';
import { Garbage } from '../../../../src/policies/logic/operator.ts';
import { OPERATORS } from '../../../../src/policies/logic/operators/index.ts';

const call = (name: string, ...operands: unknown[]) => OPERATORS.get(name)?.apply(operands);

t.test('length counts code points, lone surrogates one each', async (t) => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => call('str.length', text) === [...text].length));
  t.equal(call('str.length', '\ud83d'), 1);
  t.equal(call('str.length', '\ude00\ud83d'), 2);
  t.equal(call('str.length', '\ud83d\ud83d\ude00'), 2);
});

t.test('parts joined again are the text', async (t) => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ab,]{0,12}$/), fc.constantFrom(',', ',,', 'ab'), (text, separator) => {
      return (call('str.split', text, separator) as string[]).join(separator) === text;
    }),
  );
  t.pass();
});

t.test('texts too long to build are garbage, long texts are still tested', async (t) => {
  const long = 'a'.repeat(65_537);
  t.ok(call('str.lower', long) instanceof Garbage);
  t.ok(call('str.split', long, ',') instanceof Garbage);
  t.ok(call('str.trimSuffix', long, 'b') instanceof Garbage);
  t.equal(call('str.trimSuffix', long, 'a'), long.slice(1));
  t.equal(call('str.startsWith', long, 'aa'), true);
  t.equal(call('str.length', long), 65_537);
});
