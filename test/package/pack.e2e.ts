// The package as a stranger gets it: packed, installed in an empty folder, and its command run.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';

const ROOT = join(import.meta.dirname, '..', '..');

function run(command: string, args: string[], cwd: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 240_000 });
  return { status, output: `${stdout}${stderr}` };
}

t.test('npm pack installs elsewhere, and its command works', async (tt) => {
  tt.setTimeout(600_000);
  const folder = tt.testdir({ 'package.json': '{"private": true}' });
  const packed = run('npm', ['pack', '--pack-destination', folder], ROOT);
  tt.equal(packed.status, 0, packed.output);
  const tarball = packed.output.trim().split('\n').at(-1) ?? '';
  const installed = run(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, tarball)],
    folder,
  );
  tt.equal(installed.status, 0, installed.output);
  const lintel = join(folder, 'node_modules', 'lintel', 'dist', 'src', 'cli', 'main.js');
  const { version } = (await import(join(ROOT, 'package.json'), { with: { type: 'json' } })).default as {
    version: string;
  };

  const told = run(process.execPath, [lintel, 'version'], folder);
  tt.equal(told.status, 0, told.output);
  tt.match(told.output, `lintel ${version}`);

  const help = run(join(folder, 'node_modules', '.bin', 'lintel'), ['--help'], folder);
  tt.match(help.output, /serve/, 'the command is linked');

  const demo = run(process.execPath, [lintel, 'demo', '--once', '--port', '0'], folder);
  tt.equal(demo.status, 0, demo.output);
  tt.match(demo.output, 'VITI-SEC-001', 'with its pack and its examples');
});

t.test('publint has nothing to say', async (tt) => {
  const { status, output } = run(
    process.execPath,
    [join(ROOT, 'node_modules', 'publint', 'src', 'cli.js'), '--strict'],
    ROOT,
  );
  tt.equal(status, 0, output);
});
