import { SyntaxMistake } from './mistake.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * Reads the quoted text that starts at `offset` (a `'` or a `"`). Escapes are those of JSON (RFC 8259 §7) and `\'`.
 * `end` is the offset behind the closing quote. Throws a SyntaxMistake.
 */
export function scanQuoted(text: string, offset: number): { value: string; end: number } {
  const mark = text.charAt(offset);
  let value = '';
  let from = offset + 1;
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === mark) {
      return { value: value + text.slice(from, at), end: at + 1 };
    }
    if (char !== '\\') {
      continue;
    }
    const read = readEscape(text, at);
    value += text.slice(from, at) + read.value;
    at = read.end - 1;
    from = read.end;
  }
  throw new SyntaxMistake(`the quote ${mark} is never closed`, offset, `close it with ${mark}`);
}

function readEscape(text: string, offset: number): { value: string; end: number } {
  const char = text.charAt(offset + 1);
  if (char === 'u') {
    const digits = /^[0-9a-fA-F]{4}/.exec(text.slice(offset + 2, offset + 6));
    if (!digits) {
      throw new SyntaxMistake('`\\u` wants four hexadecimal digits', offset, 'write `\\u00e9`');
    }
    return { value: String.fromCharCode(Number.parseInt(digits[0], 16)), end: offset + 6 };
  }
  const value = Object.hasOwn(ESCAPES, char) ? ESCAPES[char] : undefined;
  if (value === undefined) {
    throw new SyntaxMistake(`\`\\${char}\` is not an escape`, offset, 'write `\\\\` for a backslash');
  }
  return { value, end: offset + 2 };
}

/** Whether the character is a typographic quote, which an editor or a web page puts in place of `'` or `"`. */
export function isSmartQuote(char: string): boolean {
  return char !== '' && '‘’‚‛“”„‟«»′″'.includes(char);
}
