import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import t from 'tap';
import {
  type CertificatePair,
  checkCertificate,
  createFixedCertificate,
  watchCertificate,
} from '../../src/webhook/tls.ts';
import { createCapturedLog, exchange, issueCertificate, startDoor } from './live-door.ts';
import { sampleSet } from './sample-policies.ts';

function write(directory: string, pair: CertificatePair): void {
  writeFileSync(join(directory, 'tls.crt'), pair.cert);
  writeFileSync(join(directory, 'tls.key'), pair.key);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10);
}

t.test('a fixed pair has an end, and has to fit together', async (t) => {
  const [pair, other] = await Promise.all([issueCertificate(), issueCertificate()]);
  const source = createFixedCertificate(pair);
  t.ok(source.notAfter() > 0);
  const check = checkCertificate(source, () => source.notAfter() - 1);
  t.equal(check.problem(), null);
  t.match(checkCertificate(source, () => source.notAfter()).problem(), /^expired at .*; renew it$/);
  t.throws(() => createFixedCertificate({ cert: pair.cert, key: other.key }), { message: /does not belong/ });
  t.throws(() => createFixedCertificate({ cert: 'nonsense', key: pair.key }));
});

t.test('new connections get a renewed certificate, open ones go on', async (t) => {
  const directory = t.testdir({});
  const [first, second] = await Promise.all([issueCertificate('first'), issueCertificate('second')]);
  write(directory, first);
  const { log, lines } = createCapturedLog();
  const certificate = await watchCertificate({ directory, log, pollMs: 50 });
  t.teardown(() => certificate.close());
  const door = await startDoor(sampleSet, { server: { certificate } });
  t.teardown(door.stop);
  const open = async (): Promise<TLSSocket> => {
    const socket = connect({
      port: door.port,
      host: '127.0.0.1',
      ca: [first.cert, second.cert],
      servername: 'localhost',
    });
    await once(socket, 'secureConnect');
    t.teardown(() => socket.destroy());
    return socket;
  };
  const before = await open();
  t.equal(before.getPeerCertificate().subject.CN, 'first');
  write(directory, second);
  await until(() => lines.some(({ msg }) => msg === 'certificate changed'));
  const after = await open();
  t.equal(after.getPeerCertificate().subject.CN, 'second');
  before.write('GET /livez HTTP/1.1\r\nhost: x\r\n\r\n');
  t.match(String((await once(before, 'data'))[0]), /^HTTP\/1\.1 200/);
  await t.rejects(
    exchange({ port: door.port, method: 'GET', path: '/livez', ca: first.cert }),
    'the old root does not fit the new leaf',
  );
  t.equal((await exchange({ port: door.port, method: 'GET', path: '/livez', ca: second.cert })).status, 200);
});

t.test('a link that is swapped, as a kubelet does, is followed by the watch alone', async (t) => {
  const directory = t.testdir({});
  const [first, second] = await Promise.all([issueCertificate('first'), issueCertificate('second')]);
  for (const [name, pair] of [
    ['one', first],
    ['two', second],
  ] as const) {
    mkdirSync(join(directory, name));
    write(join(directory, name), pair);
  }
  symlinkSync('one', join(directory, '..data'));
  symlinkSync('..data/tls.crt', join(directory, 'tls.crt'));
  symlinkSync('..data/tls.key', join(directory, 'tls.key'));
  const { log } = createCapturedLog();
  const certificate = await watchCertificate({ directory, log, pollMs: 3_600_000 });
  t.teardown(() => certificate.close());
  const changes: CertificatePair[] = [];
  certificate.onChange((pair) => changes.push(pair));
  symlinkSync('two', join(directory, '..data_tmp'));
  renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
  await until(() => changes.length > 0);
  t.equal(String(certificate.current().cert), second.cert);
});

t.test('a pair that does not fit together leaves the last good one, and is told once', async (t) => {
  const directory = t.testdir({});
  const [first, second] = await Promise.all([issueCertificate(), issueCertificate()]);
  write(directory, first);
  const { log, lines } = createCapturedLog();
  const certificate = await watchCertificate({ directory, log, pollMs: 10 });
  t.teardown(() => certificate.close());
  const warned = (): number => lines.filter(({ level }) => level === 'warn').length;
  writeFileSync(join(directory, 'tls.crt'), second.cert);
  await until(() => warned() > 0);
  await sleep(100);
  t.equal(warned(), 1, 'not at every poll');
  t.equal(String(certificate.current().cert), first.cert);
  rmSync(join(directory, 'tls.crt'));
  await until(() => warned() > 1);
  t.equal(String(certificate.current().cert), first.cert);
  write(directory, second);
  await until(() => String(certificate.current().cert) === second.cert);
  t.equal(certificate.notAfter(), createFixedCertificate(second).notAfter());
});

t.test('without a first good pair there is no source', async (t) => {
  const { log } = createCapturedLog();
  await t.rejects(watchCertificate({ directory: t.testdir({}), log }), { code: 'ENOENT' });
});
