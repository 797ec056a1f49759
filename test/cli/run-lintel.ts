// `lintel` as a process of its own, as people run it.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
/** What the machine has in its own environment must not decide a test. */
const ENVIRONMENT = { PATH: process.env.PATH ?? '', HOME: '/nonexistent' };

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface LogLine {
  level: string;
  msg: string;
  [field: string]: unknown;
}

export interface Running {
  process: ChildProcessByStdio<null, Readable, Readable>;
  ended: Promise<Ended>;
  /** The first log line, past or future, with this message. Rejects when the process ends without one. */
  line(message: string, nth?: number): Promise<LogLine>;
}

/** Starts `lintel` with these arguments; killed with the test. */
export function startLintel(t: Test, args: string[], env: { [name: string]: string } = {}): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...ENVIRONMENT, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, stdout, stderr }) as Ended);
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const lines = (): LogLine[] =>
    stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as LogLine);
  return {
    process: child,
    ended,
    async line(message, nth = 1) {
      for (;;) {
        const found = lines().filter(({ msg }) => msg === message)[nth - 1];
        if (found) return found;
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`no line "${message}":\n${stdout}${stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

/** Runs `lintel` to its end. */
export function runLintel(t: Test, args: string[], env: { [name: string]: string } = {}): Promise<Ended> {
  return startLintel(t, args, env).ended;
}
