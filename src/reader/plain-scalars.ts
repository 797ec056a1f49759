/**
 * What a plain (unquoted) scalar is. kubectl reads YAML 1.1 as the Go library behind sigs.k8s.io/yaml does, which is
 * neither the 1.1 nor the 1.2 specification; each rule here was seen in kubectl 1.36 and 1.33, and a test asks it again.
 */

export type Scalar = null | boolean | number | string;

/** Reads a plain scalar. The number may be NaN or infinite, for which JSON has no word. */
export type ResolvePlain = (text: string) => Scalar;

const WORDS = new Map<string, Scalar>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE'].map((word) => [word, false] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const DECIMAL = /^[-+]?(?:0|[1-9]\d*)$/;
const BASED = /^([-+]?)0(?:[xX]([0-9a-fA-F]+)|[bB]([01]+)|[oO]?([0-7]+))$/;
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** As kubectl does: `no` is false, `0123` is 83, `1_000` is 1000, while `12:30:45` and dates stay text. */
export function resolveAsKubectl(text: string): Scalar {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  return readNumber(text)?.value ?? text;
}

/** A number begins with a digit, a sign or a dot; anything else is text. */
function readNumber(text: string): { value: number; integer: boolean } | null {
  const first = text.charCodeAt(0);
  const digit = first >= 0x30 && first <= 0x39;
  if (!digit && first !== 0x2b && first !== 0x2d && first !== 0x2e) return null;
  // where a number begins with a dot, the library does not drop the underscores
  const plain = first !== 0x2e && text.includes('_') ? text.replaceAll('_', '') : text;
  const integer = DECIMAL.test(plain) ? readDecimal(plain) : readBased(plain);
  if (integer !== null) return { value: integer, integer: true };
  if (!FLOAT.test(plain)) return null;
  const value = Number(plain);
  return Number.isFinite(value) ? { value: value === 0 ? 0 : value, integer: false } : null;
}

function readDecimal(text: string): number | null {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  return inRange(BigInt(text.replace('+', '')), text) ? value : null;
}

function readBased(text: string): number | null {
  const found = BASED.exec(text);
  if (found === null) return null;
  const [, sign, hex, binary, octal] = found;
  const magnitude = BigInt(hex !== undefined ? `0x${hex}` : binary !== undefined ? `0b${binary}` : `0o${octal}`);
  const value = sign === '-' ? -magnitude : magnitude;
  return inRange(value, text) ? Number(value) : null;
}

/** An int64, or without a sign a uint64. */
function inRange(value: bigint, text: string): boolean {
  const signed = text.startsWith('-') || text.startsWith('+');
  return value >= -INT64_MAX - 1n && value <= (signed ? INT64_MAX : UINT64_MAX);
}

/** After the core schema of YAML 1.2, in which policies are written: `no` and `0123` are what they look like. */
export function resolveAsCore(text: string): Scalar {
  switch (text) {
    case '':
    case '~':
    case 'null':
    case 'Null':
    case 'NULL':
      return null;
    case 'true':
    case 'True':
    case 'TRUE':
      return true;
    case 'false':
    case 'False':
    case 'FALSE':
      return false;
  }
  if (/^0o[0-7]+$/.test(text)) return Number(text);
  if (/^0x[0-9a-fA-F]+$/.test(text)) return Number(text);
  if (FLOAT.test(text)) return Number(text);
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text)) {
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return /^\.(?:nan|NaN|NAN)$/.test(text) ? Number.NaN : text;
}

/** A plain key as the text that kubectl makes of it: `no` is `false`, `0x1f` is `31`; null for a key that is null. */
export function resolveKey(text: string): string | null {
  const word = WORDS.get(text);
  if (word === null) return null;
  if (typeof word === 'boolean') return String(word);
  const number = typeof word === 'number' ? null : readNumber(text);
  if (number === null) return text;
  return number.integer ? printInteger(text, number.value) : printFloat(number.value);
}

function printInteger(text: string, value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  const plain = text.replaceAll('_', '');
  return DECIMAL.test(plain) ? BigInt(plain.replace('+', '')).toString() : BigInt(value).toString();
}

/** The shortest digits that a 32-bit float keeps, with an exponent below 1e-4 and from 1e6 on: Go's `%g`. */
function printFloat(value: number): string {
  const single = Math.fround(value);
  let digits = 1;
  while (digits < 9 && Math.fround(Number(single.toPrecision(digits))) !== single) digits++;
  const shortest = Number(single.toPrecision(digits));
  const [mantissa = '', exponent = ''] = shortest.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(shortest);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
