// The words of the API server and of kubectl around ours.

import type { Test } from 'tap';
import { type Stage, vitistack } from './stage.ts';

export async function runWhatPeopleSee(t: Test, stage: Stage): Promise<void> {
  const vpcs = [
    { name: 'one', cidr: '10.20.0.0/16' },
    { name: 'two', cidr: '10.20.128.0/17' },
  ];
  const networking = { firewall: { defaultPolicy: 'deny' }, vpcs };

  await t.test('all findings stand in one denial, each on its line, the first line short', async (tt) => {
    const security = {
      encryption: { atRest: false, inTransit: false },
      accessControl: { rbac: true },
      auditLogging: { enabled: true },
    };
    const { stderr } = await stage.apply(vitistack('many', { security, networking }));
    for (const rule of ['VITI-SEC-001', 'VITI-SEC-002', 'VITI-NET-002']) tt.match(stderr, rule);
    tt.match(stderr, 'validate.lintel.dev');
    const lines = stderr.split('denied the request: ')[1]?.split('\n') ?? [];
    tt.ok((lines[0] ?? '').length <= 120, `first line: ${lines[0]}`);
    tt.ok(lines.length >= 4, stderr);
    tt.match(stderr, 'spec.networking.vpcs[1].cidr', 'with the place');
  });

  await t.test('causes carry the fields, for machines', async (tt) => {
    const { status, body } = await stage.cluster.request(
      'POST',
      '/apis/vitistack.io/v1alpha1/vitistacks?dryRun=All',
      vitistack('many', { networking }),
    );
    tt.equal(status, 403);
    const answer = body as { reason?: string; details?: { causes?: { field?: string; message?: string }[] } };
    tt.equal(answer.reason, 'Forbidden');
    const cause = answer.details?.causes?.find(({ field }) => field === 'spec.networking.vpcs[1].cidr');
    tt.match(cause?.message ?? '', 'VITI-NET-002', 'each cause stands alone');
  });

  await t.test('a recommendation is a kubectl warning, and the object gets in', async (tt) => {
    const security = {
      encryption: { atRest: true, inTransit: true },
      accessControl: { rbac: true, mfa: false },
      auditLogging: { enabled: true },
    };
    const { code, stderr } = await stage.apply(vitistack('warned', { security }));
    tt.equal(code, 0, stderr);
    tt.match(stderr, /^Warning: .*VITI-SEC-005/m);
    await stage.kubectl(['delete', 'vitistack', 'warned']);
  });

  await t.test('a finding that the object had before is no reason to refuse its next change', async (tt) => {
    await stage.kubectl(['delete', 'validatingwebhookconfiguration', '--all']);
    const security = {
      encryption: { atRest: false, inTransit: true },
      accessControl: { rbac: true },
      auditLogging: { enabled: true },
    };
    let stored = await stage.apply(vitistack('before', { security }));
    for (let i = 0; i < 50 && stored.code !== 0; i++) stored = await stage.apply(vitistack('before', { security }));
    tt.equal(stored.code, 0, stored.stderr);
    await stage.register();
    const later = await stage.kubectl([
      'patch',
      'vitistack',
      'before',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { displayName: 'Later' } }),
    ]);
    tt.equal(later.code, 0, later.stderr);
    const worse = { spec: { security: { encryption: { inTransit: false } } } };
    const refused = await stage.kubectl(['patch', 'vitistack', 'before', '--type=merge', '-p', JSON.stringify(worse)]);
    tt.equal(refused.code, 1, 'but a new one is');
    tt.match(refused.stderr, 'VITI-SEC-002');
    tt.notMatch(refused.stderr, 'VITI-SEC-001');
    await stage.kubectl(['delete', 'vitistack', 'before']);
  });
}
