// However an object is written, the same door stands in front of it.

import type { Test } from 'tap';
import { waitFor } from '../cluster/start.ts';
import { type Manifest, type Stage, vitistack } from './stage.ts';

const OPEN = {
  security: {
    encryption: { atRest: false, inTransit: true },
    accessControl: { rbac: true },
    auditLogging: { enabled: true },
  },
};
const TERSE: Manifest = {
  apiVersion: 'vitistack.io/v1alpha1',
  kind: 'Vitistack',
  metadata: { name: 'terse' },
  spec: { displayName: 'Terse', infrastructure: 'test', region: 'no-east', zone: 'no-east-az1' },
};

export async function runWaysOfWriting(t: Test, stage: Stage): Promise<void> {
  await t.test('a terse object is completed, and kubectl get shows the defaults', async (tt) => {
    const { code, stderr } = await stage.apply(TERSE);
    tt.equal(code, 0, stderr);
    const { stdout } = await stage.kubectl(['get', 'vitistack', 'terse', '-o', 'yaml']);
    tt.match(stdout, /atRest: true/);
    tt.match(stdout, /auditLogging:\n\s+enabled: true/);
  });

  await t.test('applying the same file again changes nothing', async (tt) => {
    const { code, stdout } = await stage.apply(TERSE);
    tt.equal(code, 0);
    tt.match(stdout, 'unchanged');
  });

  await t.test('kubectl create is refused like apply', async (tt) => {
    const { code, stderr } = await stage.kubectl(['create', '-f', '-'], vitistack('created', OPEN));
    tt.equal(code, 1);
    tt.match(stderr, 'VITI-SEC-001');
  });

  await t.test('server-side apply is refused, and nothing is stored', async (tt) => {
    const { code, stderr } = await stage.apply(vitistack('ssa', OPEN), ['--server-side']);
    tt.equal(code, 1);
    tt.match(stderr, 'VITI-SEC-001');
    tt.equal(await stage.read('vitistack', 'ssa'), null);
  });

  await t.test('server-side apply of a good object gets in and is completed', async (tt) => {
    const { code, stderr } = await stage.apply({ ...TERSE, metadata: { name: 'ssa' } }, ['--server-side']);
    tt.equal(code, 0, stderr);
    const stored = (await stage.read('vitistack', 'ssa')) as {
      spec: { security: { encryption: { atRest: boolean } } };
    } | null;
    tt.equal(stored?.spec.security.encryption.atRest, true);
  });

  await t.test('a merge patch that breaks a rule is refused', async (tt) => {
    const patch = JSON.stringify({ spec: { security: { encryption: { atRest: false } } } });
    const { code, stderr } = await stage.kubectl(['patch', 'vitistack', 'terse', '--type=merge', '-p', patch]);
    tt.equal(code, 1);
    tt.match(stderr, 'VITI-SEC-001');
  });

  await t.test('a JSON patch that breaks a rule is refused', async (tt) => {
    const patch = JSON.stringify([{ op: 'replace', path: '/spec/security/accessControl/rbac', value: false }]);
    const { code, stderr } = await stage.kubectl(['patch', 'vitistack', 'terse', '--type=json', '-p', patch]);
    tt.equal(code, 1);
    tt.match(stderr, 'VITI-SEC-003');
  });

  await t.test('a patch that breaks nothing gets in', async (tt) => {
    const patch = JSON.stringify({ spec: { displayName: 'Less terse' } });
    const { code, stderr } = await stage.kubectl(['patch', 'vitistack', 'terse', '--type=merge', '-p', patch]);
    tt.equal(code, 0, stderr);
  });

  await t.test('kubectl replace that breaks a rule is refused', async (tt) => {
    const { code, stderr } = await stage.kubectl(['replace', '-f', '-'], vitistack('terse', OPEN));
    tt.equal(code, 1);
    tt.match(stderr, 'VITI-SEC-001');
  });

  await t.test('a server dry-run tells the same and stores nothing', async (tt) => {
    const bad = await stage.apply(vitistack('dry', OPEN), ['--dry-run=server']);
    tt.equal(bad.code, 1);
    tt.match(bad.stderr, 'VITI-SEC-001');
    const good = await stage.apply({ ...TERSE, metadata: { name: 'dry' } }, ['--dry-run=server', '-o', 'yaml']);
    tt.equal(good.code, 0, good.stderr);
    tt.match(good.stdout, /atRest: true/, 'completed all the same');
    tt.equal(await stage.read('vitistack', 'dry'), null);
  });

  await t.test('generateName is refused and let through like any name', async (tt) => {
    const bad = vitistack('x', OPEN);
    bad.metadata = { generateName: 'any-' };
    tt.match((await stage.kubectl(['create', '-f', '-'], bad)).stderr, 'VITI-SEC-001');
    const good = await stage.kubectl(['create', '-f', '-'], { ...TERSE, metadata: { generateName: 'any-' } });
    tt.equal(good.code, 0, good.stderr);
  });

  await t.test('status is written without asking', async (tt) => {
    const patch = JSON.stringify({ status: { phase: 'Ready' } });
    const { code, stderr } = await stage.kubectl([
      'patch',
      'vitistack',
      'terse',
      '--subresource=status',
      '--type=merge',
      '-p',
      patch,
    ]);
    tt.equal(code, 0, stderr);
  });

  await t.test('labels and annotations of an object that breaks a rule since before can change', async (tt) => {
    const { code, stderr } = await stage.kubectl(['label', 'vitistack', 'terse', 'team=net']);
    tt.equal(code, 0, stderr);
  });

  await t.test('delete by name and delete of a collection get through', async (tt) => {
    tt.equal((await stage.kubectl(['delete', 'vitistack', 'terse'])).code, 0);
    const { status } = await stage.cluster.request('DELETE', '/apis/vitistack.io/v1alpha1/vitistacks');
    tt.equal(status, 200);
    await waitFor(async () => (await stage.kubectl(['get', 'vitistacks', '-o', 'name'])).stdout === '', {
      timeout: 10_000,
      what: 'all to be gone',
    });
  });

  await t.test('an object with a finalizer can be deleted and let go', async (tt) => {
    tt.equal((await stage.apply({ ...TERSE, metadata: { name: 'held', finalizers: ['example.org/hold'] } })).code, 0);
    tt.equal((await stage.kubectl(['delete', 'vitistack', 'held', '--wait=false'])).code, 0);
    const patch = JSON.stringify({ metadata: { finalizers: null } });
    const { code, stderr } = await stage.kubectl(['patch', 'vitistack', 'held', '--type=merge', '-p', patch]);
    tt.equal(code, 0, stderr);
    tt.equal(await stage.read('vitistack', 'held'), null);
  });

  await t.test('a namespace with objects in it can be deleted', async (tt) => {
    if (!stage.cluster.controllers) return tt.comment('no controller manager here');
    await stage.kubectl(['create', 'namespace', 'leaving']);
    const network = {
      apiVersion: 'vitistack.io/v1alpha1',
      kind: 'NetworkNamespace',
      metadata: { name: 'net', namespace: 'leaving' },
      spec: { datacenterIdentifier: 'no-east-az1', supervisorIdentifier: 'sup-1' },
    };
    const applied = await stage.apply(network);
    tt.equal(applied.code, 0, applied.stderr);
    const { code, stderr } = await stage.kubectl(['delete', 'namespace', 'leaving', '--timeout=60s']);
    tt.equal(code, 0, stderr);
  });
}
