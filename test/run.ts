// `npm test`: every test that needs nothing but Node and npm. `npm test -- FILE…` runs only those.

import { globSync } from 'node:fs';
import { join } from 'node:path';
import { closeRun, runTap } from '../scripts/run-tap.ts';

const ROOT = join(import.meta.dirname, '..');
/** Seconds a file may take: most take one, and a machine may be ten times busier than this one. */
const TIMEOUT = 120;

const named = process.argv.slice(2);
const files = named.length > 0 ? named : globSync('test/**/*.test.ts', { cwd: ROOT }).sort();
const run = await runTap(files, { jobs: 2, timeout: TIMEOUT });
process.exit(closeRun(run, named.length > 0 ? [] : ['the end-to-end suite on real API servers (npm run e2e)']));
