/** Policies from a folder: read at once, again whenever something in it changes. */
import { type FSWatcher, watch } from 'node:fs';
import { basename } from 'node:path';
import { readConfigMap } from './config-map.ts';
import { type FolderContent, type PolicyFile, readFolder } from './directory-files.ts';
import { readUnit } from './documents.ts';
import { createProblem, type OriginSnapshot, type PolicyOrigin, type Unit } from './unit.ts';

export interface DirectoryOptions {
  /** How long after a change the folder is read, in milliseconds: an editor writes a file in several steps. */
  debounceMs?: number;
  /** How often the folder is read without being told, in milliseconds: network file systems tell nothing. */
  pollMs?: number;
  /** Names of folders below that are not entered. */
  skip?: readonly string[];
}

/** Reads a folder once into a snapshot. */
export async function readDirectory(folder: string, skip: readonly string[] = []): Promise<OriginSnapshot> {
  return toSnapshot(await readFolder(folder, skip));
}

/** Policies from a folder that is watched. */
export function createDirectoryOrigin(folder: string, options: DirectoryOptions = {}): PolicyOrigin {
  const { debounceMs = 100, pollMs = 10_000, skip = [] } = options;
  const watchers = new Map<string, FSWatcher>();
  let deliver: (snapshot: OriginSnapshot) => void = () => {};
  let delivered = '';
  let running: Promise<void> = Promise.resolve();
  let debounce: NodeJS.Timeout | undefined;
  let poll: NodeJS.Timeout | undefined;
  let stopped = false;

  const scan = async (): Promise<void> => {
    const content = await readFolder(folder, skip);
    if (stopped) {
      return;
    }
    followFolders(watchers, content.folders, schedule);
    const seen = JSON.stringify([content.files, content.failures]);
    if (seen !== delivered) {
      delivered = seen;
      deliver(toSnapshot(content));
    }
  };
  const run = (): void => {
    running = running.then(scan);
  };
  function schedule(): void {
    clearTimeout(debounce);
    if (!stopped) {
      debounce = setTimeout(run, debounceMs);
    }
  }

  return {
    name: folder,
    start(listener) {
      deliver = listener;
      run();
      poll = setInterval(run, pollMs);
      poll.unref();
    },
    async stop() {
      stopped = true;
      clearTimeout(debounce);
      clearInterval(poll);
      for (const watcher of watchers.values()) {
        watcher.close();
      }
      watchers.clear();
      await running;
    },
  };
}

/** One watcher a folder: a recursive one would not follow the links of a mounted ConfigMap. */
function followFolders(watchers: Map<string, FSWatcher>, folders: readonly string[], changed: () => void): void {
  for (const [folder, watcher] of watchers) {
    if (!folders.includes(folder)) {
      watcher.close();
      watchers.delete(folder);
    }
  }
  for (const folder of folders.filter((name) => !watchers.has(name))) {
    try {
      const watcher = watch(folder, { persistent: false }, changed);
      // A folder that can no longer be watched is still polled; a fresh watcher is tried at the next reading.
      watcher.on('error', () => {
        watcher.close();
        watchers.delete(folder);
        changed();
      });
      watchers.set(folder, watcher);
    } catch {
      // Out of watchers, or a file system without them: polling remains.
    }
  }
}

function toSnapshot(content: FolderContent): OriginSnapshot {
  const problems = content.failures.map(({ path, reason }) =>
    createProblem({ code: 'unreadable-source', source: path, message: `the folder cannot be read: ${reason}` }),
  );
  const snapshot: OriginSnapshot = { units: [], problems, notes: [], complete: content.failures.length === 0 };
  for (const file of content.files) {
    readFile(file, snapshot);
  }
  return snapshot;
}

function readFile(file: PolicyFile, snapshot: OriginSnapshot): void {
  if (file.text === null) {
    const problem = createProblem({
      code: 'unreadable-source',
      source: file.path,
      message: `the file cannot be read: ${file.failure}`,
    });
    snapshot.units.push({ name: file.path, documents: [], problems: [problem], readable: false, notes: [] });
    return;
  }
  const { unit, configMaps } = readUnit(file.text, file.path, { listName: basename(file.path).replace(/\.\w+$/, '') });
  snapshot.units.push(unit);
  for (const configMap of configMaps) {
    const read = readConfigMap(configMap.object, {
      origin: `${file.path}:${nameOf(configMap.object)}`,
      locateInside: configMap.locateInside,
    });
    snapshot.units.push(...read.units.map((inner): Unit => ({ ...inner, within: file.path })));
    snapshot.notes.push(...read.notes);
  }
}

function nameOf(object: Record<string, unknown>): string {
  const metadata = object.metadata;
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata ? String(metadata.name) : '';
}
