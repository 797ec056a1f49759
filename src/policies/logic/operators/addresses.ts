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

/** An interval with its IPv4 ends once more as plain numbers, which are compared far quicker; -1 for IPv6. */
export interface Span extends Interval {
  low: number;
  high: number;
}

export interface Cidr extends Interval {
  /** The address as written, host bits and all. */
  address: bigint;
  prefix: number;
}

export type CidrSpan = Cidr & Span;

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
  const value = readDecimalParts(text, 0, text.length);
  return value < 0 ? null : { version: 4, value: BigInt(value) };
}

const ZERO = 0x30;
const DOT = 0x2e;

/** Four decimal parts up to 255 without leading zeros, from `start` to before `end`, as one number; -1 when it is not that. */
function readDecimalParts(text: string, start: number, end: number): number {
  let value = 0;
  let part = -1;
  let dots = 0;
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code === DOT) {
      if (part < 0 || ++dots > 3) return -1;
      value = value * 256 + part;
      part = -1;
      continue;
    }
    const digit = code - ZERO;
    // A part of 0 that goes on has a leading zero.
    if (digit < 0 || digit > 9 || part === 0) return -1;
    part = part < 0 ? digit : part * 10 + digit;
    if (part > 255) return -1;
  }
  return dots === 3 && part >= 0 ? value * 256 + part : -1;
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
  const cidr = parseCidrSpan(text);
  if (!cidr) return null;
  const { version, first, last, address, prefix } = cidr;
  return { version, first, last, address, prefix };
}

/** As {@link parseCidr}, with the plain numbers. */
export function parseCidrSpan(text: string): CidrSpan | null {
  const slash = text.indexOf('/');
  if (slash < 0 || slash > MAX_ADDRESS || !PREFIX.test(text.slice(slash + 1))) return null;
  const prefix = Number(text.slice(slash + 1));
  const plain = prefix <= 32 ? readDecimalParts(text, 0, slash) : -1;
  if (plain >= 0) return cidrOfNumber(plain, prefix);
  const address = parseAddress(text.slice(0, slash));
  if (!address || prefix > bitsOf(address.version)) return null;
  const size = 1n << BigInt(bitsOf(address.version) - prefix);
  const first = address.value - (address.value % size);
  return { ...createSpan(address.version, first, first + size - 1n), address: address.value, prefix };
}

function cidrOfNumber(address: number, prefix: number): CidrSpan {
  const size = 2 ** (32 - prefix);
  const low = address - (address % size);
  const high = low + size - 1;
  return { version: 4, first: BigInt(low), last: BigInt(high), low, high, address: BigInt(address), prefix };
}

/** @param last not before `first` */
function createSpan(version: IpVersion, first: bigint, last: bigint): Span {
  const low = version === 4 ? Number(first) : -1;
  return { version, first, last, low, high: version === 4 ? Number(last) : -1 };
}

/**
 * Reads a CIDR, an address, `first-last` or, for IPv4, `a.b.c.d-e` where `e` replaces the last part (hctl's short
 * form). Blanks around the hyphen are allowed, as MetalLB allows them. Null when it is none, or runs backwards.
 */
export function parseRange(text: string): Interval | null {
  const span = parseRangeSpan(text);
  return span && { version: span.version, first: span.first, last: span.last };
}

/** As {@link parseRange}, with the plain numbers. */
export function parseRangeSpan(text: string): Span | null {
  if (text.includes('/')) return parseCidrSpan(text);
  const hyphen = text.indexOf('-');
  const first = parseAddress(hyphen < 0 ? text : text.slice(0, hyphen).trimEnd());
  if (!first) return null;
  const last = hyphen < 0 ? first : parseEnd(first, text.slice(hyphen + 1).trimStart());
  if (!last || last.version !== first.version || last.value < first.value) return null;
  return createSpan(first.version, first.value, last.value);
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

/** As {@link containsInterval}, quicker for IPv4. */
export function containsSpan(outer: Span, inner: Span): boolean {
  if (outer.version !== 4 || inner.version !== 4) return containsInterval(outer, inner);
  return outer.low <= inner.low && inner.high <= outer.high;
}

/** As {@link overlapInterval}, quicker for IPv4. */
export function overlapSpan(a: Span, b: Span): boolean {
  if (a.version !== 4 || b.version !== 4) return overlapInterval(a, b);
  return a.low <= b.high && b.low <= a.high;
}
