/**
 * The string formats that an API server checks; it passes over any other. They are what Go's libraries take, which is
 * wider than the names say: `ipv4` takes leading zeros, `uuid` needs no dashes, `hostname` takes nearly any word.
 */
import ipaddr from 'ipaddr.js';

type Check = (text: string) => boolean;

const UUID_PARTS: { readonly [version: string]: string } = {
  '': '[0-9a-f]{4}-?[0-9a-f]{4}',
  3: '3[0-9a-f]{3}-?[0-9a-f]{4}',
  4: '4[0-9a-f]{3}-?[89ab][0-9a-f]{3}',
  5: '5[0-9a-f]{3}-?[89ab][0-9a-f]{3}',
};

function uuid(version: string): Check {
  const pattern = new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${UUID_PARTS[version]}-?[0-9a-f]{12}$`, 'i');
  return (text) => pattern.test(text);
}

function matches(pattern: RegExp): Check {
  return (text) => pattern.test(text);
}

const CHANNEL = '\\s*(?:0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*';
/** Go reads a label with dashes inside; only what has a dot in it must look like a domain. */
const HOSTNAME =
  /^(?:[a-zA-Z0-9\p{S}\p{L}](?:(?:-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|(?:[a-zA-Z0-9\p{S}\p{L}](?:(?:[a-zA-Z0-9-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(?:\.)){1,}(?:[a-zA-Z\p{L}]){2,63})$/u;

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['bsonobjectid', matches(/^[0-9a-fA-F]{24}$/)],
  ['byte', matches(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/)],
  ['cidr', isCidr],
  ['creditcard', isCreditCard],
  ['date', isDate],
  ['datetime', isDateTime],
  ['duration', isDuration],
  ['email', isEmail],
  ['hexcolor', matches(/^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/)],
  ['hostname', isHostname],
  ['ipv4', isIpv4],
  ['ipv6', isIpv6],
  ['isbn', (text) => isIsbn10(text) || isIsbn13(text)],
  ['isbn10', isIsbn10],
  ['isbn13', isIsbn13],
  // these two only from Kubernetes 1.35 on
  ['k8sshortname', (text) => text.length <= 63 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(text)],
  [
    'k8slongname',
    (text) =>
      text.length <= 253 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/.test(text),
  ],
  [
    'mac',
    matches(
      /^(?:(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?:(?:\1[0-9a-f]{2}){2}|(?:\1[0-9a-f]{2}){14})?)|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}(?:\.[0-9a-f]{4}|(?:\.[0-9a-f]{4}){7})?)$/i,
    ),
  ],
  ['password', () => true],
  ['rgbcolor', matches(new RegExp(`^rgb\\(${CHANNEL},${CHANNEL},${CHANNEL}\\)$`))],
  ['ssn', matches(/^(?=.{11}$)\d{3}[- ]?\d{2}[- ]?\d{4}$/)],
  ['uri', isRequestUri],
  ['uuid', uuid('')],
  ['uuid3', uuid('3')],
  ['uuid4', uuid('4')],
  ['uuid5', uuid('5')],
]);

/** The check of a format, named with or without dashes (`date-time`); null for one that an API server does not check. */
export function findFormat(name: string): Check | null {
  return CHECKS.get(name.replaceAll('-', '')) ?? null;
}

function isHostname(text: string): boolean {
  return HOSTNAME.test(text) && Buffer.byteLength(text) <= 255 && text.split('.').every((part) => part.length <= 63);
}

function isIpv4(text: string): boolean {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return text.split('.').every((part) => Number(part) <= 255);
  return text.includes('.') && isIpv6(text);
}

function isIpv6(text: string): boolean {
  return text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text);
}

function isCidr(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  if (rest.length > 0 || !/^\d{1,3}$/.test(bits)) return false;
  const four = /^[\d.]+$/.test(address);
  return Number(bits) <= (four ? 32 : 128) && (four ? isIpv4(address) : isIpv6(address));
}

function isDate(text: string): boolean {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (found === null) return false;
  const [year, month, day] = found.slice(1).map(Number) as [number, number, number];
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isDateTime(text: string): boolean {
  const [date = '', time = ''] = text.toLowerCase().split('t');
  const found = /^(\d{2}):(\d{2}):(\d{2})(?:.\d+)?(?:z|[+-]\d{2}:\d{2})$/.exec(time);
  if (found === null || !isDate(date)) return false;
  const [hours = '', minutes = '', seconds = ''] = found.slice(1);
  return hours <= '23' && minutes <= '59' && seconds <= '59';
}

/** Go's own (`1h30m`), or any text in which a number stands before a unit (`22 ns`, `3 days`). */
function isDuration(text: string): boolean {
  if (/^[-+]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.test(text)) return true;
  const units = [...text.matchAll(/\d+\s*([A-Za-zµ]+)/g)].map(([, unit = '']) => unit.toLowerCase());
  return units.some((unit) =>
    /^(?:ns|us|ms|s|m|h|hr|d|w|wk|nano.*|µs|micro.*|milli.*|sec.*|min.*|hour.*|day.*|week.*)$/.test(unit),
  );
}

/** An address, alone or behind a name: `Kari <kari@example.no>`. */
function isEmail(text: string): boolean {
  const inside = /^[^<>@]*<([^<>]+)>\s*$/.exec(text.trim())?.[1] ?? text.trim();
  return /^(?:"[^"\n]+"|[^\s"(),:;<>@[\]\\.]+(?:\.[^\s"(),:;<>@[\]\\.]+)*)@(?:\[[^[\]\s]+\]|[^\s"(),:;<>@[\]\\.]+(?:\.[^\s"(),:;<>@[\]\\.]+)*)$/.test(
    inside,
  );
}

/** An absolute URI or an absolute path, as in the first line of a request. Behind a scheme without `/` all is taken. */
function isRequestUri(text: string): boolean {
  if (/[\0-\x1f\x7f]/.test(text)) return false;
  if (text === '*') return true;
  const [, scheme = '', rest = ''] = /^([a-zA-Z][a-zA-Z0-9+.-]*:)?(.*)$/s.exec(text.split('?', 1)[0] ?? '') ?? [];
  if (!rest.startsWith('/')) return scheme !== '';
  if (/%(?![0-9a-fA-F]{2})/.test(rest)) return false;
  const host = scheme === '' ? '' : (/^\/\/([^/]*)/.exec(rest)?.[1] ?? '');
  return !/[\s<>"{}|\\^`]/.test(host) && /^(?:[^@]*@)?(?:\[[^\]]*\]|[^:]*)(?::\d*)?$/.test(host);
}

function isCreditCard(text: string): boolean {
  const digits = text.replace(/[^0-9]+/g, '');
  const known =
    /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/;
  if (!known.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

function isIsbn10(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, '');
  if (!/^(?:\d{9}X|\d{10})$/.test(digits)) return false;
  const sum = [...digits].reduce((total, digit, at) => total + (at + 1) * (digit === 'X' ? 10 : Number(digit)), 0);
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, '');
  if (!/^\d{13}$/.test(digits)) return false;
  const sum = [...digits.slice(0, 12)].reduce((total, digit, at) => total + (at % 2 === 0 ? 1 : 3) * Number(digit), 0);
  return Number(digits[12]) === (10 - (sum % 10)) % 10;
}
