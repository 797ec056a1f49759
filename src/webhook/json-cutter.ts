/**
 * Reads a large JSON text in small steps, so that the event loop can turn in between. One pass over the bytes finds
 * where containers and their members end; text of about `PIECE_BYTES` at a time goes to JSON.parse, which does the real
 * reading and all checking of literals; the pieces are put together here. The result is what JSON.parse would give for
 * the whole, `__proto__` as an own key included.
 */

/** Text for one JSON.parse: about 1 ms of work when it is made of many small members. */
const PIECE_BYTES = 64 * 1024;
/** Strings longer than this are read in pieces, too. */
const LONG_STRING_BYTES = 256 * 1024;
/** The API server itself refuses deeper JSON (10,000 levels in Go's decoder); the envelope adds two. */
const MAXIMUM_DEPTH = 10_100;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const LOWER_U = 0x75;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

type Container = unknown[] | { [key: string]: unknown };

/** A container that is open at the place read. */
interface Level {
  isObject: boolean;
  start: number;
  /** Where the text begins that no JSON.parse has seen. */
  unread: number;
  /** Where the member begins that is being passed over. */
  member: number;
  /** The container itself, once a piece of it was read. */
  value: Container | null;
  /** The last thing put into `value` is not followed by a comma yet. */
  settled: boolean;
}

/** A long string whose pieces are being read: where, up to where, and what there is so far. */
interface LongString {
  at: number;
  end: number;
  value: string;
}

/** One text being read. Call `advance` until it returns true, then `result`; both throw SyntaxError. */
export class JsonCutter {
  readonly #text: Buffer;
  #at = 0;
  #inString = false;
  #escaped = false;
  #stringStart = 0;
  readonly #levels: Level[] = [newLevel()];
  #depth = 0;
  #long: LongString | null = null;

  readonly #pieceBytes: number;
  readonly #longStringBytes: number;

  /** @param sizes in bytes: text read at once, and the string length from which strings are read in pieces */
  constructor(text: Buffer, sizes: { piece?: number; longString?: number } = {}) {
    this.#text = text;
    this.#pieceBytes = sizes.piece ?? PIECE_BYTES;
    this.#longStringBytes = sizes.longString ?? LONG_STRING_BYTES;
    // the document is the only element of a list around it
    openLevel(this.#level(), false, -1);
  }

  /** Does about one millisecond of work; true when the whole text has been passed. */
  advance(): boolean {
    if (this.#long !== null) {
      this.#readLongString(this.#long);
      return false;
    }
    this.#scan(Math.min(this.#text.length, this.#at + this.#pieceBytes));
    return this.#long === null && this.#at >= this.#text.length;
  }

  result(): unknown {
    const root = this.#level();
    if (this.#inString || this.#depth > 0) throw new SyntaxError('the text ends too early');
    const list = this.#finish(root, this.#text.length);
    if (!Array.isArray(list) || list.length !== 1) throw new SyntaxError('the text is not exactly one value');
    return list[0];
  }

  #scan(until: number): void {
    const text = this.#text;
    let at = this.#at;
    let inString = this.#inString;
    let escaped = this.#escaped;
    while (at < until) {
      const byte = text[at++] as number;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) {
          inString = false;
          if (at - this.#stringStart > this.#longStringBytes && this.#startLongString(at - 1)) break;
        }
      } else if (byte === QUOTE) {
        inString = true;
        this.#stringStart = at;
      } else if (byte === COMMA) {
        this.#comma(at - 1);
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        this.#open(byte === OPEN_OBJECT, at - 1);
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        this.#close(byte === CLOSE_OBJECT, at - 1);
      }
    }
    this.#at = at;
    this.#inString = inString;
    this.#escaped = escaped;
  }

  #level(): Level {
    return this.#levels[this.#depth] as Level;
  }

  #open(isObject: boolean, at: number): void {
    this.#depth++;
    if (this.#depth > MAXIMUM_DEPTH) throw new SyntaxError('the text is nested too deeply');
    if (this.#depth === this.#levels.length) this.#levels.push(newLevel());
    openLevel(this.#level(), isObject, at);
  }

  #close(isObject: boolean, at: number): void {
    const level = this.#level();
    if (this.#depth === 0 || level.isObject !== isObject) throw new SyntaxError('a bracket closes what is not open');
    this.#depth--;
    // small and not begun: stays text, and is read with what surrounds it
    if (level.value === null && at - level.unread < this.#pieceBytes) return;
    this.#put(this.#level(), level.start, this.#finish(level, at), at + 1);
  }

  #comma(at: number): void {
    const level = this.#level();
    if (level.settled) {
      this.#expectBlank(level.unread, at);
      level.settled = false;
      level.unread = at + 1;
    } else if (at - level.unread >= this.#pieceBytes) {
      this.#read(level, at);
      level.unread = at + 1;
    }
    level.member = at + 1;
  }

  /** Reads what is left of a container that ends at `at`. */
  #finish(level: Level, at: number): Container {
    if (level.settled) this.#expectBlank(level.unread, at);
    else if (level.value !== null || !this.#isBlank(level.unread, at)) this.#read(level, at);
    return level.isObject ? objectOf(level) : listOf(level);
  }

  /** Reads the members between `unread` and `end`, at least one, without a comma at either side. */
  #read(level: Level, end: number): void {
    const text = this.#text.toString('utf8', level.unread, end);
    if (level.isObject) {
      const piece: unknown = JSON.parse(`{${text}}`);
      const target = objectOf(level);
      const entries = Object.entries(piece as object);
      if (entries.length === 0) throw new SyntaxError('a member is missing beside a comma');
      for (const [key, value] of entries) define(target, key, value);
    } else {
      const piece = JSON.parse(`[${text}]`) as unknown[];
      const target = listOf(level);
      if (piece.length === 0) throw new SyntaxError('an element is missing beside a comma');
      for (const value of piece) target.push(value);
    }
  }

  /** Puts a value that was read apart into the container around it. */
  #put(level: Level, start: number, value: unknown, end: number): void {
    if (level.settled) throw new SyntaxError('a comma is missing');
    if (level.member > level.unread) this.#read(level, level.member - 1);
    if (level.isObject) {
      const key = Object.keys(JSON.parse(`{${this.#text.toString('utf8', level.member, start)}null}`))[0];
      if (key === undefined) throw new SyntaxError('a key is missing');
      define(objectOf(level), key, value);
    } else {
      this.#expectBlank(level.member, start);
      listOf(level).push(value);
    }
    level.unread = end;
    level.member = end;
    level.settled = true;
  }

  /** False for a key, which JSON.parse reads in one go. */
  #startLongString(end: number): boolean {
    const level = this.#level();
    if (level.isObject && this.#isBlank(level.member, this.#stringStart - 1)) return false;
    this.#long = { at: this.#stringStart, end, value: '' };
    return true;
  }

  #readLongString(long: LongString): void {
    const until =
      long.end - long.at <= this.#pieceBytes ? long.end : this.#cutString(long.at, long.at + this.#pieceBytes);
    long.value += JSON.parse(`"${this.#text.toString('utf8', long.at, until)}"`) as string;
    long.at = until;
    if (until < long.end) return;
    this.#long = null;
    this.#put(this.#level(), this.#stringStart - 1, long.value, long.end + 1);
  }

  /** The last place up to `at` that is neither inside an escape nor inside a UTF-8 sequence. */
  #cutString(start: number, at: number): number {
    const text = this.#text;
    let cut = at;
    // a UTF-8 sequence has at most three continuation bytes
    while (((text[cut] as number) & 0xc0) === 0x80 && cut > at - 3) cut--;
    for (let back = cut - 1; back >= Math.max(start, cut - 5); back--) {
      if (text[back] !== BACKSLASH) continue;
      let first = back;
      while (first > start && text[first - 1] === BACKSLASH) first--;
      // an even run is made of escaped backslashes only
      if ((back - first + 1) % 2 === 0) return cut;
      const length = text[back + 1] === LOWER_U ? 6 : 2;
      return back + length > cut ? back : cut;
    }
    return cut;
  }

  #isBlank(start: number, end: number): boolean {
    for (let at = start; at < end; at++) {
      const byte = this.#text[at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false;
    }
    return true;
  }

  #expectBlank(start: number, end: number): void {
    if (!this.#isBlank(start, end)) throw new SyntaxError('a value or comma stands in the wrong place');
  }
}

function objectOf(level: Level): { [key: string]: unknown } {
  level.value ??= {};
  return level.value as { [key: string]: unknown };
}

function listOf(level: Level): unknown[] {
  level.value ??= [];
  return level.value as unknown[];
}

function newLevel(): Level {
  return { isObject: false, start: -1, unread: 0, member: 0, value: null, settled: false };
}

function openLevel(level: Level, isObject: boolean, start: number): void {
  level.isObject = isObject;
  level.start = start;
  level.unread = start + 1;
  level.member = start + 1;
  level.value = null;
  level.settled = false;
}

/** Assignment would set the prototype for `__proto__`; JSON.parse makes an own key of it. */
function define(target: { [key: string]: unknown }, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else target[key] = value;
}
