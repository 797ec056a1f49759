import { runSuite } from './run-suite.ts';

await runSuite('1.36');
