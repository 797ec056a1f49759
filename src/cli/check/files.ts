/** The texts to check: files as named, everything below folders, standard input. */
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

export interface InputFile {
  /** The path as it was named, and what is below it; `<stdin>` for standard input. */
  path: string;
  text: string;
}

export interface Inputs {
  files: InputFile[];
  /** Paths that cannot be read, and why. */
  failures: { path: string; reason: string }[];
  /** What was passed over. */
  notes: { path: string; message: string }[];
}

export const STDIN = '<stdin>';
const MANIFEST = /\.(?:ya?ml|json)$/;
/** Folders that hold no manifests of one's own. Hidden ones are passed over too. */
const FOREIGN = new Set(['node_modules', 'vendor']);
const MAX_DEPTH = 32;

/**
 * Reads paths in the order given, folders in the order of their names. Each file is read once. One after the other
 * and not at once: thousands of small files are read several times as fast so, and nothing else waits.
 */
export async function readInputs(paths: readonly string[]): Promise<Inputs> {
  const found: Found = { files: new Set(), failures: [], notes: [] };
  for (const path of paths) {
    if (path === '-') found.files.add(path);
    else enter(path, found);
  }
  const { failures, notes } = found;
  const files: InputFile[] = [];
  for (const path of found.files) {
    try {
      const bytes = path === '-' ? await buffer(process.stdin) : readFileSync(path);
      files.push({ path: path === '-' ? STDIN : path, text: decode(bytes) });
    } catch (error) {
      failures.push({ path: path === '-' ? STDIN : path, reason: explainFailure(error) });
    }
  }
  return { files, failures, notes };
}

/** UTF-8, or UTF-16 where a byte order mark says so: what PowerShell writes into a file. */
function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return bytes.toString('utf8');
}

interface Found {
  files: Set<string>;
  failures: Inputs['failures'];
  notes: Inputs['notes'];
}

/** What was named is read whatever its name is; of a folder only what looks like a manifest. */
function enter(path: string, found: Found): void {
  try {
    if (statSync(path).isDirectory()) enterFolder(path, 0, found);
    else found.files.add(path);
  } catch (error) {
    found.failures.push({ path, reason: explainFailure(error) });
  }
}

function enterFolder(folder: string, depth: number, found: Found): void {
  const entries = readdirSync(folder, { withFileTypes: true });
  if (entries.some((entry) => entry.name === 'Chart.yaml')) {
    const message = 'a Helm chart holds templates and no manifests: check what `helm template` prints';
    found.notes.push({ path: folder, message });
    return;
  }
  const own = entries.filter(({ name }) => !name.startsWith('.') && !FOREIGN.has(name));
  for (const entry of own.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    try {
      if (isFolder(entry, path)) {
        if (depth < MAX_DEPTH) enterFolder(path, depth + 1, found);
      } else if (MANIFEST.test(entry.name)) {
        found.files.add(path);
      }
    } catch (error) {
      found.failures.push({ path, reason: explainFailure(error) });
    }
  }
}

function isFolder(entry: Dirent, path: string): boolean {
  return entry.isSymbolicLink() ? statSync(path).isDirectory() : entry.isDirectory();
}

/** Why a path cannot be read, in words. */
export function explainFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOENT':
      return 'there is no such file or folder';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ELOOP':
      return 'its links lead in circles';
    default:
      return error instanceof Error ? error.message.toLowerCase() : String(error);
  }
}
