import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { runIssue } from '../../certs-scripts/issue.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MANIFESTS = join(ROOT, 'manifests', 'base');

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await runIssue(
    args,
    (text) => {
      out += text;
    },
    (text) => {
      err += text;
    },
  );
  return { code, out, err };
}

function mode(path: string): number {
  return statSync(path).mode & 0o777;
}

t.test('four files are written, and the keys are for their owner alone', async (t) => {
  const folder = join(t.testdir(), 'new', 'certs');
  const { code, out } = await run('--out', folder, '--host', '192.0.2.10');
  t.equal(code, 0);
  t.match(out, '192.0.2.10');
  t.strictSame(readdirSync(folder).sort(), ['ca.crt', 'ca.key', 'tls.crt', 'tls.key']);
  t.equal(mode(join(folder, 'ca.key')), 0o600);
  t.equal(mode(join(folder, 'tls.key')), 0o600);
  const leaf = new X509Certificate(readFileSync(join(folder, 'tls.crt')));
  t.ok(leaf.checkHost('lintel.lintel-system.svc'));
  t.ok(leaf.checkIP('192.0.2.10'));
});

t.test('files that are there are left alone without --force, and nothing at all is written', async (t) => {
  const folder = t.testdir({ 'tls.key': 'mine' });
  const refused = await run('--out', folder);
  t.equal(refused.code, 2);
  t.match(refused.err, /tls\.key` is there already; .*`--force`/);
  t.strictSame(readdirSync(folder), ['tls.key']);
  t.equal(readFileSync(join(folder, 'tls.key'), 'utf8'), 'mine');
});

t.test('--force overwrites, and closes a key that was open to others', async (t) => {
  const folder = t.testdir({ 'tls.key': 'mine' });
  chmodSync(join(folder, 'tls.key'), 0o644);
  t.equal((await run('--out', folder, '--force')).code, 0);
  t.match(readFileSync(join(folder, 'tls.key'), 'utf8'), /PRIVATE KEY/);
  t.equal(mode(join(folder, 'tls.key')), 0o600);
});

t.test('--manifests adds the Secret and the registrations, and says what to apply in which order', async (t) => {
  const folder = t.testdir();
  const { code, out } = await run(
    '--out',
    folder,
    '--manifests',
    MANIFESTS,
    '--namespace',
    'edge',
    '--service',
    'door',
  );
  t.equal(code, 0);
  t.equal(mode(join(folder, 'secret.yaml')), 0o600);
  const ca = readFileSync(join(folder, 'ca.crt')).toString('base64');
  for (const name of ['70-mutatingwebhookconfiguration.yaml', '80-validatingwebhookconfiguration.yaml']) {
    const [webhook] = parse(readFileSync(join(folder, name), 'utf8')).webhooks;
    t.equal(webhook.clientConfig.caBundle, ca);
    t.match(webhook.clientConfig.service, { name: 'door', namespace: 'edge', port: 443 });
  }
  t.ok(new X509Certificate(readFileSync(join(folder, 'tls.crt'))).checkHost('door.edge.svc'));
  const order = ['apply -k', `apply -f ${folder}/secret.yaml`, 'rollout status', `-f ${folder}/80-`].map((text) =>
    out.indexOf(text),
  );
  t.ok(order.every((at, i) => at >= 0 && at > (order[i - 1] ?? -1)));
});

t.test('--ca renews under the same authority', async (t) => {
  const folder = t.testdir();
  const [old, renewed] = [join(folder, 'old'), join(folder, 'renewed')];
  await run('--out', old);
  t.equal((await run('--out', renewed, '--ca', old)).code, 0);
  t.equal(readFileSync(join(renewed, 'ca.crt'), 'utf8'), readFileSync(join(old, 'ca.crt'), 'utf8'));
  const authority = new X509Certificate(readFileSync(join(old, 'ca.crt')));
  t.ok(new X509Certificate(readFileSync(join(renewed, 'tls.crt'))).verify(authority.publicKey));
});

t.test('what cannot be done is told on one line, with code 2 and nothing written', async (t) => {
  const folder = t.testdir({ broken: { 'ca.crt': 'x', 'ca.key': 'y' } });
  const out = join(folder, 'out');
  writeFileSync(join(folder, 'file'), '');
  const refused: [string[], RegExp][] = [
    [[], /`--out` is missing/],
    [['--out', out, '--host', 'a b'], /neither a DNS name/],
    [['--out', out, '--days', 'ten'], /`days` is NaN/],
    [['--out', out, '--ca', join(folder, 'nowhere')], /ENOENT/],
    [['--out', out, '--ca', join(folder, 'broken')], /issue: /],
    [['--out', out, '--manifests', join(folder, 'nowhere')], /ENOENT/],
    [['--out', join(folder, 'file')], /issue: /],
    [['--out', out, '--unknown'], /unknown/],
  ];
  for (const [args, message] of refused) {
    const { code, err } = await run(...args);
    t.equal(code, 2, args.join(' '));
    t.match(err, message);
    t.equal(err.trimEnd().split('\n').length, 1);
  }
  t.strictSame(readdirSync(folder).sort(), ['broken', 'file']);
});

t.test('the command itself runs and explains itself', async (t) => {
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'certs-scripts', 'issue.ts'), '--help'], {
    encoding: 'utf8',
  });
  t.equal(status, 0);
  t.match(stdout, /Examples\n {2}node certs-scripts\/issue\.ts --out certs --manifests manifests\/base/);
});
