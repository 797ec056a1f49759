import type { Operator } from '../operator.ts';
import { containsSpan, type Interval, overlapSpan, type Span } from './addresses.ts';
import { rangeForm, versionForm } from './cidr.ts';
import { allow, definePredicate, type Form, need, Unreadable, writtenOut } from './define.ts';
import { anything, oneOrMany } from './forms.ts';

const rangesForm: Form<readonly Span[]> = oneOrMany(`${rangeForm.wanted}, or a list of them`, rangeForm);

const SOURCE = 'MetalLB IPAddressPool addresses (CIDR, `a-b`) with the short form `a.b.c.d-e`; addresses as ip.valid';

export const RANGE_OPERATORS: readonly Operator[] = [
  definePredicate({
    name: 'range.valid',
    operands: [need('value', anything), writtenOut(allow(need('version', versionForm)))],
    returns: 'true or false',
    summary: 'It is a CIDR, an address, `a-b` or `a.b.c.d-e`, and does not run backwards.',
    source: SOURCE,
    examples: [
      [['10.0.4.200-10.0.4.253'], true],
      [['10.0.4.200-253'], true],
      [['10.0.4.0/24'], true],
      [['10.0.4.7'], true],
      [['2001:db8::1-2001:db8::ff', 6], true],
      [['10.0.4.253-200'], false],
      [['10.0.4.1-2001:db8::1'], false],
      [['10.0.4.1-300'], false],
    ],
    evaluate: (value, version) => {
      const range = rangeForm.read(value);
      return !(range instanceof Unreadable) && (version === undefined || range.version === version);
    },
  }),
  definePredicate({
    name: 'range.contains',
    operands: [need('outer', rangesForm), need('inner', rangesForm)],
    returns: 'true or false',
    summary:
      'Each range of inner lies wholly in one range of outer. Adjacent ranges are not joined; true when inner is an empty list.',
    source: SOURCE,
    examples: [
      [['10.0.4.200-253', '10.0.4.210'], true],
      [['10.0.4.200-253', '10.0.4.0/24'], false],
      [[['10.0.4.0/25', '10.0.5.0/24'], '10.0.5.9'], true],
      [[['10.0.4.0/25', '10.0.4.128/25'], '10.0.4.0/24'], false],
      [['10.0.0.0/8', ['10.1.0.1', '11.0.0.1']], false],
      [[[], '10.0.0.1'], false],
      [['10.0.0.0/8', []], true],
      [[['10.0.0.0/8', 'lan'], '10.0.0.1'], 'garbage'],
    ],
    evaluate: containEach,
  }),
  definePredicate({
    name: 'range.overlaps',
    operands: [need('a', rangesForm), need('b', rangesForm)],
    returns: 'true or false',
    summary: 'Some range of a shares at least one address with some range of b.',
    source: SOURCE,
    examples: [
      [['10.0.4.200-253', '10.0.4.250-10.0.5.9'], true],
      [['10.0.4.0/25', '10.0.4.128/25'], false],
      [['10.0.0.7', ['10.1.0.0/16', '10.0.0.0/24']], true],
      [[[], '10.0.0.1'], false],
      [['0.0.0.0/0', '::/0'], false],
      [['10.0.0.1-', '10.0.0.1'], 'garbage'],
    ],
    evaluate: overlapSome,
  }),
];

/** Ranges of one IP version in the order of their first address; `reach[i]` is the highest last address up to i. */
interface Sorted {
  ranges: readonly Interval[];
  reach: readonly bigint[];
}

/** One range or a list of them, none of it absent; null where some of it is no range. */
export function readRanges(value: unknown): readonly Span[] | null {
  if (typeof value === 'string') {
    const range = rangeForm.read(value);
    return range instanceof Unreadable ? null : [range];
  }
  const ranges: Span[] = [];
  for (const one of Array.isArray(value) ? value : [value]) {
    const range = rangeForm.read(one);
    if (range instanceof Unreadable) return null;
    ranges.push(range);
  }
  return ranges;
}

/** Up to so many comparisons are made one by one, which costs less than putting the ranges in order. */
const FEW = 64;

function containEach(outer: readonly Span[], inner: readonly Span[]): boolean {
  if (outer.length * inner.length <= FEW) {
    return inner.every((range) => outer.some((one) => containsSpan(one, range)));
  }
  const sorted = sortByVersion(outer);
  return inner.every((range) => reaches(sorted[range.version], range.first, range.last));
}

/** Some range of `a` shares an address with some range of `b`. */
export function overlapSome(a: readonly Span[], b: readonly Span[]): boolean {
  if (a.length === 1 && b.length === 1) return overlapSpan(a[0] as Span, b[0] as Span);
  if (a.length * b.length <= FEW) return a.some((one) => b.some((other) => overlapSpan(one, other)));
  const sorted = sortByVersion(b);
  return a.some((range) => reaches(sorted[range.version], range.last, range.first));
}

/**
 * Some range starts at or before `start` and ends at or after `end`. With the ends of a range in order that is
 * "contains it", the other way round "overlaps it". Logarithmic, so that two long lists do not cost n times m.
 */
function reaches({ ranges, reach }: Sorted, start: bigint, end: bigint): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as Interval).first <= start) low = middle + 1;
    else high = middle;
  }
  return low > 0 && (reach[low - 1] as bigint) >= end;
}

function sortByVersion(ranges: readonly Interval[]): { 4: Sorted; 6: Sorted } {
  return { 4: sortRanges(ranges.filter((r) => r.version === 4)), 6: sortRanges(ranges.filter((r) => r.version === 6)) };
}

function sortRanges(ranges: readonly Interval[]): Sorted {
  const sorted = [...ranges].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const reach: bigint[] = [];
  for (const { last } of sorted) {
    const before = reach.at(-1);
    reach.push(before !== undefined && before > last ? before : last);
  }
  return { ranges: sorted, reach };
}
