// `npm run build`: the release in dist/, plain JavaScript with the packs beside it.

import { spawnSync } from 'node:child_process';
import { chmod, cp, rm } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const LIBRARY = join('src', 'policies', 'library');

await rm(DIST, { recursive: true, force: true });
const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
await cp(join(ROOT, LIBRARY), join(DIST, LIBRARY), { recursive: true });
await chmod(join(DIST, 'src', 'cli', 'main.js'), 0o755);
