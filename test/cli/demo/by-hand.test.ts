import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import t from 'tap';
import { prepareByHand } from '../../../src/cli/demo/by-hand.ts';

/** The words of the command as a shell reads them. */
function splitWords(command: string): string[] {
  const listed = execFileSync('sh', ['-c', `for word in ${command}; do printf '%s\\n' "$word"; done`], {
    encoding: 'utf8',
  });
  return listed.trimEnd().split('\n');
}

function follow(words: readonly string[], flag: string): string {
  return words[words.indexOf(flag) + 1] ?? '';
}

t.test('the command names files that hold the authority and the review, and they can be removed', async (t) => {
  const byHand = await prepareByHand('https://127.0.0.1:1', 'PEM', { kind: 'AdmissionReview' });
  t.teardown(() => byHand.remove());
  const words = splitWords(byHand.command);
  const ca = follow(words, '--cacert');
  t.equal(words[0], 'curl');
  t.equal(readFileSync(ca, 'utf8'), 'PEM');
  t.equal(follow(words, '--header'), 'content-type: application/json');
  const review = follow(words, '--data-binary').replace(/^@/, '');
  t.strictSame(JSON.parse(readFileSync(review, 'utf8')), { kind: 'AdmissionReview' });
  t.equal(words.at(-1), 'https://127.0.0.1:1/validate');
  await byHand.remove();
  t.notOk(existsSync(dirname(ca)));
});

t.test('the files go when the process ends without removing them', async (t) => {
  const module = new URL('../../../src/cli/demo/by-hand.ts', import.meta.url).href;
  const script = `const { prepareByHand } = await import('${module}');
    const { existsSync } = await import('node:fs');
    const { command } = await prepareByHand('https://127.0.0.1:1', 'PEM', {});
    const file = /--cacert (\\S+)/.exec(command)[1];
    process.stdout.write(JSON.stringify({ file, there: existsSync(file) }));
    process.exit(3);`;
  let output = '';
  try {
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  } catch (error) {
    const failed = error as { status?: number; stdout?: string };
    t.equal(failed.status, 3);
    output = failed.stdout ?? '';
  }
  const { file, there } = JSON.parse(output) as { file: string; there: boolean };
  t.ok(there, 'they were there');
  t.notOk(existsSync(dirname(file)), 'and are gone');
});
