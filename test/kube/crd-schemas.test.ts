import t from 'tap';
import { toResourceSchemas } from '../../src/kube/crd-schemas.ts';

const version = (name: string, more = {}) => ({
  name,
  served: true,
  schema: { openAPIV3Schema: { type: 'object' } },
  ...more,
});
const definition = (versions: object[]) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  spec: { group: 'example.com', scope: 'Cluster', names: { plural: 'widgets', kind: 'Widget' }, versions },
});

t.test('each served version with a schema is one', async (t) => {
  const found = toResourceSchemas(
    definition([version('v1'), version('v2'), version('v0', { served: false }), { name: 'v3', served: true }]),
    'cluster',
  );
  t.same(
    found.map(({ version: name }) => name),
    ['v1', 'v2'],
  );
  t.match(found[0], {
    group: 'example.com',
    resource: 'widgets',
    kind: 'Widget',
    scope: 'Cluster',
    generation: 'cluster',
  });
});

t.test('anything else gives none', async (t) => {
  for (const value of [null, 5, [], {}, { kind: 'CustomResourceDefinition' }, { ...definition([]), spec: {} }]) {
    t.same(toResourceSchemas(value, 'cluster'), []);
  }
});
