import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { generate } from 'selfsigned';

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  cert: string;
  key: string;
}

/** A certificate authority and a serving certificate that it signed. */
export interface Certificates {
  ca: KeyPair;
  leaf: KeyPair;
}

export interface IssueOptions {
  /** DNS names and IP addresses of the serving certificate; at least one. */
  hosts: readonly string[];
  /** Days the serving certificate is good for. Default {@link LEAF_DAYS}. */
  days?: number;
  /** Days the authority is good for. Default {@link CA_DAYS}. */
  caDays?: number;
  /** An authority to sign with, instead of a new one: renewal without a change of caBundle. */
  ca?: KeyPair;
  /** When both begin, in milliseconds since the epoch. Default: now. */
  now?: number;
}

/** TLS clients such as Apple's refuse serving certificates above 398 days; a year stays below. */
export const LEAF_DAYS = 365;
export const CA_DAYS = 3650;

const DAY = 24 * 60 * 60 * 1000;
/** Clocks of API server and issuer differ; a certificate from the future is refused. */
const BACKDATE = 5 * 60 * 1000;
const NAME = /^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/iu;

/** The names under which an API server and a person on the machine reach a Service. */
export function listServiceHosts(service: string, namespace: string): string[] {
  return [
    `${service}.${namespace}.svc`,
    `${service}.${namespace}.svc.cluster.local`,
    `${service}.${namespace}`,
    'localhost',
    '127.0.0.1',
  ];
}

/**
 * Issues an authority (unless one is given) and a serving certificate signed by it, both with P-256 keys.
 * Throws an Error when a host is neither a DNS name nor an IP address, when the serving certificate would outlive
 * the authority, or when the authority given is none or its key belongs to another.
 */
export async function issueCertificates(options: IssueOptions): Promise<Certificates> {
  const { hosts, days = LEAF_DAYS, caDays = CA_DAYS, now = Date.now() } = options;
  checkHosts(hosts);
  checkDays('days', days);
  checkDays('caDays', caDays);
  const notBeforeDate = new Date(now - BACKDATE);
  const notAfterDate = new Date(now + days * DAY);
  const caEnd = options.ca === undefined ? new Date(now + caDays * DAY) : checkAuthority(options.ca);
  if (notAfterDate > caEnd) {
    throw new Error(
      `\`days\` is ${days}, which outlives the authority (until ${caEnd.toISOString()}); take fewer days or a new authority`,
    );
  }
  const ca = options.ca ?? (await issueAuthority(notBeforeDate, caEnd));
  const leaf = await issueLeaf(hosts, ca, notBeforeDate, notAfterDate);
  return { ca, leaf };
}

function checkHosts(hosts: readonly string[]): void {
  if (hosts.length === 0) throw new Error('no host given, wanted at least one DNS name or IP address');
  for (const host of hosts) {
    if (isIP(host) === 0 && (host.length > 253 || !NAME.test(host))) {
      throw new Error(`host \`${host}\` is neither a DNS name nor an IP address; leave out scheme and port`);
    }
  }
}

function checkDays(name: string, value: number): void {
  if (!Number.isFinite(value) || value <= 0 || value > 36500) {
    throw new Error(`\`${name}\` is ${value}, wanted a number of days above 0 and up to 36500`);
  }
}

/** When the authority given ends. */
function checkAuthority(ca: KeyPair): Date {
  const certificate = new X509Certificate(ca.cert);
  if (!certificate.ca) throw new Error('the certificate given to sign with is not an authority; wanted `CA:TRUE`');
  if (!certificate.checkPrivateKey(createPrivateKey(ca.key))) {
    throw new Error('the key given to sign with does not belong to the certificate of the authority');
  }
  return certificate.validToDate;
}

async function issueAuthority(notBeforeDate: Date, notAfterDate: Date): Promise<KeyPair> {
  // Two authorities of one name would be hard to tell apart while a bundle holds both.
  const name = `Lintel CA ${notBeforeDate.toISOString().slice(0, 10)} ${randomBytes(4).toString('hex')}`;
  const issued = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate,
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { cert: endLine(issued.cert), key: endLine(issued.private) };
}

async function issueLeaf(
  hosts: readonly string[],
  ca: KeyPair,
  notBeforeDate: Date,
  notAfterDate: Date,
): Promise<KeyPair> {
  // Go's TLS, and so the API server, reads subjectAltName only. A common name is at most 64 characters (RFC 5280).
  const commonName = hosts.find((host) => host.length <= 64) ?? 'lintel';
  const issued = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate,
    notAfterDate,
    ca,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [...new Set(hosts)].map((host) =>
          isIP(host) === 0 ? { type: 2 as const, value: host } : { type: 7 as const, ip: host },
        ),
      },
    ],
  });
  return { cert: endLine(issued.cert), key: endLine(issued.private) };
}

/** PEM blocks are concatenated to bundles: without the line break two of them would run into each other. */
function endLine(pem: string): string {
  return pem.endsWith('\n') ? pem : `${pem}\n`;
}
