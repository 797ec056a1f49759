// The writes whose AdmissionReviews are recorded. They run in order, in the namespace `demo`; later ones may use objects
// of earlier ones. All names and values are dummies.

import type { HttpsOptions } from './https-request.ts';
import type { RecordedCall } from './recorder.ts';
import { type Cluster, waitFor } from './start.ts';

/** Sends a request as alice and gives the answer's body; throws on a status of 400 or more. */
export type Send = (method: string, path: string, body?: unknown, options?: HttpsOptions) => Promise<unknown>;

/** One write, or a few that belong together. */
export interface RecordedWrite {
  /** File name without `.json`; a second and further call gets `-2`, `-3`. */
  name: string;
  run(send: Send, cluster: Cluster): Promise<unknown>;
  /** Done before, not recorded. */
  before?(send: Send, cluster: Cluster): Promise<unknown>;
  /** Path of the webhook whose calls are kept. Default `/validate`. */
  path?: '/validate' | '/mutate' | '/validate-v1';
  /** Which calls are kept. Default: those of users that are not `system:`. */
  pick?(call: RecordedCall): boolean;
  /** How many calls are kept at most, where the API server's number varies. */
  most?: number;
  /** Needs kube-controller-manager. */
  controllers?: true;
}

const core = '/api/v1/namespaces/demo';
const configMaps = `${core}/configmaps`;
const pods = `${core}/pods`;
const deployments = '/apis/apps/v1/namespaces/demo/deployments';
const widgets = '/apis/demo.example.org/v1/namespaces/demo/widgets';
const oldWidgets = '/apis/demo.example.org/v1beta1/namespaces/demo/widgets';
const mergePatch: HttpsOptions = { contentType: 'application/merge-patch+json' };

function configMap(name: string, data: Record<string, string> = { color: 'blue' }, metadata: object = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
}

const podSpec = {
  containers: [{ name: 'app', image: 'registry.example.org/app:1.0', resources: { requests: { cpu: '100m' } } }],
};

function pod(name: string) {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: name } }, spec: podSpec };
}

function widget(name: string, version: string, metadata: object = {}) {
  const spec = { network: '10.20.0.0/16' };
  return { apiVersion: `demo.example.org/${version}`, kind: 'Widget', metadata: { name, ...metadata }, spec };
}

const ofSystem = (user: string) => (call: RecordedCall) => call.request.username.endsWith(`:${user}`);

const ofConfigMaps: RecordedWrite[] = [
  { name: 'configmap-create', run: (send) => send('POST', configMaps, configMap('first')) },
  { name: 'configmap-create-mutating', path: '/mutate', run: (send) => send('POST', configMaps, configMap('second')) },
  {
    name: 'configmap-update',
    run: (send) => send('PUT', `${configMaps}/first`, configMap('first', { color: 'green' })),
  },
  {
    name: 'configmap-update-without-change',
    run: async (send) => send('PUT', `${configMaps}/first`, await send('GET', `${configMaps}/first`)),
  },
  {
    name: 'configmap-patch-merge',
    run: (send) => send('PATCH', `${configMaps}/first`, { data: { size: 'large', color: null } }, mergePatch),
  },
  {
    name: 'configmap-patch-json',
    run: (send) =>
      send('PATCH', `${configMaps}/first`, [{ op: 'replace', path: '/data/size', value: 'small' }], {
        contentType: 'application/json-patch+json',
      }),
  },
  {
    name: 'configmap-patch-strategic',
    run: (send) =>
      send(
        'PATCH',
        `${configMaps}/first`,
        { metadata: { labels: { team: 'demo' } } },
        {
          contentType: 'application/strategic-merge-patch+json',
        },
      ),
  },
  { name: 'configmap-apply-create', run: (_, cluster) => kubectlApply(cluster, 'applied', 'blue', '--server-side') },
  { name: 'configmap-apply-update', run: (_, cluster) => kubectlApply(cluster, 'applied', 'red', '--server-side') },
  { name: 'configmap-client-apply-create', run: (_, cluster) => kubectlApply(cluster, 'client-applied', 'blue') },
  { name: 'configmap-client-apply-update', run: (_, cluster) => kubectlApply(cluster, 'client-applied', 'red') },
  {
    name: 'configmap-generate-name',
    run: (send) => send('POST', configMaps, configMap('', {}, { name: undefined, generateName: 'made-' })),
  },
  {
    name: 'configmap-generate-name-mutating',
    path: '/mutate',
    run: (send) => send('POST', configMaps, configMap('', {}, { name: undefined, generateName: 'made-' })),
  },
  { name: 'configmap-dry-run', run: (send) => send('POST', `${configMaps}?dryRun=All`, configMap('never')) },
  {
    name: 'configmap-proto-keys',
    // As text: in an object literal `__proto__` would be no key.
    run: (send) =>
      send(
        'POST',
        configMaps,
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"proto","labels":{"constructor":"label"}},' +
          '"data":{"__proto__":"a","constructor":"b","toString":"c"}}',
      ),
  },
  {
    name: 'configmap-impersonated',
    run: (send) =>
      send('POST', configMaps, configMap('impersonated'), {
        headers: { 'impersonate-user': 'bob', 'impersonate-group': 'dev', 'impersonate-extra-reason': 'test' },
      }),
  },
  {
    name: 'configmap-service-account',
    run: async (send, cluster) => {
      const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } };
      await send('POST', `${core}/serviceaccounts`, account);
      const allowed = ['create', 'clusterrolebinding', 'robot', '--clusterrole=edit', '--serviceaccount=demo:robot'];
      await kubectl(cluster, allowed);
      const token = (await kubectl(cluster, ['create', 'token', 'robot', '--namespace', 'demo'])).trim();
      const create = () => send('POST', configMaps, configMap('by-robot'), { token });
      return await waitFor(create, { what: 'the new binding to be seen' });
    },
    pick: ofSystem('demo:robot'),
  },
  { name: 'configmap-delete', run: (send) => send('DELETE', `${configMaps}/second`) },
  {
    name: 'configmap-delete-mutating',
    path: '/mutate',
    run: (send) => send('DELETE', `${configMaps}/by-robot`),
  },
  {
    name: 'configmap-delete-collection',
    before: async (send) => {
      for (const name of ['one', 'two']) {
        await send('POST', configMaps, configMap(name, {}, { labels: { batch: 'yes' } }));
      }
    },
    run: (send) => send('DELETE', `${configMaps}?labelSelector=batch%3Dyes`),
  },
];

const ofWorkloads: RecordedWrite[] = [
  {
    name: 'secret-create',
    run: (send) => {
      const metadata = { name: 'dummy' };
      return send('POST', `${core}/secrets`, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata,
        stringData: { key: 'dummy' },
      });
    },
  },
  { name: 'pod-create', run: (send) => send('POST', pods, pod('web')) },
  { name: 'pod-create-mutating', path: '/mutate', run: (send) => send('POST', pods, pod('worker')) },
  {
    name: 'pod-status',
    run: (send) => send('PATCH', `${pods}/web/status`, { status: { message: 'as a kubelet would' } }, mergePatch),
  },
  {
    name: 'pod-ephemeral-containers',
    run: (send) => {
      const ephemeralContainers = [{ name: 'debug', image: 'registry.example.org/debug:1.0' }];
      const contentType = 'application/strategic-merge-patch+json';
      return send('PATCH', `${pods}/web/ephemeralcontainers`, { spec: { ephemeralContainers } }, { contentType });
    },
  },
  {
    name: 'pod-eviction',
    run: (send) => {
      const metadata = { name: 'worker', namespace: 'demo' };
      return send('POST', `${pods}/worker/eviction`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata });
    },
  },
  {
    name: 'pod-exec',
    // No node runs the pod: the request is refused, after admission.
    run: (_, cluster) => {
      const token = cluster.users.alice?.token;
      return cluster.request('POST', `${pods}/web/exec?command=true&container=app`, undefined, { token });
    },
  },
  { name: 'pod-delete', most: 2, run: (send) => send('DELETE', `${pods}/web?gracePeriodSeconds=0`) },
  {
    name: 'deployment-create',
    run: (send) =>
      send('POST', deployments, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'shop', labels: { app: 'shop' } },
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: 'shop' } },
          template: { metadata: { labels: { app: 'shop' } }, spec: podSpec },
        },
      }),
  },
  {
    name: 'deployment-scale',
    run: (send) => send('PATCH', `${deployments}/shop/scale`, { spec: { replicas: 5 } }, mergePatch),
  },
  {
    name: 'deployment-status',
    run: (send) => send('PATCH', `${deployments}/shop/status`, { status: { observedGeneration: 1 } }, mergePatch),
  },
  {
    name: 'service-create',
    run: (send) => {
      const spec = { type: 'LoadBalancer', selector: { app: 'shop' }, ports: [{ port: 80 }] };
      return send('POST', `${core}/services`, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop' }, spec });
    },
  },
];

const ofCustomResources: RecordedWrite[] = [
  { name: 'custom-resource-create', run: (send) => send('POST', widgets, widget('one', 'v1')) },
  {
    name: 'custom-resource-create-mutating',
    path: '/mutate',
    run: (send) => send('POST', widgets, widget('two', 'v1')),
  },
  {
    name: 'custom-resource-older-version',
    path: '/validate-v1',
    run: (send) => send('POST', oldWidgets, widget('old', 'v1beta1')),
  },
  {
    name: 'custom-resource-update',
    run: (send) => send('PATCH', `${widgets}/one`, { spec: { network: '10.30.0.0/16' } }, mergePatch),
  },
  {
    name: 'custom-resource-status',
    run: (send) => send('PATCH', `${widgets}/one/status`, { status: { phase: 'Ready', replicas: 1 } }, mergePatch),
  },
  {
    name: 'custom-resource-scale',
    run: (send) => send('PATCH', `${widgets}/one/scale`, { spec: { replicas: 3 } }, mergePatch),
  },
  {
    name: 'custom-resource-finalizer',
    before: (send) => send('POST', widgets, widget('kept', 'v1', { finalizers: ['demo.example.org/keep'] })),
    run: async (send) => {
      await send('DELETE', `${widgets}/kept`);
      await send('PATCH', `${widgets}/kept`, { metadata: { finalizers: null } }, mergePatch);
    },
  },
  { name: 'custom-resource-delete', run: (send) => send('DELETE', `${widgets}/two`) },
  {
    name: 'cluster-scoped-custom-resource',
    run: (send) => {
      const kind = { apiVersion: 'demo.example.org/v1', kind: 'Gadget' };
      return send('POST', '/apis/demo.example.org/v1/gadgets', { ...kind, metadata: { name: 'gadget' }, spec: {} });
    },
  },
  {
    name: 'subject-access-review',
    run: (send) =>
      send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: { user: 'bob', resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'demo' } },
      }),
  },
];

const ofNamespaces: RecordedWrite[] = [
  {
    name: 'namespace-create',
    run: (send) =>
      send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'brief' } }),
  },
  {
    name: 'namespace-update',
    run: (send) => send('PATCH', '/api/v1/namespaces/brief', { metadata: { labels: { stage: 'test' } } }, mergePatch),
  },
  {
    name: 'garbage-collector-delete',
    controllers: true,
    before: (send) => send('POST', configMaps, configMap('owner')),
    run: async (send) => {
      const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: await readUid(send, 'owner') };
      await send('POST', configMaps, configMap('owned', {}, { ownerReferences: [owner] }));
      await send('DELETE', `${configMaps}/owner`);
      await waitUntilGone(send, `${configMaps}/owned`);
    },
    pick: ofSystem('generic-garbage-collector'),
  },
  {
    name: 'namespace-delete',
    before: (send) => send('POST', '/api/v1/namespaces/brief/configmaps', configMap('inside')),
    run: (send) => send('DELETE', '/api/v1/namespaces/brief'),
  },
  {
    name: 'namespace-controller-delete',
    controllers: true,
    run: (send) => waitUntilGone(send, '/api/v1/namespaces/brief'),
    pick: (call) => ofSystem('namespace-controller')(call) && call.request.operation === 'DELETE',
  },
];

/** In the order in which they must run. */
export const recordedWrites: RecordedWrite[] = [...ofConfigMaps, ...ofWorkloads, ...ofCustomResources, ...ofNamespaces];

async function readUid(send: Send, name: string): Promise<unknown> {
  const found = (await send('GET', `${configMaps}/${name}`)) as { metadata: { uid: string } };
  return found.metadata.uid;
}

async function waitUntilGone(send: Send, path: string): Promise<void> {
  const look = () =>
    send('GET', path).then(
      () => false,
      (error: Error) => error.message.includes('404'),
    );
  await waitFor(look, { timeout: 120_000, what: `${path} to be gone` });
}

async function kubectl(cluster: Cluster, args: string[], stdin?: string, user?: string): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(args, { stdin, user });
  if (code !== 0) throw new Error(`\`kubectl ${args.join(' ')}\` ended with ${code}: ${stderr.trim()}`);
  return stdout;
}

async function kubectlApply(cluster: Cluster, name: string, color: string, ...flags: string[]): Promise<string> {
  const stdin = JSON.stringify(configMap(name, { color }, { namespace: 'demo' }));
  return await kubectl(cluster, ['apply', ...flags, '-f', '-'], stdin, 'alice');
}
