// `npm test`: every test that needs nothing but Node and npm.

import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { closeRun, runTap } from '../scripts/run-tap.ts';

const ROOT = join(import.meta.dirname, '..');
const files = process.argv.slice(2);
if (files.length === 0) {
  for await (const file of glob('test/**/*.test.ts', { cwd: ROOT })) files.push(file);
}
const result = await runTap(files.sort(), ['--jobs=2']);
console.log(`left out: ${['the end-to-end suite on real API servers (npm run e2e)', ...result.leftOut].join('; ')}`);
process.exit(closeRun(result));
