/** The certificate that `lintel serve` shows: files that are followed, or one issued in memory. */
import { basename, dirname, relative } from 'node:path';
import { issueCertificates, listServiceHosts } from '../../certs-scripts/issue-certificates.ts';
import { type Config, ConfigError } from '../config.ts';
import type { Log } from '../log.ts';
import { type CertificateSource, createFixedCertificate, watchCertificate } from '../webhook/tls.ts';

/**
 * Opens the certificate of the configuration.
 * @throws ConfigError when the files cannot be used
 */
export async function openCertificate(tls: Config['tls'], log: Log): Promise<CertificateSource> {
  if (tls === null) {
    const { ca, leaf } = await issueCertificates({ hosts: listServiceHosts('lintel', 'lintel-system') });
    log.info({ caBundle: Buffer.from(ca.cert).toString('base64') }, 'issued a certificate in memory');
    return createFixedCertificate(leaf);
  }
  const directory = dirname(tls.cert);
  try {
    return await watchCertificate({
      directory,
      certFile: basename(tls.cert),
      keyFile: relative(directory, tls.key),
      log,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`the certificate \`${tls.cert}\` with the key \`${tls.key}\` cannot be used: ${reason}`);
  }
}
