import fc from 'fast-check';
import t from 'tap';
import { cleanLine, countRunes, cutRunes, quote } from '../../src/webhook/clean-text.ts';

t.test('terminal sequences, breaks and controls go, words stay', async (t) => {
  t.equal(cleanLine('\u001b[1;31mred\u001b[0m'), 'red');
  t.equal(cleanLine('\u001b]8;;http://x\u0007link\u001b]8;;\u001b\\'), 'link');
  t.equal(cleanLine('a\r\nb\tc\u2028d'), 'a b c d');
  t.equal(cleanLine('half \ud800 pair'), 'half \ufffd pair');
  t.equal(cleanLine('\u202etxt.exe\u202c'), 'txt.exe');
  t.equal(cleanLine('an unfinished \u001b] keeps what follows'), 'an unfinished ] keeps what follows');
  t.equal(cleanLine(' plain – ünïcödé 🫐 '), 'plain – ünïcödé 🫐');
});

t.test('any text becomes one printable, well-formed line', async (t) => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom('\u001b[', '\u001b]', '\u0007', '\u009b', '\n', '\ud83e', 'm', '3')),
      (text, bits) => {
        const line = cleanLine(bits.join('') + text + bits.join(text));
        return line.isWellFormed() && !/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/.test(line);
      },
    ),
    { numRuns: 2000 },
  );
  t.pass('2,000 texts');
});

t.test('cleaning takes linear time on text made to be slow', async (t) => {
  for (const unit of ['\u001b]', '\u001b[0', '\u009b;', '\u001b[ ']) {
    const started = performance.now();
    cleanLine(unit.repeat(20_000));
    const one = performance.now() - started;
    const again = performance.now();
    cleanLine(unit.repeat(200_000));
    const ten = performance.now() - again;
    t.ok(
      ten < 100 * (one + 5),
      `${JSON.stringify(unit)}: ${one.toFixed(1)} ms, ten times the text ${ten.toFixed(1)} ms`,
    );
  }
});

t.test('cutting counts runes as Go does', async (t) => {
  t.equal(cutRunes('abcdef', 6), 'abcdef');
  t.equal(cutRunes('abcdef', 5), 'abcd…');
  t.equal(cutRunes('🫐🫐🫐🫐', 4), '🫐🫐🫐🫐');
  t.equal(cutRunes('🫐🫐🫐🫐', 3), '🫐🫐…');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, limit) => {
      const cut = cutRunes(text, limit);
      return countRunes(cut) <= limit && (countRunes(text) > limit ? cut.endsWith('…') : cut === text);
    }),
  );
});

t.test('user text is quoted without breaking out of its quotes', async (t) => {
  t.equal(quote('a`b\nc'), "`a'b c`");
  t.equal(quote({ a: 1 }), '`{"a":1}`');
  t.equal(quote(undefined), '`undefined`');
  t.ok(countRunes(quote('x'.repeat(10_000))) <= 82);
});
