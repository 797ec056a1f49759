import fc from 'fast-check';
import t from 'tap';
import { OPERATORS } from '../../../../src/policies/logic/operators/index.ts';

const canonical = (text: string) => OPERATORS.get('mac.canonical')?.apply([text]);

t.test('all spellings of one address become one text', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(255), { minLength: 6, maxLength: 6 }), (bytes) => {
      const pairs = bytes.map((byte) => byte.toString(16).padStart(2, '0'));
      const wanted = pairs.join(':');
      const dotted = [0, 2, 4].map((i) => `${pairs[i]}${pairs[i + 1]}`).join('.');
      return [wanted, pairs.join('-'), dotted].every(
        (text) => canonical(text) === wanted && canonical(text.toUpperCase()) === wanted,
      );
    }),
  );
  t.pass();
});
