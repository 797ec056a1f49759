import type { Operator } from '../operator.ts';
import { definePredicate, type Form, need } from './define.ts';
import { parsedText, text } from './forms.ts';

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Kubernetes bounds the whole subdomain only, not its labels. */
const SUBDOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const MAX_SUBDOMAIN = 253;

function isSubdomain(value: string): boolean {
  return value.length <= MAX_SUBDOMAIN && SUBDOMAIN.test(value);
}

/** Lower case, without the final dot of a fully qualified name; null when it is not a name. */
function parseDomain(value: string): string | null {
  const name = value.toLowerCase().replace(/\.$/, '');
  return isSubdomain(name) ? name : null;
}

/** As a domain; the first label may be `*`. */
function parseHost(value: string): string | null {
  if (value === '*') return value;
  const wildcard = value.startsWith('*.');
  const domain = parseDomain(wildcard ? value.slice(2) : value);
  if (domain === null) return null;
  return wildcard ? `*.${domain}` : domain;
}

const hostForm: Form<string> = parsedText('a host name, whose first label may be `*`', parseHost);
const domainForm: Form<string> = parsedText('a domain name', parseDomain);

export const DNS_OPERATORS: readonly Operator[] = [
  definePredicate({
    name: 'dns.label',
    operands: [need('name', text)],
    returns: 'true or false',
    summary: 'It is one RFC 1123 label: at most 63 small letters, digits and hyphens, hyphens not at the ends.',
    source: 'RFC 1123 §2.1, as k8s.io/apimachinery/pkg/util/validation, IsDNS1123Label',
    examples: [
      [['web-01'], true],
      [['1web'], true],
      [['Web'], false],
      [['-web'], false],
      [['web.example'], false],
      [['a'.repeat(64)], false],
      [[''], false],
      [[5], 'garbage'],
    ],
    evaluate: (name) => LABEL.test(name),
  }),
  definePredicate({
    name: 'dns.subdomain',
    operands: [need('name', text)],
    returns: 'true or false',
    summary: 'It is an RFC 1123 subdomain: labels with dots between them, at most 253 characters.',
    source: 'RFC 1123 §2.1, as k8s.io/apimachinery/pkg/util/validation, IsDNS1123Subdomain',
    examples: [
      [['web.example.org'], true],
      [['web'], true],
      [['web..example'], false],
      [['web.example.'], false],
      [['*.example.org'], false],
      [['web_1'], false],
    ],
    evaluate: (name) => isSubdomain(name),
  }),
  definePredicate({
    name: 'dns.under',
    operands: [need('host', hostForm), need('domain', domainForm)],
    returns: 'true or false',
    summary: 'The host is the domain itself or lies below it; case and a final dot do not matter.',
    source: 'RFC 4343, RFC 1034 §3.1; wildcards as in Ingress and Gateway hosts',
    examples: [
      [['web.example.org', 'example.org'], true],
      [['example.org', 'example.org'], true],
      [['*.example.org', 'example.org'], true],
      [['WEB.Example.org.', 'example.org'], true],
      [['badexample.org', 'example.org'], false],
      [['*.org', 'example.org'], false],
      [['*', 'example.org'], false],
      [['https://example.org', 'example.org'], 'garbage'],
    ],
    evaluate: (host, domain) => host === domain || host.endsWith(`.${domain}`),
  }),
];
