// What a person with curl gets from the door, and that nothing they send harms it.

import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import t from 'tap';
import { issueCertificates } from '../../certs-scripts/issue-certificates.ts';

const ROOT = join(import.meta.dirname, '..', '..');

interface Served {
  port: number;
  folder: string;
  stop(): Promise<number | null>;
}

async function serve(): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'lintel-curl-'));
  const { ca, leaf } = await issueCertificates({ hosts: ['127.0.0.1', 'localhost'] });
  await writeFile(join(folder, 'ca.crt'), ca.cert);
  await writeFile(join(folder, 'tls.crt'), leaf.cert);
  await writeFile(join(folder, 'tls.key'), leaf.key, { mode: 0o600 });
  const args = [
    'serve',
    '--no-cluster',
    '--port',
    '0',
    '--tls-cert',
    join(folder, 'tls.crt'),
    '--tls-key',
    join(folder, 'tls.key'),
  ];
  const child = spawn(process.execPath, [join(ROOT, 'src', 'cli', 'main.ts'), ...args, '--shutdown-delay', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  let log = '';
  const port = await new Promise<number>((done, fail) => {
    child.once('exit', (code) => fail(new Error(`serve ended with ${code}: ${log}`)));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      const found = /"port":(\d+)[^\n]*"msg":"listening"/.exec(log);
      if (found && log.includes('policies loaded')) done(Number(found[1]));
    });
  });
  return {
    port,
    folder,
    async stop() {
      child.kill('SIGTERM');
      const code = await ended;
      await rm(folder, { recursive: true, force: true });
      return code;
    },
  };
}

/** Status and body, as curl got them over verified TLS. */
function curl(
  { port, folder }: Served,
  path: string,
  args: string[],
): Promise<{ code: number; status: number; body: string }> {
  const all = [
    '--silent',
    '--show-error',
    '--cacert',
    join(folder, 'ca.crt'),
    '--write-out',
    '\n%{http_code}',
    ...args,
    `https://127.0.0.1:${port}${path}`,
  ];
  return new Promise((done) => {
    execFile('curl', all, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout) => {
      const at = stdout.lastIndexOf('\n');
      done({
        code: typeof error?.code === 'number' ? error.code : 0,
        status: Number(stdout.slice(at + 1)),
        body: stdout.slice(0, at),
      });
    });
  });
}

const JSON_TYPE = ['-H', 'content-type: application/json'];

t.test('garbage gets clear answers, and the server is unharmed', async (tt) => {
  tt.setTimeout(120_000);
  const served = await serve();
  tt.teardown(() => served.stop());
  const review = join(ROOT, 'test', 'recordings', 'v1.36', 'configmap-apply-create.json');
  const recorded = await readFile(review, 'utf8');

  const fine = async (what: string) => {
    const answer = await curl(served, '/validate?timeout=10s', [...JSON_TYPE, '--data-binary', `@${review}`]);
    tt.equal(answer.status, 200, `${what}: a review is answered`);
    tt.equal((JSON.parse(answer.body) as { response: { allowed: boolean } }).response.allowed, true);
  };
  await fine('at first');

  const garbage = await curl(served, '/validate', [...JSON_TYPE, '--data-binary', '{"kind": "AdmissionRev']);
  tt.equal(garbage.status, 400, 'garbage');
  tt.match(garbage.body, /JSON/);
  tt.comment(garbage.body);

  const old = await curl(served, '/validate', [
    ...JSON_TYPE,
    '--data-binary',
    recorded.replace('admission.k8s.io/v1', 'admission.k8s.io/v1beta1'),
  ]);
  tt.equal(old.status, 400, 'a version that is not spoken');
  tt.match(old.body, 'admission.k8s.io/v1');
  tt.comment(old.body);

  const empty = await curl(served, '/validate', [...JSON_TYPE, '--data-binary', '']);
  tt.equal(empty.status, 400, 'nothing');
  tt.comment(empty.body);

  const get = await curl(served, '/validate', []);
  tt.equal(get.status, 405, 'GET');
  tt.equal((await curl(served, '/nowhere', [])).status, 404, 'another path');

  const large = join(served.folder, 'large');
  await writeFile(
    large,
    `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","padding":"${'x'.repeat(40 * 1024 * 1024)}"}`,
  );
  const big = await curl(served, '/validate', [...JSON_TYPE, '-H', 'expect:', '--data-binary', `@${large}`]);
  tt.equal(big.status, 413, `40 MB: ${big.body.slice(0, 200)}`);
  tt.comment(big.body.slice(0, 200));
  await fine('after 40 MB');

  await new Promise<void>((done) => {
    const socket = connect({ port: served.port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      socket.write(
        'POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n{"half":',
      );
      setTimeout(() => socket.destroy(), 50);
    });
    socket.once('close', () => done());
    socket.on('error', () => {});
  });
  await fine('after a connection that was cut in the middle of a body');

  tt.equal(await served.stop(), 0, 'and it ends cleanly');
});
