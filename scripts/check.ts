// `npm run check`: all that must hold before a change goes in, in one command. `--no-tests` leaves the tests out.
// Each step is a script of package.json, so that what is checked here is what `npm run <step>` checks.

import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

interface Step {
  name: string;
  /** Script of package.json, and what it is told besides. */
  script: string;
  args?: string[];
}

const ROOT = join(import.meta.dirname, '..');

const STEPS: Step[] = [
  { name: 'types', script: 'types' },
  { name: 'lint and format', script: 'lint', args: ['--error-on-warnings'] },
  { name: 'import boundaries', script: 'boundaries' },
  { name: 'unused code', script: 'unused' },
  { name: 'generated files', script: 'generate', args: ['--check'] },
];
const TESTS: Step = { name: 'tests', script: 'test' };

/** Runs one step; its output is told when it has failed, or as it comes with `live`. Gives whether it holds. */
async function runStep({ name, script, args = [] }: Step, live = false): Promise<boolean> {
  const start = performance.now();
  const child = spawn(process.execPath, ['--run', script, '--', ...args], {
    cwd: ROOT,
    stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (code !== 0 && output !== '') console.log(output.trimEnd());
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  return code === 0;
}

/** Runs the steps, as many at once as there are cores, and the tests when nothing else wants them. */
async function check(withTests: boolean): Promise<number> {
  const failed: string[] = [];
  const waiting = [...STEPS];
  const work = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift())
      if (!(await runStep(step))) failed.push(step.name);
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), STEPS.length) }, work));
  if (withTests && !(await runStep(TESTS, true))) failed.push(TESTS.name);
  const checked = `${STEPS.length + (withTests ? 1 : 0)} checks`;
  console.log(failed.length === 0 ? `${checked} hold` : `${failed.length} of ${checked} failed: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}

function readArguments(): { tests: boolean } {
  try {
    return parseArgs({ options: { tests: { type: 'boolean', default: true } }, allowNegative: true }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}; \`--no-tests\` is the only flag`);
    process.exit(2);
  }
}

process.exitCode = await check(readArguments().tests);
