// Starts real control planes: run it with `node test/cluster/start.e2e.ts` (it builds what is missing).

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { findBinaries } from './binaries.ts';
import { minors } from './go-modules.ts';
import { applyFiles, type Cluster, type ClusterOptions, startCluster, waitFor } from './start.ts';

t.setTimeout(1_800_000);

/** A zombie whose new parent does not collect it has ended all the same. */
function isRunning(pid: number): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}

async function start(t: Test, options: ClusterOptions): Promise<Cluster> {
  const cluster = await startCluster(options);
  t.teardown(() => cluster.stop());
  return cluster;
}

async function createConfigMap(cluster: Cluster, name: string, token?: string, timeout?: number) {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } };
  return await cluster.request('POST', '/api/v1/namespaces/default/configmaps', body, { token, timeout });
}

for (const minor of minors) {
  t.test(`${minor} starts, serves its users and leaves nothing behind`, async (t) => {
    const cluster = await start(t, { minor, users: [{ name: 'guest', groups: ['visitors'] }] });
    t.equal(cluster.minor, minor);
    t.match((await cluster.request('GET', '/version')).body, { gitVersion: `v${cluster.version}`, major: '1' });
    const who = await cluster.kubectl(['auth', 'whoami', '-o', 'json'], { user: 'alice' });
    t.match(JSON.parse(who.stdout), { status: { userInfo: { username: 'alice', groups: ['dev', /authenticated/] } } });
    t.equal((await createConfigMap(cluster, 'by-ci', cluster.users.ci?.token)).status, 201);
    t.equal((await createConfigMap(cluster, 'by-guest', cluster.users.guest?.token)).status, 403);
    t.equal((await createConfigMap(cluster, 'by-nobody', 'wrong')).status, 401);
    const { code, stderr } = await cluster.kubectl(['apply', '-f', '-'], { stdin: 'kind: Nothing' });
    t.equal(code, 1);
    t.match(stderr, 'apiVersion not set');
    await t.rejects(applyFiles(cluster, ['missing.yaml']), { message: /missing\.yaml.*does not exist/ });
    const { supervisor, etcd = 0, apiServer = 0 } = cluster.pids();
    t.ok(isRunning(etcd) && isRunning(apiServer) && existsSync(cluster.folder));
    await cluster.stop();
    t.notOk(isRunning(etcd) || isRunning(apiServer) || isRunning(supervisor) || existsSync(cluster.folder));
    await cluster.stop();
  });

  t.test(`${minor}: the controllers delete a namespace with what is in it`, async (t) => {
    const cluster = await start(t, { minor, controllers: true });
    if (!cluster.controllers) t.comment('no kube-controller-manager among the programs: namespaces are not deleted');
    const manifest = [
      'apiVersion: v1\nkind: Namespace\nmetadata: { name: short-lived }',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: inside, namespace: short-lived }\n',
    ].join('\n---\n');
    t.match(await cluster.kubectl(['apply', '-f', '-'], { stdin: manifest }), { code: 0 });
    t.match(await cluster.kubectl(['delete', 'namespace', 'short-lived', '--wait=false']), { code: 0 });
    const gone = async () => (await cluster.request('GET', '/api/v1/namespaces/short-lived')).status === 404;
    if (cluster.controllers) t.ok(await waitFor(gone, { timeout: 120_000, what: 'the namespace to be gone' }));
  });
}

t.test('two clusters at the same time do not see each other', async (t) => {
  const [one, two] = await Promise.all([start(t, {}), start(t, {})]);
  t.not(one.url, two.url);
  t.equal((await createConfigMap(one, 'here')).status, 201);
  t.equal((await two.request('GET', '/api/v1/namespaces/default/configmaps/here')).status, 404);
  t.equal((await two.request('GET', '/api', undefined, { token: one.adminToken })).status, 401);
});

t.test('etcd frozen and thawed, the API server killed and started again: data stay', async (t) => {
  const cluster = await start(t, {});
  cluster.pauseEtcd();
  const write = createConfigMap(cluster, 'late');
  t.equal(await Promise.race([write, sleep(2000, 'hangs')]), 'hangs');
  cluster.resumeEtcd();
  t.match(await write, { status: 201 });
  const stored = async () =>
    (await cluster.request('GET', '/api/v1/namespaces/default/configmaps/late')).status === 200;
  await t.rejects(cluster.startApiServer(), { message: /is running/ });
  await cluster.stopApiServer();
  t.equal(cluster.pids().apiServer, undefined);
  await t.rejects(cluster.request('GET', '/api'), { code: 'ECONNREFUSED' });
  await cluster.startApiServer();
  t.ok(await stored());
  await cluster.stopApiServer({ graceful: true });
  const squatter = createServer().listen(Number(new URL(cluster.url).port), '127.0.0.1');
  t.teardown(() => squatter.close());
  await t.rejects(cluster.startApiServer(), { message: /kube-apiserver: ended with 1.*address already in use/s });
});

t.test('a failed start tells the end of the log and leaves nothing behind', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'lintel-start-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const child = runScript(folder, "await startCluster({ apiServerArgs: ['--no-such-flag'] });");
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  await new Promise((done) => child.once('close', done));
  t.equal(child.exitCode, 1);
  t.match(said, /kube-apiserver: ended with 1 before it was ready.*unknown flag: --no-such-flag/s);
  await waitFor(async () => (await readdir(folder)).length === 0, { what: 'the temporary folder to be empty' });
});

t.test('whatever ends the parent ends the cluster', async (t) => {
  const ends: Record<string, { ending: string; signal?: NodeJS.Signals }> = {
    SIGKILL: { ending: 'setInterval(() => {}, 1000);', signal: 'SIGKILL' },
    'Ctrl-C': { ending: '', signal: 'SIGINT' },
    'an uncaught error': { ending: "setTimeout(() => { throw new Error('crash'); });" },
    'process.exit': { ending: 'process.exit(0);' },
  };
  for (const [name, { ending, signal }] of Object.entries(ends)) {
    const { folder, child, pids } = await startElsewhere(t, ending);
    t.equal(pids.length, 3, `${name}: supervisor, etcd and API server were there`);
    if (signal !== undefined) child.kill(signal);
    await waitFor(() => !pids.some(isRunning), { what: `${name} to end all` });
    await waitFor(async () => (await readdir(folder)).length === 0, { what: `${name} to leave no file` });
  }
});

t.test('a parent killed half way through the start leaves nothing behind', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'lintel-start-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const child = runScript(folder, 'await startCluster();');
  const looks = async () => {
    const [inner] = await readdir(folder);
    return (
      inner !== undefined && (await readdir(join(folder, inner))).some((name) => name.startsWith('kube-apiserver'))
    );
  };
  await waitFor(looks, { interval: 5, timeout: 120_000, what: 'the API server to be on its way' });
  child.kill('SIGKILL');
  await waitFor(async () => (await readdir(folder)).length === 0, { what: 'the temporary folder to be empty' });
  const left = spawnSync('ps', ['-e', '-o', 'args='], { encoding: 'utf8' }).stdout;
  t.notMatch(left, folder);
});

t.test('a killed supervisor takes the programs with it', async (t) => {
  const cluster = await start(t, {});
  const { supervisor, etcd = 0, apiServer = 0 } = cluster.pids();
  process.kill(supervisor, 'SIGKILL');
  await waitFor(() => !isRunning(etcd) && !isRunning(apiServer), { what: 'the programs to end' });
  await t.rejects(cluster.start('any', 'true', []), { message: /has ended/ });
  await rm(cluster.folder, { recursive: true });
});

t.test('a folder in KUBEBUILDER_ASSETS is used as it is, without controllers where it has none', async (t) => {
  const built = await findBinaries(minors[0]);
  const folder = await mkdtemp(join(tmpdir(), 'lintel-assets-'));
  const before = process.env.KUBEBUILDER_ASSETS;
  process.env.KUBEBUILDER_ASSETS = folder;
  t.teardown(async () => {
    if (before === undefined) delete process.env.KUBEBUILDER_ASSETS;
    else process.env.KUBEBUILDER_ASSETS = before;
    await rm(folder, { recursive: true });
  });
  await symlink(built.etcd, join(folder, 'etcd'));
  await symlink(built.kubectl, join(folder, 'kubectl'));
  await t.rejects(startCluster(), { message: /has no kube-apiserver; point it to a complete folder/ });
  await symlink(built.apiServer, join(folder, 'kube-apiserver'));
  const said: string[] = [];
  const cluster = await start(t, { controllers: true, say: (line) => said.push(line) });
  t.equal(cluster.controllers, false);
  t.match(said, [/no kube-controller-manager in/, /the cluster runs without/]);
  t.equal((await createConfigMap(cluster, 'works')).status, 201);
});

t.test('the command stays up until Ctrl-C and gives a kubeconfig that works', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'lintel-start-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), '--no-controllers'], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const config = await waitFor(() => /export KUBECONFIG=(\S+)/.exec(said)?.[1], { timeout: 120_000 });
  const { kubectl } = await findBinaries();
  const listed = spawnSync(kubectl, ['--kubeconfig', config, 'get', 'namespace', 'default', '-o', 'name'], {
    encoding: 'utf8',
    env: { ...process.env, HOME: folder },
  });
  t.equal(listed.stdout, 'namespace/default\n');
  await rm(join(folder, '.kube'), { recursive: true, force: true });
  child.kill('SIGINT');
  await new Promise((done) => child.once('close', done));
  t.equal(child.exitCode, 0);
  t.strictSame(await readdir(folder), []);
});

/** Runs a script that can call startCluster, with a temporary folder of its own to look into. */
function runScript(folder: string, script: string): ChildProcess {
  const module = JSON.stringify(new URL('start.ts', import.meta.url).href);
  const text = `const { startCluster } = await import(${module});\n${script}`;
  return spawn(process.execPath, ['--input-type=module', '-e', text], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function startElsewhere(t: Test, ending: string) {
  const folder = await mkdtemp(join(tmpdir(), 'lintel-start-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const print = 'process.stdout.write(JSON.stringify(Object.values(cluster.pids())) + "\\n");';
  const child = runScript(folder, `const cluster = await startCluster(); ${print} ${ending}`);
  t.teardown(() => child.kill('SIGKILL'));
  let said = '';
  child.stdout?.on('data', (chunk) => {
    said += chunk;
  });
  await waitFor(() => said.includes('\n'), { timeout: 180_000, what: 'the other process to start a cluster' });
  const pids: number[] = JSON.parse(said);
  return { folder, child, pids: pids.filter((pid) => pid !== null) };
}
