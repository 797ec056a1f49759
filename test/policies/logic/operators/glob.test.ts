import fc from 'fast-check';
import t from 'tap';
import { matchGlob } from '../../../../src/policies/logic/operators/glob.ts';
import { OPERATORS } from '../../../../src/policies/logic/operators/index.ts';

/** By definition, without any cleverness. */
function matchSlowly(text: string, pattern: string): boolean {
  if (pattern === '') return text === '';
  if (pattern.startsWith('*')) {
    for (let i = 0; i <= text.length; i += 1) if (matchSlowly(text.slice(i), pattern.slice(1))) return true;
    return false;
  }
  if (text === '') return false;
  return (pattern.startsWith('?') || pattern[0] === text[0]) && matchSlowly(text.slice(1), pattern.slice(1));
}

t.test('globs match what their definition says', async (t) => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ab.]{0,10}$/), fc.stringMatching(/^[ab.*?]{0,7}$/), (text, pattern) => {
      return matchGlob(text, pattern) === matchSlowly(text, pattern);
    }),
    { numRuns: 3_000 },
  );
  t.pass();
});

t.test('nothing but star and question mark is special', async (t) => {
  for (const text of ['[a-z]', '{a,b}', 'a.b', '\\*', '^a$', '(a|b)+', '!a']) {
    t.equal(matchGlob(text, text.replaceAll('*', '?')), true, text);
    t.equal(matchGlob('b', text), false, `b against ${text}`);
  }
});

t.test('texts and patterns too long to match cheaply are garbage', async (t) => {
  const match = OPERATORS.get('glob.match');
  t.match(match?.apply(['a'.repeat(16_385), '*']), { operand: 0, wanted: 'a string of at most 16,384 characters' });
  t.match(match?.apply(['a', '*'.repeat(513)]), { operand: 1, wanted: 'a string of at most 512 characters' });
  t.equal(match?.apply(['a'.repeat(16_384), `*${'a'.repeat(300)}b`]), false);
});
