// Runs tap over files: one line a file, all of what failed, and the counts.

import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface TapResult {
  passed: number;
  failed: number;
  skipped: number;
  code: number;
  /** What the tests said they could not do here, each once. */
  leftOut: string[];
}

const ROOT = join(import.meta.dirname, '..');
/** Lines shown of a file that failed, from its end. */
const SHOWN = 400;

/** Runs these test files with tap. */
export async function runTap(files: string[], args: string[] = []): Promise<TapResult> {
  const tap = join(ROOT, 'node_modules', 'tap', 'dist', 'esm', 'run.mjs');
  const child = spawn(process.execPath, [tap, 'run', '--disable-coverage', '--reporter=tap', ...args, ...files], {
    cwd: ROOT,
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  const reader = createReader();
  child.stdout.setEncoding('utf8').on('data', reader.take);
  const code = await new Promise<number>((done) => child.once('close', (status) => done(status ?? 1)));
  return { ...reader.finish(), code };
}

function createReader() {
  let rest = '';
  let file: string[] = [];
  let counts = { passed: 0, failed: 0, skipped: 0 };
  const leftOut = new Set<string>();
  const line = (text: string) => {
    const missing = /# left out: (.+)$/.exec(text)?.[1] ?? /# SKIP (.+)$/.exec(text)?.[1];
    if (missing) leftOut.add(missing);
    const total = /^# \{ total: \d+([^}]*)\}/.exec(text);
    if (total) counts = readCounts(total[1] ?? '');
    if (/^ok \d+ - /.test(text)) {
      console.log(text);
      file = [];
    } else if (/^not ok \d+ - /.test(text)) {
      console.log([...file.slice(-SHOWN), text].join('\n'));
      file = [];
    } else file.push(text);
  };
  return {
    take: (chunk: string) => {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) line(text);
    },
    finish: () => {
      line(rest);
      return { ...counts, leftOut: [...leftOut] };
    },
  };
}

function readCounts(text: string): Pick<TapResult, 'passed' | 'failed' | 'skipped'> {
  const read = (name: string) => Number(new RegExp(`${name}: (\\d+)`).exec(text)?.[1] ?? 0);
  return { passed: read('pass'), failed: read('fail'), skipped: read('skip') + read('todo') };
}

/** The closing lines; gives the exit code. A run in which nothing was tested has failed. */
export function closeRun({
  passed,
  failed,
  skipped,
  code,
}: Pick<TapResult, 'passed' | 'failed' | 'skipped' | 'code'>): number {
  if (passed + failed === 0) console.log('no test ran');
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return code !== 0 || failed > 0 || passed === 0 ? 1 : 0;
}
