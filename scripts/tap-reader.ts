// Reads what tap prints while it runs test files: one line a file, all of what failed and nothing else, and the counts.

/** Assertions, and files in which nothing was tested. */
export interface TapCounts {
  passed: number;
  failed: number;
  /** Assertions and tests that were skipped or are still to be done. */
  skipped: number;
}

export interface TapReading extends TapCounts {
  /** Why tests were skipped, and what they say in a comment `left out: …`; each once. */
  leftOut: string[];
  /** tap's own closing lines: its counts and its time. */
  summary: string[];
}

/** Lines shown of one file that failed. */
const SHOWN = 400;
/** What tap says of a file that failed as a whole; the rest is how it was started. */
const TELLING = /^ {2}(exitCode|signal|expired): (?!null$)/;
const NO_TESTS = /^ok \d+ - (.+) # SKIP no tests found$/;

/**
 * Takes output of `tap run --reporter=tap` in pieces and passes on, by `say`, the lines that are worth reading.
 * A file without a test counts as a failure: it is a mistake that would stay green for ever.
 */
export function createTapReader(say: (line: string) => void): { take(text: string): void; finish(): TapReading } {
  let rest = '';
  let block: string[] = [];
  let explaining = false;
  let empty = 0;
  let counts: TapCounts = { passed: 0, failed: 0, skipped: 0 };
  const leftOut = new Set<string>();
  const summary: string[] = [];

  const fail = (line: string): void => {
    const kept = keepFailures(block);
    if (kept.length > SHOWN) say(`… ${kept.length - SHOWN} more lines before these`);
    for (const text of [...kept.slice(-SHOWN), line]) say(text);
    block = [];
    explaining = true;
  };
  const read = (line: string): void => {
    const without = NO_TESTS.exec(line)?.[1];
    if (without !== undefined) {
      empty += 1;
      fail(`not ok - ${without}: there is no test in it`);
    } else if (/^ok \d+/.test(line)) {
      say(line);
      block = [];
      explaining = false;
    } else if (/^not ok \d+/.test(line)) fail(line);
    else if (/^# (\{ total: |time=)/.test(line)) {
      summary.push(line);
      if (line.startsWith('# {')) counts = readCounts(line);
    } else if (explaining && line.startsWith('  ') && !line.startsWith('    ')) {
      if (TELLING.test(line)) say(line);
    } else {
      if (line.startsWith('# ')) explaining = false;
      block.push(line);
    }
    const reason = /# left out: (.+)$/.exec(line)?.[1] ?? /# SKIP (.+)$/.exec(line)?.[1];
    if (reason !== undefined && without === undefined) leftOut.add(reason);
  };

  return {
    take(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) read(line);
    },
    finish() {
      if (rest !== '') read(rest);
      const { passed, failed, skipped } = counts;
      return { passed, failed: failed + empty, skipped: skipped - empty, leftOut: [...leftOut], summary };
    },
  };
}

/** Drops what passed: its line, and the subtest above it that the line closes. */
function keepFailures(lines: readonly string[]): string[] {
  const kept: string[] = [];
  for (const line of lines) {
    const indent = /^( *)ok \d+/.exec(line)?.[1];
    if (indent === undefined) {
      if (!/^ *(1\.\.\d+|TAP version \d+)?$/.test(line)) kept.push(line);
      continue;
    }
    while (kept.at(-1)?.startsWith(`${indent}    `)) kept.pop();
    if (kept.at(-1)?.startsWith(`${indent}# Subtest: `)) kept.pop();
  }
  return kept;
}

function readCounts(text: string): TapCounts {
  const read = (name: string): number => Number(new RegExp(`${name}: (\\d+)`).exec(text)?.[1] ?? 0);
  return { passed: read('pass'), failed: read('fail'), skipped: read('skip') + read('todo') };
}
