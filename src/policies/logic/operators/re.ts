import { RE2JS } from 're2js';
import { MAX_STRING } from '../builtins.ts';
import type { Operator } from '../operator.ts';
import { definePredicate, type Form, need, Unreadable, writtenOut } from './define.ts';
import { memoise, textWithin } from './forms.ts';

/** The longest pattern taken, in UTF-16 units: compiling costs time and memory in proportion. */
const MAX_PATTERN = 1_024;

function compilePattern(pattern: string): RE2JS | null {
  if (pattern.length > MAX_PATTERN) return null;
  try {
    return RE2JS.compile(pattern);
  } catch {
    return null;
  }
}

const compileMemoised = memoise(compilePattern);

const patternForm: Form<RE2JS> = {
  type: 'string',
  wanted: 'an RE2 pattern (no look-around, no back-references)',
  read: (value) =>
    typeof value === 'string' ? (compileMemoised(value) ?? new Unreadable(value)) : new Unreadable(value),
};

export const RE_OPERATORS: readonly Operator[] = [
  definePredicate({
    name: 're.match',
    operands: [need('text', textWithin(MAX_STRING)), writtenOut(need('pattern', patternForm))],
    returns: 'true or false',
    summary: 'Some part of the text matches the pattern; anchor with `^` and `$` for the whole. Linear time.',
    source: 'RE2 syntax (github.com/google/re2/wiki/Syntax)',
    examples: [
      [['web-01', '^web-[0-9]+$'], true],
      [['my-web-01', 'web'], true],
      [['my-web-01', '^web'], false],
      [['Web', '(?i)^web$'], true],
      [['line\nend', '^end$'], false],
      [[443, '^4'], 'garbage'],
    ],
    evaluate: (subject, pattern) => pattern.test(subject),
  }),
];
