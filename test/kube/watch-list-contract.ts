// What a watch may count on from an API server. Run against the fake in every test run, and against a real one in the
// end-to-end run: so the fake is held to what is true.

import type { Test } from 'tap';
import type { KubeClient } from '../../src/kube/ports.ts';
import { createWatchList } from '../../src/kube/watch-list.ts';
import { waitFor } from '../cluster/wait.ts';

/** A server that has a namespace called `default`. */
export interface Surroundings {
  client: KubeClient;
  /** Creates or replaces a ConfigMap in `default`. */
  put(name: string, data: { [key: string]: string }, labels?: { [key: string]: string }): Promise<void>;
  remove(name: string): Promise<void>;
}

export async function checkWatchListContract(t: Test, { client, put, remove }: Surroundings): Promise<void> {
  const path = '/api/v1/namespaces/default/configmaps';
  const look = { timeout: 10_000, interval: 20 };

  await t.test('a list in pages is complete, and its objects carry their kind', async (t) => {
    for (let i = 0; i < 5; i++) await put(`page-${i}`, { i: String(i) }, { of: 'pages' });
    const list = createWatchList({ client, path, labelSelector: 'of=pages', pageSize: 2 });
    t.teardown(() => list.stop());
    list.start();
    await waitFor(() => list.synced(), look);
    t.same(
      list.items().map(({ kind, apiVersion }) => [kind, apiVersion]),
      Array(5).fill(['ConfigMap', 'v1']),
    );
    t.match(list.get('default/page-3'), { data: { i: '3' } });
    t.equal(list.absent(), false);
    t.ok(list.age() < 60_000);
  });

  await t.test('what is added, changed, deleted, and taken out of the selector is seen', async (t) => {
    let changes = 0;
    const list = createWatchList({ client, path, labelSelector: 'of=changes', onChange: () => changes++ });
    t.teardown(() => list.stop());
    list.start();
    await waitFor(() => list.synced(), look);
    t.same(list.items(), []);
    await put('one', { a: '1' }, { of: 'changes' });
    await waitFor(() => list.get('default/one'), look);
    t.match(list.get('default/one'), { kind: 'ConfigMap', data: { a: '1' } });
    await put('one', { a: '2' }, { of: 'changes' });
    await waitFor(() => JSON.stringify(list.get('default/one')?.data) === '{"a":"2"}', look);
    await put('two', { b: '1' }, { of: 'changes' });
    await waitFor(() => list.items().length === 2, look);
    await remove('one');
    await waitFor(() => list.items().length === 1, look);
    await put('two', { b: '1' }, { of: 'nothing' });
    await waitFor(() => list.items().length === 0, look);
    t.ok(changes >= 6);
  });

  await t.test('a kind that is not served is absent, which is known', async (t) => {
    const list = createWatchList({ client, path: '/apis/example.com/v1/nothings', absentMs: 50 });
    t.teardown(() => list.stop());
    list.start();
    await waitFor(() => list.synced(), look);
    t.equal(list.absent(), true);
    t.same(list.items(), []);
  });

  await t.test('a name that is not there is a NotFound, with the words of the API server', async (t) => {
    await t.rejects(client.request({ path: `${path}/no-such` }), {
      name: 'KubeError',
      status: 404,
      reason: 'NotFound',
      message: /not found/,
    });
  });
}
