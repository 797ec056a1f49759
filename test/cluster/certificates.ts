// Throw-away certificates for servers on the loopback interface.

import { generate } from 'selfsigned';

/** PEM texts: the authority's certificate, and the server's key with the certificate that it signed. */
export interface ServerCertificate {
  ca: string;
  cert: string;
  key: string;
}

/** Issues an authority and a server certificate for 127.0.0.1 and localhost (EC P-256, valid one year). */
export async function issueLoopbackCertificate(commonName: string): Promise<ServerCertificate> {
  const kind = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;
  const authority = await generate([{ name: 'commonName', value: `${commonName} test authority` }], {
    ...kind,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: commonName }], {
    ...kind,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: '127.0.0.1' },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
  return { ca: authority.cert, cert: server.cert, key: server.private };
}
