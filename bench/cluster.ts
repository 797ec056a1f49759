// Latency of one create through a real API server: with no admission, with seven checks as an in-tree
// ValidatingAdmissionPolicy, with the same seven in Lintel, and with Lintel's whole VitiStack pack. The four take turns
// within one run, so that they meet the same machine.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { type Lintel, startLintel } from '../test/cluster/lintel.ts';
import { applyFiles, type Cluster, startCluster, waitFor } from '../test/cluster/start.ts';

const CRD = join(
  import.meta.dirname,
  '..',
  'src',
  'policies',
  'library',
  'vitistack',
  'crds',
  'common',
  'vitistacks.yaml',
);
const VITISTACKS = '/apis/vitistack.io/v1alpha1/vitistacks';

/** The operations guide's baseline: four that deny, three that warn, in Lintel's words and in CEL. */
const CHECKS = [
  { level: 'mandatory', name: 'Encryption at Rest', check: 'spec.security.encryption.atRest == true' },
  { level: 'mandatory', name: 'Encryption in Transit', check: 'spec.security.encryption.inTransit == true' },
  { level: 'mandatory', name: 'RBAC', check: 'spec.security.accessControl.rbac == true' },
  { level: 'mandatory', name: 'Audit Logging', check: 'spec.security.auditLogging.enabled == true' },
  { level: 'recommended', name: 'MFA', check: 'spec.security.accessControl.mfa == true' },
  { level: 'recommended', name: 'Compliance', check: 'spec.security.complianceFrameworks != null' },
  { level: 'recommended', name: 'Firewall', check: "spec.networking.firewall.defaultPolicy == 'deny'" },
];

const WAYS = ['nothing', 'vap', 'lintel', 'pack'] as const;
type Way = (typeof WAYS)[number];

interface Sample {
  way: Way;
  ms: number;
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '12' },
    rates: { type: 'string', default: '25,100,300' },
    minor: { type: 'string', default: '1.36' },
  },
});

const folder = await mkdtemp(join(tmpdir(), 'lintel-bench-'));
const cluster = await startCluster({ minor: values.minor as '1.36' });
const servers: Lintel[] = [];
try {
  await applyFiles(cluster, [CRD]);
  const wait = await cluster.kubectl([
    'wait',
    '--for=condition=Established',
    'crd/vitistacks.vitistack.io',
    '--timeout=60s',
  ]);
  if (wait.code !== 0) throw new Error(wait.stderr);
  await applyValidatingAdmissionPolicies(cluster);
  await writeFile(join(folder, 'baseline.yaml'), renderCheckList());
  servers.push(await startLintel(cluster, { args: ['--no-packs', '--policies', folder] }));
  servers.push(await startLintel(cluster, {}));
  await registerBoth(cluster, servers);
  await waitUntilInForce(cluster);
  const ratios: string[] = [];
  for (const rate of values.rates.split(',').map(Number)) {
    const samples = await runLoad(cluster, rate, Number(values.seconds));
    const nothing = percentile(samples, 'nothing', 0.5);
    for (const way of WAYS) {
      const p50 = percentile(samples, way, 0.5);
      const p99 = percentile(samples, way, 0.99);
      const count = samples.filter((sample) => sample.way === way).length;
      console.log(
        `${rate}/s ${way.padEnd(8)} n=${count} p50=${p50.toFixed(1)} ms p99=${p99.toFixed(1)} ms added p50=${(p50 - nothing).toFixed(1)} ms`,
      );
    }
    const added = (way: Way) => (percentile(samples, way, 0.5) - nothing).toFixed(1);
    ratios.push(`added_p50_ms_${rate}(vap/lintel/pack)=${added('vap')}/${added('lintel')}/${added('pack')}`);
    await cluster.request('DELETE', VITISTACKS);
  }
  console.log(`bench:cluster ${ratios.join(' ')}`);
} finally {
  for (const server of servers) await server.stop();
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
}

function createObject(way: Way | 'bad-vap' | 'bad-lintel' | 'bad-pack', name: string): unknown {
  return {
    apiVersion: 'vitistack.io/v1alpha1',
    kind: 'Vitistack',
    metadata: { name, labels: { bench: way.replace('bad-', '') } },
    spec: {
      displayName: name,
      infrastructure: 'test',
      region: 'no-east',
      zone: 'no-east-az1',
      networking: {
        firewall: { defaultPolicy: 'deny' },
        vpcs: [{ name: 'main', cidr: '10.20.0.0/16', default: true }],
      },
      security: {
        complianceFrameworks: ['GDPR'],
        encryption: { atRest: !way.startsWith('bad-'), inTransit: true, keyManagement: 'vault' },
        accessControl: { rbac: true, mfa: true },
        auditLogging: { enabled: true, retentionDays: 90 },
      },
      backup: { enabled: true, schedule: '0 2 * * *' },
      monitoring: { enabled: true },
    },
  };
}

function renderCheckList(): string {
  const pick = (level: string) =>
    CHECKS.filter((one) => one.level === level).map(({ name, check }) => ({ name, check }));
  const list = { mandatory: pick('mandatory'), recommended: pick('recommended') };
  return stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'baseline' },
    data: { 'checks.yaml': stringify(list) },
  });
}

/** `a.b.c == x` with presence tests, as CEL needs them. */
function toCel(check: string): string {
  const [path = '', operator = '', value = ''] = check.split(' ');
  const steps = path.split('.');
  const present = steps.slice(1).map((_, i) => `has(object.${steps.slice(0, i + 2).join('.')})`);
  return [...present, ...(value === 'null' ? [] : [`object.${path} ${operator} ${value}`])].join(' && ');
}

async function applyValidatingAdmissionPolicies(on: Cluster): Promise<void> {
  for (const [level, action] of [
    ['mandatory', 'Deny'],
    ['recommended', 'Warn'],
  ] as const) {
    const validations = CHECKS.filter((one) => one.level === level).map(({ name, check }) => ({
      expression: toCel(check),
      message: name,
    }));
    const policy = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: level },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          objectSelector: { matchLabels: { bench: 'vap' } },
          resourceRules: [
            {
              apiGroups: ['vitistack.io'],
              apiVersions: ['v1alpha1'],
              operations: ['CREATE', 'UPDATE'],
              resources: ['vitistacks'],
            },
          ],
        },
        validations,
      },
    };
    const binding = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: level },
      spec: { policyName: level, validationActions: [action] },
    };
    const { code, stderr } = await on.kubectl(['apply', '-f', '-'], {
      stdin: [policy, binding].map((one) => stringify(one)).join('---\n'),
    });
    if (code !== 0) throw new Error(stderr);
  }
}

/** Both phases of both servers, each for the objects with its label alone. */
async function registerBoth(on: Cluster, [seven, pack]: Lintel[]): Promise<void> {
  for (const [label, server] of [
    ['lintel', seven],
    ['pack', pack],
  ] as const) {
    if (!server) continue;
    for (const [kind, phase] of [
      ['MutatingWebhookConfiguration', 'mutate'],
      ['ValidatingWebhookConfiguration', 'validate'],
    ] as const) {
      const configuration = {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind,
        metadata: { name: `bench-${label}` },
        webhooks: [
          {
            name: `${phase}-${label}.lintel.dev`,
            clientConfig: {
              url: `${server.replicas[0]?.url}/${phase}`,
              caBundle: Buffer.from(server.caBundle).toString('base64'),
            },
            admissionReviewVersions: ['v1'],
            sideEffects: 'None',
            objectSelector: { matchLabels: { bench: label } },
            rules: [
              {
                apiGroups: ['vitistack.io'],
                apiVersions: ['v1alpha1'],
                operations: ['CREATE', 'UPDATE'],
                resources: ['vitistacks'],
              },
            ],
          },
        ],
      };
      const { code, stderr } = await on.kubectl(['apply', '-f', '-'], { stdin: stringify(configuration) });
      if (code !== 0) throw new Error(stderr);
    }
  }
}

/** Each of the three refuses what it should before anything is measured. */
async function waitUntilInForce(on: Cluster): Promise<void> {
  for (const way of ['bad-vap', 'bad-lintel', 'bad-pack'] as const) {
    await waitFor(
      async () => (await on.request('POST', `${VITISTACKS}?dryRun=All`, createObject(way, way))).status >= 400,
      {
        timeout: 30_000,
        what: `${way} to be refused`,
      },
    );
  }
}

/** Open loop: requests leave at the rate, however long the ones before take; latency counts from when they were due. */
async function runLoad(on: Cluster, rate: number, seconds: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  const pending: Promise<void>[] = [];
  const start = performance.now() + 50;
  for (let i = 0; i < rate * seconds; i++) {
    const due = start + (i * 1000) / rate;
    const early = due - performance.now();
    if (early > 1) await new Promise((done) => setTimeout(done, early));
    const way = WAYS[i % WAYS.length] as Way;
    pending.push(
      on.request('POST', VITISTACKS, createObject(way, `r${rate}-${i}`)).then(({ status, body }) => {
        if (status !== 201) throw new Error(`${way}: ${status} ${JSON.stringify(body)}`);
        // The first second warms caches, connections and compilers.
        if (i >= rate) samples.push({ way, ms: performance.now() - due });
      }),
    );
  }
  await Promise.all(pending);
  return samples;
}

function percentile(samples: Sample[], way: Way, share: number): number {
  const sorted = samples
    .filter((sample) => sample.way === way)
    .map(({ ms }) => ms)
    .sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
