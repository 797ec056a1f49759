// The demo claims to print what kubectl would: the same files, applied by kubectl to a real API server that asks Lintel.

import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import t from 'tap';
import { openStage, REPOSITORY } from '../e2e/stage.ts';

t.setTimeout(600_000);

const FOLDER = 'examples/vitistack';
/**
 * The one difference that the demo states: an API server fills in the defaults of the CRD, so that a value which the
 * demo finds absent is there. Lines are compared without the value that was found.
 */
const FOUND = /(`[^`]+` is )`[^`]*`/g;

t.test('the demo says word for word what kubectl says, the defaults of the CRD aside', async (t) => {
  const demo = await promisify(execFile)(process.execPath, ['src/cli/main.ts', 'demo', '--once', '--port', '0'], {
    cwd: REPOSITORY,
  });
  const stage = await openStage({});
  t.teardown(() => stage.stop());
  let exact = 0;
  const files = readdirSync(`${REPOSITORY}/${FOLDER}`).filter((name) => name.endsWith('.yaml'));
  for (const name of files.sort()) {
    const file = `${FOLDER}/${name}`;
    const { stdout, stderr } = await stage.cluster.kubectl(['apply', '-f', file]);
    const said = linesOf(`${stdout}\n${stderr}`);
    const told = linesOf(demo.stdout.split(`$ kubectl apply -f ${file}\n`)[1]?.split('$ kubectl apply')[0] ?? '');
    t.ok(said.length > 0, `kubectl said something of ${name}`);
    t.strictSame(told.map(withoutFound), said.map(withoutFound), name);
    if (told.join('\n') === said.join('\n')) exact++;
  }
  t.ok(exact >= files.length - 1, `${exact} of ${files.length} files are told without any difference`);
});

/** What kubectl prints, in an order of its own: it keeps the errors of a file for the end. */
function linesOf(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => /^(Warning: |Error from server|- |\S+ created$)/.test(line))
    .sort();
}

function withoutFound(line: string): string {
  return line.replace(FOUND, '$1…');
}
