import fc from 'fast-check';
import t from 'tap';
import { suggest } from '../../../src/policies/syntax/suggest.ts';

const OPERATORS = ['cidr.contains', 'cidr.equals', 'cidr.overlaps', 'quantity.le', 'list.count', 'empty', 'ip.valid'];

t.test('a typing slip finds the word that was meant', async (t) => {
  t.equal(suggest('cidr.contians', OPERATORS), 'cidr.contains');
  t.equal(suggest('cidr.overlap', OPERATORS), 'cidr.overlaps');
  t.equal(suggest('qantity.le', OPERATORS), 'quantity.le');
  t.equal(suggest('CIDR.Equals', OPERATORS), 'cidr.equals');
  t.equal(suggest('emtpy', OPERATORS), 'empty');
  t.equal(suggest('ca', ['ac', 'abc']), 'ac', 'swapped neighbours are one slip');
});

t.test('the start of a word finds the shortest word that goes on from it', async (t) => {
  t.equal(suggest('quant', OPERATORS), 'quantity.le');
  t.equal(suggest('cidr.', OPERATORS), 'cidr.equals');
  t.equal(suggest('ci', OPERATORS), null, 'two letters are too little');
});

t.test('what is far from every word, empty or very long finds nothing', async (t) => {
  t.equal(suggest('banana', OPERATORS), null);
  t.equal(suggest('', OPERATORS), null);
  t.equal(suggest('x'.repeat(100_000), ['x'.repeat(100_000)]), null);
  t.equal(suggest('abcd', ['abxy']), null, 'a short word forgives one slip only');
  t.equal(suggest('empty', []), null);
});

t.test('candidates may come from any iterable, and the nearest wins', async (t) => {
  t.equal(suggest('spec', new Set(['spac', 'spec'])), 'spec');
  t.equal(suggest('speck', ['spectra', 'spock', 'speck']), 'speck');
});

t.test('two random edits of a long word are forgiven', async () => {
  const word = 'machineproviders';
  fc.assert(
    fc.property(fc.nat(word.length - 1), fc.nat(word.length - 1), (first, second) => {
      const dropped = word.slice(0, first) + word.slice(first + 1);
      const at = Math.min(second, dropped.length - 1);
      const slipped = `${dropped.slice(0, at)}#${dropped.slice(at + 1)}`;
      return suggest(slipped, ['vitistacks', word, 'kubernetesproviders']) === word;
    }),
  );
});
