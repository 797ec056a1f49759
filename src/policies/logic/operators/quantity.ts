import type { Operator } from '../operator.ts';
import { defineAccessor, definePredicate, type Form, need, Unreadable } from './define.ts';
import { anything, listOf, memoise } from './forms.ts';

/** sign, whole digits, fraction digits, suffix */
const QUANTITY = /^([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$/;

/** Powers of ten; Kubernetes spells kilo with a small k only. */
const DECIMAL_SUFFIX: ReadonlyMap<string, number> = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);
const BINARY_SUFFIX = 'KMGTPE';

/** Billionths, the finest step of a Quantity. */
const NANO_DIGITS = 9;
const NANO = 10n ** BigInt(NANO_DIGITS);
/** A Quantity with a binary suffix is capped at the largest int64. */
const BINARY_CAP = (2n ** 63n - 1n) * NANO;
/** Exponents beyond this are refused: no quantity needs them, and 10^n has n digits. */
const MAX_EXPONENT = 1_000;

/** Reads a Kubernetes quantity as whole billionths; null when it is not one. Finer fractions round away from zero. */
export function parseQuantity(text: string): bigint | null {
  const match = QUANTITY.exec(text);
  if (!match) return null;
  const [, sign, whole = '0', fraction = match[4] ?? '', , suffix = ''] = match;
  const digits = BigInt(whole + fraction);
  const binary = suffix.endsWith('i') ? BINARY_SUFFIX.indexOf(suffix[0] as string) + 1 : 0;
  const exponent = binary ? 0 : (DECIMAL_SUFFIX.get(suffix) ?? Number(suffix.slice(1)));
  if (Math.abs(exponent) > MAX_EXPONENT) return null;
  const scaled = scaleUp(digits << BigInt(10 * binary), exponent + NANO_DIGITS - fraction.length);
  const size = binary && scaled > BINARY_CAP ? BINARY_CAP : scaled;
  return sign === '-' ? -size : size;
}

/** `digits` times ten to the `power`, rounded up. */
function scaleUp(digits: bigint, power: number): bigint {
  if (power >= 0) return digits * 10n ** BigInt(power);
  const divisor = 10n ** BigInt(-power);
  return (digits + divisor - 1n) / divisor;
}

/** Shortest exact text: whole, else in thousandths, millionths or billionths. */
export function formatQuantity(nanos: bigint): string {
  for (const [suffix, size] of [
    ['', NANO],
    ['m', NANO / 1_000n],
    ['u', NANO / 1_000_000n],
  ] as const) {
    if (nanos % size === 0n) return `${nanos / size}${suffix}`;
  }
  return `${nanos}n`;
}

const parseMemoised = memoise(parseQuantity);

const quantityForm: Form<bigint> = {
  type: 'any',
  wanted: 'a Kubernetes quantity such as `500m`, `2Gi` or `1.5`',
  read: (value) => {
    if (typeof value === 'number' && Number.isFinite(value))
      return parseMemoised(String(value)) ?? new Unreadable(value);
    return typeof value === 'string' ? (parseMemoised(value) ?? new Unreadable(value)) : new Unreadable(value);
  },
};

const SOURCE = 'k8s.io/apimachinery/pkg/api/resource, Quantity: its documented grammar; a number must have a digit';

export const QUANTITY_OPERATORS: readonly Operator[] = [
  definePredicate({
    name: 'quantity.valid',
    operands: [need('value', anything)],
    returns: 'true or false',
    summary: 'It is a quantity, written as a string or a number.',
    source: SOURCE,
    examples: [
      [['500m'], true],
      [['1.5Gi'], true],
      [['1e3'], true],
      [['-.5'], true],
      [[2], true],
      [['2GB'], false],
      [['1K'], false],
      [['1 Gi'], false],
      [['Mi'], false],
      [[''], false],
      [[true], false],
    ],
    evaluate: (value) => !(quantityForm.read(value) instanceof Unreadable),
  }),
  definePredicate({
    name: 'quantity.le',
    operands: [need('a', quantityForm), need('b', quantityForm)],
    returns: 'true or false',
    summary: 'a is at most b, compared exactly.',
    source: SOURCE,
    examples: [
      [['500m', '1'], true],
      [['1Gi', '1G'], false],
      [['1024Mi', '1Gi'], true],
      [[1.5, '1500m'], true],
      [['9007199254740993', '9007199254740992'], false],
      [['2GB', '4Gi'], 'garbage'],
    ],
    evaluate: (a, b) => a <= b,
  }),
  definePredicate({
    name: 'quantity.lt',
    operands: [need('a', quantityForm), need('b', quantityForm)],
    returns: 'true or false',
    summary: 'a is less than b, compared exactly.',
    source: SOURCE,
    examples: [
      [['999m', '1'], true],
      [['1024Mi', '1Gi'], false],
      [['-1', '0'], true],
    ],
    evaluate: (a, b) => a < b,
  }),
  defineAccessor({
    name: 'quantity.compare',
    operands: [need('a', quantityForm), need('b', quantityForm)],
    returns: '-1, 0 or 1',
    summary: 'Whether a is less than b, equal to it, or more.',
    source: SOURCE,
    examples: [
      [['1Ki', '1k'], 1],
      [['1000m', 1], 0],
      [['1u', '1m'], -1],
      [['1E', '1e18'], 0],
      [['0.1n', '1n'], 0],
      [['1m', 'much'], 'garbage'],
    ],
    evaluate: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
  }),
  defineAccessor({
    name: 'quantity.sum',
    operands: [need('quantities', listOf('a list of Kubernetes quantities', quantityForm))],
    returns: 'a quantity as a string',
    summary: 'The exact sum, in units or thousandths; absent elements count nothing.',
    source: SOURCE,
    examples: [
      [[['500m', '1', 2]], '3500m'],
      [[['1Gi', '1Gi']], '2147483648'],
      [[['100m', null]], '100m'],
      [[[]], '0'],
      [[['1Gi', 'lots']], 'garbage'],
    ],
    evaluate: (quantities) => formatQuantity(quantities.reduce((sum, quantity) => sum + quantity, 0n)),
  }),
];
