import type { Operator } from '../operator.ts';
import { parseAddress } from './addresses.ts';
import { defineAccessor, type Form, need } from './define.ts';
import { parsedText } from './forms.ts';

interface UrlParts {
  scheme: string;
  /** Without port, user and brackets; null where the URL has no host. */
  host: string | null;
}

/** RFC 3986 §2: only these may stand in a URI, a percent sign only before two hexadecimal digits. */
const LETTERS = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/;
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/;
const REG_NAME = /^[A-Za-z0-9\-._~!$&'()*+,;=]+$/;
const MAX_PORT = 65_535;

/** Reads an absolute URL; null when it is not one, or when programs disagree on which host it names. */
export function parseUrl(text: string): UrlParts | null {
  const scheme = SCHEME.exec(text)?.[1];
  if (scheme === undefined || !LETTERS.test(text)) return null;
  const rest = text.slice(scheme.length + 1);
  const parts: UrlParts = { scheme: scheme.toLowerCase(), host: null };
  if (!rest.startsWith('//')) return /[[\]]/.test(rest) ? null : parts;
  const end = rest.slice(2).search(/[/?#]/);
  const authority = end < 0 ? rest.slice(2) : rest.slice(2, end + 2);
  if (/[[\]]/.test(rest.slice(2 + authority.length))) return null;
  if (authority === '') return parts;
  const host = parseHost(authority);
  return host === null ? null : { ...parts, host };
}

function parseHost(authority: string): string | null {
  const at = authority.indexOf('@');
  const [, bracketed, name, port] = /^(?:\[([^[\]]*)\]|([^:[\]@]*))(?::([0-9]*))?$/.exec(authority.slice(at + 1)) ?? [];
  if (Number(port ?? '0') > MAX_PORT || (at >= 0 && /[[\]]/.test(authority.slice(0, at)))) return null;
  if (bracketed !== undefined) return parseAddress(bracketed)?.version === 6 ? bracketed.toLowerCase() : null;
  return name !== undefined && REG_NAME.test(name) ? name.toLowerCase() : null;
}

const urlForm: Form<UrlParts> = parsedText('an absolute URL such as `https://example.org/path`', parseUrl);

export const URL_OPERATORS: readonly Operator[] = [
  defineAccessor({
    name: 'url.scheme',
    operands: [need('url', urlForm)],
    returns: 'a string',
    summary: 'The scheme in small letters.',
    source: 'RFC 3986 §3.1',
    examples: [
      [['HTTPS://example.org/'], 'https'],
      [['oci://ghcr.io/team/chart'], 'oci'],
      [['mailto:ops@example.org'], 'mailto'],
      [['/only/a/path'], 'garbage'],
      [['https://exa mple.org'], 'garbage'],
    ],
    evaluate: (url) => url.scheme,
  }),
  defineAccessor({
    name: 'url.host',
    operands: [need('url', urlForm)],
    returns: 'a string; null where the URL has no host',
    summary: 'The host in small letters, without user, port and IPv6 brackets. A percent sign in a host is garbage.',
    source: 'RFC 3986 §3.2.2',
    examples: [
      [['https://Example.org:8443/path?q'], 'example.org'],
      [['https://user@example.org'], 'example.org'],
      [['https://example.org@evil.example/'], 'evil.example'],
      [['https://evil.example#@example.org'], 'evil.example'],
      [['http://[2001:db8::1]:80/'], '2001:db8::1'],
      [['file:///etc/hosts'], null],
      [['https://example.org\\@evil.example'], 'garbage'],
      [['https://a@b@example.org'], 'garbage'],
      [['https://ex%61mple.org'], 'garbage'],
      [['git@github.com:team/repo'], 'garbage'],
    ],
    evaluate: (url) => url.host,
  }),
];
