// The parent's side of the supervisor: programs that cannot outlive this process.

import { type ChildProcess, fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SupervisorReport, SupervisorRequest } from './supervisor.ts';

/** How a program ended: an exit code or the signal that ended it. */
export interface Exit {
  code: number | null;
  signal: string | null;
}

/** A program under supervision. */
export interface Program {
  name: string;
  pid: number;
  /** Both of its outputs, interleaved. */
  logFile: string;
  /** How it ended, or undefined while it runs. */
  exit(): Exit | undefined;
  /** Resolves when it has ended; never rejects. */
  exited: Promise<Exit>;
  /** Sends a signal and does not wait; nothing happens when it has ended. */
  signal(name: NodeJS.Signals): void;
  /** The last lines of its log, joined with newlines. */
  lastLines(count: number): Promise<string>;
}

/** A running supervisor. */
export interface Supervisor {
  /** Temporary folder that goes away with the supervisor. */
  folder: string;
  pid: number;
  /**
   * Starts a program. A second program of a name gets a log file of its own.
   * @throws Error when it cannot be started at all (its early death is told by `exited` instead).
   */
  start(name: string, command: string, args: string[], env?: NodeJS.ProcessEnv): Promise<Program>;
  /** Kills every program, removes the folder; resolves when all are gone. May be called more than once. */
  end(): Promise<void>;
}

interface Entry {
  started(pid: number): void;
  failed(message: string): void;
  exited(exit: Exit): void;
  pid?: number;
}

/** The environment for programs: ours, without what a test runner puts there for its own children. */
export function cleanEnvironment(extra: NodeJS.ProcessEnv = {}): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...process.env, ...extra })) {
    const ofRunner = name === 'NODE_OPTIONS' || name === 'NODE_V8_COVERAGE' || name.startsWith('_TAPJS');
    if (value !== undefined && (!ofRunner || name in extra)) kept[name] = value;
  }
  return kept;
}

/**
 * Starts a supervisor in a session of its own, out of reach of the terminal's Ctrl-C.
 * @throws Error when it ends before it is ready.
 */
export async function createSupervisor(): Promise<Supervisor> {
  const child = fork(join(import.meta.dirname, 'supervisor.ts'), [], {
    detached: true,
    execArgv: [],
    env: cleanEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const entries = new Map<number, Entry>();
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  const folder = await new Promise<string>((ready, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => fail(new Error(`the supervisor ended with ${code} before it was ready`)));
    child.on('message', (message) => {
      const report = message as SupervisorReport;
      if (report.is === 'ready') ready(report.folder);
      else passOn(report, entries);
    });
  });
  child.once('exit', () => endOrphans(entries));
  child.on('error', () => {});
  let next = 0;
  return {
    folder,
    pid: child.pid ?? 0,
    async start(name, command, args, env = {}) {
      const id = next++;
      const log = join(folder, `${name}-${id}.log`);
      const { promise, entry, exit } = createEntry(name, log);
      entries.set(id, entry);
      ask(child, { do: 'start', id, command, args, env: cleanEnvironment(env), log });
      return { ...(await promise), ...exit };
    },
    async end() {
      if (child.connected) ask(child, { do: 'end' });
      await gone;
    },
  };
}

function ask(child: ChildProcess, request: SupervisorRequest): void {
  if (!child.connected) throw new Error('the supervisor of this cluster has ended: start a new cluster');
  child.send(request, () => {}); // where it fails, `exit` follows and settles what waits
}

function passOn(report: Exclude<SupervisorReport, { is: 'ready' }>, entries: Map<number, Entry>): void {
  const entry = entries.get(report.id);
  if (report.is === 'started') entry?.started(report.pid);
  else {
    entries.delete(report.id);
    if (report.is === 'failed') entry?.failed(report.message);
    else entry?.exited({ code: report.code, signal: report.signal });
  }
}

/** Somebody killed the supervisor itself: its programs are still known here by their ids. */
function endOrphans(entries: Map<number, Entry>): void {
  for (const entry of entries.values()) {
    if (entry.pid === undefined) entry.failed('the supervisor of this cluster has ended');
    else {
      sendSignal(entry.pid, 'SIGKILL');
      entry.exited({ code: null, signal: 'SIGKILL' });
    }
  }
  entries.clear();
}

function createEntry(name: string, logFile: string) {
  const started = Promise.withResolvers<number>();
  const exited = Promise.withResolvers<Exit>();
  let exit: Exit | undefined;
  const entry: Entry = {
    started(pid) {
      entry.pid = pid;
      started.resolve(pid);
    },
    failed: (message) => started.reject(new Error(`\`${name}\` did not start: ${message}`)),
    exited(how) {
      exit = how;
      exited.resolve(how);
    },
  };
  const promise = started.promise.then((pid) => ({
    name,
    pid,
    logFile,
    signal: (signal: NodeJS.Signals) => (exit === undefined ? sendSignal(pid, signal) : undefined),
    lastLines: async (count: number) => lastLines(await readFile(logFile, 'utf8').catch(() => ''), count),
  }));
  return { promise, entry, exit: { exit: () => exit, exited: exited.promise } };
}

/** The last lines of a text, without blank ones at its end. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
