// `npm run check`: all that must hold before a change goes in, in one command. `--no-tests` leaves the tests out.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const bin = (name: string) => join(ROOT, 'node_modules', '.bin', name);

const STEPS: [name: string, command: string, args: string[]][] = [
  ['types', bin('tsc'), ['-p', 'tsconfig.json']],
  ['types of the core, without Node', bin('tsc'), ['-p', 'src/policies/tsconfig.json']],
  ['lint and format', bin('biome'), ['check', '--error-on-warnings', '.']],
  ['import boundaries', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'src', 'certs-scripts']],
  ['unused code', bin('knip'), []],
  ['generated files', process.execPath, ['scripts/generate.ts', '--check']],
  ...(process.argv.includes('--no-tests')
    ? []
    : ([['tests', process.execPath, ['test/run.ts']]] as [string, string, string[]][])),
];

const failed: string[] = [];
for (const [name, command, args] of STEPS) {
  const start = performance.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (status !== 0) {
    failed.push(name);
    console.log(error ? String(error) : `${stdout}${stderr}`);
  } else if (name === 'tests') console.log(stdout.trimEnd().split('\n').slice(-2).join('\n'));
}
console.log(failed.length === 0 ? 'all checks hold' : `${failed.length} failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
