/**
 * IPv4 and IPv6 addresses, CIDRs and ranges as whole numbers. Reading is strict, as Kubernetes validates new fields
 * (k8s.io/apimachinery/pkg/util/validation, IsValidIP): four decimal parts without leading zeros, no zone, and no
 * IPv4-mapped IPv6 address, which one program takes for IPv4 and the next for IPv6.
 */
import ipaddr from 'ipaddr.js';

export type IpVersion = 4 | 6;

export interface Address {
  version: IpVersion;
  value: bigint;
}

/** All addresses from `first` to `last`, both included. */
export interface Interval {
  version: IpVersion;
  first: bigint;
  last: bigint;
}

export interface Cidr extends Interval {
  /** The address as written, host bits and all. */
  address: bigint;
  prefix: number;
}

const DECIMAL_PARTS = /^(0|[1-9][0-9]{0,2})(\.(0|[1-9][0-9]{0,2})){3}$/;
const IPV6_LETTERS = /^[0-9a-fA-F:.]+$/;
const PREFIX = /^(0|[1-9][0-9]{0,2})$/;
const SHORT_END = /^(0|[1-9][0-9]{0,2})$/;

/** Longest text of an address; the longest that RFC 4291 allows has 45 characters. */
const MAX_ADDRESS = 45;

/** Number of bits of an address. */
export function bitsOf(version: IpVersion): number {
  return version === 4 ? 32 : 128;
}

/** Reads one address, null when it is not one. */
export function parseAddress(text: string): Address | null {
  if (text.length > MAX_ADDRESS) return null;
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Address | null {
  if (!DECIMAL_PARTS.test(text) || !ipaddr.IPv4.isValidFourPartDecimal(text)) return null;
  return { version: 4, value: joinParts(ipaddr.IPv4.parse(text).octets, 8n) };
}

function parseIpv6(text: string): Address | null {
  if (!IPV6_LETTERS.test(text)) return null;
  let plain = text;
  const tail = text.includes('.') ? text.slice(text.lastIndexOf(':') + 1) : null;
  if (tail !== null) {
    // The library reads `::1.2.3.4` as the IPv4-mapped address, so the decimal tail is put into hexadecimal here.
    const low = parseIpv4(tail);
    if (!low) return null;
    plain = `${text.slice(0, -tail.length)}${(low.value >> 16n).toString(16)}:${(low.value & 0xffffn).toString(16)}`;
  }
  if (!ipaddr.IPv6.isValid(plain)) return null;
  const value = joinParts(ipaddr.IPv6.parse(plain).parts, 16n);
  return value >> 32n === 0xffffn ? null : { version: 6, value };
}

function joinParts(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((value, part) => (value << bits) | BigInt(part), 0n);
}

/** Reads `address/prefix`; host bits may be set. Null when it is not a CIDR. */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf('/');
  if (slash < 0 || !PREFIX.test(text.slice(slash + 1))) return null;
  const address = parseAddress(text.slice(0, slash));
  const prefix = Number(text.slice(slash + 1));
  if (!address || prefix > bitsOf(address.version)) return null;
  const size = 1n << BigInt(bitsOf(address.version) - prefix);
  const first = address.value - (address.value % size);
  return { version: address.version, first, last: first + size - 1n, address: address.value, prefix };
}

/**
 * Reads a CIDR, an address, `first-last` or, for IPv4, `a.b.c.d-e` where `e` replaces the last part (hctl's short
 * form). Blanks around the hyphen are allowed, as MetalLB allows them. Null when it is none, or runs backwards.
 */
export function parseRange(text: string): Interval | null {
  if (text.includes('/')) return parseCidr(text);
  const hyphen = text.indexOf('-');
  const first = parseAddress(hyphen < 0 ? text : text.slice(0, hyphen).trimEnd());
  if (!first) return null;
  const last = hyphen < 0 ? first : parseEnd(first, text.slice(hyphen + 1).trimStart());
  if (!last || last.version !== first.version || last.value < first.value) return null;
  return { version: first.version, first: first.value, last: last.value };
}

function parseEnd(first: Address, text: string): Address | null {
  if (!SHORT_END.test(text)) return parseAddress(text);
  const part = Number(text);
  if (first.version !== 4 || part > 255) return null;
  return { version: 4, value: ((first.value >> 8n) << 8n) | BigInt(part) };
}

/** Canonical text: IPv4 dotted decimal, IPv6 as RFC 5952 has it. */
export function formatAddress(version: IpVersion, value: bigint): string {
  const bytes: number[] = [];
  for (let shift = BigInt(bitsOf(version) - 8); shift >= 0n; shift -= 8n) bytes.push(Number((value >> shift) & 0xffn));
  return (version === 4 ? new ipaddr.IPv4(bytes) : new ipaddr.IPv6(bytes)).toString();
}

/** `inner` lies wholly inside `outer`. */
export function containsInterval(outer: Interval, inner: Interval): boolean {
  return outer.version === inner.version && outer.first <= inner.first && inner.last <= outer.last;
}

/** They share at least one address. */
export function overlapInterval(a: Interval, b: Interval): boolean {
  return a.version === b.version && a.first <= b.last && b.first <= a.last;
}
