import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import t from 'tap';
import {
  bitsOf,
  containsInterval,
  formatAddress,
  type IpVersion,
  overlapInterval,
  parseAddress,
  parseCidr,
  parseRange,
} from '../../../../src/policies/logic/operators/addresses.ts';

const address = fc.oneof(
  fc.record({ version: fc.constant<IpVersion>(4), value: fc.bigInt(0n, 2n ** 32n - 1n) }),
  fc.record({ version: fc.constant<IpVersion>(6), value: fc.bigInt(0n, 2n ** 128n - 1n) }),
);
const isMapped = (value: bigint) => value >> 32n === 0xffffn;

t.test('every address reads back from its canonical text', async (t) => {
  fc.assert(
    fc.property(address, ({ version, value }) => {
      fc.pre(version === 4 || !isMapped(value));
      const read = parseAddress(formatAddress(version, value));
      return read?.version === version && read.value === value;
    }),
  );
  t.pass();
});

t.test(
  'what is read as an address is what the operating system takes for one, but for zones and mapped ones',
  async (t) => {
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.ipV4Extended(),
      fc.stringMatching(/^[0-9a-f:.]{0,20}$/),
      fc.stringMatching(/^(0{0,4}[0-9a-f]?:){1,8}(:|[0-9]{1,3}\.[0-9]\.[0-9]{1,3}\.[0-9])?$/),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        const read = parseAddress(candidate);
        if (read) return read.version === 4 ? isIPv4(candidate) : isIPv6(candidate);
        if (!isIPv6(candidate)) return !isIPv4(candidate);
        return new URL(`http://[${candidate}]/`).hostname.startsWith('[::ffff:');
      }),
      { numRuns: 2_000 },
    );
    t.pass();
  },
);

t.test('the older spellings of IPv4 are refused', async (t) => {
  for (const text of [
    '1.2.3',
    '1.2',
    '16909060',
    '0x1.2.3.4',
    '01.2.3.4',
    '1.2.3.04',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '1.2.3.4.',
    '256.1.1.1',
    '1..2.3',
  ]) {
    t.equal(parseAddress(text), null, text);
  }
});

t.test('IPv6 with a decimal tail is read, and refused when it is IPv4 in disguise', async (t) => {
  t.equal(parseAddress('64:ff9b::1.2.3.4')?.value, parseAddress('64:ff9b::102:304')?.value);
  t.equal(parseAddress('::1.2.3.4')?.value, 0x01020304n, 'an IPv4-compatible address keeps its own value');
  for (const text of [
    '::ffff:1.2.3.4',
    '::ffff:102:304',
    '0:0:0:0:0:ffff:1.2.3.4',
    '::FFFF:0:0/96',
    '::ffff:01.2.3.4',
    '1::1.2.3.04',
    'fe80::1%eth0',
    '1.2.3.4::',
    '::1.2.3.4:5',
  ]) {
    t.equal(parseAddress(text) ?? parseCidr(text), null, text);
  }
});

t.test('a CIDR keeps the address written and spans its network', async (t) => {
  t.strictSame(parseCidr('10.0.1.5/16'), {
    version: 4,
    first: 0x0a000000n,
    last: 0x0a00ffffn,
    address: 0x0a000105n,
    prefix: 16,
  });
  for (const text of [
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/016',
    '10.0.0.0/-1',
    '/8',
    '10.0.0.0/8/8',
    '10.0.0.0/ 8',
    '10.0.0/8',
  ]) {
    t.equal(parseCidr(text), null, text);
  }
});

t.test('the four forms of a range are read', async (t) => {
  const spans = (text: string) => {
    const range = parseRange(text);
    return range && `${formatAddress(range.version, range.first)} ${formatAddress(range.version, range.last)}`;
  };
  t.equal(spans('10.0.4.200-253'), '10.0.4.200 10.0.4.253');
  t.equal(spans('10.0.4.200 - 10.0.5.3'), '10.0.4.200 10.0.5.3');
  t.equal(spans('10.0.4.7'), '10.0.4.7 10.0.4.7');
  t.equal(spans('2001:DB8::-2001:db8::f'), '2001:db8:: 2001:db8::f');
  for (const text of [
    '',
    '-',
    '10.0.4.9-8',
    '10.0.4.1-',
    '-10.0.4.1',
    '10.0.4.1-2-3',
    '10.0.4.1-256',
    '2001:db8::1-5',
    '10.0.0.0/24-10.0.1.0/24',
    '10.0.4.1-::1',
  ]) {
    t.equal(parseRange(text), null, JSON.stringify(text));
  }
});

t.test('overlap is symmetric, and containing is overlap with both ends inside', async (t) => {
  const interval = fc
    .tuple(fc.constantFrom<IpVersion>(4, 6), fc.bigInt(0n, 40n), fc.bigInt(0n, 40n))
    .map(([version, a, length]) => ({ version, first: a, last: a + length > 40n ? 40n : a + length }));
  fc.assert(
    fc.property(interval, interval, (a, b) => {
      let shared = 0n;
      for (let at = 0n; at <= 40n; at += 1n) {
        if (a.version === b.version && at >= a.first && at <= a.last && at >= b.first && at <= b.last) shared += 1n;
      }
      return (
        overlapInterval(a, b) === shared > 0n &&
        overlapInterval(b, a) === shared > 0n &&
        containsInterval(a, b) === (shared === b.last - b.first + 1n)
      );
    }),
  );
  t.equal(bitsOf(6), 128);
});
