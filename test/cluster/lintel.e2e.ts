// The harness around Lintel (processes, balancer, registration), tried with a webhook of a few lines that speaks the same
// conventions, so that a failure here is never one of Lintel's. Run it with `node test/cluster/lintel.e2e.ts`.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { startLintel } from './lintel.ts';
import { type Cluster, startCluster, waitFor } from './start.ts';
import { registerWebhooks } from './webhooks.ts';

t.setTimeout(600_000);

/** Refuses everything with its own process id; `--unready` never becomes ready, `--crash` ends at once. */
const webhook = `
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
const flag = (name) => process.argv[process.argv.indexOf(name) + 1];
if (process.argv[2] !== 'serve' || !readFileSync(flag('--kubeconfig'), 'utf8').includes('lintel-test')) process.exit(9);
if (process.argv.includes('--crash')) throw new Error('bad policy ' + process.env.HINT);
const options = { cert: readFileSync(flag('--tls-cert')), key: readFileSync(flag('--tls-key')), ALPNProtocols: ['http/1.1'] };
const server = createServer(options, async (request, response) => {
  if (request.method === 'GET') return response.writeHead(process.argv.includes('--unready') ? 503 : 200).end();
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { uid } = JSON.parse(Buffer.concat(chunks).toString()).request;
  const status = { message: 'refused by ' + process.pid + ' at ' + request.url.split('?')[0] };
  response.setHeader('connection', 'close');
  response.end(JSON.stringify({
    apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, allowed: false, status },
  }));
});
server.listen(Number(flag('--port')), '127.0.0.1', () => {
  process.stdout.write('not json\\n' + JSON.stringify({ msg: 'listening', port: server.address().port }) + '\\n');
});
process.on('SIGTERM', () => process.exit(0));
`;

const manifest = `
apiVersion: v1
kind: ConfigMap
metadata: { name: left-alone, namespace: default }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: harness }
webhooks:
  - name: harness.example.org
    clientConfig: { service: { name: lintel, namespace: lintel-system, path: /validate/fail } }
    rules: [{ operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [configmaps], scope: Namespaced }]
    namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: default } }
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Fail
`;

t.test('replicas behind one address', async (t) => {
  const cluster = await startCluster();
  t.teardown(() => cluster.stop());
  const entry = join(cluster.folder, 'webhook.mjs');
  await writeFile(entry, webhook);

  await t.test('that crash or never get ready say why', async (t) => {
    const crash = startLintel(cluster, { entry, args: ['--crash'], env: { HINT: 'number 7' } });
    await t.rejects(crash, { message: /lintel ended with 1.*bad policy number 7/s });
    const unready = startLintel(cluster, { entry, args: ['--unready'], timeout: 2000 });
    await t.rejects(unready, { message: /waited 2000 ms for lintel to be ready in vain.*listening/s });
    const early = await startLintel(cluster, { entry, args: ['--unready'], waitReady: false });
    t.strictSame(early.balancer.ready(), []);
    await early.stop();
  });

  await t.test('take turns, are replaced, and end', async (t) => {
    const lintel = await startLintel(cluster, { entry, replicas: 2 });
    t.teardown(() => lintel.stop());
    const file = join(cluster.folder, 'webhooks.yaml');
    await writeFile(file, manifest);
    const { url, caBundle } = lintel;
    t.strictSame(await registerWebhooks(cluster, { yamlFiles: [file], url, caBundle }), [
      'ValidatingWebhookConfiguration/harness',
    ]);
    const left = await cluster.request('GET', '/api/v1/namespaces/default/configmaps/left-alone');
    t.equal(left.status, 404, 'other documents are not applied');
    const [first, second] = lintel.replicas;
    await waitFor(async () => (await refuse(cluster)) !== 0, { what: 'the webhook to be in force' });
    const askedBoth = new Set([await refuse(cluster), await refuse(cluster)]);
    t.strictSame(askedBoth, new Set([first?.pid, second?.pid]));

    t.match(await first?.kill(), { signal: 'SIGKILL' });
    t.equal(lintel.replicas.length, 1);
    t.strictSame([await refuse(cluster), await refuse(cluster)], [second?.pid, second?.pid]);
    const third = await lintel.addReplica();
    t.strictSame(new Set([await refuse(cluster), await refuse(cluster)]), new Set([second?.pid, third.pid]));
    t.match(await second?.stop(), { code: 0 });
    t.equal(await refuse(cluster), third.pid);
    t.equal((await lintel.logs()).match(/"listening"/g)?.length, 3, 'the logs of ended replicas are kept');
    await lintel.stop();
    t.match(await third.exited, { code: 0 });
  });

  await t.test('need a manifest with webhooks in it', async (t) => {
    const file = join(cluster.folder, 'none.yaml');
    await writeFile(file, 'apiVersion: v1\nkind: ConfigMap\n');
    const registration = { yamlFiles: [file], url: 'https://127.0.0.1:1', caBundle: '' };
    await t.rejects(registerWebhooks(cluster, registration), { message: /no webhook configuration in/ });
  });
});

/** Tries to create a ConfigMap; gives the process id in the refusal, or 0 when nobody refused. */
async function refuse(cluster: Cluster): Promise<number> {
  const { stderr } = await cluster.kubectl(['create', 'configmap', 'any', '--dry-run=server']);
  return Number(/refused by (\d+) at \/validate\/fail/.exec(stderr)?.[1] ?? 0);
}
