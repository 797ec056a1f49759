import t from 'tap';
import { createNamespaceStore } from '../../src/kube/namespaces.ts';
import { waitFor } from '../cluster/wait.ts';
import { startFakeApiServer } from './fake-api-server.ts';

const PATH = '/api/v1/namespaces';
const look = { timeout: 10_000, interval: 10 };

t.test('known namespaces are there with their labels, and there is nothing to wait for', async (t) => {
  const server = await startFakeApiServer(t);
  server.serve(PATH);
  server.put(PATH, { metadata: { name: 'shop', labels: { env: 'prod' } } });
  const store = createNamespaceStore(server.client);
  t.teardown(() => store.stop());
  store.start();
  await waitFor(() => store.list.synced(), look);
  t.match(store.get('shop'), { kind: 'Namespace', metadata: { labels: { env: 'prod' } } });
  t.equal(store.ensure('shop'), undefined);
  t.equal(store.ensure(''), undefined);
});

t.test('a namespace that the watch has not told of is fetched, once for all who ask', async (t) => {
  const server = await startFakeApiServer(t);
  server.put(PATH, { metadata: { name: 'new', labels: { env: 'test' } } });
  const store = createNamespaceStore(server.client);
  t.equal(store.get('new'), undefined);
  await Promise.all([store.ensure('new'), store.ensure('new'), store.ensure('new')]);
  t.match(store.get('new'), { metadata: { labels: { env: 'test' } } });
  t.equal(server.requests.length, 1);
});

t.test('a namespace that is not there stays unknown, and is not asked for again at once', async (t) => {
  const server = await startFakeApiServer(t);
  const store = createNamespaceStore(server.client);
  await store.ensure('none');
  t.equal(store.get('none'), undefined);
  await store.ensure('none');
  t.equal(server.requests.length, 1);
});

t.test('a deleted namespace does not linger as a fetched copy', async (t) => {
  const server = await startFakeApiServer(t);
  server.serve(PATH);
  const store = createNamespaceStore(server.client);
  t.teardown(() => store.stop());
  server.put(PATH, { metadata: { name: 'short' } });
  await store.ensure('short');
  store.start();
  await waitFor(() => store.list.synced() && server.watching() === 1, look);
  server.delete(PATH, 'short');
  await waitFor(() => store.get('short') === undefined, look);
  t.pass('gone');
});
