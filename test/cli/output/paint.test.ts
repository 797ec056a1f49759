import { execFileSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { createPainter } from '../../../src/cli/output/paint.ts';

const ESCAPE = '\u001b[';

/** Paints in a process of its own: Node reads the variables of colour when it starts. */
function paintIn(env: { [name: string]: string }): string {
  const module = new URL('../../../src/cli/output/paint.ts', import.meta.url).href;
  const script = `const { createPainter } = await import('${module}'); process.stdout.write(createPainter(process.stdout)('bad', 'no'));`;
  const { NO_COLOR, FORCE_COLOR, ...rest } = process.env;
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...rest, ...env },
    encoding: 'utf8',
  });
}

t.test('a stream that is no terminal gets plain text', async (t) => {
  t.equal(createPainter(new PassThrough())('bad', 'no'), 'no');
  t.equal(paintIn({}), 'no');
});

t.test('FORCE_COLOR paints what is no terminal, NO_COLOR alone does not', async (t) => {
  t.match(paintIn({ FORCE_COLOR: '1' }), ESCAPE);
  t.equal(paintIn({ NO_COLOR: '1' }), 'no');
});
