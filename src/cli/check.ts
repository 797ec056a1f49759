/** `lintel check`: manifests judged by the very engine of the webhook, without a cluster. */
import { enableCompileCache } from 'node:module';
import { ConfigError } from '../config.ts';
import { type CheckFlags, HELP, readCheckFlags } from './check/flags.ts';
import { createProgress } from './check/progress.ts';
import type { CheckRun } from './check/run.ts';
import { createPainter, type Paint } from './output/paint.ts';

/**
 * Checks what the arguments name and writes the outcome in every form asked for.
 * @returns 0 clean, 1 violations, 2 something could not be checked; why is then on stderr or in the report
 */
export async function runCheck(args: string[]): Promise<number> {
  try {
    const flags = readCheckFlags(args);
    if (flags.help) {
      process.stdout.write(HELP);
      return 0;
    }
    // most of a short run is loading the program: from the second run on, what was compiled is at hand
    enableCompileCache();
    return await check(flags);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`lintel: ${error.message}\n`);
    return 2;
  }
}

async function check(flags: CheckFlags): Promise<number> {
  // nobody reads any longer: the exit code still tells
  process.stdout.on('error', () => {});
  const progress = createProgress(process.stderr, performance.now());
  const [{ runBatch }, { writeOutputs }] = await Promise.all([import('./check/run.ts'), import('./check/outputs.ts')]);
  const run = await runBatch(flags, { now: Date.now(), onProgress: progress.tell });
  progress.end();
  if (flags.fix || flags.diff) await fix(flags, run);
  const paint = createPainter(process.stdout);
  await writeOutputs(run.report, flags.outputs, { quiet: flags.quiet, texts: run.texts, paint });
  const { exitCode } = run.report;
  if (!flags.quiet && exitCode !== 0 && !flags.outputs.some(({ file }) => file === '-')) {
    const { summarise } = await import('./output/text.ts');
    process.stderr.write(`lintel: ${summarise(run.report)}\n`);
  }
  return exitCode;
}

/** Shows or writes what defaults and mutating rules add. */
async function fix(flags: CheckFlags, { report, judged }: CheckRun): Promise<void> {
  const { planFixes, writeFixes } = await import('./check/fix.ts');
  const { fixes, notes } = await planFixes(judged);
  report.notes.push(...notes);
  if (flags.diff) {
    const { formatUnifiedDiff } = await import('./output/unified-diff.ts');
    const stream = isStdoutTaken(flags) ? process.stderr : process.stdout;
    const paint: Paint = createPainter(stream);
    for (const { file, before, edits } of fixes) stream.write(formatUnifiedDiff(file, before, edits, paint));
  }
  if (flags.fix) {
    const done = writeFixes(fixes);
    report.notes.push(...done.notes);
    if (!flags.quiet) for (const file of done.written) process.stderr.write(`lintel: completed ${file}\n`);
  }
}

/** A format that programs read must stand alone. */
function isStdoutTaken({ outputs }: CheckFlags): boolean {
  return outputs.some(({ file, format }) => file === '-' && format !== 'text');
}
