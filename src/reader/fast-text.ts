/** The characters below the fast YAML reader: lines, indentation, keys and scalars. */
import { createScalar, type MapEntry, type ScalarNode } from './nodes.ts';
import type { ResolvePlain } from './plain-scalars.ts';

/** Thrown where the text needs the whole YAML reader. No error: it carries nothing and costs no stack. */
export const GIVE_UP = Symbol('give up');

/** What plain text means. */
export interface ReadRules {
  resolve: ResolvePlain;
  /** A plain key as text; null for one that is null. */
  resolveKey: (text: string) => string | null;
}

const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const SPACE = 0x20;
const HASH = 0x23;
const COLON = 0x3a;

/** YAML takes keys of up to 1,024 characters; the whole reader says so. */
const MAX_KEY = 1_000;

const ESCAPES: { readonly [letter: string]: string } = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
};

/** `,` `[` `]` `{` `}`: what ends a plain scalar in flow style. */
export function isIndicator(code: number): boolean {
  return code === 0x2c || code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d;
}

export class FastText {
  readonly text: string;
  readonly end: number;
  readonly rules: ReadRules;
  /** Entries whose key stands in their map already. */
  readonly repeated: MapEntry[];
  pos: number;
  /** How far the line at the position is indented; -1 at the end. */
  indent = -1;

  constructor(text: string, start: number, end: number, rules: ReadRules, repeated: MapEntry[]) {
    this.text = text;
    this.pos = start;
    this.end = end;
    this.rules = rules;
    this.repeated = repeated;
  }

  /** The character at the position; NaN at the end. */
  code(): number {
    return this.pos < this.end ? this.text.charCodeAt(this.pos) : Number.NaN;
  }

  isBlank(at: number): boolean {
    if (at >= this.end) return true;
    const code = this.text.charCodeAt(at);
    return code === SPACE || code === LF || code === CR || code === TAB;
  }

  skipSpaces(): void {
    while (this.pos < this.end && this.text.charCodeAt(this.pos) === SPACE) this.pos++;
    if (this.code() === TAB) throw GIVE_UP;
  }

  /** Whether nothing but a comment follows in this line; the position must be behind a blank. */
  isLineEnd(): boolean {
    if (this.pos >= this.end) return true;
    const code = this.text.charCodeAt(this.pos);
    return code === LF || code === CR || code === HASH;
  }

  findLineEnd(from: number): number {
    const at = this.text.indexOf('\n', from);
    return at < 0 || at > this.end ? this.end : at;
  }

  /** Past the rest of this line, which must hold nothing but blanks and a comment. */
  finishLine(): void {
    const from = this.pos;
    while (this.pos < this.end && isTabOrSpace(this.text.charCodeAt(this.pos))) this.pos++;
    if (this.pos >= this.end) return;
    const code = this.text.charCodeAt(this.pos);
    if (code === HASH && this.pos === from && from > 0 && !this.isBlank(from - 1)) throw GIVE_UP;
    if (code !== HASH && code !== LF && code !== CR) throw GIVE_UP;
    this.pos = Math.min(this.findLineEnd(this.pos) + 1, this.end);
  }

  /** Past the rest of this line and all that are blank or comments; gives and keeps the indentation of the next one. */
  nextLine(): number {
    if (this.pos > 0 && this.text.charCodeAt(this.pos - 1) !== LF) this.finishLine();
    for (;;) {
      const start = this.pos;
      while (this.pos < this.end && this.text.charCodeAt(this.pos) === SPACE) this.pos++;
      if (this.pos >= this.end) {
        this.indent = -1;
        return -1;
      }
      const code = this.text.charCodeAt(this.pos);
      if (code === TAB || this.isDocumentEnd(start)) throw GIVE_UP;
      if (code !== LF && code !== CR && code !== HASH) {
        this.indent = this.pos - start;
        return this.indent;
      }
      this.pos = Math.min(this.findLineEnd(this.pos) + 1, this.end);
    }
  }

  /** `...` at the beginning of a line. */
  private isDocumentEnd(at: number): boolean {
    return this.text.charCodeAt(at) === 0x2e && this.text.startsWith('...', at) && this.isBlank(at + 3);
  }

  /** Blanks, line breaks and comments, as they may stand between the parts of a flow collection. */
  skipFlowSpace(): void {
    while (this.pos < this.end) {
      const code = this.text.charCodeAt(this.pos);
      if (code === HASH && (this.pos === 0 || this.isBlank(this.pos - 1))) this.pos = this.findLineEnd(this.pos);
      else if (code !== SPACE && code !== LF && code !== CR && code !== TAB) return;
      else if (code === LF && this.isDocumentEnd(this.pos + 1)) throw GIVE_UP;
      else this.pos++;
    }
  }

  // ---------------------------------------------------------------- keys

  /** Where the colon of a key is that begins at the position; -1 when no key does. */
  findColon(): number {
    const first = this.code();
    if (first === 0x22 || first === 0x27) return this.findColonBehindQuotes();
    this.checkPlainStart();
    const limit = Math.min(this.end, this.pos + MAX_KEY);
    for (let at = this.pos; at < limit; at++) {
      const code = this.text.charCodeAt(at);
      if (code === COLON && this.isBlank(at + 1)) return at;
      if (code === LF || (code === HASH && this.isBlank(at - 1))) return -1;
    }
    return -1;
  }

  private findColonBehindQuotes(): number {
    const start = this.pos;
    this.readQuoted();
    this.skipSpaces();
    const at = this.code() === COLON && this.isBlank(this.pos + 1) ? this.pos : -1;
    this.pos = start;
    return at;
  }

  /** Reads a key and passes its colon. */
  readKey(): MapEntry {
    const colon = this.findColon();
    if (colon < 0) throw GIVE_UP;
    const start = this.pos;
    const first = this.code();
    const quoted = first === 0x22 || first === 0x27 ? String(this.readQuoted().value) : null;
    const end = quoted === null ? this.trimEnd(start, colon) : this.pos;
    this.pos = colon + 1;
    return this.createEntry(quoted, start, end);
  }

  /** @param quoted what stands in the quotes; null for a plain key */
  createEntry(quoted: string | null, start: number, end: number): MapEntry {
    const node = createScalar(null, end, end, 'plain');
    if (quoted !== null) return { key: quoted, start, end, written: '', node };
    const source = this.text.slice(start, end);
    if (source === '<<' || source === '') throw GIVE_UP;
    const key = this.rules.resolveKey(source);
    if (key === null) throw GIVE_UP;
    return { key, start, end, written: key === source ? '' : source, node };
  }

  // ---------------------------------------------------------------- scalars

  /** What cannot begin a plain scalar. */
  checkPlainStart(): void {
    const code = this.code();
    switch (code) {
      case 0x2d: // -
      case 0x3f: // ?
      case COLON:
        if (this.isBlank(this.pos + 1)) throw GIVE_UP;
        return;
      case 0x21: // !
      case 0x22: // "
      case HASH:
      case 0x25: // %
      case 0x26: // &
      case 0x27: // '
      case 0x2a: // *
      case 0x2c: // ,
      case 0x3e: // >
      case 0x40: // @
      case 0x5b: // [
      case 0x5d: // ]
      case 0x60: // `
      case 0x7b: // {
      case 0x7c: // |
      case 0x7d: // }
        throw GIVE_UP;
    }
  }

  /** A plain scalar that ends with its line. */
  readPlainLine(): ScalarNode {
    this.checkPlainStart();
    const start = this.pos;
    const lineEnd = this.findLineEnd(start);
    let at = start + 1;
    for (; at < lineEnd; at++) {
      const code = this.text.charCodeAt(at);
      if (code === HASH && isTabOrSpace(this.text.charCodeAt(at - 1))) break;
      if (code === COLON && this.isBlank(at + 1)) throw GIVE_UP;
    }
    this.pos = this.trimEnd(start, at);
    return this.createPlain(start);
  }

  /** A plain scalar in flow style, in one line. */
  readFlowPlain(): ScalarNode {
    this.checkPlainStart();
    const start = this.pos;
    const first = this.code();
    if ((first === 0x2d || first === 0x3f || first === COLON) && isIndicator(this.text.charCodeAt(start + 1))) {
      throw GIVE_UP;
    }
    let at = start;
    for (; at < this.end; at++) {
      const code = this.text.charCodeAt(at);
      if (isIndicator(code) || code === LF) break;
      if (code === HASH && isTabOrSpace(this.text.charCodeAt(at - 1))) break;
      if (code === COLON && (this.isBlank(at + 1) || isIndicator(this.text.charCodeAt(at + 1)))) break;
    }
    this.pos = this.trimEnd(start, at);
    if (this.pos === start) throw GIVE_UP;
    return this.createPlain(start);
  }

  private createPlain(start: number): ScalarNode {
    const source = this.text.slice(start, this.pos);
    const value = this.rules.resolve(source);
    if (typeof value === 'number' && !Number.isFinite(value)) throw GIVE_UP;
    return createScalar(value, start, this.pos, 'plain', source);
  }

  /** The offset behind the last character that is no blank. */
  trimEnd(start: number, end: number): number {
    let at = end;
    while (at > start && this.isBlank(at - 1)) at--;
    return at;
  }

  /** A scalar in quotes, in one line. */
  readQuoted(): ScalarNode {
    return this.code() === 0x22 ? this.readDoubleQuoted() : this.readSingleQuoted();
  }

  private readSingleQuoted(): ScalarNode {
    const start = this.pos;
    let at = start + 1;
    let doubled = false;
    for (; ; at++) {
      const code = at < this.end ? this.text.charCodeAt(at) : LF;
      if (code === LF) throw GIVE_UP;
      if (code !== 0x27) continue;
      if (this.text.charCodeAt(at + 1) !== 0x27 || at + 1 >= this.end) break;
      doubled = true;
      at++;
    }
    const inner = this.text.slice(start + 1, at);
    this.pos = at + 1;
    return createScalar(doubled ? inner.replaceAll("''", "'") : inner, start, this.pos, 'quoted');
  }

  private readDoubleQuoted(): ScalarNode {
    const start = this.pos;
    let from = start + 1;
    let value = '';
    for (let at = from; ; at++) {
      const code = at < this.end ? this.text.charCodeAt(at) : LF;
      if (code === LF) throw GIVE_UP;
      if (code === 0x22) {
        value += this.text.slice(from, at);
        this.pos = at + 1;
        return createScalar(value, start, this.pos, 'quoted');
      }
      if (code === 0x5c) {
        value += this.text.slice(from, at);
        const escaped = this.readEscape(at + 1);
        value += escaped.value;
        from = at + 1 + escaped.length;
        at = from - 1;
      }
    }
  }

  private readEscape(at: number): { value: string; length: number } {
    const letter = this.text.charAt(at);
    const plain = ESCAPES[letter];
    if (plain !== undefined) return { value: plain, length: 1 };
    const length = letter === 'x' ? 2 : letter === 'u' ? 4 : 0;
    const digits = this.text.slice(at + 1, at + 1 + length);
    if (length === 0 || !/^[0-9a-fA-F]+$/.test(digits) || digits.length !== length) throw GIVE_UP;
    return { value: String.fromCharCode(Number.parseInt(digits, 16)), length: length + 1 };
  }
}

function isTabOrSpace(code: number): boolean {
  return code === SPACE || code === TAB;
}
