// The contract that the fake of the plain tests keeps, kept by real API servers.

import t from 'tap';
import { createKubeClient } from '../../src/kube/client.ts';
import { startCluster } from '../cluster/start.ts';
import { checkWatchListContract } from './watch-list-contract.ts';

for (const minor of ['1.36', '1.33'] as const) {
  t.test(`the contract holds on Kubernetes ${minor}`, async (t) => {
    const cluster = await startCluster({ minor });
    t.teardown(() => cluster.stop());
    const path = '/api/v1/namespaces/default/configmaps';
    await checkWatchListContract(t, {
      client: createKubeClient({ kind: 'files', files: [cluster.kubeconfigPath] }),
      async put(name, data, labels = {}) {
        const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data };
        const made = await cluster.request('POST', path, object);
        if (made.status === 409) await cluster.request('PUT', `${path}/${name}`, object);
      },
      async remove(name) {
        await cluster.request('DELETE', `${path}/${name}`);
      },
    });
  });
}
