// Runs test files with tap, and ends a run in words that people and programs can read.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createTapReader, type TapReading } from './tap-reader.ts';

export interface TapRun extends TapReading {
  /** Exit code of tap. */
  code: number;
}

export interface TapOptions {
  /** Test files in work at once. */
  jobs: number;
  /** Seconds that one file, or one test in it, may take. */
  timeout: number;
  /** Folder of the project; this one unless another is named. */
  root?: string;
  /** Takes the lines worth reading; standard output unless another is named. */
  say?: (line: string) => void;
}

const ROOT = join(import.meta.dirname, '..');

/** Runs these test files, named from the root of the project. Without files it runs nothing. */
export async function runTap(files: readonly string[], options: TapOptions): Promise<TapRun> {
  const { jobs, timeout, root = ROOT, say = console.log } = options;
  const reader = createTapReader(say);
  if (files.length === 0) return { ...reader.finish(), code: 1 };
  const tap = join(ROOT, 'node_modules', 'tap', 'dist', 'esm', 'run.mjs');
  const flags = ['--disable-coverage', '--reporter=tap', `--jobs=${jobs}`, `--timeout=${timeout}`];
  const child = spawn(process.execPath, [tap, 'run', ...flags, ...files], {
    cwd: root,
    env: withoutTap(process.env),
    stdio: ['inherit', 'pipe', 'pipe'],
  });
  child.stdout.setEncoding('utf8').on('data', reader.take);
  child.stderr.setEncoding('utf8').on('data', (text: string) => say(text.trimEnd()));
  const code = await new Promise<number>((done) => child.once('close', (status) => done(status ?? 1)));
  return { ...reader.finish(), code };
}

/** A run that a test starts is a run of its own. */
function withoutTap(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^_?TAP/.test(name)));
}

/**
 * The closing lines of a run: what was left out, tap's own summary, and the counts alone on the last line.
 * @returns the exit code: 1 when something failed, or when nothing was tested
 */
export function closeRun(
  run: TapRun,
  leftOut: readonly string[] = [],
  say: (line: string) => void = console.log,
): number {
  const all = [...leftOut, ...run.leftOut];
  if (all.length > 0) say(`left out: ${all.join('; ')}`);
  for (const line of run.summary) say(line);
  if (run.passed + run.failed === 0) say('no test ran');
  say(`${run.passed} passed, ${run.failed} failed, ${run.skipped} skipped`);
  return run.code !== 0 || run.failed > 0 || run.passed === 0 ? 1 : 0;
}
