// Records what real API servers send to webhooks: node test/cluster/record-reviews.ts [--minor 1.36] [--out FOLDER]
// The files in test/recordings are test data for everything that reads AdmissionReviews.

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { minors } from './go-modules.ts';
import { type RecordedWrite, recordedWrites, type Send } from './recorded-writes.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { applyFiles, type Cluster, startCluster, waitFor } from './start.ts';

const { values } = parseArgs({
  options: {
    minor: { type: 'string' },
    out: { type: 'string', default: join(import.meta.dirname, '..', 'recordings') },
  },
});
const wanted = minors.filter((minor) => values.minor === undefined || values.minor === minor);
if (wanted.length === 0) throw new Error(`--minor is \`${values.minor}\`: ${minors.join(' or ')} is wanted`);

for (const minor of wanted) {
  const folder = join(values.out, `v${minor}`);
  const cluster = await startCluster({ minor, controllers: true });
  const recorder = await createRecorder();
  try {
    const count = await recordAll(cluster, recorder, folder);
    process.stdout.write(`${count} reviews of Kubernetes ${cluster.version} in ${folder}\n`);
  } finally {
    await recorder.stop();
    await cluster.stop();
  }
}

async function recordAll(cluster: Cluster, recorder: Recorder, folder: string): Promise<number> {
  const send: Send = async (method, path, body, options) => {
    const answer = await cluster.request(method, path, body, { token: cluster.users.alice?.token, ...options });
    if (answer.status < 400) return answer.body;
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  await prepare(cluster, recorder, send);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  let count = 0;
  for (const write of recordedWrites) {
    if (write.controllers && !cluster.controllers) process.stderr.write(`no controllers: without ${write.name}\n`);
    else count += await record(write, send, cluster, recorder, folder);
  }
  return count;
}

/** The namespace, the custom resources, and webhooks for everything: registered last, and known to be called. */
async function prepare(cluster: Cluster, recorder: Recorder, send: Send): Promise<void> {
  await send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  await applyFiles(cluster, [join(import.meta.dirname, 'widgets.crd.yaml')]);
  const established = ['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all'];
  await waitFor(async () => (await cluster.kubectl(established)).code === 0, { what: 'the CRDs to be served' });
  for (const kind of ['Validating', 'Mutating'] as const) {
    const webhooks = kind === 'Validating' ? ['/validate', '/validate-v1'] : ['/mutate'];
    await send(
      'POST',
      `/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}webhookconfigurations`,
      describeConfiguration(`${kind}WebhookConfiguration`, webhooks, recorder),
    );
  }
  const path = '/api/v1/namespaces/demo/configmaps?dryRun=All';
  const probe = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'probe' } };
  const isCalled = async () => {
    await send('POST', path, probe);
    const paths = recorder.take().map((call) => call.path);
    return paths.includes('/validate') && paths.includes('/mutate');
  };
  await waitFor(isCalled, { what: 'the recorder to be called' });
}

function describeConfiguration(kind: string, paths: string[], recorder: Recorder): object {
  const everything = { apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] };
  const widgetsV1 = { apiGroups: ['demo.example.org'], apiVersions: ['v1'], resources: ['widgets'] };
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name: 'recorder' },
    webhooks: paths.map((path) => ({
      name: `recorder${path.replace('/', '-')}.demo.example.org`,
      clientConfig: { url: `${recorder.url}${path}`, caBundle: Buffer.from(recorder.ca).toString('base64') },
      rules: [{ operations: ['*'], scope: '*', ...(path === '/validate-v1' ? widgetsV1 : everything) }],
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      timeoutSeconds: 10,
    })),
  };
}

/** Runs one write. All its webhook calls have been answered when it has: nothing is waited for. */
async function record(
  write: RecordedWrite,
  send: Send,
  cluster: Cluster,
  recorder: Recorder,
  folder: string,
): Promise<number> {
  await write.before?.(send, cluster);
  recorder.take();
  await write.run(send, cluster);
  const path = write.path ?? '/validate';
  const pick = write.pick ?? ((call) => !call.request.username.startsWith('system:'));
  const kept = recorder
    .take()
    .filter((call) => call.path === path && pick(call))
    .slice(0, write.most);
  if (kept.length === 0) throw new Error(`\`${write.name}\` made no call to ${path}`);
  for (const [index, { review }] of kept.entries()) {
    const name = index === 0 ? write.name : `${write.name}-${index + 1}`;
    await writeFile(join(folder, `${name}.json`), `${JSON.stringify(review, null, 2)}\n`);
  }
  return kept.length;
}
