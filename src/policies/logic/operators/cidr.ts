import { Garbage, type Operator } from '../operator.ts';
import {
  bitsOf,
  type CidrSpan,
  containsSpan,
  formatAddress,
  type IpVersion,
  overlapSpan,
  parseCidrSpan,
  parseRangeSpan,
  type Span,
} from './addresses.ts';
import { allow, defineAccessor, definePredicate, type Form, need, Unreadable, writtenOut } from './define.ts';
import { anything, integer, parsedText } from './forms.ts';

export const cidrForm: Form<CidrSpan> = parsedText('an IPv4 or IPv6 CIDR such as `10.0.0.0/16`', parseCidrSpan);
export const rangeForm: Form<Span> = parsedText(
  'a CIDR, an address or a range such as `10.0.0.1-10.0.0.9`',
  parseRangeSpan,
);

/** The IP version an address must have. */
export const versionForm: Form<IpVersion> = {
  type: 'number',
  wanted: '4 or 6',
  read: (value) => (value === 4 || value === 6 ? value : new Unreadable(value)),
};

const SOURCE = 'RFC 4632 (IPv4), RFC 4291 §2.3 (IPv6); strict as k8s.io/apimachinery/pkg/util/validation';

export const CIDR_OPERATORS: readonly Operator[] = [
  definePredicate({
    name: 'cidr.valid',
    operands: [need('value', anything), writtenOut(allow(need('version', versionForm)))],
    returns: 'true or false',
    summary: 'It is a CIDR, of the given IP version where one is given; host bits may be set.',
    source: SOURCE,
    examples: [
      [['10.0.0.0/16'], true],
      [['10.0.1.5/16'], true],
      [['2001:db8::/32'], true],
      [['2001:db8::/32', 4], false],
      [['10.0.0.0/16', 4], true],
      [['999.9.9.9/99'], false],
      [['10.0.0.0'], false],
      [['010.0.0.0/8'], false],
      [[8], false],
    ],
    evaluate: (value, version) => {
      const cidr = cidrForm.read(value);
      return !(cidr instanceof Unreadable) && (version === undefined || cidr.version === version);
    },
  }),
  definePredicate({
    name: 'cidr.contains',
    operands: [need('outer', cidrForm), need('inner', rangeForm)],
    returns: 'true or false',
    summary: 'Every address of inner (a CIDR, an address or a range) lies in outer; false across IP versions.',
    source: SOURCE,
    examples: [
      [['10.0.0.0/16', '10.0.1.0/24'], true],
      [['10.0.0.0/16', '10.0.3.7'], true],
      [['10.0.0.0/24', '10.0.0.250-10.0.1.5'], false],
      [['10.0.0.0/24', '10.0.0.0/16'], false],
      [['10.0.0.0/8', '2001:db8::1'], false],
      [['999.1.1.1/99', '10.0.0.1'], 'garbage'],
    ],
    evaluate: (outer, inner) => containsSpan(outer, inner),
  }),
  definePredicate({
    name: 'cidr.equals',
    operands: [need('a', cidrForm), need('b', cidrForm)],
    returns: 'true or false',
    summary: 'Both name the same network; host bits and spelling do not matter.',
    source: SOURCE,
    examples: [
      [['10.0.1.5/16', '10.0.0.0/16'], true],
      [['2001:DB8::/32', '2001:db8:0::/32'], true],
      [['10.0.0.0/16', '10.0.0.0/17'], false],
    ],
    evaluate: (a, b) => a.version === b.version && a.first === b.first && a.prefix === b.prefix,
  }),
  definePredicate({
    name: 'cidr.overlaps',
    operands: [need('a', cidrForm), need('b', cidrForm)],
    returns: 'true or false',
    summary: 'They share at least one address.',
    source: SOURCE,
    examples: [
      [['10.0.0.0/16', '10.0.255.0/24'], true],
      [['10.0.0.0/16', '10.1.0.0/16'], false],
      [['0.0.0.0/0', '::/0'], false],
    ],
    evaluate: (a, b) => overlapSpan(a, b),
  }),
  defineAccessor({
    name: 'cidr.network',
    operands: [need('cidr', cidrForm)],
    returns: 'a string',
    summary: 'The CIDR in canonical form: host bits cleared, IPv6 as RFC 5952 has it.',
    source: `${SOURCE}; RFC 5952`,
    examples: [
      [['10.0.1.5/16'], '10.0.0.0/16'],
      [['2001:DB8:0:0::1/64'], '2001:db8::/64'],
      [['10.0.0.0'], 'garbage'],
    ],
    evaluate: (cidr) => `${formatAddress(cidr.version, cidr.first)}/${cidr.prefix}`,
  }),
  defineAccessor({
    name: 'cidr.nth',
    operands: [need('cidr', cidrForm), need('n', integer)],
    returns: 'a string',
    summary:
      'Its nth address: 0 is the network address, -1 the last (the IPv4 broadcast address). A CIDR too small for n is garbage.',
    source: SOURCE,
    examples: [
      [['10.0.4.0/24', 200], '10.0.4.200'],
      [['10.0.4.7/24', 0], '10.0.4.0'],
      [['10.0.4.0/24', -1], '10.0.4.255'],
      [['2001:db8::/64', 255], '2001:db8::ff'],
      [['10.0.4.0/28', 200], 'garbage'],
    ],
    evaluate: (cidr, n) => {
      const at = n < 0 ? cidr.last + BigInt(n) + 1n : cidr.first + BigInt(n);
      if (at >= cidr.first && at <= cidr.last) return formatAddress(cidr.version, at);
      const written = `${formatAddress(cidr.version, cidr.address)}/${cidr.prefix}`;
      return new Garbage(0, written, `a CIDR of at least ${n < 0 ? -n : n + 1} addresses`);
    },
  }),
  defineAccessor({
    name: 'cidr.prefix',
    operands: [need('cidr', cidrForm)],
    returns: 'a number',
    summary: 'The prefix length.',
    source: SOURCE,
    examples: [
      [['10.0.0.0/16'], 16],
      [['::/0'], 0],
      [['10.0.0.0/33'], 'garbage'],
    ],
    evaluate: (cidr) => cidr.prefix,
  }),
  definePredicate({
    name: 'cidr.isHost',
    operands: [need('range', rangeForm)],
    returns: 'true or false',
    summary: 'It is exactly one address: a /32, a /128 or a bare address.',
    source: SOURCE,
    examples: [
      [['10.0.0.1/32'], true],
      [['10.0.0.1'], true],
      [['10.0.0.0/31'], false],
      [['2001:db8::1/128'], true],
      [['any'], 'garbage'],
    ],
    evaluate: (range) => range.first === range.last,
  }),
  definePredicate({
    name: 'cidr.isAny',
    operands: [need('range', rangeForm)],
    returns: 'true or false',
    summary: 'It is every address of its IP version: `0.0.0.0/0`, `::/0`, or a range written out that far.',
    source: SOURCE,
    examples: [
      [['0.0.0.0/0'], true],
      [['10.1.2.3/0'], true],
      [['::/0'], true],
      [['0.0.0.0-255.255.255.255'], true],
      [['0.0.0.0/1'], false],
      [['10.0.0.1'], false],
      [['any'], 'garbage'],
    ],
    evaluate: (range) => range.first === 0n && range.last === (1n << BigInt(bitsOf(range.version))) - 1n,
  }),
  definePredicate({
    name: 'cidr.hostBits',
    operands: [need('cidr', cidrForm)],
    returns: 'true or false',
    summary: 'Bits beyond the prefix are set, so that it is an address in a network rather than the network.',
    source: SOURCE,
    examples: [
      [['10.0.1.5/16'], true],
      [['10.0.0.0/16'], false],
      [['2001:db8::1/64'], true],
    ],
    evaluate: (cidr) => cidr.address !== cidr.first,
  }),
];
