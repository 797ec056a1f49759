import fc from 'fast-check';
import t from 'tap';
import { OPERATORS } from '../../../../src/policies/logic/operators/index.ts';
import {
  compareVersions,
  parseConstraint,
  parseVersion,
  satisfies,
  type Version,
} from '../../../../src/policies/logic/operators/version-order.ts';

const read = (text: string) => parseVersion(text) as Version;
const keeps = (version: string, constraint: string) => OPERATORS.get('version.satisfies')?.apply([version, constraint]);

const number = fc.nat(12);
const prerelease = fc.constantFrom(
  '',
  '-alpha',
  '-alpha.1',
  '-alpha.beta',
  '-rc.1',
  '-rc.10',
  '-rc.9',
  '-1',
  '-x-y',
  '+build',
  '-rc.1+build',
);
const full = fc
  .tuple(number, number, number, prerelease, fc.constantFrom('', 'v'))
  .map(([a, b, c, rest, v]) => `${v}${a}.${b}.${c}${rest}`);

t.test('full versions have a total order', async (t) => {
  fc.assert(
    fc.property(full, full, full, (a, b, c) => {
      const [x, y, z] = [read(a), read(b), read(c)];
      const xy = compareVersions(x, y);
      return xy + compareVersions(y, x) === 0 && !(xy <= 0 && compareVersions(y, z) <= 0 && compareVersions(x, z) > 0);
    }),
    { numRuns: 1_000 },
  );
  t.pass();
});

t.test('pre-releases are ordered as semver.org orders them', async (t) => {
  const ascending = [
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
  ];
  ascending.forEach((low, i) => {
    for (const high of ascending.slice(i + 1)) t.equal(compareVersions(read(low), read(high)), -1, `${low} < ${high}`);
  });
});

t.test('only what both write is compared', async (t) => {
  t.equal(compareVersions(read('1'), read('1.99.7')), 0);
  t.equal(compareVersions(read('1.34'), read('v1.34.0-rc.1')), 0);
  t.equal(compareVersions(read('1.34'), read('1.33.9')), 1);
});

t.test('numbers of any size are compared as numbers', async (t) => {
  t.equal(compareVersions(read('1.99999999999999999998.0'), read('1.99999999999999999999.0')), -1);
  t.equal(compareVersions(read('1.0.0-99999999999999999999'), read('1.0.0-100000000000000000000')), -1);
});

t.test('what is no version is refused', async (t) => {
  for (const text of [
    '',
    'v',
    'V1.2.3',
    '1.',
    '1.2.',
    '1.2.3.4',
    '01.2.3',
    '1.2.3-',
    '1.2.3+',
    '1.2.3-01',
    '1.2.3-a..b',
    '1.2-rc.1',
    '1.2.x',
    ' 1.2.3',
    '-1.2.3',
    '1.2.3 ',
  ]) {
    t.equal(parseVersion(text), null, JSON.stringify(text));
  }
});

t.test('constraints are kept as they read', async (t) => {
  const cases: [version: string, constraint: string, kept: boolean][] = [
    ['1.34.3', '1.34', true],
    ['1.34.3', '=1.34.3', true],
    ['1.34.3', '== 1.34.2', false],
    ['1.34.3', '!=1.34', false],
    ['1.34.3', '>1.34', false],
    ['1.35.0', '>1.34', true],
    ['1.34.3', '>= 1.30 < 1.35', true],
    ['1.34.3', '>=1.30, <1.34', false],
    ['1.29.0', '<1.30 || >=1.34', true],
    ['1.31.0', '<1.30 || >=1.34', false],
    ['1.34.3', '*', true],
    ['1.34.3', '1.x', true],
    ['1.34.3', '1.33.*', false],
    ['1.34.3', '~1', true],
    ['1.34.3', '~1.34', true],
    ['1.35.0', '~1.34', false],
    ['1.34.3', '^1.2.9', true],
    ['2.0.0', '^1.2.9', false],
    ['0.2.9', '^0.2.3', true],
    ['0.2.1', '^0.2.3', false],
    ['0.0.4', '^0.0.3', false],
    ['0.0.3', '^0.0.3', true],
    ['0.0.9', '^0.0', true],
    ['v1.33.4-eks-abc', '>=1.33', true],
    ['1.34', '>=1.34.2', true],
  ];
  for (const [version, constraint, kept] of cases)
    t.equal(keeps(version, constraint), kept, `${version} ${constraint}`);
});

t.test('what is no constraint is refused', async (t) => {
  for (const text of [
    '',
    '||',
    '1.34 ||',
    '=>1.34',
    '>',
    '> ',
    '1.2 - 1.4',
    '~>1.2',
    '>=1.2>=1.3',
    'latest',
    '>=v',
    '1.2.3.4',
    '>=1.30;<1.35',
    '(1.2)',
  ]) {
    t.equal(parseConstraint(text), null, JSON.stringify(text));
  }
});

t.test('a version keeps exactly one of <, = and >', async (t) => {
  fc.assert(
    fc.property(full, full, (version, bound) => {
      const outcomes = ['<', '=', '>'].map((sign) =>
        satisfies(read(version), parseConstraint(`${sign}${bound}`) as never),
      );
      return outcomes.filter(Boolean).length === 1;
    }),
  );
  t.pass();
});
