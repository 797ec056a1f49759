// A real control plane on this machine's loopback: etcd, kube-apiserver, and the controllers if wanted.
// Nothing of it outlives the process that started it (see supervisor.ts).

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Binaries, findBinaries } from './binaries.ts';
import { type Say, sayOnStderr } from './build.ts';
import {
  type Plane,
  prepareFiles,
  startApiServer,
  startControllerManager,
  startEtcd,
  writeKubeconfig,
} from './control-plane.ts';
import type { Minor } from './go-modules.ts';
import { createHttpsClient, type HttpsRequest } from './https-request.ts';
import type { User } from './kubeconfig.ts';
import { createKubectl, type Kubectl } from './kubectl.ts';
import { createSupervisor, type Program, type Supervisor } from './supervise.ts';

/** What a cluster may be asked to be. */
export interface ClusterOptions {
  /** Default: the minor in `KUBEBUILDER_ASSETS`, else the newest that can be built. */
  minor?: Minor;
  /** Run kube-controller-manager, so that namespaces, owned objects and quotas work. Default false. */
  controllers?: boolean;
  /** Seconds after which the API server gives up a request. Default its own, 60. */
  requestTimeout?: number;
  /** Keep etcd's fsync, for tests in which etcd crashes. Default false. */
  durable?: boolean;
  /** More users beside admin, alice and ci. They may do nothing until the test grants it. */
  users?: Pick<User, 'name' | 'groups'>[];
  /** More flags for kube-apiserver. */
  apiServerArgs?: string[];
  /** Takes progress lines of a build. Default: stderr. */
  say?: Say;
}

/** A running cluster. */
export interface Cluster {
  minor: string;
  /** As the API server says: `1.36.3`. */
  version: string;
  /** `https://127.0.0.1:PORT`. */
  url: string;
  /** PEM file that verifies the API server. */
  caFile: string;
  adminToken: string;
  /** By name. `admin` is in system:masters; `alice` (group dev) and `ci` (group ci) are bound to cluster-admin. */
  users: Record<string, User>;
  /** One context a user, `admin` current. */
  kubeconfigPath: string;
  /** Temporary folder; logs are `*.log` in it. Removed by `stop`. */
  folder: string;
  /** Whether kube-controller-manager runs. */
  controllers: boolean;
  kubectl: Kubectl;
  /** One HTTPS request to the API server; as admin unless a token is given, as nobody with an empty one. */
  request: HttpsRequest;
  /** Process ids at this moment; undefined for what does not run. */
  pids(): { supervisor: number; etcd?: number; apiServer?: number; controllerManager?: number };
  /** Writes a kubeconfig for one token (of a service account, say) into the folder and gives its path. */
  writeKubeconfig(name: string, token: string): Promise<string>;
  /** Runs any program beside the cluster: it ends with it. */
  start: Supervisor['start'];
  /** Freezes etcd (SIGSTOP): writes hang, and may commit after the client was told that they failed. */
  pauseEtcd(): void;
  resumeEtcd(): void;
  /** Kills the API server (SIGKILL), or with `graceful` asks it to end (SIGTERM); resolves when it has ended. */
  stopApiServer(options?: { graceful?: boolean }): Promise<void>;
  /** Starts it again on the same port with the same data; resolves when it is ready. */
  startApiServer(): Promise<void>;
  /** Ends all programs and removes the folder. May be called more than once. */
  stop(): Promise<void>;
}

/**
 * Starts a cluster; several may run at the same time. First use builds the programs (some minutes), later ones take
 * seconds.
 * @throws Error when programs cannot be found or built, or one does not come up: with the last 20 lines of its log.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const binaries = await findBinaries(options.minor, options.say);
  const supervisor = await createSupervisor();
  try {
    return await bringUp(supervisor, binaries, options);
  } catch (error) {
    await supervisor.end();
    throw error;
  }
}

async function bringUp(supervisor: Supervisor, binaries: Binaries, options: ClusterOptions): Promise<Cluster> {
  const { requestTimeout, durable = false, apiServerArgs = [] } = options;
  const users = createUsers(options.users ?? []);
  const list = Object.values(users);
  const files = await prepareFiles(supervisor.folder, list);
  const plane: Plane = {
    supervisor,
    binaries,
    files,
    users: list,
    options: { requestTimeout, durable, apiServerArgs },
  };
  const etcd = await startEtcd(plane);
  const { program: apiServer, port } = await startApiServer(plane);
  const url = `https://127.0.0.1:${port}`;
  await writeKubeconfig(files.kubeconfig, url, files.caFile, list);
  const client = createHttpsClient(url, await readFile(files.caFile, 'utf8'));
  const adminToken = users.admin?.token ?? '';
  const request: HttpsRequest = (method, path, body, extra) =>
    client.request(method, path, body, { ...extra, token: extra?.token ?? adminToken });
  await bindTestUsers(request);
  const manager = await startManager(plane, options);
  return {
    minor: binaries.minor,
    version: binaries.version,
    url,
    caFile: files.caFile,
    adminToken,
    users,
    kubeconfigPath: files.kubeconfig,
    folder: supervisor.folder,
    controllers: manager !== undefined,
    kubectl: createKubectl(binaries.kubectl, files.kubeconfig, files.home),
    request,
    start: supervisor.start,
    ...createControls(plane, { etcd, apiServer, manager }, port),
    async stop() {
      client.close();
      await supervisor.end();
    },
  };
}

type Controls = Pick<
  Cluster,
  'writeKubeconfig' | 'pids' | 'pauseEtcd' | 'resumeEtcd' | 'stopApiServer' | 'startApiServer'
>;

function createControls(
  plane: Plane,
  running: { etcd: Program; apiServer: Program; manager?: Program },
  port: number,
): Controls {
  const { etcd, manager } = running;
  let { apiServer } = running;
  return {
    async writeKubeconfig(name, token) {
      const path = join(plane.supervisor.folder, `kubeconfig-${name}`);
      await writeKubeconfig(path, `https://127.0.0.1:${port}`, plane.files.caFile, [{ name, token }]);
      return path;
    },
    pids: () => ({
      supervisor: plane.supervisor.pid,
      etcd: pidOf(etcd),
      apiServer: pidOf(apiServer),
      controllerManager: pidOf(manager),
    }),
    pauseEtcd: () => etcd.signal('SIGSTOP'),
    resumeEtcd: () => etcd.signal('SIGCONT'),
    async stopApiServer({ graceful = false } = {}) {
      apiServer.signal(graceful ? 'SIGTERM' : 'SIGKILL');
      await apiServer.exited;
    },
    async startApiServer() {
      if (apiServer.exit() === undefined) throw new Error('kube-apiserver is running: stop it before starting it');
      apiServer = (await startApiServer(plane, port)).program;
    },
  };
}

function pidOf(program: Program | undefined): number | undefined {
  return program?.exit() === undefined ? program?.pid : undefined;
}

function createUsers(more: Pick<User, 'name' | 'groups'>[]): Record<string, User> {
  const wanted = [
    { name: 'admin', groups: ['system:masters'] },
    { name: 'alice', groups: ['dev'] },
    { name: 'ci', groups: ['ci'] },
    ...more,
  ];
  return Object.fromEntries(wanted.map((user) => [user.name, { ...user, token: randomBytes(16).toString('hex') }]));
}

/** What authorization refuses never reaches a webhook: users that policies tell apart must be allowed to write. */
async function bindTestUsers(request: HttpsRequest): Promise<void> {
  const answer = await request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'cluster-test-users' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: ['dev', 'ci'].map((name) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name })),
  });
  if (answer.status !== 201) throw new Error(`binding the test users failed with ${JSON.stringify(answer.body)}`);
}

async function startManager(
  plane: Plane,
  { controllers = false, say = sayOnStderr }: ClusterOptions,
): Promise<Program | undefined> {
  if (!controllers) return undefined;
  if (plane.binaries.controllerManager !== undefined) return await startControllerManager(plane);
  say('controllers were asked for, but there is no kube-controller-manager: the cluster runs without');
  return undefined;
}

/**
 * `kubectl apply` of files or folders, in the given order.
 * @throws Error with kubectl's words when one fails.
 */
export async function applyFiles(cluster: Pick<Cluster, 'kubectl'>, files: string[], user?: string): Promise<void> {
  for (const file of files) {
    const { code, stderr } = await cluster.kubectl(['apply', '-f', file], { user });
    if (code !== 0) throw new Error(`\`kubectl apply -f ${file}\` ended with ${code}: ${stderr.trim()}`);
  }
}

export { waitFor } from './wait.ts';
