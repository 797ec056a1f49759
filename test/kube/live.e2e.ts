// Lintel's own processes against a real API server: policies by custom resource and ConfigMap, broken and mended, and
// what is told of it. Reviews are posted to Lintel directly, so nothing here depends on registered webhooks.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { stringify } from 'yaml';
import { createHttpsClient } from '../cluster/https-request.ts';
import { type Lintel, type Replica, startLintel } from '../cluster/lintel.ts';
import { type Cluster, startCluster, waitFor } from '../cluster/start.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PATIENCE = { timeout: 20_000 };

const cluster = await startCluster({ minor: '1.36' });
t.teardown(() => cluster.stop());
const lintel = await startLintel(cluster, {
  replicas: 2,
  args: ['--no-packs', '--config-map-namespace', 'default', '--shutdown-delay', '0', '--log-level', 'debug'],
});
t.teardown(() => lintel.stop());

function policy(check: string): object {
  return {
    apiVersion: 'lintel.dev/v1alpha1',
    kind: 'Policy',
    metadata: { name: 'colours' },
    spec: {
      title: 'Colours are known',
      match: { resources: [{ group: 'example.com', resource: 'widgets' }] },
      rules: [{ id: 'COL-001', check, message: 'the colour is not known' }],
    },
  };
}

function checkList(check: string): string {
  return stringify({ mandatory: [{ name: 'Has a size', check }] });
}

async function apply(object: object): Promise<void> {
  const { code, stderr } = await cluster.kubectl(['apply', '-f', '-'], { stdin: stringify(object) });
  if (code !== 0) throw new Error(stderr);
}

async function read(path: string): Promise<Record<string, unknown>> {
  return (await cluster.request('GET', path)).body as Record<string, unknown>;
}

async function verdict(replica: Replica, running: Lintel, spec: object, resource = 'widgets'): Promise<string> {
  const client = createHttpsClient(replica.url, running.caBundle);
  const object = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec };
  const request = {
    uid: 'test',
    kind: { group: 'example.com', version: 'v1', kind: 'Widget' },
    resource: { group: 'example.com', version: 'v1', resource },
    name: 'w',
    operation: 'CREATE',
    userInfo: { username: 'alice', groups: [] },
    object,
    oldObject: null,
    dryRun: false,
  };
  try {
    const { body } = await client.request('POST', '/validate', {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request,
    });
    const { response } = body as { response: { allowed: boolean; status?: { message?: string } } };
    return response.allowed ? 'allowed' : (response.status?.message ?? '');
  } finally {
    client.close();
  }
}

async function waitForVerdicts(spec: object, wanted: RegExp, resource?: string): Promise<void> {
  for (const replica of lintel.replicas) {
    let last = '';
    await waitFor(
      async () => {
        last = await verdict(replica, lintel, spec, resource);
        return wanted.test(last);
      },
      { ...PATIENCE, what: `${wanted} from ${replica.port}, for ${JSON.stringify(spec)}` },
    );
  }
}

interface Ready {
  status: string;
  reason: string;
  message: string;
  observedGeneration: number;
}

async function waitForReady(name: string, status: string): Promise<Ready> {
  let ready: Ready | undefined;
  await waitFor(
    async () => {
      const object = await read(`/apis/lintel.dev/v1alpha1/policies/${name}`);
      const { conditions = [] } = (object.status ?? {}) as { conditions?: (Ready & { type: string })[] };
      const { generation } = object.metadata as { generation: number };
      ready = conditions.find(({ type }) => type === 'Ready');
      return ready?.status === status && ready.observedGeneration === generation;
    },
    { ...PATIENCE, what: `Ready=${status} on ${name}` },
  );
  return ready as Ready;
}

async function events(namespace: string, name: string): Promise<{ note?: string; message?: string }[]> {
  const { items } = (await read(`/api/v1/namespaces/${namespace}/events`)) as {
    items: { involvedObject: { name: string }; message: string }[];
  };
  return items.filter(({ involvedObject }) => involvedObject.name === name);
}

async function metric(running: Cluster, replica: Replica, name: string): Promise<number> {
  const client = createHttpsClient(replica.url, lintel.caBundle);
  const { body } = await client.request('GET', '/metrics');
  client.close();
  const line = String(body)
    .split('\n')
    .find((text) => text.startsWith(`${name} `));
  return running && line ? Number(line.split(' ')[1]) : Number.NaN;
}

t.test('without its CRDs it is ready, and waits for them without noise', async (t) => {
  t.equal(await verdict(lintel.replicas[0] as Replica, lintel, { colour: 'red' }), 'allowed');
  t.notMatch(await lintel.logs(), '"level":"warn"');
  const { code, stderr } = await cluster.kubectl(['apply', '-k', join(ROOT, 'manifests', 'crds')]);
  t.equal(code, 0, stderr);
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
});

t.test('a Policy is in force in every replica, and its condition says so', async (t) => {
  await apply(policy("spec.colour in ['red', 'green']"));
  await waitForVerdicts({ colour: 'blue' }, /COL-001.*the colour is not known/s);
  await waitForVerdicts({ colour: 'red' }, /^allowed$/);
  const ready = await waitForReady('colours', 'True');
  t.equal(ready.reason, 'Accepted');
  const stored = await read('/apis/lintel.dev/v1alpha1/policies/colours');
  t.match(stored.status, { rules: 1, observedGeneration: 1 });
});

t.test(
  'a broken version keeps the last good one, with a condition, one Event for all replicas and a metric',
  async (t) => {
    await apply(policy("spec.colour = 'red'"));
    const ready = await waitForReady('colours', 'False');
    t.match(ready.message, '/spec/rules/0/check');
    t.match(ready.message, 'write `==`');
    await waitForVerdicts({ colour: 'blue' }, /COL-001/);
    await waitForVerdicts({ colour: 'green' }, /^allowed$/);
    for (const replica of lintel.replicas) {
      t.equal(await metric(cluster, replica, 'lintel_policy_load_errors'), 1);
      t.equal(await metric(cluster, replica, 'lintel_policies'), 1);
    }
    await waitFor(async () => (await events('default', 'colours')).length > 0, { ...PATIENCE, what: 'an Event' });
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const told = await events('default', 'colours');
    t.equal(told.length, 1);
    t.match(told[0], { message: /write `==`/ });
  },
);

t.test('a mended version is live', async (t) => {
  await apply(policy("spec.colour in ['blue']"));
  await waitForReady('colours', 'True');
  await waitForVerdicts({ colour: 'blue' }, /^allowed$/);
  await waitForVerdicts({ colour: 'red' }, /COL-001/);
  t.match((await cluster.kubectl(['get', 'policies.lintel.dev'])).stdout, 'Colours are known');
});

t.test('nothing is written when nothing differs', async (t) => {
  const before = (await read('/apis/lintel.dev/v1alpha1/policies/colours')).metadata as { resourceVersion: string };
  await lintel.addReplica();
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const after = (await read('/apis/lintel.dev/v1alpha1/policies/colours')).metadata as { resourceVersion: string };
  t.equal(after.resourceVersion, before.resourceVersion);
  await lintel.replicas[2]?.stop();
});

const configMap = (key: string, text: string, labels: object = { 'lintel.dev/policies': 'true' }): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'sizes',
    namespace: 'default',
    labels,
    annotations: { 'lintel.dev/resource': 'gadgets.example.com' },
  },
  data: { [key]: text },
});

t.test('a labelled ConfigMap with a plain check list is in force, about the resource it names', async () => {
  await apply(configMap('list.yaml', checkList('spec.size > 3')));
  await waitForVerdicts({ size: 1 }, /Has a size/, 'gadgets');
  await waitForVerdicts({ size: 4 }, /^allowed$/, 'gadgets');
});

t.test('a broken ConfigMap keeps the last good one and carries an Event', async (t) => {
  await apply(configMap('list.yaml', 'mandatory:\n  - name: [unclosed\n'));
  await waitFor(async () => (await events('default', 'sizes')).length > 0, { ...PATIENCE, what: 'an Event' });
  await waitForVerdicts({ size: 1 }, /Has a size/, 'gadgets');
  t.equal((await events('default', 'sizes')).length, 1);
});

t.test('a mended ConfigMap is live, one without the label is gone, and so is a deleted Policy', async () => {
  await apply(configMap('list.yaml', checkList('spec.size > 5')));
  await waitForVerdicts({ size: 4 }, /Has a size/, 'gadgets');
  await apply(configMap('list.yaml', checkList('spec.size > 5'), {}));
  await waitForVerdicts({ size: 4 }, /^allowed$/, 'gadgets');
  await cluster.kubectl(['delete', 'policies.lintel.dev', 'colours']);
  await waitForVerdicts({ colour: 'red' }, /^allowed$/);
});

t.test('after the API server was away it goes on, and sees what changed meanwhile', async (t) => {
  await apply(policy("spec.colour in ['red']"));
  await waitForVerdicts({ colour: 'blue' }, /COL-001/);
  await cluster.stopApiServer();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  for (const replica of lintel.replicas) {
    t.match(await verdict(replica, lintel, { colour: 'blue' }), 'COL-001', 'what was known stays in force');
  }
  await cluster.startApiServer();
  await apply(policy("spec.colour in ['blue']"));
  await waitForVerdicts({ colour: 'blue' }, /^allowed$/);
});

t.test('the seed check list is in force as it is written', async (t) => {
  const seed = join(ROOT, '..', 'shared', 'data', 'seed-configmaps', 'vitistack-security-baseline.yaml');
  const text = await readFile(seed, 'utf8').catch(() => null);
  if (text === null) {
    t.comment('skipped: the seed ConfigMaps are not here');
    return;
  }
  await cluster.kubectl(['apply', '-n', 'default', '-f', '-'], { stdin: text });
  await cluster.kubectl([
    'label',
    '-n',
    'default',
    'configmap/vitistack-security-baseline',
    'lintel.dev/policies=true',
  ]);
  await waitFor(async () => (await metric(cluster, lintel.replicas[0] as Replica, 'lintel_policies')) === 2, {
    ...PATIENCE,
    what: 'two policies',
  });
  t.match(await lintel.logs(), '"rules":8');
});
