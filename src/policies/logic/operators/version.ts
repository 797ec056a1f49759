import type { Operator } from '../operator.ts';
import { defineAccessor, definePredicate, type Form, need, Unreadable } from './define.ts';
import { anything, parsedText } from './forms.ts';
import { compareVersions, parseConstraint, parseVersion, satisfies, type Version } from './version-order.ts';

const versionForm: Form<Version> = parsedText('a version such as `v1.34.3` or `1.34`, as a string', parseVersion);
const constraintForm = parsedText(
  'a constraint such as `>=1.30 <1.35`, `~1.34.2`, `^1.2` or `1.33 || 1.34`',
  parseConstraint,
);

const SOURCE = 'semver.org 2.0.0 with an optional `v`; missing parts are not compared';

export const VERSION_OPERATORS: readonly Operator[] = [
  definePredicate({
    name: 'version.valid',
    operands: [need('value', anything)],
    returns: 'true or false',
    summary: 'It is a version of one to three numbers; a pre-release or build needs all three.',
    source: SOURCE,
    examples: [
      [['v1.34.3'], true],
      [['1.34'], true],
      [['1.34.3+k3s1'], true],
      [['1.34.0-rc.1'], true],
      [['1.34.x'], false],
      [['1.034.3'], false],
      [['latest'], false],
      [[1.34], false],
    ],
    evaluate: (value) => !(versionForm.read(value) instanceof Unreadable),
  }),
  defineAccessor({
    name: 'version.compare',
    operands: [need('a', versionForm), need('b', versionForm)],
    returns: '-1, 0 or 1',
    summary: 'Whether a comes before b, equals it as far as both are written, or comes after it. Builds do not count.',
    source: SOURCE,
    examples: [
      [['1.34', 'v1.34.3'], 0],
      [['1.9.0', '1.10.0'], -1],
      [['2', '1.99'], 1],
      [['1.34.0-rc.1', '1.34.0'], -1],
      [['1.34.0-rc.10', '1.34.0-rc.9'], 1],
      [['1.34.3+k3s1', '1.34.3'], 0],
      [['latest', '1.34'], 'garbage'],
    ],
    evaluate: (a, b) => compareVersions(a, b),
  }),
  definePredicate({
    name: 'version.satisfies',
    operands: [need('version', versionForm), need('constraint', constraintForm)],
    returns: 'true or false',
    summary:
      'It keeps the constraint: comparisons `= != < <= > >=`, `~` (same minor), `^` (same leading number that is not 0), all of those side by side, any of those around `||`.',
    source: SOURCE,
    examples: [
      [['v1.34.3', '>=1.30 <1.35'], true],
      [['1.35.0', '>=1.30 <1.35'], false],
      [['1.34.7', '<=1.34'], true],
      [['1.34.1', '~1.34.2'], false],
      [['1.34.9', '~1.34.2'], true],
      [['1.9.0', '^1.2'], true],
      [['0.3.0', '^0.2.1'], false],
      [['1.33.4', '1.32 || 1.33'], true],
      [['1.34.3', '1.34.x'], true],
      [['1.35.0-rc.1', '<1.35'], false],
      [['1.34.3', 'newest'], 'garbage'],
    ],
    evaluate: (version, constraint) => satisfies(version, constraint),
  }),
  defineAccessor({
    name: 'version.minor',
    operands: [need('version', versionForm)],
    returns: 'a number; null when only a major version is written',
    summary: 'The minor number.',
    source: SOURCE,
    examples: [
      [['v1.34.3'], 34],
      [['1.34'], 34],
      [['1'], null],
      [['one'], 'garbage'],
    ],
    evaluate: (version) => (version.numbers[1] === undefined ? null : Number(version.numbers[1])),
  }),
];
