import t from 'tap';
import {
  createClusterOrigin,
  nameConfigMap,
  nameCustomResource,
  type PolicyObjects,
} from '../../src/sources/cluster.ts';
import type { OriginSnapshot } from '../../src/sources/unit.ts';

async function read(objects: PolicyObjects): Promise<OriginSnapshot> {
  const origin = createClusterOrigin({ start: (deliver) => deliver(objects), stop: async () => {} });
  return new Promise((resolve) => origin.start(resolve));
}

const policy = (name: string, resourceVersion = '1') => ({
  apiVersion: 'lintel.dev/v1alpha1',
  kind: 'Policy',
  metadata: { name, resourceVersion, uid: name, generation: 1 },
  spec: { title: name },
  status: { conditions: [{ type: 'Ready' }] },
});

t.test('custom resources are units by kind and name, in an order that does not depend on arrival', async (t) => {
  const { units } = await read({ customResources: [policy('b'), policy('a')], configMaps: [] });
  t.same(
    units.map(({ name }) => name),
    ['policy/a', 'policy/b'],
  );
  t.same(units[0]?.documents[0]?.document, {
    apiVersion: 'lintel.dev/v1alpha1',
    kind: 'Policy',
    metadata: { name: 'a' },
    spec: { title: 'a' },
  });
});

t.test('a write to status changes nothing that is delivered', async (t) => {
  const one = await read({ customResources: [policy('a', '1')], configMaps: [] });
  const two = await read({ customResources: [{ ...policy('a', '2'), status: {} }], configMaps: [] });
  t.equal(JSON.stringify(one), JSON.stringify(two));
});

t.test('a ConfigMap that is labelled as policy and holds none is a warning', async (t) => {
  const { units, problems, complete } = await read({
    customResources: [],
    configMaps: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'n' }, data: { x: 'y' } }],
  });
  t.same(units, []);
  t.match(problems, [{ severity: 'warning', source: 'configmap/n/c' }]);
  t.equal(complete, true);
});

t.test('names hold the namespace where there is one', async (t) => {
  t.equal(
    nameCustomResource({ kind: 'PolicyExemption', metadata: { name: 'x', namespace: 'n' } }),
    'policyexemption/n/x',
  );
  t.equal(nameConfigMap({ metadata: { name: 'c', namespace: 'n' } }), 'configmap/n/c');
});

t.test('a ConfigMap brings no exemption and no settings', async (t) => {
  const text =
    'apiVersion: lintel.dev/v1alpha1\nkind: PolicySettings\nmetadata: { name: relief }\nspec: { policies: ["*"], enabled: false }\n';
  const snapshots: OriginSnapshot[] = [];
  const configMap = { kind: 'ConfigMap', metadata: { name: 'mine', namespace: 'dev-bob' }, data: { 'off.yaml': text } };
  createClusterOrigin({
    start: (deliver) => deliver({ customResources: [], configMaps: [configMap] }),
    stop: async () => {},
  }).start((snapshot) => snapshots.push(snapshot));
  const [unit] = snapshots[0]?.units ?? [];
  t.same(unit?.documents, []);
  t.match(unit?.problems, [{ severity: 'error', message: /PolicySettings/ }]);
});
