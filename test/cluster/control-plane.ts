// The three programs of a control plane and the flags that make them small, fast and loopback-only.

import { generateKeyPair } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.ts';
import { createHttpsClient } from './https-request.ts';
import { formatKubeconfig, formatTokenFile, type User } from './kubeconfig.ts';
import { findFreePorts } from './ports.ts';
import type { Program, Supervisor } from './supervise.ts';
import { waitFor } from './wait.ts';

/** Milliseconds a program may take to answer. Seen: 3 s for all on two idle cores; far more when others compile. */
const START_TIMEOUT = 120_000;
const BIND_ATTEMPTS = 5;

/** What the flags depend on. */
export interface ControlPlaneOptions {
  /** kube-apiserver's --request-timeout in seconds (its default: 60). */
  requestTimeout?: number;
  /** Keep etcd's fsync, for tests in which etcd crashes. */
  durable: boolean;
  /** More flags for kube-apiserver. */
  apiServerArgs: string[];
}

/** Files of a cluster, all inside the supervisor's folder. */
export interface ClusterFiles {
  etcdSocket: string;
  etcdData: string;
  certificates: string;
  /** The API server's self-signed certificate with its authority: exists once it has started. */
  caFile: string;
  tokens: string;
  serviceAccountKey: string;
  kubeconfig: string;
  home: string;
}

/** All that starting one of the programs takes. */
export interface Plane {
  supervisor: Supervisor;
  binaries: Binaries;
  files: ClusterFiles;
  /** The first is the administrator. */
  users: User[];
  options: ControlPlaneOptions;
}

/** Writes the key and the tokens that the API server reads at its start. */
export async function prepareFiles(folder: string, users: User[]): Promise<ClusterFiles> {
  const files = {
    etcdSocket: join(folder, 'etcd.sock'),
    etcdData: join(folder, 'etcd'),
    certificates: join(folder, 'certificates'),
    caFile: join(folder, 'certificates', 'apiserver.crt'),
    tokens: join(folder, 'tokens.csv'),
    serviceAccountKey: join(folder, 'service-account.key'),
    kubeconfig: join(folder, 'kubeconfig'),
    home: join(folder, 'home'),
  };
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  await writeFile(files.serviceAccountKey, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  await writeFile(files.tokens, formatTokenFile(users), { mode: 0o600 });
  await mkdir(files.certificates);
  await mkdir(files.home);
  return files;
}

/**
 * Starts etcd on Unix sockets, so that no port can be taken by another cluster, and waits until it is healthy.
 * @throws Error with the last lines of its log.
 */
export async function startEtcd({ supervisor, binaries, files, options }: Plane): Promise<Program> {
  // What it advertises must look like host:port, and is dialled by nobody: it is alone, and its client is told the socket.
  const peer = 'http://127.0.0.1:2380';
  const etcd = await supervisor.start('etcd', binaries.etcd, [
    `--data-dir=${files.etcdData}`,
    `--listen-client-urls=unix://${files.etcdSocket}`,
    '--advertise-client-urls=http://127.0.0.1:2379',
    `--listen-peer-urls=unix://${join(supervisor.folder, 'etcd-peer.sock')}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    ...(options.durable ? [] : ['--unsafe-no-fsync']),
  ]);
  await waitUntilUp(etcd, () => askSocket(files.etcdSocket, '/health'));
  return etcd;
}

function askSocket(socketPath: string, path: string): Promise<boolean> {
  return new Promise((done, fail) => {
    const call = httpRequest({ socketPath, path, timeout: 5000 }, (response) => {
      response.resume();
      done(response.statusCode === 200);
    });
    call.once('timeout', () => call.destroy(new Error('no answer for 5 s')));
    call.once('error', fail);
    call.end();
  });
}

/**
 * Starts kube-apiserver and waits for /readyz. Without a port it looks for a free one and tries again where another
 * process was quicker.
 * @throws Error with the last lines of its log.
 */
export async function startApiServer(
  { supervisor, binaries, files, users, options }: Plane,
  fixedPort?: number,
): Promise<{ program: Program; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = fixedPort ?? (await findFreePorts(1))[0] ?? 0;
    const args = listApiServerArgs(files, port, options);
    const program = await supervisor.start('kube-apiserver', binaries.apiServer, args);
    try {
      await waitUntilUp(program, () => isReady(port, files.caFile, users[0]?.token));
      return { program, port };
    } catch (error) {
      const taken = (await program.lastLines(1000)).includes('address already in use');
      if (!taken || attempt === BIND_ATTEMPTS) throw error;
    }
  }
}

/** Its certificate is its own, so the answer of another server on this port is no answer. */
async function isReady(port: number, caFile: string, token: string | undefined): Promise<boolean> {
  const client = createHttpsClient(`https://127.0.0.1:${port}`, await readFile(caFile, 'utf8'));
  try {
    const ready = await client.request('GET', '/readyz', undefined, { token, timeout: 5000 });
    if (ready.status !== 200) return false;
    const namespace = await client.request('GET', '/api/v1/namespaces/default', undefined, { token, timeout: 5000 });
    return namespace.status === 200;
  } finally {
    client.close();
  }
}

function listApiServerArgs(files: ClusterFiles, port: number, options: ControlPlaneOptions): string[] {
  return [
    `--etcd-servers=unix://${files.etcdSocket}`,
    `--cert-dir=${files.certificates}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    // The endpoints of the service `kubernetes` may not be loopback addresses: without them none is needed.
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    `--service-account-key-file=${files.serviceAccountKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=RBAC',
    `--token-auth-file=${files.tokens}`,
    // No token controller runs here: with this plugin every pod would be refused for its missing service account.
    '--disable-admission-plugins=ServiceAccount',
    '--allow-privileged=true',
    ...(options.requestTimeout === undefined ? [] : [`--request-timeout=${options.requestTimeout}s`]),
    ...options.apiServerArgs,
  ];
}

const controllers = [
  'namespace-controller',
  'garbage-collector-controller',
  'resourcequota-controller',
  // Without it the roles admin, edit and view allow nothing.
  'clusterrole-aggregation-controller',
];

/**
 * Starts the controllers that delete namespaces, collect garbage and count quotas, each under its own service account.
 * It has no port to ask: it counts as up when it runs.
 */
export async function startControllerManager({ supervisor, binaries, files }: Plane): Promise<Program> {
  const program = binaries.controllerManager;
  if (program === undefined) throw new Error('there is no kube-controller-manager');
  return await supervisor.start('kube-controller-manager', program, [
    `--kubeconfig=${files.kubeconfig}`,
    `--controllers=${controllers.join(',')}`,
    '--use-service-account-credentials',
    '--leader-elect=false',
    '--secure-port=0',
  ]);
}

/** Writes the kubeconfig of all users. */
export async function writeKubeconfig(
  path: string,
  url: string,
  caFile: string,
  users: Pick<User, 'name' | 'token'>[],
) {
  await writeFile(path, formatKubeconfig(url, caFile, users), { mode: 0o600 });
}

async function waitUntilUp(program: Program, look: () => Promise<boolean>): Promise<void> {
  // Raced, so that a program's end is seen at once even where another's server leaves the question hanging.
  const ended = program.exited.then(() => true);
  const looked = () => Promise.race([ended, look()]);
  try {
    await waitFor(looked, { timeout: START_TIMEOUT, what: `${program.name} to be ready` });
    if (program.exit() === undefined) return;
  } catch (error) {
    program.signal('SIGKILL');
    throw await describeFailure(program, error instanceof Error ? error.message : String(error));
  }
  const { code, signal } = await program.exited;
  throw await describeFailure(program, `ended with ${code ?? signal} before it was ready`);
}

async function describeFailure(program: Program, why: string): Promise<Error> {
  return new Error(`${program.name}: ${why}; the end of its log:\n${await program.lastLines(20)}`);
}
