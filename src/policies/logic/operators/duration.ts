import type { Operator } from '../operator.ts';
import { defineAccessor, definePredicate, type Form, need, Unreadable } from './define.ts';
import { anything, parsedText } from './forms.ts';

/** Nanoseconds of the units of Go's time.ParseDuration; both micro signs are meant. */
const UNIT: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['\u00b5s', 1_000n],
  ['\u03bcs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);
const DAY = 86_400_000_000_000n;
const SECOND = 1_000_000_000n;
/** Go counts nanoseconds in an int64: some 292 years. */
const LONGEST = 2n ** 63n - 1n;

const DAYS = /^[0-9]+d$/;
const PART = /([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;

/** Reads a duration as Go's time.ParseDuration does, in nanoseconds; null when it is not one. */
export function parseGoDuration(text: string): bigint | null {
  const sign = text.startsWith('-') ? -1n : 1n;
  const body = /^[+-]/.test(text) ? text.slice(1) : text;
  if (body === '0') return 0n;
  let total = 0n;
  PART.lastIndex = 0;
  let at = 0;
  while (at < body.length) {
    const match = PART.exec(body);
    if (!match) return null;
    at = PART.lastIndex;
    const [whole = '', fraction = ''] = (match[1] as string).split('.');
    const unit = UNIT.get(match[2] as string) as bigint;
    total += BigInt(whole || '0') * unit + (BigInt(fraction || '0') * unit) / 10n ** BigInt(fraction.length);
    if (total > LONGEST) return null;
  }
  return at === 0 ? null : sign * total;
}

/** Reads Go's durations, and whole days as `7d`. */
export function parseDuration(text: string): bigint | null {
  if (!DAYS.test(text)) return parseGoDuration(text);
  const total = BigInt(text.slice(0, -1)) * DAY;
  return total > LONGEST ? null : total;
}

const durationForm: Form<bigint> = parsedText('a duration such as `30s`, `1h30m` or `7d`', parseDuration);

const SOURCE = "Go's time.ParseDuration, and `^[0-9]+(s|m|h|d)$` of the Unified Replication API";

export const DURATION_OPERATORS: readonly Operator[] = [
  definePredicate({
    name: 'duration.valid',
    operands: [need('value', anything)],
    returns: 'true or false',
    summary: 'It is a duration: Go style (`1h30m`, `1.5h`, `250ms`), or whole days (`7d`).',
    source: SOURCE,
    examples: [
      [['15m'], true],
      [['1h30m'], true],
      [['1.5h'], true],
      [['7d'], true],
      [['0'], true],
      [['90'], false],
      [['1d12h'], false],
      [['1 h'], false],
      [[''], false],
      [[90], false],
    ],
    evaluate: (value) => !(durationForm.read(value) instanceof Unreadable),
  }),
  defineAccessor({
    name: 'duration.seconds',
    operands: [need('duration', durationForm)],
    returns: 'a number of seconds',
    summary: 'How many seconds it lasts; fractions are kept, a leading minus gives less than 0.',
    source: SOURCE,
    examples: [
      [['15m'], 900],
      [['2d'], 172800],
      [['1h0.5s'], 3600.5],
      [['250ms'], 0.25],
      [['-1m'], -60],
      [['90'], 'garbage'],
    ],
    evaluate: (duration) => Number(duration / SECOND) + Number(duration % SECOND) / Number(SECOND),
  }),
  definePredicate({
    name: 'duration.le',
    operands: [need('a', durationForm), need('b', durationForm)],
    returns: 'true or false',
    summary: 'a is at most as long as b.',
    source: SOURCE,
    examples: [
      [['15m', '900s'], true],
      [['25h', '1d'], false],
      [['0.5h', '30m'], true],
      [['soon', '1h'], 'garbage'],
    ],
    evaluate: (a, b) => a <= b,
  }),
];
