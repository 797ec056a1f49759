import t from 'tap';
import { watchInstalledSchemas } from '../../src/kube/crds.ts';
import type { ResourceSchema } from '../../src/policies/index.ts';
import { waitFor } from '../cluster/wait.ts';
import { startFakeApiServer } from './fake-api-server.ts';

const PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const look = { timeout: 10_000, interval: 10 };

function definition(group: string, plural: string) {
  const versions = [{ name: 'v1', served: true, schema: { openAPIV3Schema: { type: 'object' } } }];
  return {
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope: 'Namespaced', names: { plural, kind: 'X' }, versions },
  };
}

t.test('installed CRDs are schemas of the cluster, as they come and go; our own are left out', async (t) => {
  const server = await startFakeApiServer(t);
  server.serve(PATH);
  server.put(PATH, definition('example.com', 'widgets'));
  server.put(PATH, definition('lintel.dev', 'policies'));
  let found: ResourceSchema[] = [];
  const watch = watchInstalledSchemas(server.client, (schemas) => {
    found = schemas;
  });
  t.teardown(() => watch.stop());
  watch.start();
  await waitFor(() => server.watching() === 1, look);
  t.match(found, [{ group: 'example.com', resource: 'widgets', generation: 'cluster' }]);
  server.put(PATH, definition('example.com', 'gadgets'));
  await waitFor(() => found.length === 2, look);
  server.delete(PATH, 'widgets.example.com');
  await waitFor(() => found.length === 1, look);
  t.match(found, [{ resource: 'gadgets' }]);
});
