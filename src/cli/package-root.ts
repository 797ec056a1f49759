/** Finds the package's own files: the source and what is built of it lie at different depths. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The nearest folder above this file that holds `entry`.
 * @throws Error when none does: the installation is incomplete
 */
export function findRootWith(entry: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, entry))) {
    const above = dirname(folder);
    if (above === folder) throw new Error(`the installation is incomplete: there is no \`${entry}\` in it`);
    folder = above;
  }
  return folder;
}
