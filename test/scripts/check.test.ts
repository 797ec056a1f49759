// `npm run check` on a package whose steps are of the test's making.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';

const ROOT = join(import.meta.dirname, '..', '..');
const GOOD = {
  types: 'echo typed',
  lint: 'echo',
  boundaries: 'echo',
  unused: 'echo',
  generate: 'echo',
  test: 'echo tested',
};

function check(t: Test, scripts: Partial<typeof GOOD>, ...args: string[]): { status: number | null; stdout: string } {
  const folder = t.testdir({});
  mkdirSync(join(folder, 'scripts'));
  copyFileSync(join(ROOT, 'scripts', 'check.ts'), join(folder, 'scripts', 'check.ts'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', scripts: { ...GOOD, ...scripts } }));
  writeFileSync(join(folder, 'tell.js'), "console.log('told', ...process.argv.slice(2)); process.exit(1);\n");
  const { status, stdout } = spawnSync(process.execPath, [join(folder, 'scripts', 'check.ts'), ...args], {
    encoding: 'utf8',
  });
  return { status, stdout };
}

t.test('when all holds each step is named with its time, and only the tests are heard', async (t) => {
  const { status, stdout } = check(t, {});
  t.equal(status, 0, stdout);
  for (const name of ['types', 'lint and format', 'import boundaries', 'unused code', 'generated files', 'tests'])
    t.match(stdout, new RegExp(`^ok     ${name} \\(\\d+\\.\\d s\\)$`, 'm'));
  t.notMatch(stdout, 'typed');
  t.match(stdout, /^tested/m);
  t.match(stdout, /\n6 checks hold\n$/);
});

t.test('every failure is shown, and the last line names them all', async (t) => {
  const { status, stdout } = check(t, { types: 'echo no such type; exit 2', generate: 'echo stale >&2; exit 1' });
  t.equal(status, 1);
  t.match(stdout, /^no such type\nFAILED types/m);
  t.match(stdout, /^stale\nFAILED generated files/m);
  t.match(stdout, /^tested/m, 'the tests run all the same');
  t.match(stdout, /\n2 of 6 checks failed: (types, generated files|generated files, types)\n$/);
});

t.test('tests that fail fail the check', async (t) => {
  const { status, stdout } = check(t, { test: 'echo 1 failed; exit 1' });
  t.equal(status, 1);
  t.match(stdout, /^1 failed/m);
  t.match(stdout, /\n1 of 6 checks failed: tests\n$/);
});

t.test('a step is told what makes it strict', async (t) => {
  const { stdout } = check(t, { lint: 'node tell.js', generate: 'node tell.js' });
  t.match(stdout, /^told --error-on-warnings\nFAILED lint/m);
  t.match(stdout, /^told --check\nFAILED generated/m);
});

t.test('`--no-tests` leaves the tests out', async (t) => {
  const { status, stdout } = check(t, { test: 'echo tested; exit 1' }, '--no-tests');
  t.equal(status, 0, stdout);
  t.notMatch(stdout, 'tested');
  t.match(stdout, /\n5 checks hold\n$/);
});

t.test('a flag that it does not know is refused, and nothing is run', async (t) => {
  const { status, stdout } = check(t, {}, '--fast');
  t.equal(status, 2);
  t.equal(stdout, '');
});
