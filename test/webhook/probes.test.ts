import t from 'tap';
import { createMetrics } from '../../src/metrics.ts';
import { answerReadiness } from '../../src/webhook/probes.ts';
import { createProbeServer } from '../../src/webhook/server.ts';
import { createCapturedLog, startDoor } from './live-door.ts';
import { sampleSet } from './sample-policies.ts';

t.test('ready when every check is, else 503 with the reasons', async (t) => {
  let problem: string | null = null;
  const checks = [
    { name: 'policies', problem: () => null },
    { name: 'certificate', problem: () => problem },
  ];
  t.same(answerReadiness(checks, false), { status: 200, text: 'ok\n' });
  t.same(answerReadiness(checks, true), {
    status: 200,
    text: '[+]policies ok\n[+]certificate ok\nreadyz check passed\n',
  });
  problem = 'expired';
  t.same(answerReadiness(checks, false), {
    status: 503,
    text: '[+]policies ok\n[-]certificate failed: expired\nreadyz check failed\n',
  });
});

t.test('probes and metrics are served beside the reviews', async (t) => {
  let problem: string | null = null;
  const door = await startDoor(sampleSet, { server: { checks: [{ name: 'policies', problem: () => problem }] } });
  t.teardown(door.stop);
  for (const path of ['/livez', '/healthz', '/readyz']) {
    const { status, text } = await door.send('GET', path);
    t.same([status, text], [200, 'ok\n'], path);
  }
  t.equal((await door.send('GET', '/readyz?verbose')).text, '[+]policies ok\nreadyz check passed\n');
  problem = 'none are loaded';
  t.equal((await door.send('GET', '/readyz')).status, 503);
  t.equal((await door.send('GET', '/livez')).status, 200);
  const { status, text, headers } = await door.send('GET', '/metrics');
  t.equal(status, 200);
  t.match(headers['content-type'], /^text\/plain; version=/);
  t.match(text, /^lintel_admission_in_flight 0$/m);
});

t.test('probes on a port of their own leave the port of the reviews', async (t) => {
  const door = await startDoor(sampleSet, { server: { probes: false } });
  t.teardown(door.stop);
  t.equal((await door.send('GET', '/livez')).status, 404);
  const { log } = createCapturedLog();
  const probes = createProbeServer({ checks: [{ name: 'a', problem: () => 'no' }], metrics: createMetrics(), log });
  const port = await probes.listen({ host: '127.0.0.1', port: 0 });
  t.teardown(() => probes.close());
  t.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 503);
  t.match(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text(), /process_cpu_seconds_total/);
  t.equal((await fetch(`http://127.0.0.1:${port}/validate`, { method: 'POST' })).status, 404);
});
