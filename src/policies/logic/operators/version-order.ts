/** Versions of one to three numbers, their order and their constraints. What is not written is not compared. */

export interface Version {
  /** One to three numbers, as digits: there is no limit to their size. */
  numbers: readonly string[];
  prerelease: readonly string[];
}

type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=' | '~' | '^';

interface Comparator {
  comparison: Comparison;
  version: Version;
}

/** Alternatives, each of them comparators that all must hold. */
export type Constraint = readonly (readonly Comparator[])[];

const NUMBER = '(?:0|[1-9][0-9]*)';
const IDENTIFIERS = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const VERSION = new RegExp(
  `^v?(${NUMBER})(?:\\.(${NUMBER})(?:\\.(${NUMBER})(?:-(${IDENTIFIERS}))?(?:\\+${IDENTIFIERS})?)?)?$`,
);
const DIGITS = /^[0-9]+$/;

/** Reads a version, null when it is not one. A number in a pre-release may not start with 0 (semver 2.0.0 §9). */
export function parseVersion(text: string): Version | null {
  const match = VERSION.exec(text);
  if (!match) return null;
  const prerelease = match[4]?.split('.') ?? [];
  if (prerelease.some((part) => DIGITS.test(part) && part.length > 1 && part.startsWith('0'))) return null;
  return { numbers: match.slice(1, 4).filter((number) => number !== undefined), prerelease };
}

/** -1, 0 or 1. Pre-releases count only where both versions write three numbers. */
export function compareVersions(a: Version, b: Version): -1 | 0 | 1 {
  const shared = Math.min(a.numbers.length, b.numbers.length);
  for (let i = 0; i < shared; i += 1) {
    const order = compareDigits(a.numbers[i] as string, b.numbers[i] as string);
    if (order !== 0) return order;
  }
  return shared === 3 ? comparePrereleases(a.prerelease, b.prerelease) : 0;
}

function comparePrereleases(a: readonly string[], b: readonly string[]): -1 | 0 | 1 {
  if (a.length === 0 || b.length === 0) return a.length === b.length ? 0 : a.length === 0 ? 1 : -1;
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    const order = compareIdentifiers(a[i] as string, b[i] as string);
    if (order !== 0) return order;
  }
  return sign(a.length - b.length);
}

/** Numbers come before words (semver 2.0.0 §11). */
function compareIdentifiers(a: string, b: string): -1 | 0 | 1 {
  const numeric = DIGITS.test(a);
  if (numeric !== DIGITS.test(b)) return numeric ? -1 : 1;
  return numeric ? compareDigits(a, b) : compareTexts(a, b);
}

function compareDigits(a: string, b: string): -1 | 0 | 1 {
  return sign(a.length - b.length) || compareTexts(a, b);
}

function compareTexts(a: string, b: string): -1 | 0 | 1 {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sign(difference: number): -1 | 0 | 1 {
  return difference < 0 ? -1 : difference > 0 ? 1 : 0;
}

const COMPARATOR = /\s*(==?|!=|<=?|>=?|~|\^)?\s*(v?[0-9][0-9A-Za-z.+-]*|\*|x)(?:\.[*xX])*(?=\s|,|$),?/y;

/** Reads a constraint, null when it is not one. */
export function parseConstraint(text: string): Constraint | null {
  const alternatives: Comparator[][] = [];
  for (const part of text.split('||')) {
    const comparators = parseComparators(part.trim());
    if (!comparators) return null;
    alternatives.push(comparators);
  }
  return alternatives;
}

function parseComparators(text: string): Comparator[] | null {
  const comparators: Comparator[] = [];
  COMPARATOR.lastIndex = 0;
  let at = 0;
  while (at < text.length) {
    const match = COMPARATOR.exec(text);
    if (!match) return null;
    at = COMPARATOR.lastIndex;
    const [, sign = '=', written = ''] = match;
    if (written === '*' || written === 'x') {
      comparators.push({
        comparison: sign === '==' ? '=' : (sign as Comparison),
        version: { numbers: [], prerelease: [] },
      });
      continue;
    }
    const version = parseVersion(written.replace(/(\.[xX*])+$/, ''));
    if (!version) return null;
    comparators.push({ comparison: sign === '==' ? '=' : (sign as Comparison), version });
  }
  return comparators.length > 0 ? comparators : null;
}

/** The version keeps all comparators of at least one alternative. */
export function satisfies(version: Version, constraint: Constraint): boolean {
  return constraint.some((comparators) => comparators.every((comparator) => keeps(version, comparator)));
}

function keeps(version: Version, { comparison, version: bound }: Comparator): boolean {
  const order = compareVersions(version, bound);
  switch (comparison) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '~':
      return order >= 0 && sharesNumbers(version, bound, Math.min(2, bound.numbers.length));
    case '^':
      return order >= 0 && sharesNumbers(version, bound, caretLength(bound));
  }
}

/** How many leading numbers `^` holds fast: up to the first that is not 0. */
function caretLength(bound: Version): number {
  const first = bound.numbers.findIndex((number) => number !== '0');
  return first < 0 ? bound.numbers.length : first + 1;
}

function sharesNumbers(version: Version, bound: Version, count: number): boolean {
  const shared = Math.min(count, version.numbers.length, bound.numbers.length);
  return version.numbers.slice(0, shared).every((number, i) => number === bound.numbers[i]);
}
