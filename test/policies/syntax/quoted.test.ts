import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { SyntaxMistake } from '../../../src/policies/syntax/mistake.ts';
import { isSmartQuote, scanQuoted } from '../../../src/policies/syntax/quoted.ts';

t.test('a quoted text ends at its own mark', async (t) => {
  t.same(scanQuoted(`x 'a"b' y`, 2), { value: 'a"b', end: 7 });
  t.same(scanQuoted(`"it's"`, 0), { value: "it's", end: 6 });
  t.same(scanQuoted("''", 0), { value: '', end: 2 });
});

t.test('every JSON string is read as JSON.parse reads it', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const text = JSON.stringify(value);
      assert.deepEqual(scanQuoted(text, 0), { value, end: text.length });
    }),
  );
  t.equal(scanQuoted('"\\/\\b\\f\\n\\r\\t\\u0041\\\'"', 0).value, "/\b\f\n\r\tA'");
});

t.test('a text that is never closed, or has an unknown escape, is a mistake with its place', async (t) => {
  for (const [text, column] of [
    [`  'abc`, 3],
    [`  'abc\\`, 7],
    [`'a\\'`, 1],
    [`'a\\q'`, 3],
    [`'a\\u12'`, 3],
  ] as const) {
    try {
      scanQuoted(text, text.indexOf("'"));
      t.fail(`${text} was read`);
    } catch (error) {
      t.ok(error instanceof SyntaxMistake, text);
      t.equal((error as SyntaxMistake).column, column, text);
    }
  }
});

t.test('typographic quotes are known as such', async (t) => {
  for (const char of '‘’“”«»') t.equal(isSmartQuote(char), true, char);
  for (const char of ['', "'", '"', 'a']) t.equal(isSmartQuote(char), false, char);
});
