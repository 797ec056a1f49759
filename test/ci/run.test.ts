// What .ci/run makes of what its suites say. The suites themselves are answered by an npm of the test's own.

import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';

const ROOT = join(import.meta.dirname, '..', '..');

const NEEDS = {
  skip: spawnSync('bash', ['--version']).error ? 'bash, which .ci/run is written for, is not here' : false,
};

/** What npm prints, and its exit code, by its first two arguments. */
type Answers = {
  [command in 'ci' | 'run check' | 'test' | 'run conformance' | 'run cluster' | 'run e2e']: [string, number];
};

const GOOD: Answers = {
  ci: ['added 500 packages', 0],
  'run check': ['5 checks hold', 0],
  test: ['3 passed, 0 failed, 9 skipped\nok 1 - a.test.ts\n10 passed, 0 failed, 2 skipped', 0],
  'run conformance': ['proof_set: 15 of 15 pass\nconformance jsonlogic_original=280/280 proof_set=15/15', 0],
  'run cluster': ['v1.36.3', 0],
  'run e2e': ['5 passed, 0 failed, 0 skipped', 0],
};

function runCi(t: Test, changed: Partial<Answers> = {}): { status: number | null; lines: string[]; asked: string[] } {
  const folder = t.testdir({});
  for (const name of ['.ci', 'bin', 'answers']) mkdirSync(join(folder, name));
  copyFileSync(join(ROOT, '.ci', 'run'), join(folder, '.ci', 'run'));
  for (const [command, [text, code]] of Object.entries({ ...GOOD, ...changed }))
    writeFileSync(join(folder, 'answers', command), `cat <<'END'\n${text}\nEND\nexit ${code}\n`);
  const npm = join(folder, 'bin', 'npm');
  writeFileSync(
    npm,
    `#!/usr/bin/env bash\ncommand=$1; [ "$1" = run ] && command="run $2"\n. "${folder}/answers/$command"\n`,
  );
  chmodSync(npm, 0o755);
  const { status, stdout } = spawnSync('bash', [join(folder, '.ci', 'run')], {
    encoding: 'utf8',
    env: { PATH: `${join(folder, 'bin')}:${process.env.PATH}` },
  });
  const asked = [...stdout.matchAll(/^== .+: npm (.+)$/gm)].map(([, command]) => command ?? '');
  return { status, lines: stdout.trimEnd().split('\n'), asked };
}

t.test('when all holds it sums the last counts of each suite and ends with 0', NEEDS, async (t) => {
  const { status, lines, asked } = runCi(t);
  t.equal(status, 0, lines.join('\n'));
  t.equal(lines.at(-1), '310 passed, 0 failed, 2 skipped');
  t.strictSame(asked, [
    'ci --no-audit --no-fund',
    'run check -- --no-tests',
    'test',
    'run conformance',
    'run cluster -- build --minor all',
    'run e2e',
  ]);
});

t.test('a suite that fails fails the run, and the others run nevertheless', NEEDS, async (t) => {
  const { status, lines, asked } = runCi(t, { test: ['7 passed, 3 failed, 0 skipped', 1] });
  t.equal(status, 1);
  t.equal(asked.at(-1), 'run e2e');
  t.strictSame(lines.slice(-2), ['failed: tests (exit code 1)', '307 passed, 3 failed, 0 skipped']);
});

t.test('failures are failures, whatever the exit code', NEEDS, async (t) => {
  const { status, lines } = runCi(t, { 'run e2e': ['1 passed, 1 failed, 0 skipped', 0] });
  t.equal(status, 1);
  t.equal(lines.at(-1), '306 passed, 1 failed, 2 skipped');
});

t.test('a suite that tests nothing, or does not say what it has tested, fails the run', NEEDS, async (t) => {
  for (const text of ['0 passed, 0 failed, 4 skipped', 'all is well', ''])
    t.test(`it says \`${text}\``, async (t) => {
      const { status, lines } = runCi(t, { 'run e2e': [text, 0] });
      t.equal(status, 1);
      t.equal(lines.at(-2), 'failed: end to end (no test ran)');
      t.match(lines.at(-1), /^305 passed, 1 failed, /);
    });
});

t.test('a check that fails fails the run', NEEDS, async (t) => {
  const { status, lines } = runCi(t, { 'run check': ['2 of 5 checks failed: types, lint and format', 1] });
  t.equal(status, 1);
  t.strictSame(lines.slice(-2), ['failed: checks (exit code 1)', '310 passed, 1 failed, 2 skipped']);
});

t.test('where nothing can be installed nothing is run', NEEDS, async (t) => {
  const { status, lines, asked } = runCi(t, { ci: ['npm error', 1] });
  t.equal(status, 1);
  t.equal(asked.length, 1);
  t.strictSame(lines.slice(-2), ['failed: install (exit code 1)', '0 passed, 1 failed, 0 skipped']);
});

t.test('published cases that are not there are skipped, and cases that fail are not', NEEDS, async (t) => {
  const absent = 'conformance jsonlogic_original=0/0 jsonlogic_compatible=0/0 json_patch=0/0 proof_set=15/15';
  const without = runCi(t, { 'run conformance': [absent, 2] });
  t.equal(without.status, 0, without.lines.join('\n'));
  t.equal(without.lines.at(-1), '30 passed, 0 failed, 5 skipped');
  const broken = runCi(t, { 'run conformance': [absent.replace('15/15', '14/15'), 1] });
  t.equal(broken.status, 1);
  t.equal(broken.lines.at(-1), '29 passed, 1 failed, 5 skipped');
  const fallen = runCi(t, { 'run conformance': ['TypeError: it fell over', 1] });
  t.equal(fallen.status, 1);
  t.match(fallen.lines.slice(-2), ['failed: conformance (no test ran)', '15 passed, 1 failed, 2 skipped']);
});
