// `npm run e2e`: everything that needs real API servers, curl or an installed package, one file at a time.
// `npm run e2e -- FILE…` runs only those.

import { globSync } from 'node:fs';
import { join } from 'node:path';
import { closeRun, runTap } from '../../scripts/run-tap.ts';
import { findBinaries } from '../cluster/binaries.ts';
import { minors } from '../cluster/go-modules.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** Seconds a file may take. */
const TIMEOUT = 900;

const named = process.argv.slice(2);
const files = named.length > 0 ? named : globSync('test/**/*.e2e.ts', { cwd: ROOT }).sort();
for (const minor of minors) await findBinaries(minor);
process.exit(closeRun(await runTap(files, { jobs: 1, timeout: TIMEOUT })));
