import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import t from 'tap';
import {
  type Certificates,
  type IssueOptions,
  issueCertificates,
  listServiceHosts,
} from '../../certs-scripts/issue-certificates.ts';

const DAY = 24 * 60 * 60 * 1000;
const HOSTS = [...listServiceHosts('lintel', 'lintel-system'), '192.0.2.10', '2001:db8::1'];

/** One TLS handshake over a real socket; the error code, or null when the client is content. */
async function shakeHands(served: Certificates, trusted: string, servername: string): Promise<string | null> {
  const server = createServer({ cert: served.leaf.cert, key: served.leaf.key }, (socket) => socket.end());
  server.on('tlsClientError', () => {});
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  try {
    return await new Promise((done) => {
      const socket = connect({ port, host: '127.0.0.1', servername, ca: trusted }, () => {
        socket.destroy();
        done(socket.authorized ? null : String(socket.authorizationError));
      });
      socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    });
  } finally {
    await new Promise((done) => server.close(done));
  }
}

t.test("a TLS client that trusts the authority accepts the certificate for the Service's name", async (t) => {
  const issued = await issueCertificates({ hosts: HOSTS });
  t.equal(await shakeHands(issued, issued.ca.cert, 'lintel.lintel-system.svc'), null);
  t.equal(await shakeHands(issued, issued.ca.cert, 'localhost'), null);
});

t.test('it refuses another name and another authority', async (t) => {
  const issued = await issueCertificates({ hosts: HOSTS });
  const other = await issueCertificates({ hosts: HOSTS });
  t.equal(await shakeHands(issued, issued.ca.cert, 'lintel.other.svc'), 'ERR_TLS_CERT_ALTNAME_INVALID');
  t.not(await shakeHands(issued, other.ca.cert, 'localhost'), null);
});

t.test('a bundle of two authorities trusts what either signed', async (t) => {
  const before = await issueCertificates({ hosts: HOSTS });
  const after = await issueCertificates({ hosts: HOSTS });
  const bundle = before.ca.cert + after.ca.cert;
  t.equal(await shakeHands(before, bundle, 'localhost'), null);
  t.equal(await shakeHands(after, bundle, 'localhost'), null);
});

t.test('names and addresses are told apart, and both are valid as long as asked for', async (t) => {
  const now = Date.UTC(2030, 0, 1);
  const issued = await issueCertificates({ hosts: HOSTS, days: 30, caDays: 60, now });
  const leaf = new X509Certificate(issued.leaf.cert);
  const ca = new X509Certificate(issued.ca.cert);
  t.equal(leaf.checkHost('lintel.lintel-system.svc'), 'lintel.lintel-system.svc');
  t.equal(leaf.checkIP('192.0.2.10'), '192.0.2.10');
  t.equal(leaf.checkIP('2001:db8::1'), '2001:db8::1');
  t.equal(leaf.checkHost('192.0.2.10'), undefined);
  t.equal(leaf.validToDate.getTime(), now + 30 * DAY);
  t.equal(ca.validToDate.getTime(), now + 60 * DAY);
  t.ok(leaf.validFromDate.getTime() < now, 'it begins a little earlier, for clocks that are slow');
  t.equal(ca.ca, true);
  t.equal(leaf.ca, false);
  t.equal(leaf.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
});

t.test('an authority given signs anew, so that trust need not change', async (t) => {
  const first = await issueCertificates({ hosts: HOSTS });
  const second = await issueCertificates({ hosts: HOSTS, ca: first.ca });
  t.equal(second.ca.cert, first.ca.cert);
  t.not(second.leaf.cert, first.leaf.cert);
  t.not(second.leaf.key, first.leaf.key);
  t.equal(await shakeHands(second, first.ca.cert, 'localhost'), null);
});

t.test('two authorities of one moment have different names', async (t) => {
  const now = Date.UTC(2030, 0, 1);
  const [a, b] = await Promise.all([
    issueCertificates({ hosts: HOSTS, now }),
    issueCertificates({ hosts: HOSTS, now }),
  ]);
  t.not(new X509Certificate(a.ca.cert).subject, new X509Certificate(b.ca.cert).subject);
});

t.test('what cannot be issued is refused with what is wanted', async (t) => {
  const { ca, leaf } = await issueCertificates({ hosts: HOSTS, days: 10, caDays: 10 });
  const other = await issueCertificates({ hosts: HOSTS });
  const refused: [IssueOptions, RegExp][] = [
    [{ hosts: [] }, /no host given/],
    [{ hosts: ['https://x'] }, /`https:\/\/x` is neither a DNS name nor an IP address/],
    [{ hosts: ['a b'] }, /neither/],
    [{ hosts: [`${'a'.repeat(250)}.svc`] }, /neither/],
    [{ hosts: HOSTS, days: 0 }, /`days` is 0/],
    [{ hosts: HOSTS, days: Number.NaN }, /`days` is NaN/],
    [{ hosts: HOSTS, caDays: -1 }, /`caDays` is -1/],
    [{ hosts: HOSTS, days: 20, caDays: 10 }, /outlives the authority/],
    [{ hosts: HOSTS, days: 20, ca }, /outlives the authority/],
    [{ hosts: HOSTS, ca: leaf }, /not an authority/],
    [{ hosts: HOSTS, ca: { cert: ca.cert, key: other.ca.key } }, /does not belong/],
  ];
  for (const [options, message] of refused) await t.rejects(issueCertificates(options), { message });
});

t.test('OpenSSL verifies the chain for a TLS server', async (t) => {
  if (spawnSync('openssl', ['version']).status !== 0) {
    t.comment('skipped: there is no openssl on this machine');
    return;
  }
  const folder = t.testdir();
  const issued = await issueCertificates({ hosts: HOSTS });
  writeFileSync(join(folder, 'ca.crt'), issued.ca.cert);
  writeFileSync(join(folder, 'tls.crt'), issued.leaf.cert);
  const args = ['verify', '-purpose', 'sslserver', '-verify_hostname', 'lintel.lintel-system.svc', '-CAfile', 'ca.crt'];
  t.match(execFileSync('openssl', [...args, 'tls.crt'], { cwd: folder, encoding: 'utf8' }), /tls\.crt: OK/);
});
