import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runIssue } from '../../certs-scripts/issue.ts';
import { type Cluster, startCluster } from '../cluster/start.ts';
import { waitFor } from '../cluster/wait.ts';

/** What is shipped, applied to real API servers. */

const ROOT = join(import.meta.dirname, '..', '..');
const BASE = join(ROOT, 'manifests', 'base');
const SERVER = '--as=system:serviceaccount:lintel-system:lintel';

const POLICY = {
  apiVersion: 'lintel.dev/v1alpha1',
  kind: 'Policy',
  metadata: { name: 'address-plan' },
  spec: {
    title: 'Address plans do not collide',
    severity: 'high',
    match: { resources: ['pods', { group: 'vitistack.io', resource: 'vitistacks' }] },
    enforcementAction: { default: 'warn', production: 'deny' },
    rules: [
      { id: 'A-1', check: { '==': [{ var: 'object.spec.a' }, 1] } },
      { id: 'A-2', forEach: { path: 'spec.x[*]', key: 'item.n' }, monotonic: { field: 'item.v', step: 2 } },
      { id: 'A-3', transition: { field: 'spec.s', initial: ['a', null], allowed: { a: ['b', 1, true] } } },
    ],
    examples: [{ name: 'passes', object: { spec: { a: 1, deep: { list: [1, 'x', null] } } }, expect: 'pass' }],
  },
};

async function kubectl(cluster: Cluster, args: string[], input?: unknown): Promise<string> {
  const options = input === undefined ? {} : { stdin: typeof input === 'string' ? input : JSON.stringify(input) };
  const { code, stdout, stderr } = await cluster.kubectl(args, options);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

async function install(cluster: Cluster): Promise<void> {
  const out = join(cluster.folder, 'certs');
  await kubectl(cluster, ['apply', '-k', BASE]);
  await runIssue(['--out', out, '--manifests', BASE], () => {}, console.error);
  const files = ['secret.yaml', '70-mutatingwebhookconfiguration.yaml', '80-validatingwebhookconfiguration.yaml'];
  await kubectl(cluster, ['apply', ...files.flatMap((name) => ['-f', join(out, name)])]);
  await kubectl(cluster, ['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
}

for (const minor of ['1.36', '1.33'] as const) {
  t.test(`Kubernetes ${minor} takes what is shipped`, async (t) => {
    const cluster = await startCluster({ minor });
    t.teardown(() => cluster.stop());
    await install(cluster);

    t.test('a second time changes nothing', async (t) => {
      // Not what kubectl says: of a PodDisruptionBudget it says `configured` each time.
      const template = '{range .items[*]}{.kind}/{.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}';
      const look = () => kubectl(cluster, ['get', '-k', BASE, '-o', `jsonpath=${template}`]);
      const before = await look();
      await kubectl(cluster, ['apply', '-k', BASE]);
      t.equal(await look(), before);
      t.equal(before.trim().split('\n').length, 16);
    });

    t.test('a policy comes back as it was written', async (t) => {
      await kubectl(cluster, ['create', '-f', '-'], POLICY);
      const stored = JSON.parse(await kubectl(cluster, ['get', 'pol', 'address-plan', '-o', 'json']));
      t.strictSame(stored.spec, POLICY.spec);
    });

    t.test('what is wrong with a policy is refused at once, as far as an API server can tell', async (t) => {
      const refuse = async (rules: unknown, message: RegExp) => {
        const document = { ...POLICY, metadata: { name: 'x' }, spec: { ...POLICY.spec, rules } };
        const { code, stderr } = await cluster.kubectl(['create', '-f', '-'], { stdin: JSON.stringify(document) });
        t.not(code, 0);
        t.match(stderr, message);
      };
      await refuse([{ id: 'A-1', chek: 'x' }], /unknown field "spec\.rules\[0\]\.chek"/);
      await refuse([{ id: 'A-1' }], /must validate one and only one schema/);
      await refuse([{ id: 'A-1', check: 'x', remove: 'y' }], /must validate one and only one schema/);
      await refuse(
        [
          { id: 'A-1', check: 'x' },
          { id: 'A-1', check: 'y' },
        ],
        /Duplicate value/,
      );
      await refuse([], /spec\.rules/);
    });

    t.test('kubectl explains every field, and lists with status', async (t) => {
      const explained = await waitFor(
        async () => (await cluster.kubectl(['explain', 'policy.spec.rules'])).stdout || undefined,
        { timeout: 60_000, what: 'kubectl explain' },
      );
      t.match(explained, /immutable[\s\S]*may be set once and neither changed nor cleared/);
      const now = new Date().toISOString();
      const ready = { type: 'Ready', status: 'True', reason: 'InForce', message: '', lastTransitionTime: now };
      const status = { status: { observedGeneration: 1, rules: 3, hits: 0, conditions: [ready] } };
      const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify(status)];
      await kubectl(cluster, ['patch', 'policy', 'address-plan', ...patch]);
      const [head, row] = (await kubectl(cluster, ['get', 'lintel'])).split('\n');
      t.match(head?.split(/\s{2,}/u), ['NAME', 'TITLE', 'ACTION', 'SEVERITY', 'READY', 'AGE']);
      t.match(row, /Address plans do not collide\s+\{"default":"warn","production":"deny"\}\s+high\s+True/);
    });

    t.test('the restricted standard lets the pods in, and the image comes from the kustomization', async (t) => {
      const deployment = JSON.parse(
        await kubectl(cluster, ['-n', 'lintel-system', 'get', 'deploy', 'lintel', '-o', 'json']),
      );
      const { spec } = deployment.spec.template;
      t.equal(spec.containers[0].image, 'lintel:0.1.0');
      const metadata = { name: 'try', namespace: 'lintel-system' };
      await kubectl(cluster, ['create', '--dry-run=server', '-f', '-'], {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata,
        spec,
      });
      const root = { ...spec, securityContext: {} };
      const { code } = await cluster.kubectl(['create', '--dry-run=server', '-f', '-'], {
        stdin: JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec: root }),
      });
      t.not(code, 0, 'without its security context it would not be');
    });

    t.test('the server may do what it needs and no more', async (t) => {
      const may = async (...args: string[]) =>
        (await cluster.kubectl(['auth', 'can-i', ...args, SERVER])).stdout.trim();
      const inside = ['-n', 'lintel-system'];
      for (const question of [
        ['watch', 'policies.lintel.dev'],
        ['update', 'policies.lintel.dev', '--subresource=status'],
        ['list', 'configmaps', ...inside],
        ['create', 'events'],
        ['watch', 'customresourcedefinitions.apiextensions.k8s.io'],
        ['get', 'secret/lintel-tls', ...inside],
        ['update', 'leases.coordination.k8s.io', ...inside],
      ]) {
        t.equal(await may(...question), 'yes', question.join(' '));
      }
      for (const question of [
        ['update', 'policies.lintel.dev'],
        ['get', 'secrets', '-A'],
        ['get', 'secret/other', ...inside],
        ['update', 'leases.coordination.k8s.io', '-n', 'kube-node-lease'],
        ['list', 'configmaps', '-A'],
        ['update', 'configmaps', ...inside],
      ]) {
        t.equal(await may(...question), 'no', question.join(' '));
      }
    });

    t.test('without a server that answers, the kinds registered are refused and all others are not', async (t) => {
      const crds = join(ROOT, 'src/policies/library/vitistack/crds/common');
      await kubectl(cluster, ['apply', '-f', crds]);
      await kubectl(cluster, ['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
      const vitistack = readFileSync(join(ROOT, 'examples', 'vitistack', 'good.yaml'), 'utf8');
      const refused = await cluster.kubectl(['apply', '-f', '-'], { stdin: vitistack });
      t.not(refused.code, 0);
      t.match(refused.stderr, /mutate\.lintel\.dev/);
      await kubectl(cluster, ['create', 'configmap', 'free']);
      await kubectl(cluster, ['delete', 'validatingwebhookconfiguration,mutatingwebhookconfiguration', 'lintel']);
      await kubectl(cluster, ['apply', '-f', '-'], vitistack);
    });
  });
}
