// Policies that change while everything runs: by custom resource and by ConfigMap, right ones and broken ones.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { waitFor } from '../cluster/start.ts';
import { type Manifest, REPOSITORY, type Stage, vitistack } from './stage.ts';

const SEED = join(REPOSITORY, '..', 'shared', 'data', 'seed-configmaps', 'vitistack-security-baseline.yaml');
const LABEL = 'lintel.dev/policies=true';

function policy(check: string): Manifest {
  return {
    apiVersion: 'lintel.dev/v1alpha1',
    kind: 'Policy',
    metadata: { name: 'display-names' },
    spec: {
      title: 'Display names are in upper case where the house wants it',
      match: { resources: [{ group: 'vitistack.io', resource: 'vitistacks' }] },
      rules: [{ id: 'HOUSE-001', check, message: 'display name `{{spec.displayName}}` is not what the house wants' }],
    },
  };
}

async function waitForVerdict(
  stage: Stage,
  object: Manifest,
  pattern: string | RegExp,
  refused: boolean,
): Promise<string> {
  let last = '';
  await waitFor(
    async () => {
      const { stderr } = await stage.apply(object, ['--dry-run=server']);
      last = stderr;
      const found = typeof pattern === 'string' ? stderr.includes(pattern) : pattern.test(stderr);
      return found === refused;
    },
    { timeout: 20_000, what: `${refused ? 'a refusal' : 'no refusal'} with ${pattern}` },
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}; kubectl said last: ${last}`);
  });
  return last;
}

async function readyCondition(stage: Stage, status: string): Promise<{ reason?: string; message?: string }> {
  let condition: { status?: string; reason?: string; message?: string } | undefined;
  await waitFor(
    async () => {
      const stored = (await stage.read('policies.lintel.dev', 'display-names')) as {
        status?: { conditions?: { type: string; status?: string; reason?: string; message?: string }[] };
      } | null;
      condition = stored?.status?.conditions?.find(({ type }) => type === 'Ready');
      return condition?.status === status;
    },
    { timeout: 20_000, what: `the condition Ready=${status}` },
  );
  return condition ?? {};
}

export async function runLivePolicies(t: Test, stage: Stage): Promise<void> {
  const object = vitistack('live');

  await t.test('a Policy custom resource is in force when it is applied', async (tt) => {
    const { code, stderr } = await stage.apply(policy("spec.displayName == 'OSLO'"));
    tt.equal(code, 0, stderr);
    tt.match(await waitForVerdict(stage, object, 'HOUSE-001', true), 'display name `Oslo` is not what the house wants');
    await readyCondition(stage, 'True');
  });

  await t.test(
    'a broken version leaves the last good one in force, and says so in status, Event, log and metric',
    async (tt) => {
      tt.equal((await stage.apply(policy('spec.displayName = OSLO'))).code, 0, 'the schema alone cannot know');
      const condition = await readyCondition(stage, 'False');
      tt.match(condition.message ?? '', '==', `with the likely mend: ${condition.message}`);
      tt.match((await stage.apply(object, ['--dry-run=server'])).stderr, 'HOUSE-001', 'still in force');
      await waitFor(
        async () => (await stage.kubectl(['get', 'events', '-A', '-o', 'json'])).stdout.includes('display-names'),
        { timeout: 20_000, what: 'an Event' },
      );
      tt.match(await stage.lintel.logs(), /display-names: .*write `==`/);
      const metrics = await readMetrics(stage);
      tt.match(metrics, /lintel_policy_load_errors\S* [1-9]/);
    },
  );

  await t.test('the others are untouched meanwhile', async (tt) => {
    const bad = vitistack('live', { security: { encryption: { atRest: false } } });
    tt.match((await stage.apply(bad, ['--dry-run=server'])).stderr, 'VITI-SEC-001');
  });

  await t.test('a mended version is in force again', async () => {
    await stage.apply(policy("spec.displayName == 'Oslo'"));
    await readyCondition(stage, 'True');
    await waitForVerdict(stage, object, 'HOUSE-001', false);
  });

  await t.test('a deleted policy is gone', async () => {
    await stage.apply(policy("spec.displayName == 'OSLO'"));
    await waitForVerdict(stage, object, 'HOUSE-001', true);
    await stage.kubectl(['delete', 'policies.lintel.dev', 'display-names']);
    await waitForVerdict(stage, object, 'HOUSE-001', false);
  });

  await t.test('a ConfigMap with a label brings a policy, changes it, and takes it away', async (tt) => {
    const configMap = (wanted: string): Manifest => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'house-rules', namespace: 'default', labels: { 'lintel.dev/policies': 'true' } },
      data: {
        'checks.yaml': `mandatory:\n  - name: Display name\n    check: "spec.displayName == '${wanted}'"\n`,
      },
    });
    tt.equal((await stage.apply(configMap('OSLO'))).code, 0);
    await waitForVerdict(stage, object, 'Display name', true);
    await stage.apply(configMap('Oslo'));
    await waitForVerdict(stage, object, 'Display name', false);
    await stage.apply(configMap('OSLO'));
    await waitForVerdict(stage, object, 'Display name', true);
    await stage.kubectl(['delete', 'configmap', 'house-rules', '-n', 'default']);
    await waitForVerdict(stage, object, 'Display name', false);
  });

  await t.test('the security baseline of the operations guide loads as it is', async (tt) => {
    if (!existsSync(SEED)) return tt.comment('left out: the ConfigMap of the guide is not here');
    await stage.kubectl(['create', '-n', 'default', '-f', SEED]);
    await stage.kubectl(['label', '-n', 'default', 'configmap', 'vitistack-security-baseline', LABEL]);
    const bad = vitistack('live', {
      security: {
        encryption: { atRest: false, inTransit: true },
        accessControl: { rbac: true },
        auditLogging: { enabled: true },
      },
    });
    await waitForVerdict(stage, bad, /vitistack-security-baseline.*encryption-at-rest/, true);
    await stage.kubectl(['delete', 'configmap', 'vitistack-security-baseline', '-n', 'default']);
    await waitForVerdict(stage, bad, /vitistack-security-baseline.*encryption-at-rest/, false);
  });

  await t.test('an exemption lets one object through, and says so in the log', async (tt) => {
    const bad = vitistack('exempted', {
      security: {
        encryption: { atRest: false, inTransit: true },
        accessControl: { rbac: true },
        auditLogging: { enabled: true },
      },
    });
    const exemption: Manifest = {
      apiVersion: 'lintel.dev/v1alpha1',
      kind: 'PolicyExemption',
      metadata: { name: 'old-storage' },
      spec: {
        rules: ['VITI-SEC-001'],
        match: { names: ['exempted'] },
        reason: 'storage without encryption until it is replaced',
        owner: 'storage team',
        expires: '2999-01-01',
      },
    };
    tt.equal((await stage.apply(exemption)).code, 0);
    await waitForVerdict(stage, bad, 'VITI-SEC-001', false);
    const other = { ...bad, metadata: { name: 'other' } };
    tt.match((await stage.apply(other, ['--dry-run=server'])).stderr, 'VITI-SEC-001', 'and no other');
    tt.match(await stage.lintel.logs(), /"exempt[^}]*old-storage/, 'the decision tells by which exemption');
    await stage.apply({ ...exemption, spec: { ...(exemption.spec as object), expires: '2020-01-01' } });
    await waitForVerdict(stage, bad, 'VITI-SEC-001', true);
    await stage.kubectl(['delete', 'policyexemptions', 'old-storage']);
  });
}

async function readMetrics(stage: Stage): Promise<string> {
  const [replica] = stage.lintel.replicas;
  if (!replica) return '';
  const { createHttpsClient } = await import('../cluster/https-request.ts');
  const client = createHttpsClient(replica.url, stage.lintel.caBundle);
  try {
    const { body } = await client.request('GET', '/metrics');
    return typeof body === 'string' ? body : JSON.stringify(body);
  } finally {
    client.close();
  }
}
