import type { Operator } from '../operator.ts';
import { definePredicate, need } from './define.ts';
import { oneOrMany, textWithin } from './forms.ts';

/**
 * Longest text and longest pattern, in UTF-16 units. Matching takes at most their product in steps; names,
 * images and hosts, which is what globs are for, are far shorter.
 */
const MAX_SUBJECT = 16_384;
const MAX_PATTERN = 512;

const STAR = 0x2a;
const QUESTION = 0x3f;

/**
 * `*` stands for any number of characters, dots and slashes too, `?` for one UTF-16 unit; nothing else is special
 * and case matters. Goes back to the latest star only, so that it takes at most length times length steps.
 */
export function matchGlob(subject: string, pattern: string): boolean {
  let s = 0;
  let p = 0;
  let star = -1;
  let resume = 0;
  while (s < subject.length) {
    const want = p < pattern.length ? pattern.charCodeAt(p) : -1;
    if (want === STAR) {
      star = p;
      p += 1;
      resume = s;
    } else if (want === QUESTION || want === subject.charCodeAt(s)) {
      s += 1;
      p += 1;
    } else if (star >= 0) {
      p = star + 1;
      resume += 1;
      s = resume;
    } else {
      return false;
    }
  }
  while (p < pattern.length && pattern.charCodeAt(p) === STAR) p += 1;
  return p === pattern.length;
}

const subjectForm = textWithin(MAX_SUBJECT);
const patternForm = textWithin(MAX_PATTERN);
const SOURCE = 'this project: `*` and `?` of POSIX globs, with `*` crossing every character';

export const GLOB_OPERATORS: readonly Operator[] = [
  definePredicate({
    name: 'glob.match',
    operands: [need('text', subjectForm), need('pattern', patternForm)],
    returns: 'true or false',
    summary: 'The whole text fits the pattern: `*` is any text, also with dots and slashes, `?` is one character.',
    source: SOURCE,
    examples: [
      [['kube-system', 'kube-*'], true],
      [['team/app/web', 'team/*'], true],
      [['app', 'app?'], false],
      [['app1', 'app?'], true],
      [['Kube-system', 'kube-*'], false],
      [['', '*'], true],
      [['a[b]', 'a[b]'], true],
      [[7, '*'], 'garbage'],
    ],
    evaluate: (subject, pattern) => matchGlob(subject, pattern),
  }),
  definePredicate({
    name: 'glob.any',
    operands: [need('text', subjectForm), need('patterns', oneOrMany('a glob or a list of globs', patternForm))],
    returns: 'true or false',
    summary: 'The whole text fits at least one of the patterns.',
    source: SOURCE,
    examples: [
      [['kube-public', ['kube-*', 'openshift-*']], true],
      [['default', ['kube-*', 'openshift-*']], false],
      [['default', []], false],
      [['default', 'def*'], true],
      [['default', [3]], 'garbage'],
    ],
    evaluate: (subject, patterns) => patterns.some((pattern) => matchGlob(subject, pattern)),
  }),
];
