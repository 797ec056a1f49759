// A process of its own that starts a cluster's programs and outlives whoever asked for them just long enough to end them.
// It owns the temporary folder and every child. When its channel to the parent closes, for whatever reason (a clean end,
// Ctrl-C, a crash, SIGKILL), it kills the children and removes the folder. No signal handler in the parent is needed,
// and no moment exists in which a program runs that nobody would end.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the parent may ask. `start` begins a program whose output goes to the file `log`; `end` ends everything. */
export type SupervisorRequest =
  | { do: 'start'; id: number; command: string; args: string[]; env: Record<string, string>; log: string }
  | { do: 'end' };

/** What the supervisor tells. `ready` comes once, first, with the temporary folder. */
export type SupervisorReport =
  | { is: 'ready'; folder: string }
  | { is: 'started'; id: number; pid: number }
  | { is: 'failed'; id: number; message: string }
  | { is: 'exited'; id: number; code: number | null; signal: string | null };

const running = new Map<number, ChildProcess>();
let ending = false;

/** A parent that has just died gets no report; `disconnect` follows, so the error of sending is no news. */
function report(message: SupervisorReport): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

function startProgram(request: SupervisorRequest & { do: 'start' }): void {
  if (ending) return;
  const log = openSync(request.log, 'a');
  const child = spawn(request.command, request.args, { env: request.env, stdio: ['ignore', log, log] });
  closeSync(log);
  const { id } = request;
  child.once('error', (error) => {
    if (child.pid === undefined) running.delete(id);
    report({ is: 'failed', id, message: error.message });
  });
  child.once('spawn', () => {
    if (child.pid !== undefined) report({ is: 'started', id, pid: child.pid });
  });
  running.set(id, child);
  child.once('exit', (code, signal) => {
    running.delete(id);
    report({ is: 'exited', id, code, signal });
  });
}

/** SIGKILL, since nothing here is worth a goodbye: data are throw-away and a stopped (SIGSTOP) program ends too. */
async function endAll(folder: string): Promise<void> {
  if (ending) return;
  ending = true;
  const gone = [...running.values()].map(
    (child) => new Promise<void>((done) => (child.pid === undefined ? done() : child.once('exit', () => done()))),
  );
  for (const child of running.values()) child.kill('SIGKILL');
  await Promise.all(gone);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.exit(0);
}

const folder = await mkdtemp(join(tmpdir(), 'lintel-cluster-'));
process.on('uncaughtException', (error) => {
  process.stderr.write(`the supervisor of ${folder} failed: ${error.stack}\n`, () => {});
  void endAll(folder);
});
process.stderr.on('error', () => {});
process.on('disconnect', () => void endAll(folder));
process.on('message', (message) => {
  const request = message as SupervisorRequest;
  if (request.do === 'start') startProgram(request);
  else void endAll(folder);
});
if (process.connected) report({ is: 'ready', folder });
else await endAll(folder);
