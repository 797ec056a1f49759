// The package as a stranger gets it: packed, installed in an empty folder, and used from there.

import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import t from 'tap';

const ROOT = join(import.meta.dirname, '..', '..');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
/** What an npm that runs this test has in its environment is not meant for the npm that the test runs. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|TAP|_TAP)/i.test(name)));

interface Ended {
  status: number | null;
  stdout: string;
  /** Everything that was said, for a failure's report. */
  output: string;
}

function run(command: string, args: string[], cwd: string): Ended {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8', timeout: 240_000 });
  return { status, stdout, output: `${stdout}${stderr}${error ?? ''}` };
}

t.setTimeout(900_000);
const folder = t.testdir({ 'package.json': '{ "private": true, "type": "module" }\n' });
const packed = run('npm', ['pack', '--pack-destination', folder], ROOT);
t.equal(packed.status, 0, packed.output);
const tarball = packed.stdout.trim().split('\n').at(-1) ?? '';
const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, tarball)];
const installed = run('npm', install, folder);
t.equal(installed.status, 0, installed.output);

const home = join(folder, 'node_modules', 'lintel');
/** Started by its link, as `npx lintel` starts it, with this Node. */
const lintel = (...args: string[]): Ended =>
  run(process.execPath, [join(folder, 'node_modules', '.bin', 'lintel'), ...args], folder);

t.test('its command is there, and runs by itself', async (t) => {
  const main = join(home, 'dist', 'src', 'cli', 'main.js');
  t.match(readFileSync(main, 'utf8'), /^#!\/usr\/bin\/env node\n/);
  t.ok(statSync(main).mode & 0o100, 'it may be executed');
  const told = lintel('version');
  t.equal(told.stdout, `lintel ${version} (node ${process.version})\n`, told.output);
  const help = lintel('--help');
  t.equal(help.status, 0, help.output);
  t.match(help.stdout, 'usage: lintel <verb>');
});

t.test('its pack and its examples came along', async (t) => {
  const demo = lintel('demo', '--once', '--port', '0');
  t.equal(demo.status, 0, demo.output);
  t.match(demo.stdout, 'VITI-SEC-001');
  t.match(demo.stdout, /\n\d+ objects, \d+ created .*, \d+ denied, \d+ warnings\n$/);
});

t.test('the core can be imported, with its types', async (t) => {
  writeFileSync(
    join(folder, 'use.ts'),
    "import { compilePolicies, EMPTY_SET, type PolicySet } from 'lintel/policies';\nexport const set: PolicySet = EMPTY_SET;\nexport const wrong: PolicySet = 1;\nconsole.log(typeof compilePolicies);\n",
  );
  const options = {
    module: 'nodenext',
    target: 'es2024',
    strict: true,
    noEmit: true,
    types: [],
    lib: ['es2024', 'dom'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['use.ts'] }));
  const typed = run(
    process.execPath,
    [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.', '--pretty', 'false'],
    folder,
  );
  t.match(
    typed.stdout,
    /^use\.ts\(3,14\): error TS2322: [^\n]*PolicySet[^\n]*\n$/,
    'types are known, those of the package too',
  );
  const used = run(process.execPath, ['use.ts'], folder);
  t.equal(used.stdout, 'function\n', used.output);
});

t.test('what is not meant to be imported cannot be', async (t) => {
  writeFileSync(join(folder, 'inside.js'), "import 'lintel/dist/src/policies/evaluate.js';\n");
  t.match(run(process.execPath, ['inside.js'], folder).output, 'ERR_PACKAGE_PATH_NOT_EXPORTED');
});

t.test('publint has nothing to say of it', async (t) => {
  const { messages, pkg } = await publint({ pkgDir: home, pack: false, strict: true });
  t.strictSame(
    messages.map((message) => formatMessage(message, pkg ?? {}, { color: false })),
    [],
  );
});
