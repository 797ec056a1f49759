import { SyntaxMistake } from './mistake.ts';
import type { Path } from './path.ts';
import { isSmartQuote, scanQuoted } from './quoted.ts';
import { scanPath } from './scan-path.ts';

/** A token of the short form; `at` and `end` are offsets into the text. */
export type Token =
  | {
      readonly type: 'literal';
      readonly value: string | number | boolean | null;
      readonly at: number;
      readonly end: number;
    }
  | { readonly type: 'path'; readonly path: Path; readonly at: number; readonly end: number }
  /** An operator or a mark; `end` where the text is over. */
  | { readonly type: 'mark'; readonly mark: string; readonly at: number; readonly end: number };

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_$][A-Za-z0-9_$]*/y;
const KEYWORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const MARKS = [
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '??',
  '<',
  '>',
  '!',
  '+',
  '-',
  '*',
  '/',
  '%',
  '(',
  ')',
  '[',
  ']',
  ',',
];

/** What people write who come from another language, longest first, and what to write here. */
const FOREIGN: readonly (readonly [written: string, mend: string])[] = [
  ['===', 'write `==`, it is strict'],
  ['!==', 'write `!=`, it is strict'],
  ['=>', 'write the question as JSON Logic (`some`, `all`), or let `forEach` visit the elements'],
  ['->', 'write the question as JSON Logic (`some`, `all`), or let `forEach` visit the elements'],
  ['=~', 're.match(text, pattern)'],
  ['<>', 'write `!=`'],
  ['{{', 'leave the braces out: an expression slot is an expression'],
  ['?.', 'write `.`: what is absent is null by itself'],
  ['=', 'write `==`'],
  ['&', 'write `&&`'],
  ['|', 'write `||`'],
  ['?', 'write the choice as JSON Logic: `{if: [condition, then, else]}`'],
  ['~', 're.match(text, pattern)'],
];

/** Reads the token at or behind `offset`. Throws a SyntaxMistake. */
export function scanToken(text: string, offset: number): Token {
  const at = offset + (matchAt(SPACE, text, offset)?.length ?? 0);
  const char = text.charAt(at);
  if (char === '') {
    return { type: 'mark', mark: 'end', at, end: at };
  }
  if (char === "'" || char === '"') {
    const { value, end } = scanQuoted(text, at);
    return { type: 'literal', value, at, end };
  }
  if (/\d/.test(char)) {
    return scanNumber(text, at);
  }
  const word = matchAt(WORD, text, at);
  if (word !== null) {
    return scanWord(text, at, word);
  }
  return scanMark(text, at);
}

function scanNumber(text: string, at: number): Token {
  const written = matchAt(NUMBER, text, at) ?? '';
  const end = at + written.length;
  const tail = /^[\w$.]*/.exec(text.slice(end))?.[0] ?? '';
  if (tail !== '') {
    throw new SyntaxMistake(`\`${written}${tail}\` is not a number`, at, `write it as a text: \`'${written}${tail}'\``);
  }
  const value = Number(written);
  if (!Number.isFinite(value) || (/^\d+$/.test(written) && !Number.isSafeInteger(value))) {
    throw new SyntaxMistake(`\`${written}\` is too large for a number`, at, `write it as a text: \`'${written}'\``);
  }
  return { type: 'literal', value, at, end };
}

function scanWord(text: string, at: number, word: string): Token {
  const end = at + word.length;
  if (word === 'in') {
    return { type: 'mark', mark: 'in', at, end };
  }
  const keyword = KEYWORDS.get(word);
  if (keyword !== undefined && !/[.[(]/.test(text.charAt(end))) {
    return { type: 'literal', value: keyword, at, end };
  }
  const scanned = scanPath(text, at);
  return { type: 'path', path: scanned.path, at, end: scanned.end };
}

function scanMark(text: string, at: number): Token {
  for (const [written, mend] of FOREIGN) {
    if (
      text.startsWith(written, at) &&
      !MARKS.some((mark) => mark.length > written.length && text.startsWith(mark, at))
    ) {
      throw new SyntaxMistake(`\`${written}\` is not an operator here`, at, mend);
    }
  }
  if (text.charAt(at) === '{' || text.startsWith('**', at)) {
    const scanned = scanPath(text, at);
    return { type: 'path', path: scanned.path, at, end: scanned.end };
  }
  const mark = MARKS.find((known) => text.startsWith(known, at));
  if (mark !== undefined) {
    return { type: 'mark', mark, at, end: at + mark.length };
  }
  throw explainCharacter(text, at);
}

function explainCharacter(text: string, at: number): SyntaxMistake {
  const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (isSmartQuote(char)) {
    return new SyntaxMistake(`\`${char}\` is a typographic quote`, at, 'write `\'` or `"`');
  }
  if (char === '.') {
    return new SyntaxMistake('`.` starts nothing', at, 'start a path with a name, a number with a digit');
  }
  if (char === ']' || char === '}') {
    return new SyntaxMistake(`\`${char}\` closes nothing`, at, 'leave it out');
  }
  const shown = /[\p{C}\p{Z}]/u.test(char)
    ? `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
    : char;
  return new SyntaxMistake(`\`${shown}\` cannot stand here`, at, 'quote texts; quote keys in brackets: `["a-key"]`');
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
