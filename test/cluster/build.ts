// Builds one Go module's programs into a cache folder, once, however many processes ask at the same time.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GoModule } from './go-modules.ts';

/** Where progress goes: one line without its newline. */
export type Say = (line: string) => void;

/** Says it on stderr, so that stdout stays for results. */
export const sayOnStderr: Say = (line) => void process.stderr.write(`${line}\n`);

const PROGRESS_SECONDS = 10;
/** A lock untouched for this long is a dead builder's: six missed beats. */
const STALE_LOCK_MS = 6 * PROGRESS_SECONDS * 1000;

/** Folder that built programs are kept in: `LINTEL_CLUSTER_CACHE` if set (shared by checkouts), else the project's own. */
export function cacheFolder(): string {
  const shared = process.env.LINTEL_CLUSTER_CACHE;
  return shared ? resolve(shared) : join(import.meta.dirname, '..', '..', '.cache', 'cluster');
}

/**
 * Gives the folder with the module's programs, building it first where it is not cached.
 * The folder is keyed by go.mod, go.sum and the Go version. A machine without Go takes whatever Go version has built it.
 * @throws Error when Go is missing or too old and nothing is cached, or when the build fails (its last lines included).
 */
export async function ensureBuilt(module: GoModule, say: Say = sayOnStderr): Promise<string> {
  const cache = cacheFolder();
  const key = `${module.name}-${module.hash}`;
  const go = findGo(module.folder);
  if (!go.version) {
    const ready = (await listFolder(cache)).find((name) => name.startsWith(`${key}-go`));
    if (ready !== undefined) return join(cache, ready);
    throw new Error(
      `no programs for ${module.name} ${module.version}: ${go.problem}; install Go 1.26 or newer, ` +
        'or set `KUBEBUILDER_ASSETS` to a folder with etcd, kube-apiserver and kubectl',
    );
  }
  const target = join(cache, `${key}-${go.version}`);
  if (existsSync(target)) return target;
  await mkdir(cache, { recursive: true });
  const release = await takeLock(`${target}.lock`, target, say);
  if (release === undefined) return target;
  try {
    await buildInto(module, target, say);
  } finally {
    await release();
  }
  return target;
}

/** Asks Go itself which version it would build this folder with: that counts a toolchain it would switch to. */
function findGo(folder: string): { version?: string; problem: string } {
  const asked = spawnSync('go', ['env', 'GOVERSION'], { cwd: folder, encoding: 'utf8', env: goEnvironment() });
  if (asked.error) return { problem: '`go` was not found on the PATH' };
  if (asked.status !== 0)
    return { problem: `\`go env GOVERSION\` says: ${asked.stderr.trim().replaceAll('\n', '; ')}` };
  return { version: asked.stdout.trim(), problem: '' };
}

function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' };
}

async function listFolder(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}

/** Builds beside the target and renames at the end: what has the target's name is always complete. */
async function buildInto(module: GoModule, target: string, say: Say): Promise<void> {
  for (const name of await listFolder(cacheFolder())) {
    const path = join(cacheFolder(), name);
    if (path.startsWith(`${target}.part-`)) await rm(path, { recursive: true, force: true });
  }
  const part = `${target}.part-${process.pid}`;
  await mkdir(part, { recursive: true });
  try {
    say(`building ${module.name} ${module.version} (once; some minutes on two cores)`);
    const seconds = await runGoBuild(module, part, say);
    for (const [from, to] of Object.entries(module.programs)) {
      if (from !== to) await rename(join(part, from), join(part, to));
    }
    await rename(part, target);
    say(`built ${module.name} ${module.version} in ${seconds} s: ${target}`);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}

async function runGoBuild(module: GoModule, out: string, say: Say): Promise<number> {
  const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', module.ldflags, '-o', `${out}/`, 'tool'];
  const began = performance.now();
  const elapsed = () => Math.round((performance.now() - began) / 1000);
  const child = spawn('go', args, { cwd: module.folder, env: goEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk).slice(-4000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ticker = setInterval(() => say(`building ${module.name}: ${elapsed()} s`), PROGRESS_SECONDS * 1000);
  try {
    const code = await new Promise<number | string | null>((done, fail) => {
      child.once('error', fail);
      child.once('close', (exit, signal) => done(exit ?? signal));
    });
    if (code !== 0) throw new Error(`\`go build\` of ${module.name} ended with ${code}: ${output.trim()}`);
  } finally {
    clearInterval(ticker);
  }
  return elapsed();
}

/**
 * Waits until this process may build, or until another has built (then undefined).
 * Two takers of one stale lock may both win: that costs a second build, not a wrong result, since the rename is atomic.
 */
async function takeLock(lock: string, target: string, say: Say): Promise<(() => Promise<void>) | undefined> {
  let told = false;
  while (!existsSync(target)) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      const beat = setInterval(
        () => void utimes(lock, new Date(), new Date()).catch(() => {}),
        PROGRESS_SECONDS * 1000,
      );
      beat.unref();
      return async () => {
        clearInterval(beat);
        await rm(lock, { force: true });
      };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    if (await isStale(lock)) await rm(lock, { force: true });
    else {
      if (!told) say(`waiting for another process that is building ${target}`);
      told = true;
      await sleep(500);
    }
  }
  return undefined;
}

async function isStale(lock: string): Promise<boolean> {
  try {
    const owner = Number(await readFile(lock, 'utf8'));
    const touched = (await stat(lock)).mtimeMs;
    if (Date.now() - touched > STALE_LOCK_MS) return true;
    return owner > 0 && !isAlive(owner);
  } catch {
    return false;
  }
}

/** Whether a process of this id exists on this machine (another user's counts). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
