import t from 'tap';
import { type StoredPolicies, watchPolicies } from '../../src/kube/policy-watch.ts';
import type { JsonObject } from '../../src/policies/index.ts';
import { waitFor } from '../cluster/wait.ts';
import { startFakeApiServer } from './fake-api-server.ts';

const API = '/apis/lintel.dev/v1alpha1';
const look = { timeout: 10_000, interval: 10 };
const nameOf = (object: JsonObject) => (object.metadata as JsonObject).name;

t.test(
  'all kinds and labelled ConfigMaps of all namespaces are delivered together, and changes after that',
  async (t) => {
    const server = await startFakeApiServer(t);
    server.serve(`${API}/policies`, `${API}/policyexemptions`, `${API}/policysettings`, '/api/v1/configmaps');
    server.put(`${API}/policies`, { metadata: { name: 'p' }, spec: {} });
    server.put(`${API}/policysettings`, { metadata: { name: 's' }, spec: {} });
    const labels = { 'lintel.dev/policies': 'true' };
    server.put('/api/v1/namespaces/a/configmaps', { metadata: { name: 'c', namespace: 'a', labels }, data: {} });
    server.put('/api/v1/namespaces/b/configmaps', { metadata: { name: 'd', namespace: 'b' }, data: {} });
    const watch = watchPolicies({ client: server.client });
    t.teardown(() => watch.stop());
    const delivered: StoredPolicies[] = [];
    watch.start((objects) => delivered.push(objects));
    await waitFor(() => delivered.length > 0, look);
    t.same(delivered[0]?.customResources.map(nameOf), ['p', 's']);
    t.same(delivered[0]?.configMaps.map(nameOf), ['c']);
    t.match(watch.findObject('policy/p'), { kind: 'Policy' });
    t.match(watch.findObject('configmap/a/c'), { kind: 'ConfigMap' });
    t.equal(watch.findObject('policyexemption/p'), undefined);
    t.equal(watch.findObject('policies/net.yaml'), undefined);

    await waitFor(() => server.watching() === 4, look);
    server.put(`${API}/policyexemptions`, { metadata: { name: 'e' }, spec: {} });
    await waitFor(() => delivered.at(-1)?.customResources.length === 3, look);
    server.put('/api/v1/namespaces/a/configmaps', { metadata: { name: 'c', namespace: 'a', labels: {} }, data: {} });
    await waitFor(() => delivered.at(-1)?.configMaps.length === 0, look);
  },
);

t.test('CRDs that are not installed hold nothing, and do not hold the rest back', async (t) => {
  const server = await startFakeApiServer(t);
  server.serve('/api/v1/namespaces/only/configmaps');
  const watch = watchPolicies({ client: server.client, configMapNamespace: 'only' });
  t.teardown(() => watch.stop());
  const first = await new Promise<StoredPolicies>((resolve) => watch.start(resolve));
  t.same(first, { customResources: [], configMaps: [] });
  t.notOk(
    server.requests.some((request) => request.includes('/api/v1/configmaps')),
    'only the one namespace is asked',
  );
});
