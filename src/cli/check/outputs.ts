/** Writes the report in every form that was asked for. */
import { writeFileSync } from 'node:fs';
import { ConfigError } from '../../config.ts';
import type { Paint } from '../output/paint.ts';
import { explainFailure } from './files.ts';
import type { Format, OutputTarget } from './flags.ts';
import type { CheckReport } from './report.ts';

export interface OutputOptions {
  quiet: boolean;
  /** Texts by file, for excerpts. */
  texts: ReadonlyMap<string, string>;
  /** For what goes to standard output. */
  paint: Paint;
}

type Formatter = (report: CheckReport, options: OutputOptions) => string;

/** Each loaded when it is asked for. */
const FORMATTERS: { readonly [format in Format]: () => Promise<Formatter> } = {
  text: async () => (await import('../output/text.ts')).formatText,
  json: async () => (await import('../output/json.ts')).formatJson,
  sarif: async () => (await import('../output/sarif.ts')).formatSarif,
  junit: async () => (await import('../output/junit.ts')).formatJunit,
  github: async () => (await import('../output/github.ts')).formatGithub,
  gitlab: async () => (await import('../output/gitlab.ts')).formatGitlab,
  tap: async () => (await import('../output/tap.ts')).formatTap,
  'policy-report': async () => (await import('../output/policy-report.ts')).formatPolicyReport,
  markdown: async () => (await import('../output/markdown.ts')).formatMarkdown,
};

const PLAIN: Paint = (_meaning, text) => text;

/**
 * Writes to files and to standard output.
 * @throws ConfigError when a file cannot be written
 */
export async function writeOutputs(
  report: CheckReport,
  targets: readonly OutputTarget[],
  options: OutputOptions,
): Promise<void> {
  for (const { format, file } of targets) {
    const formatter = await FORMATTERS[format]();
    if (file === '-') {
      process.stdout.write(formatter(report, options));
    } else {
      writeFile(file, formatter(report, { ...options, paint: PLAIN }));
    }
  }
}

function writeFile(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new ConfigError(`--output: \`${file}\` cannot be written: ${explainFailure(error)}`);
  }
}
