import t from 'tap';
import { readDemoFlags } from '../../../src/cli/demo/flags.ts';
import { ConfigError } from '../../../src/config.ts';

t.test('without flags it stays, on the usual port or a free one', async (t) => {
  t.strictSame(readDemoFlags([]), { help: false, once: false, port: null });
});

t.test('flags are read in either form', async (t) => {
  t.strictSame(readDemoFlags(['--once', '--port', '0']), { help: false, once: true, port: 0 });
  t.equal(readDemoFlags(['--port=9443']).port, 9443);
  t.equal(readDemoFlags(['-h']).help, true);
});

t.test('what cannot be used is refused with what is wanted', async (t) => {
  const cases: [string[], RegExp][] = [
    [['--prot', '1'], /unknown flag `--prot`, did you mean `--port`\?/],
    [['--something'], /unknown flag `--something`; `lintel demo --help` lists them/],
    [['--port', 'x'], /--port is `x`, wanted a whole number from 0 to 65535/],
    [['--port', '65536'], /--port is `65536`/],
    [['--port', ''], /--port is ``/],
    [['--port'], /argument missing/],
    [['more'], /unexpected argument `more`/],
  ];
  for (const [args, message] of cases) {
    const error = catchError(() => readDemoFlags(args));
    t.ok(error instanceof ConfigError, `${args.join(' ')} is told as a mistake of whoever typed it`);
    t.match(error, { message });
  }
});

function catchError(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
