import t from 'tap';
import { createWatchList } from '../../src/kube/watch-list.ts';
import { waitFor } from '../cluster/wait.ts';
import { startFakeApiServer } from './fake-api-server.ts';
import { checkWatchListContract } from './watch-list-contract.ts';

const PATH = '/api/v1/namespaces/default/configmaps';
const look = { timeout: 10_000, interval: 10 };
const quick = { backOffMs: [10, 40] as const, absentMs: 20 };

t.test('the fake keeps the contract that a real API server keeps', async (t) => {
  const server = await startFakeApiServer(t);
  server.serve(PATH);
  await checkWatchListContract(t, {
    client: server.client,
    put: async (name, data, labels = {}) =>
      void server.put(PATH, { metadata: { name, namespace: 'default', labels }, data }),
    remove: async (name) => server.delete(PATH, `default/${name}`),
  });
});

function configMap(name: string, data = {}) {
  return { metadata: { name, namespace: 'default', managedFields: [{ manager: 'm' }] }, data };
}

t.test('after a cut it goes on from where it was, without listing again', async (t) => {
  const server = await startFakeApiServer(t);
  server.serve(PATH);
  server.put(PATH, configMap('a'));
  const list = createWatchList({ client: server.client, path: PATH, ...quick });
  t.teardown(() => list.stop());
  list.start();
  await waitFor(() => server.watching() === 1, look);
  server.cut();
  server.put(PATH, configMap('b'));
  await waitFor(() => list.items().length === 2, look);
  t.equal(server.requests.filter((request) => !request.includes('watch=true')).length, 1);
});

t.test('after a bookmark it goes on from the bookmark', async (t) => {
  const server = await startFakeApiServer(t);
  server.serve(PATH);
  const list = createWatchList({ client: server.client, path: PATH, ...quick });
  t.teardown(() => list.stop());
  list.start();
  await waitFor(() => server.watching() === 1, look);
  server.compact();
  server.bookmark();
  await new Promise((resolve) => setTimeout(resolve, 50));
  server.cut();
  await waitFor(() => server.watching() === 1 && server.requests.length === 3, look);
  t.match(server.requests[2], 'resourceVersion=11');
});

t.test('a revision that is too old is listed anew, and what is gone is gone', async (t) => {
  const server = await startFakeApiServer(t);
  server.serve(PATH);
  server.put(PATH, configMap('a'));
  const troubles: (string | null)[] = [];
  const list = createWatchList({
    client: server.client,
    path: PATH,
    ...quick,
    onTrouble: (message) => troubles.push(message),
  });
  t.teardown(() => list.stop());
  list.start();
  await waitFor(() => server.watching() === 1, look);
  server.endWatches();
  server.delete(PATH, 'default/a');
  server.put(PATH, configMap('b'));
  server.compact();
  await waitFor(() => list.get('default/b') !== undefined && list.get('default/a') === undefined, look);
  t.same(
    troubles.filter((message) => message !== null && !message.includes('cut')),
    [],
    'which is no trouble',
  );
});

t.test('an error is told once it is there and once it is over, and waits grow in between', async (t) => {
  const server = await startFakeApiServer(t);
  server.serve(PATH);
  server.fail(`GET ${PATH}`, 500, 3);
  const troubles: (string | null)[] = [];
  const list = createWatchList({
    client: server.client,
    path: PATH,
    ...quick,
    onTrouble: (message) => troubles.push(message),
  });
  t.teardown(() => list.stop());
  list.start();
  await waitFor(() => list.synced(), look);
  t.match(troubles, [/told to fail/, /told to fail/, /told to fail/, null]);
});

t.test('a kind that comes is found, and one that goes away twice is given up', async (t) => {
  const server = await startFakeApiServer(t);
  const list = createWatchList({ client: server.client, path: PATH, ...quick });
  t.teardown(() => list.stop());
  list.start();
  await waitFor(() => list.absent(), look);
  server.serve(PATH);
  server.put(PATH, configMap('a'));
  await waitFor(() => list.items().length === 1, look);
  t.equal(list.absent(), false);
  server.remove(PATH);
  await waitFor(() => list.absent(), look);
  t.same(list.items(), []);
});

t.test('one 404 alone takes nothing away', async (t) => {
  const server = await startFakeApiServer(t);
  server.serve(PATH);
  server.put(PATH, configMap('a'));
  let least = Number.POSITIVE_INFINITY;
  const list = createWatchList({
    client: server.client,
    path: PATH,
    ...quick,
    onChange: () => {
      least = Math.min(least, list.items().length);
    },
  });
  t.teardown(() => list.stop());
  list.start();
  await waitFor(() => server.watching() === 1, look);
  server.fail(`GET ${PATH}`, 404, 1);
  server.endWatches();
  await waitFor(() => server.requests.length >= 4 && server.watching() === 1, look);
  t.equal(least, 1);
});

t.test('managedFields are not kept, and a projection keeps what it says', async (t) => {
  const server = await startFakeApiServer(t);
  server.serve(PATH);
  server.put(PATH, configMap('a', { x: '1' }));
  const all = createWatchList({ client: server.client, path: PATH });
  const some = createWatchList({
    client: server.client,
    path: PATH,
    project: ({ metadata }) => ({ metadata: metadata ?? {} }),
  });
  t.teardown(() => Promise.all([all.stop(), some.stop()]));
  all.start();
  some.start();
  await waitFor(() => all.synced() && some.synced(), look);
  t.notOk(Object.hasOwn(all.get('default/a')?.metadata as object, 'managedFields'));
  t.same(Object.keys(some.get('default/a') as object), ['metadata']);
});

t.test('stopping ends the watch at once, also in the middle of a wait', async (t) => {
  const server = await startFakeApiServer(t);
  const list = createWatchList({ client: server.client, path: PATH, absentMs: 600_000 });
  list.start();
  await waitFor(() => list.absent(), look);
  await list.stop();
  server.serve(PATH);
  const other = createWatchList({ client: server.client, path: PATH });
  other.start();
  await waitFor(() => server.watching() === 1, look);
  await other.stop();
  await waitFor(() => server.watching() === 0, look);
  t.pass('both ended');
});
