import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { issueCertificates } from '../../certs-scripts/issue-certificates.ts';
import { createHttpsClient, type HttpsAnswer } from '../cluster/https-request.ts';
import { waitFor } from '../cluster/wait.ts';
import { policyText } from '../sources/documents-in-text.ts';
import { type Running, runLintel, startLintel } from './run-lintel.ts';

const ALONE = ['serve', '--no-cluster', '--no-packs', '--port', '0', '--address', '127.0.0.1', '--shutdown-delay', '0'];

async function open(t: Test, running: Running, ca?: string) {
  const { port } = await running.line('listening');
  const authority =
    ca ?? Buffer.from(String((await running.line('issued a certificate in memory')).caBundle), 'base64').toString();
  const client = createHttpsClient(`https://127.0.0.1:${port}`, authority);
  t.teardown(() => client.close());
  return client;
}

function review(colour: string): object {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u',
      kind: { group: 'example.com', version: 'v1', kind: 'Widget' },
      resource: { group: 'example.com', version: 'v1', resource: 'widgets' },
      name: 'w',
      operation: 'CREATE',
      userInfo: { username: 'alice', groups: [] },
      object: { metadata: { name: 'w' }, spec: { colour } },
      oldObject: null,
      dryRun: false,
    },
  };
}
const allowed = ({ body }: HttpsAnswer): boolean => (body as { response: { allowed: boolean } }).response.allowed;

t.test('it serves the policies of a folder, follows them, and ends in order', async (t) => {
  const folder = t.testdir({ 'a.yaml': policyText('a', "spec.colour == 'red'") });
  const running = startLintel(t, [...ALONE, '--policies', folder]);
  const client = await open(t, running);
  await waitFor(async () => (await client.request('GET', '/readyz')).status === 200);
  t.match((await client.request('GET', '/readyz?verbose')).body, /\[\+\]policies ok\n\[\+\]certificate ok/);
  t.equal(allowed(await client.request('POST', '/validate', review('red'))), true);
  t.equal(allowed(await client.request('POST', '/validate', review('blue'))), false);

  await writeFile(join(folder, 'a.yaml'), policyText('a', 'spec.colour = 1'));
  await waitFor(async () =>
    /lintel_policy_load_errors 1\n/.test(String((await client.request('GET', '/metrics')).body)),
  );
  t.equal(allowed(await client.request('POST', '/validate', review('blue'))), false, 'the last good version');
  await writeFile(join(folder, 'a.yaml'), policyText('a', "spec.colour == 'blue'"));
  await waitFor(async () => allowed(await client.request('POST', '/validate', review('blue'))));

  client.close();
  running.process.kill('SIGTERM');
  const { code, stderr } = await running.ended;
  t.equal(code, 0);
  t.equal(stderr, '');
});

t.test('it shows the certificate of its files, and probes on a port of their own', async (t) => {
  const { ca, leaf } = await issueCertificates({ hosts: ['127.0.0.1'] });
  const folder = t.testdir({ 'tls.crt': leaf.cert, keys: { 'tls.key': leaf.key } });
  const running = startLintel(t, [
    ...ALONE,
    ...['--tls-cert', join(folder, 'tls.crt'), '--tls-key', join(folder, 'keys', 'tls.key'), '--metrics-port', '0'],
  ]);
  const client = await open(t, running, ca.cert);
  t.equal((await client.request('GET', '/readyz')).status, 404);
  const { metricsPort } = await running.line('listening');
  await waitFor(async () => (await fetch(`http://127.0.0.1:${metricsPort}/readyz`)).status === 200);
  t.match(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text(), /lintel_policies 0/);
});

t.test('SIGINT ends it in order too', async (t) => {
  const running = startLintel(t, ALONE);
  await running.line('listening');
  running.process.kill('SIGINT');
  t.equal((await running.ended).code, 0);
});

t.test('with a cluster that does not answer it is alive, not ready, and says why', async (t) => {
  const folder = t.testdir({});
  const kubeconfig = join(folder, 'config');
  await writeFile(
    kubeconfig,
    JSON.stringify({
      'current-context': 'c',
      clusters: [{ name: 'k', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    }),
  );
  const running = startLintel(t, [...ALONE.filter((flag) => flag !== '--no-cluster'), '--kubeconfig', kubeconfig]);
  const client = await open(t, running);
  t.equal((await client.request('GET', '/livez')).status, 200);
  const ready = await client.request('GET', '/readyz');
  t.equal(ready.status, 503);
  t.match(ready.body, /\[-\]policies failed: not loaded yet: cluster/);
  t.match(ready.body, /\[-\]cluster failed: not listed yet: .*\/api\/v1\/namespaces/);
  const early = await client.request('POST', '/validate', review('red'));
  t.equal(early.status, 503);
  t.ok(early.headers['retry-after']);
  client.close();
  running.process.kill('SIGTERM');
  t.equal((await running.ended).code, 0);
});

t.test('what cannot begin ends with 2 and one line on stderr', async (t) => {
  const folder = t.testdir({ 'tls.crt': 'not a certificate', 'tls.key': 'nor a key', kubeconfig: 'a: [' });
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  t.teardown(() => taken.close());
  const port = String((taken.address() as { port: number }).port);
  for (const [args, message] of [
    [['--no-cluster', '--prot', '1'], /did you mean `--port`/],
    [['--no-cluster', '--tls-cert', join(folder, 'tls.crt'), '--tls-key', join(folder, 'tls.key')], /cannot be used: /],
    [['--kubeconfig', join(folder, 'kubeconfig')], /kubeconfig cannot be used: /],
    [
      ['--no-cluster', '--no-packs', '--address', '127.0.0.1', '--port', port],
      /cannot listen on 127.0.0.1:\d+ \(--port\): .*EADDRINUSE/,
    ],
  ] as const) {
    const { code, stderr } = await runLintel(t, ['serve', ...args]);
    t.equal(code, 2, stderr);
    t.match(stderr, message);
    t.match(stderr, /^lintel: .*\n$/);
  }
});

t.test('the client library is loaded for a cluster, and never without one', async (t) => {
  const folder = t.testdir({ config: '{}' });
  const tell = { NODE_OPTIONS: `--import=${new URL('tell-client-library.ts', import.meta.url)}` };
  const running = startLintel(t, ALONE, tell);
  await running.line('listening');
  running.process.kill('SIGTERM');
  t.equal((await running.ended).stderr, '');
  const refused = await runLintel(t, ['serve', '--no-packs', '--kubeconfig', join(folder, 'config')], tell);
  t.match(refused.stderr, /loads the client library/);
  t.match(refused.stderr, /config: it has no current context/);
});
