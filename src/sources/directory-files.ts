/** The policy files of a folder, as they are on the disk at this moment. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_TEXT_LENGTH } from './yaml-text.ts';

export interface PolicyFile {
  /** The folder as it was named, and the path below it: `policies/net/vpc.yaml`. */
  path: string;
  /** null when it could not be read; `failure` then says why. */
  text: string | null;
  failure: string;
}

export interface FolderContent {
  files: PolicyFile[];
  /** Every folder that was entered, for watching. */
  folders: string[];
  /** Why the folder as a whole, or one below it, could not be listed. */
  failures: { path: string; reason: string }[];
}

const POLICY_FILE = /\.(ya?ml|json)$/;
/** A bound against links that lead in circles by way of names; nobody nests policies deeper. */
const MAX_DEPTH = 16;

/**
 * Reads every `*.yaml`, `*.yml` and `*.json` below a folder, in the order of their names. Hidden entries are
 * skipped and links followed: the files of a mounted ConfigMap are links into its hidden `..data`.
 * @param skip names of folders that are not entered
 */
export async function readFolder(folder: string, skip: readonly string[] = []): Promise<FolderContent> {
  const content: FolderContent = { files: [], folders: [], failures: [] };
  await enterFolder(folder, 0, new Set(), skip, content);
  return content;
}

async function enterFolder(
  folder: string,
  depth: number,
  entered: Set<string>,
  skip: readonly string[],
  content: FolderContent,
): Promise<void> {
  let names: string[];
  try {
    const real = await realpath(folder);
    if (entered.has(real) || depth > MAX_DEPTH) {
      return;
    }
    entered.add(real);
    names = (await readdir(folder)).sort();
  } catch (error) {
    content.failures.push({ path: folder, reason: describeFailure(error) });
    return;
  }
  content.folders.push(folder);
  for (const name of names) {
    if (name.startsWith('.') || skip.includes(name)) {
      continue;
    }
    await readEntry(join(folder, name), depth, entered, skip, content);
  }
}

async function readEntry(
  path: string,
  depth: number,
  entered: Set<string>,
  skip: readonly string[],
  content: FolderContent,
): Promise<void> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) {
      await enterFolder(path, depth + 1, entered, skip, content);
      return;
    }
    if (!found.isFile() || !POLICY_FILE.test(path)) {
      return;
    }
    const tooLong = found.size > MAX_TEXT_LENGTH;
    const failure = tooLong ? `it has ${found.size} bytes, at most ${MAX_TEXT_LENGTH} are read` : '';
    content.files.push({ path, text: tooLong ? null : await readFile(path, 'utf8'), failure });
  } catch (error) {
    // Gone between listing and reading is gone; the watcher says so again in a moment.
    if (errorCode(error) !== 'ENOENT') {
      content.files.push({ path, text: null, failure: describeFailure(error) });
    }
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function describeFailure(error: unknown): string {
  switch (errorCode(error)) {
    case 'ENOENT':
      return 'there is no such folder';
    case 'ENOTDIR':
      return 'it is not a folder';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
