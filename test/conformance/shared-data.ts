/** Where the published conformance cases lie: beside the repository, never in it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Folder of the shared data: LINTEL_SHARED_DATA, else `../shared/data` beside the repository. */
export const SHARED_DATA = process.env.LINTEL_SHARED_DATA ?? join(ROOT, '..', 'shared', 'data');

/** A JSON file of the shared data; undefined where it is not there. */
export async function readSharedJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(join(SHARED_DATA, path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return JSON.parse(text) as unknown;
}
