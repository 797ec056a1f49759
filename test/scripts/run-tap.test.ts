// The runner behind `npm test`, on a project with every kind of test file that it must not be wrong about.

import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { closeRun, runTap, type TapRun } from '../../scripts/run-tap.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const IMPORT = "import t from 'tap';\n";

const FILES = {
  'good.test.ts': "t.test('it holds', async (t) => { t.ok(true, 'one'); t.ok(true, 'two'); });\n",
  'bad.test.ts': `t.test('it holds', async (t) => { t.ok(true, 'a fine one'); });
t.test('it breaks', async (t) => {
  t.ok(true, 'another fine one');
  t.test('deeper', async (t) => { t.equal(1, 2, 'one is two'); });
});
`,
  'crashes.test.ts': "t.ok(true, 'before');\nthrow new Error('it fell over');\n",
  'hangs.test.ts':
    "t.setTimeout(500);\nt.test('it never ends', () => new Promise(() => { setInterval(() => {}, 1000); }));\n",
  'empty.test.ts': '',
  'left-out.test.ts': `t.test('it needs a thing', { skip: 'the thing is not here' }, async () => {});
t.comment('left out: half of it');
t.ok(true, 'the rest');
`,
};

t.setTimeout(300_000);
const folder = t.testdir({});
copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text === '' ? '\n' : IMPORT + text);

async function run(...names: (keyof typeof FILES)[]): Promise<{ run: TapRun; lines: string[]; code: number }> {
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  const result = await runTap(names, { jobs: 2, timeout: 60, root: folder, say });
  return { run: result, lines, code: closeRun(result, [], say) };
}

t.test('a run in which all holds says what was left out, ends with the counts, and with 0', async (t) => {
  const { lines, code } = await run('good.test.ts', 'left-out.test.ts');
  t.equal(code, 0);
  t.match(lines.slice(0, 2).sort(), [/^ok [12] - good\.test\.ts/, /^ok [12] - left-out\.test\.ts/]);
  t.match(lines.slice(2), [
    /^left out: the thing is not here; half of it$/,
    /^# \{ total: 4, pass: 3, skip: 1 \}$/,
    /^# time=/,
    /^3 passed, 0 failed, 1 skipped$/,
  ]);
  t.equal(lines.length, 6, 'and with nothing else');
});

t.test('of a run that fails only what failed is shown, down to the file that hangs', async (t) => {
  const { run: result, lines, code } = await run(...(Object.keys(FILES) as (keyof typeof FILES)[]));
  const text = lines.join('\n');
  t.equal(code, 1);
  t.match(text, /# Subtest: it breaks\n +# Subtest: deeper\n +not ok 1 - one is two\n/);
  t.match(text, /^not ok \d - bad\.test\.ts.*\n {2}exitCode: 1$/m);
  t.notMatch(text, /^ +ok \d|# Subtest: it holds|# Subtest: good/m);
  t.match(text, 'it fell over');
  t.match(text, /^ {2}expired: hangs\.test\.ts$/m);
  t.match(text, 'not ok - empty.test.ts: there is no test in it');
  t.ok(result.failed >= 4, `${result.failed} failed`);
  t.equal(lines.at(-1), `${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`);
});

t.test('nothing but an empty file is no run', async (t) => {
  const { lines, code } = await run('empty.test.ts');
  t.equal(code, 1);
  t.equal(lines.at(-1), '0 passed, 1 failed, 0 skipped');
});

t.test('a run of no files has failed, and runs none', async (t) => {
  const { lines, code } = await run();
  t.equal(code, 1);
  t.strictSame(lines, ['no test ran', '0 passed, 0 failed, 0 skipped']);
});
