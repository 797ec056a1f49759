/**
 * `npm run conformance`: published JSON Logic and JSON Patch cases, and the proof set of the policy language.
 * Exit code 0 when every case passes, 1 when one fails or a suite ran none, 2 when the published cases are not there.
 */
import { judgeProof, readProofs } from '../policies/proof-set/proofs.ts';
import { readSharedJson, SHARED_DATA } from './shared-data.ts';
import { join, type Outcome, run, runLogicCases, runPatchCases } from './suites.ts';

const MISSING = 2;
const FAILED = 1;

interface Suite {
  name: string;
  outcome: Outcome;
}

async function main(): Promise<number> {
  const suites: Suite[] = [];
  const absent: string[] = [];
  const open = async (path: string, use: (file: unknown) => Outcome): Promise<Outcome> => {
    const file = await readSharedJson(path);
    if (file === undefined) absent.push(path);
    return file === undefined ? { passed: 0, total: 0, failures: [] } : use(file);
  };
  suites.push({ name: 'jsonlogic_original', outcome: await open('jsonlogic/original.json', runLogicCases) });
  suites.push({ name: 'jsonlogic_compatible', outcome: await open('jsonlogic/compatible.json', runLogicCases) });
  const general = await open('json-patch/tests.json', runPatchCases);
  suites.push({ name: 'json_patch', outcome: join(general, await open('json-patch/spec_tests.json', runPatchCases)) });
  const proofs = await readProofs();
  suites.push({ name: 'proof_set', outcome: run(proofs, (proof) => judgeProof(proof).join('; ') || null) });
  for (const suite of suites) report(suite);
  for (const path of absent)
    console.error(`absent: ${path} is not in ${SHARED_DATA}; LINTEL_SHARED_DATA names another folder`);
  console.log(
    `conformance ${suites.map(({ name, outcome }) => `${name}=${outcome.passed}/${outcome.total}`).join(' ')}`,
  );
  if (suites.some(({ outcome }) => outcome.failures.length > 0)) return FAILED;
  if (absent.length > 0) return MISSING;
  return suites.some(({ outcome }) => outcome.total === 0) ? FAILED : 0;
}

function report({ name, outcome }: Suite): void {
  for (const failure of outcome.failures) console.error(`failed: ${name}: ${failure}`);
  console.log(`${name}: ${outcome.passed} of ${outcome.total} pass`);
}

process.exitCode = await main();
