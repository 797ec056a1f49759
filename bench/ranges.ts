/**
 * What a question about overlapping ranges costs, whatever is held: microseconds a question at four sizes, and bytes a
 * prefix at the largest. Half of the prefixes are IPv4 (/12 to /28 anywhere), half IPv6 (/32 to /64 in fd00::/8), many
 * nested and some equal. Half of the questions are drawn alike and may find nothing; half lie inside a held prefix and
 * always find something. Each asks for the first five holders. Rounds a size: `npm run bench:ranges -- 9`.
 */
import { type Interval, overlapInterval } from '../src/policies/index.ts';
import { createRangeIndex, type RangeIndex } from '../src/relations/range-index.ts';

const SIZES = [10, 1_000, 100_000, 1_000_000];
const QUESTIONS = 20_000;
const LIMIT = 5;
/** The goal: a question takes at most so many microseconds, a prefix so many bytes. */
const GOAL = { us: 10, bytes: 150 };

/** Whole numbers below a bound, the same in every run: xorshift, G. Marsaglia, Journal of Statistical Software 8 (14), 2003. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

type Random = ReturnType<typeof createRandom>;

function drawPrefix(random: Random): Interval {
  if (random(2) === 0) return block(4, BigInt(random(2 ** 32)), 12 + random(17));
  const low = (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32));
  return block(6, (0xfdn << 120n) | (BigInt(random(2 ** 24)) << 96n) | low, 32 + random(33));
}

function block(version: 4 | 6, address: bigint, length: number): Interval {
  const size = 1n << BigInt((version === 4 ? 32 : 128) - length);
  const first = address - (address % size);
  return { version, first, last: first + size - 1n };
}

function drawInside({ version, first, last }: Interval, random: Random): Interval {
  const address = first + (BigInt(random(2 ** 32)) % (last - first + 1n));
  return { version, first: address, last: address };
}

/** A question that looks at every prefix: what the index must answer. */
function countOverlaps(held: readonly Interval[], range: Interval): number {
  return held.filter((own) => overlapInterval(own, range)).length;
}

function checkAnswers(index: RangeIndex, held: readonly Interval[], questions: readonly Interval[]): void {
  for (const range of questions.slice(0, 100)) {
    const found = index.overlapping(range, Number.POSITIVE_INFINITY);
    const wrong = found.some((holder) => !overlapInterval(held[holder - 1] as Interval, range));
    if (wrong || found.length !== countOverlaps(held, range)) throw new Error('the index answers wrongly');
  }
}

function ask(index: RangeIndex, questions: readonly Interval[]): { us: number; found: number } {
  let found = 0;
  const before = process.hrtime.bigint();
  for (const range of questions) found += index.overlapping(range, LIMIT).length;
  return { us: Number(process.hrtime.bigint() - before) / 1e3 / questions.length, found: found / questions.length };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

function measure(size: number, rounds: number): { us: number; bytes: number } {
  const random = createRandom(size + 1);
  const held = Array.from({ length: size }, () => drawPrefix(random));
  const buffers = process.memoryUsage().arrayBuffers;
  const index = createRangeIndex();
  const before = process.hrtime.bigint();
  held.forEach((range, i) => {
    index.add(i + 1, range);
  });
  const addUs = Number(process.hrtime.bigint() - before) / 1e3 / size;
  const questions = Array.from({ length: QUESTIONS }, (_, i) =>
    i % 2 === 0 ? drawPrefix(random) : drawInside(held[random(size)] as Interval, random),
  );
  if (size <= 100_000) checkAnswers(index, held, questions);
  ask(index, questions);
  const taken = Array.from({ length: rounds }, () => ask(index, questions));
  const us = median(taken.map((round) => round.us));
  const bytes = index.bytes / size;
  console.log(
    `${size} prefixes: ${us.toFixed(2)} us a question (${(taken[0]?.found ?? 0).toFixed(1)} holders found), ` +
      `${addUs.toFixed(2)} us an addition, ${bytes.toFixed(0)} bytes a prefix ` +
      `(${((process.memoryUsage().arrayBuffers - buffers) / 2 ** 20).toFixed(1)} MB more in array buffers, those outgrown included)`,
  );
  return { us, bytes };
}

const [rounds = 7] = process.argv.slice(2).map(Number);
const results = SIZES.map((size) => measure(size, rounds));
const names = ['us_10', 'us_1e3', 'us_1e5', 'us_1e6'];
const bytes = results.at(-1)?.bytes ?? 0;
const slow = results.some(({ us }) => us > GOAL.us) || bytes > GOAL.bytes;
console.log(`goal: at most ${GOAL.us} us and ${GOAL.bytes} bytes: ${slow ? 'missed' : 'met'}`);
const times = results.map(({ us }, i) => `${names[i]}=${us.toFixed(2)}`).join(' ');
console.log(`bench:ranges ${times} bytes_per_prefix=${bytes.toFixed(0)}`);
