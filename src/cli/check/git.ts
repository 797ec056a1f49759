/** Manifests as they are in a commit, by way of the git on this machine. */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { ConfigError } from '../../config.ts';
import type { Inputs } from './files.ts';

/** The largest answer of git that is taken; all manifests of a commit together stay far below. */
const MAX_OUTPUT = 512 * 1024 * 1024;

/**
 * Reads what paths held in a commit. Files keep the names under which the paths were given.
 * @throws ConfigError when there is no git, no repository around the paths or no such commit
 */
export async function readCommit(revision: string, paths: readonly string[]): Promise<Inputs> {
  const inputs: Inputs = { files: [], failures: [], notes: [] };
  for (const path of paths) {
    const folder = isFolder(path) ? path : dirname(path);
    const root = git(folder, ['rev-parse', '--show-toplevel']).trim();
    const commit = findCommit(root, revision);
    const inside = relative(root, resolve(path)) || '.';
    if (isAbsolute(inside) || inside.startsWith('..')) throw new ConfigError(`--git: \`${path}\` lies outside ${root}`);
    const blobs = listBlobs(root, commit, inside);
    const texts = readBlobs(root, blobs);
    for (const [index, { name }] of blobs.entries()) {
      inputs.files.push({ path: join(path, relative(inside, name)), text: texts[index] ?? '' });
    }
  }
  return inputs;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function findCommit(root: string, revision: string): string {
  // a revision that looks like a flag must not become one
  if (revision.startsWith('-')) throw new ConfigError(`--git: \`${revision}\` is no revision`);
  try {
    return git(root, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]).trim();
  } catch {
    throw new ConfigError(`--git: there is no commit \`${revision}\` in ${root}`);
  }
}

interface Blob {
  name: string;
  id: string;
}

function listBlobs(root: string, commit: string, inside: string): Blob[] {
  const listed = git(root, ['ls-tree', '-r', '-z', commit, '--', inside]).split('\0');
  const blobs = listed.flatMap((line): Blob[] => {
    // links and submodules are no files
    const found = /^100\d{3} blob ([0-9a-f]+)\t(.*)$/s.exec(line);
    return found === null ? [] : [{ id: found[1] as string, name: found[2] as string }];
  });
  const charts = blobs.filter(({ name }) => basename(name) === 'Chart.yaml').map(({ name }) => `${dirname(name)}/`);
  return blobs.filter(({ name }) => {
    // the file that was named itself is read whatever its name is
    if (name === inside) return true;
    return (
      /\.(?:ya?ml|json)$/.test(name) &&
      !isPassedOver(relative(inside, name)) &&
      !charts.some((chart) => name.startsWith(chart))
    );
  });
}

function isPassedOver(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.') || part === 'node_modules' || part === 'vendor');
}

/** All of them by one process: each is answered by a line that ends in its size, its bytes and a line break. */
function readBlobs(root: string, blobs: readonly Blob[]): string[] {
  const answer = runGit(root, ['cat-file', '--batch'], blobs.map(({ id }) => `${id}\n`).join(''));
  let at = 0;
  return blobs.map(() => {
    const end = answer.indexOf(0x0a, at);
    const size = Number(answer.subarray(at, end).toString().split(' ').at(-1));
    const text = answer.subarray(end + 1, end + 1 + size).toString('utf8');
    at = end + 1 + size + 1;
    return text;
  });
}

function git(folder: string, args: readonly string[]): string {
  return runGit(folder, args, '').toString('utf8');
}

function runGit(folder: string, args: readonly string[], input: string): Buffer {
  try {
    return execFileSync('git', ['-C', folder, ...args], { input, maxBuffer: MAX_OUTPUT, stdio: 'pipe' });
  } catch (error) {
    throw new ConfigError(`--git: ${explain(error)}`);
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'ENOENT') return 'git is not installed, or a folder is gone';
  const told = 'stderr' in error ? String(error.stderr).split('\n', 1)[0] : '';
  return (told || error.message).replace(/^fatal: /, '').toLowerCase();
}
