import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../log.ts';
import type { Check } from './probes.ts';

/** A certificate chain and its key, both PEM. */
export interface CertificatePair {
  cert: string | Buffer;
  key: string | Buffer;
}

export interface CertificateSource {
  /** The pair in force; always one that fits together. */
  current(): CertificatePair;
  /** End of the leaf's validity in milliseconds since 1970. */
  notAfter(): number;
  /** Called with each new pair; the return value ends that. */
  onChange(listener: (pair: CertificatePair) => void): () => void;
  close(): void;
}

/** A pair held in memory, which never changes. Throws an Error when certificate and key do not fit together. */
export function createFixedCertificate(pair: CertificatePair): CertificateSource {
  const notAfter = readNotAfter(pair);
  return { current: () => pair, notAfter: () => notAfter, onChange: () => () => undefined, close: () => undefined };
}

export interface CertificateFiles {
  directory: string;
  /** Default `tls.crt`, as in a Secret of type kubernetes.io/tls. */
  certFile?: string;
  /** Default `tls.key`. */
  keyFile?: string;
  log: Log;
  /** Default 10,000: a watch is blind on some file systems and after some renames. */
  pollMs?: number;
}

/** A burst of events of one change (a kubelet swaps a link; others write two files) is one reading. */
const SETTLE_MS = 100;

/**
 * A pair in files that somebody renews. Bytes are compared, and a pair that cannot be read or does not fit together
 * (one file written, the other not yet) leaves the last good one in force. Rejects when the first pair is not good.
 */
export async function watchCertificate(files: CertificateFiles): Promise<CertificateSource> {
  const { directory, log } = files;
  const certPath = join(directory, files.certFile ?? 'tls.crt');
  const keyPath = join(directory, files.keyFile ?? 'tls.key');
  const listeners = new Set<(pair: CertificatePair) => void>();
  let pair = await readPair();
  let notAfter = readNotAfter(pair);
  let lastProblem = '';

  async function readPair(): Promise<{ cert: Buffer; key: Buffer }> {
    const [cert, key] = await Promise.all([readFile(certPath), readFile(keyPath)]);
    return { cert, key };
  }

  async function refresh(): Promise<void> {
    try {
      const next = await readPair();
      if (next.cert.equals(pair.cert) && next.key.equals(pair.key)) return;
      notAfter = readNotAfter(next);
      pair = next;
      lastProblem = '';
      log.info({ directory, notAfter: new Date(notAfter).toISOString() }, 'certificate changed');
      for (const listener of listeners) listener(next);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== lastProblem) log.warn({ directory, problem }, 'certificate not usable, the last good one stays');
      lastProblem = problem;
    }
  }

  const watching = watchDirectory(directory, refresh, files.pollMs ?? 10_000, log);
  return {
    current: () => pair,
    notAfter: () => notAfter,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: watching.close,
  };
}

/** Ready as long as the certificate is valid. @param now milliseconds since 1970 */
export function checkCertificate(source: CertificateSource, now: () => number): Check {
  return {
    name: 'certificate',
    problem() {
      const notAfter = source.notAfter();
      return now() < notAfter ? null : `expired at ${new Date(notAfter).toISOString()}; renew it`;
    },
  };
}

function watchDirectory(directory: string, refresh: () => Promise<void>, pollMs: number, log: Log): { close(): void } {
  let settling: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  const stopWatching = (error: unknown): void => {
    watcher?.close();
    watcher = undefined;
    log.warn(
      { directory, problem: error instanceof Error ? error.message : String(error) },
      'cannot watch, polling only',
    );
  };
  try {
    watcher = watch(directory, { persistent: false }, () => {
      clearTimeout(settling);
      settling = setTimeout(refresh, SETTLE_MS).unref();
    });
    watcher.on('error', stopWatching);
  } catch (error) {
    stopWatching(error);
  }
  const polling = setInterval(refresh, pollMs).unref();
  return {
    close() {
      clearTimeout(settling);
      clearInterval(polling);
      watcher?.close();
    },
  };
}

/** Milliseconds since 1970. Throws when the PEM cannot be read or the key is another certificate's. */
function readNotAfter({ cert, key }: CertificatePair): number {
  const leaf = new X509Certificate(cert);
  if (!leaf.checkPrivateKey(createPrivateKey(key)))
    throw new Error('the private key does not belong to the certificate');
  return leaf.validToDate.getTime();
}
