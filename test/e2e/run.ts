// `npm run e2e`: everything that needs real API servers, curl or an installed package, one file at a time.

import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { closeRun, runTap } from '../../scripts/run-tap.ts';
import { findBinaries } from '../cluster/binaries.ts';
import { minors } from '../cluster/go-modules.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const files = process.argv.slice(2);
if (files.length === 0) {
  for await (const file of glob('test/**/*.e2e.ts', { cwd: ROOT })) files.push(file);
}
for (const minor of minors) await findBinaries(minor);
const result = await runTap(files.sort(), ['--jobs=1', '--timeout=900']);
if (result.leftOut.length > 0) console.log(`left out: ${result.leftOut.join('; ')}`);
process.exit(closeRun(result));
