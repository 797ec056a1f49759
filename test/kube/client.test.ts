import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { createKubeClient } from '../../src/kube/client.ts';
import { KubeError } from '../../src/kube/kube-error.ts';
import { startFakeApiServer } from './fake-api-server.ts';

t.test('an answer of the API server that is no success is an error with its status, reason and words', async (t) => {
  const { client } = await startFakeApiServer(t);
  const error = await client.request({ path: '/api/v1/nothing' }).catch((found: unknown) => found);
  t.ok(error instanceof KubeError);
  t.match(error, { status: 404, reason: 'NotFound', message: '/api/v1/nothing not found' });
});

t.test('a server that is not there is an error with status 0 that names it', async (t) => {
  const file = join(t.testdir({}), 'kubeconfig');
  await writeFile(file, kubeconfig('https://127.0.0.1:1'));
  const client = createKubeClient({ kind: 'files', files: [file] });
  await t.rejects(client.request({ path: '/version' }), {
    status: 0,
    reason: 'ConnectionFailed',
    message: /^https:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/,
  });
});

t.test('a stream gives whole lines, however they are cut, and U+2028 is no end of line', async (t) => {
  const server = await startFakeApiServer(t);
  const path = '/api/v1/namespaces/default/configmaps';
  server.serve(path);
  const lines: string[] = [];
  const abort = new AbortController();
  const streaming = server.client.stream({
    path,
    query: { watch: true, resourceVersion: '10' },
    signal: abort.signal,
    idleMs: 60_000,
    onLine: (line) => {
      lines.push(line);
      if (lines.length === 2) abort.abort();
    },
  });
  while (server.watching() === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  server.put(path, {
    metadata: { name: 'a', namespace: 'default' },
    data: { x: 'one\u2028two', big: 'æ'.repeat(200_000) },
  });
  server.put(path, { metadata: { name: 'b', namespace: 'default' }, data: {} });
  t.match(await streaming.catch((error: unknown) => error), { status: 0 }, 'aborting ends it');
  t.match(JSON.parse(lines[0] ?? ''), { object: { data: { x: 'one\u2028two' } } });
  t.equal((JSON.parse(lines[0] ?? '') as { object: { data: { big: string } } }).object.data.big.length, 200_000);
});

t.test('a stream on which nothing comes for too long has failed', async (t) => {
  const server = await startFakeApiServer(t);
  server.serve('/api/v1/namespaces');
  const stream = server.client.stream({
    path: '/api/v1/namespaces',
    query: { watch: true, resourceVersion: '10' },
    idleMs: 50,
    onLine: () => {},
  });
  await t.rejects(stream, { status: 0, message: /nothing came for 0\.05 s/ });
});

t.test('a listener that throws ends the stream with its error', async (t) => {
  const server = await startFakeApiServer(t);
  const path = '/api/v1/namespaces';
  server.serve(path);
  server.put(path, { metadata: { name: 'a' } });
  const stream = server.client.stream({
    path,
    query: { watch: true, resourceVersion: '1' },
    idleMs: 60_000,
    onLine: () => {
      throw new KubeError(410, 'Expired', 'too old');
    },
  });
  t.match(await stream.catch((error: unknown) => error), { status: 410 });
});

t.test('a kubeconfig that cannot be used is told in one line with its name', async (t) => {
  const folder = t.testdir({
    'no-context': 'apiVersion: v1\nkind: Config\n',
    broken: 'a: [',
    other: kubeconfig('not a url'),
  });
  for (const [name, message] of [
    ['no-context', /no-context/],
    ['broken', /broken cannot be used: /],
    ['missing', /missing cannot be used: ENOENT/],
    ['other', /names no cluster with a server/],
  ] as const) {
    const open = () => createKubeClient({ kind: 'files', files: [join(folder, name)] });
    t.throws(open, { message }, name);
    try {
      open();
    } catch (error) {
      t.notMatch(String(error), '\n');
    }
  }
});

function kubeconfig(server: string): string {
  return JSON.stringify({
    'current-context': 'c',
    clusters: [{ name: 'k', cluster: { server } }],
    users: [{ name: 'u', user: { token: 't' } }],
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
  });
}
