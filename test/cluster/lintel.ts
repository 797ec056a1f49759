// Lintel itself beside a test cluster: real processes as replicas, one address in front of them.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Balancer, createBalancer } from './balancer.ts';
import { issueLoopbackCertificate } from './certificates.ts';
import { createHttpsClient } from './https-request.ts';
import type { Cluster } from './start.ts';
import type { Exit, Program } from './supervise.ts';
import { waitFor } from './wait.ts';

/** How to run it. */
export interface LintelOptions {
  /** Number of processes. Default 1. */
  replicas?: number;
  /**
   * Flags of `serve`, `--policies` among them. What is not given is added: `--port 0`, `--tls-cert`, `--tls-key`,
   * `--kubeconfig` (the cluster's, as admin).
   */
  args?: string[];
  /** Program to run with `serve`. Default `src/cli/main.ts`; a built package's `dist/cli/main.js` works as well. */
  entry?: string;
  /** More environment. */
  env?: NodeJS.ProcessEnv;
  /** Milliseconds until a replica must be ready. Default 60,000. */
  timeout?: number;
  /** Wait for /readyz of each replica. Default true; false waits until it listens only. */
  waitReady?: boolean;
}

/** One process. */
export interface Replica {
  pid: number;
  port: number;
  /** `https://127.0.0.1:PORT`, past the balancer. */
  url: string;
  /** SIGTERM; resolves when it has ended (SIGKILL after 60 s). */
  stop(): Promise<Exit>;
  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<Exit>;
  /** How it ended; never rejects. */
  exited: Promise<Exit>;
  /** All it wrote, stdout and stderr. */
  logs(): Promise<string>;
}

/** Lintel behind one address. */
export interface Lintel {
  /** `https://127.0.0.1:PORT` of the balancer, which asks /readyz as a kubelet would. */
  url: string;
  /** PEM, as `caBundle` takes it before base64. */
  caBundle: string;
  balancer: Balancer;
  /** Those started and not yet ended by `stop` or `kill`. */
  replicas: Replica[];
  /** Starts one more with the same flags, and puts it behind the balancer. */
  addReplica(): Promise<Replica>;
  /** The logs of all replicas, ended ones too. */
  logs(): Promise<string>;
  /** Ends the replicas and the balancer. Needed: the balancer runs in this process. */
  stop(): Promise<void>;
}

let started = 0;

/**
 * Starts replicas of `src/cli/main.ts serve`, and waits until they are ready.
 * @throws Error with the end of its log when one ends or is not ready in time.
 */
export async function startLintel(cluster: Cluster, options: LintelOptions = {}): Promise<Lintel> {
  const { args, ca } = await prepare(cluster, options);
  const programs: Program[] = [];
  const replicas: Replica[] = [];
  const isReady = (port: number) => probe(port, ca);
  const balancer = await createBalancer([], { isReady });
  const addReplica = async () => {
    const program = await cluster.start('lintel', process.execPath, args, options.env);
    programs.push(program);
    const port = await waitUntilServing(program, isReady, options);
    balancer.add(port);
    await balancer.check();
    const replica = describeReplica(program, port, () => {
      balancer.remove(port);
      const index = replicas.indexOf(replica);
      if (index >= 0) replicas.splice(index, 1);
    });
    replicas.push(replica);
    return replica;
  };
  const stop = async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    await balancer.stop();
  };
  try {
    await Promise.all(Array.from({ length: options.replicas ?? 1 }, addReplica));
  } catch (error) {
    for (const program of programs) program.signal('SIGKILL');
    await balancer.stop();
    throw error;
  }
  const logs = async () => (await Promise.all(programs.map(readLog))).join('');
  const url = `https://127.0.0.1:${balancer.port}`;
  return { url, caBundle: ca, balancer, replicas, addReplica, logs, stop };
}

/** Issues the certificate that the replicas share, and completes their arguments. */
async function prepare(cluster: Cluster, options: LintelOptions): Promise<{ args: string[]; ca: string }> {
  const { ca, cert, key } = await issueLoopbackCertificate('lintel');
  // One pair of files for each call: what serves watches its own, and would take the other's.
  const files = `lintel-${++started}`;
  const certFile = join(cluster.folder, `${files}.crt`);
  const keyFile = join(cluster.folder, `${files}.key`);
  await writeFile(certFile, cert);
  await writeFile(keyFile, key, { mode: 0o600 });
  const entry = options.entry ?? join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
  const args = completeArgs(entry, options.args ?? [], {
    '--port': '0',
    '--tls-cert': certFile,
    '--tls-key': keyFile,
    '--kubeconfig': cluster.kubeconfigPath,
  });
  return { args, ca };
}

function completeArgs(entry: string, given: string[], defaults: Record<string, string>): string[] {
  const missing = Object.entries(defaults).filter(
    ([flag]) => !given.some((arg) => arg === flag || arg.startsWith(`${flag}=`)),
  );
  return [entry, 'serve', ...missing.flat(), ...given];
}

async function probe(port: number, ca: string): Promise<boolean> {
  const client = createHttpsClient(`https://127.0.0.1:${port}`, ca);
  try {
    return (await client.request('GET', '/readyz', undefined, { timeout: 1000 })).status === 200;
  } finally {
    client.close();
  }
}

/** Waits for the log line that tells the port, then for readiness. */
async function waitUntilServing(
  program: Program,
  isReady: (port: number) => Promise<boolean>,
  { timeout = 60_000, waitReady = true }: LintelOptions,
): Promise<number> {
  let port: number | undefined;
  const look = async () => {
    if (program.exit() !== undefined) return true;
    port ??= findPort(await readLog(program));
    return port !== undefined && (!waitReady || (await isReady(port)));
  };
  try {
    await waitFor(look, { timeout, what: () => (port === undefined ? 'lintel to listen' : 'lintel to be ready') });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${why}; the end of its log:\n${await program.lastLines(20)}`);
  }
  if (port !== undefined && program.exit() === undefined) return port;
  const { code, signal } = await program.exited;
  throw new Error(`lintel ended with ${code ?? signal}; the end of its log:\n${await program.lastLines(20)}`);
}

function findPort(log: string): number | undefined {
  for (const line of log.split('\n')) {
    if (!line.startsWith('{')) continue;
    try {
      const entry: unknown = JSON.parse(line);
      if (typeof entry !== 'object' || entry === null || !('msg' in entry) || !('port' in entry)) continue;
      if (entry.msg === 'listening' && typeof entry.port === 'number') return entry.port;
    } catch {
      // a line that is still being written
    }
  }
  return undefined;
}

async function readLog(program: Program): Promise<string> {
  return await readFile(program.logFile, 'utf8').catch(() => '');
}

function describeReplica(program: Program, port: number, forget: () => void): Replica {
  const end = async (signal: NodeJS.Signals) => {
    program.signal(signal);
    const patience = setTimeout(() => program.signal('SIGKILL'), 60_000);
    const exit = await program.exited;
    clearTimeout(patience);
    forget();
    return exit;
  };
  return {
    pid: program.pid,
    port,
    url: `https://127.0.0.1:${port}`,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    exited: program.exited,
    logs: () => readLog(program),
  };
}
