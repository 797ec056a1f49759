import { SyntaxMistake } from './mistake.ts';
import type { Path, Segment } from './path.ts';
import { isSmartQuote, scanQuoted } from './quoted.ts';

/** Longest path text, in UTF-16 units; longer is a mistake and not a path. */
const MAX_PATH_LENGTH = 4096;
/** Most segments in one path: a walk recurses once for each. Kubernetes schemas nest about 20 deep. */
const MAX_SEGMENTS = 128;

const NAME = /[A-Za-z_$][A-Za-z0-9_$]*/y;
const WHOLE_NAME = /^[A-Za-z_$][A-Za-z0-9_$]*$/;
const BARE_VALUE = /[^\]\s"'`‘’“”=][^\]\s"'`‘’“”]*/y;

/** Whether a key can stand in a path without quotes. */
export function isBareName(name: string): boolean {
  return WHOLE_NAME.test(name);
}

/** Whether a filter's text value can stand without quotes and is read back as a text. */
export function isBareValue(value: string): boolean {
  return matchAt(BARE_VALUE, value, 0) === value && value !== 'null' && typeof typeBareValue(value) === 'string';
}

/** Reads the longest path that starts at `offset`; `end` is the offset behind it. Throws a SyntaxMistake. */
export function scanPath(text: string, offset: number): { path: Path; end: number } {
  const path: Segment[] = [];
  let at = offset;
  for (;;) {
    const next = scanSegment(text, at, path.length === 0);
    if (!next) {
      return { path, end: at };
    }
    if (next.segment.type === 'deep' && path.some((segment) => segment.type === 'deep')) {
      throw new SyntaxMistake('`**` stands twice in one path', at, 'keep one of them');
    }
    if (path.push(next.segment) > MAX_SEGMENTS) {
      throw new SyntaxMistake(`the path has more than ${MAX_SEGMENTS} segments`, at);
    }
    at = next.end;
  }
}

/** Reads a text that is one path and nothing else. Throws a SyntaxMistake. */
export function scanWholePath(text: string): Path {
  if (text.trim() === '') {
    throw new SyntaxMistake('the path is empty', 0, 'write a path such as `spec.rules[*].port`');
  }
  if (text.length > MAX_PATH_LENGTH) {
    throw new SyntaxMistake(`the path is ${text.length} characters long, at most ${MAX_PATH_LENGTH} are read`, 0);
  }
  const { path, end } = scanPath(text, 0);
  if (end < text.length) {
    throw explainRest(text, end);
  }
  return path;
}

interface Scanned {
  segment: Segment;
  end: number;
}

function scanSegment(text: string, at: number, first: boolean): Scanned | null {
  const char = text.charAt(at);
  if (char === '[') {
    return scanBracket(text, at);
  }
  if (first) {
    return scanNamed(text, at);
  }
  return char === '.' ? scanNamed(text, at + 1) : null;
}

function scanNamed(text: string, at: number): Scanned {
  const char = text.charAt(at);
  if (char === '{') {
    return scanAlternatives(text, at);
  }
  if (text.startsWith('**', at)) {
    if (!/^(?:[.[]|[^\w$*{"']|$)/.test(text.slice(at + 2, at + 3))) {
      throw new SyntaxMistake('`**` is a segment of its own', at, 'put a `.` behind it');
    }
    return { segment: { type: 'deep' }, end: at + 2 };
  }
  const name = matchAt(NAME, text, at);
  if (name !== null) {
    return { segment: { type: 'field', name }, end: at + name.length };
  }
  throw explainName(text, at);
}

function explainName(text: string, at: number): SyntaxMistake {
  const char = text.charAt(at);
  const digits = /^\d+(?![\w$])/.exec(text.slice(at));
  if (digits) {
    const mend = `write \`[${digits[0]}]\` for a position or \`["${digits[0]}"]\` for a key`;
    return new SyntaxMistake(`\`${digits[0]}\` is not a bare name`, at, mend);
  }
  if (char === '*') {
    return new SyntaxMistake('`*` is not a name', at, 'write `[*]` for every element, without a dot before it');
  }
  if (char === '[') {
    return new SyntaxMistake('a `.` stands before `[`', at - 1, 'leave the dot out');
  }
  if (char === '.' && at === 0) {
    return new SyntaxMistake('the path starts with a `.`', at, 'start with the name of a field');
  }
  if (char === '"' || char === "'" || isSmartQuote(char)) {
    return new SyntaxMistake('a quoted key stands outside brackets', at, 'write `["key"]`');
  }
  const found = char === '' ? 'the end' : `\`${char}\``;
  return new SyntaxMistake(`a name is wanted, found ${found}`, at, 'quote any other key in brackets: `["key"]`');
}

function scanBracket(text: string, open: number): Scanned {
  const at = skipSpace(text, open + 1);
  const char = text.charAt(at);
  if (char === '*') {
    return { segment: { type: 'wildcard' }, end: closeBracket(text, open, at + 1) };
  }
  if (char === '"' || char === "'") {
    const { value, end } = scanQuoted(text, at);
    return { segment: { type: 'field', name: value }, end: closeBracket(text, open, end) };
  }
  const digits = matchAt(/\d+/y, text, at);
  if (digits !== null) {
    return {
      segment: { type: 'index', index: readIndex(digits, at) },
      end: closeBracket(text, open, at + digits.length),
    };
  }
  return scanFilter(text, open, at);
}

function readIndex(digits: string, at: number): number {
  const index = Number(digits);
  if (!Number.isSafeInteger(index) || String(index) !== digits) {
    throw new SyntaxMistake(`\`${digits}\` is not a position in a list`, at, 'write a whole number from 0: `[0]`');
  }
  return index;
}

function closeBracket(text: string, open: number, offset: number): number {
  const at = skipSpace(text, offset);
  if (text.charAt(at) === ']') {
    return at + 1;
  }
  if (at >= text.length) {
    throw new SyntaxMistake('the bracket `[` is never closed', open, 'close it with `]`');
  }
  throw new SyntaxMistake(`\`]\` is wanted, found \`${text.charAt(at)}\``, at);
}

function scanFilter(text: string, open: number, at: number): Scanned {
  const field = matchAt(/[A-Za-z_$][A-Za-z0-9_$]*(?:\.[A-Za-z_$][A-Za-z0-9_$]*)*/y, text, at);
  if (field === null) {
    throw explainBracket(text, open, at);
  }
  const equals = skipSpace(text, at + field.length);
  if (text.charAt(equals) !== '=') {
    const inside = /^[^\]]*/.exec(text.slice(at))?.[0].trim() ?? field;
    const mend = `write \`[${JSON.stringify(inside)}]\` for a key or \`[${field}=value]\` for a filter`;
    throw new SyntaxMistake(`\`[${inside}]\` is neither a key, a position, \`[*]\` nor a filter`, open, mend);
  }
  if (text.charAt(equals + 1) === '=') {
    throw new SyntaxMistake('a filter has one `=`', equals, `write \`[${field}=value]\``);
  }
  const from = skipSpace(text, equals + 1);
  const { value, end } = scanFilterValue(text, from);
  return { segment: { type: 'filter', field, value }, end: closeBracket(text, open, end) };
}

function scanFilterValue(text: string, at: number): { value: string | number | boolean; end: number } {
  const char = text.charAt(at);
  if (char === '"' || char === "'") {
    return scanQuoted(text, at);
  }
  const bare = matchAt(BARE_VALUE, text, at);
  if (bare === null) {
    throw new SyntaxMistake('the filter has no value', at, 'write `[field=value]`');
  }
  if (bare === 'null') {
    throw new SyntaxMistake('a filter cannot ask for null', at, 'quote it for the text: `"null"`');
  }
  return { value: typeBareValue(bare), end: at + bare.length };
}

/** Only the shortest form of a number is one, so that `1.30` and `0123`, which are texts in Kubernetes, stay texts. */
function typeBareValue(bare: string): string | number | boolean {
  if (bare === 'true' || bare === 'false') {
    return bare === 'true';
  }
  const number = Number(bare);
  return /^-?\d/.test(bare) && Number.isFinite(number) && String(number) === bare ? number : bare;
}

function explainBracket(text: string, open: number, at: number): SyntaxMistake {
  const char = text.charAt(at);
  if (char === '') {
    return new SyntaxMistake('the bracket `[` is never closed', open, 'close it with `]`');
  }
  if (char === '-') {
    return new SyntaxMistake('a position counts from 0', at, 'use `last` with `[*]` to find the last element');
  }
  if (isSmartQuote(char)) {
    return new SyntaxMistake(`\`${char}\` is a typographic quote`, at, 'write `"`');
  }
  const mend = 'write `["key"]`, `[0]`, `[*]` or `[field=value]`';
  return new SyntaxMistake(`\`${char}\` cannot stand in brackets`, at, mend);
}

function scanAlternatives(text: string, open: number): Scanned {
  const names: string[] = [];
  let at = open + 1;
  for (;;) {
    at = skipSpace(text, at);
    const { value, end } = scanAlternative(text, open, at);
    if (names.includes(value)) {
      throw new SyntaxMistake(`\`${value}\` stands twice between the braces`, at, 'leave one out');
    }
    names.push(value);
    at = skipSpace(text, end);
    const char = text.charAt(at);
    if (char === '}') {
      return { segment: { type: 'alternatives', names }, end: at + 1 };
    }
    if (char === '') {
      throw new SyntaxMistake('the brace `{` is never closed', open, 'close it with `}`');
    }
    if (char !== ',') {
      throw new SyntaxMistake(`\`,\` or \`}\` is wanted, found \`${char}\``, at, 'braces hold names only: `{a,b}`');
    }
    at++;
  }
}

function scanAlternative(text: string, open: number, at: number): { value: string; end: number } {
  const char = text.charAt(at);
  if (char === '"' || char === "'") {
    return scanQuoted(text, at);
  }
  const name = matchAt(NAME, text, at);
  if (name !== null) {
    return { value: name, end: at + name.length };
  }
  if (char === '') {
    throw new SyntaxMistake('the brace `{` is never closed', open, 'close it with `}`');
  }
  throw new SyntaxMistake(`a name is wanted between the braces, found \`${char}\``, at, 'write `{a,b}`');
}

function explainRest(text: string, at: number): SyntaxMistake {
  const char = text.charAt(at);
  if (/\s/.test(char)) {
    return new SyntaxMistake('a space stands in the path', at, 'leave it out, or quote the key: `["a key"]`');
  }
  if (char === '(') {
    return new SyntaxMistake('a path calls nothing', at, 'use an expression slot for a call');
  }
  const head = /[\w$]*$/.exec(text.slice(0, at))?.[0] ?? '';
  const tail = /^[^.[\s]*/.exec(text.slice(at))?.[0] ?? '';
  const mend = `quote the key: \`[${JSON.stringify(head + tail)}]\``;
  return new SyntaxMistake(`\`${char}\` cannot stand in a bare name`, at, mend);
}

function skipSpace(text: string, at: number): number {
  let end = at;
  while (text.charAt(end) === ' ' || text.charAt(end) === '\t') {
    end++;
  }
  return end;
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
