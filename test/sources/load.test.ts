import t from 'tap';
import { readUnit } from '../../src/sources/documents.ts';
import { keepMissingUnits } from '../../src/sources/last-good.ts';
import { createLoader, type LoadReport } from '../../src/sources/load.ts';
import type { OriginSnapshot } from '../../src/sources/unit.ts';
import { policyText } from './documents-in-text.ts';

/** A snapshot of files, as a folder would give it. */
function files(texts: { [file: string]: string }): OriginSnapshot {
  const units = Object.entries(texts).map(([name, text]) => readUnit(text, name, { listName: 'list' }).unit);
  return { units, problems: [], notes: [], complete: true };
}

/** A loader that is given one origin after the other. */
function createSequence(): (texts: { [file: string]: string }) => LoadReport {
  const load = createLoader();
  return (texts) => load([files(texts)], { cluster: undefined, schemas: [] });
}

const inForce = (report: LoadReport): string[] => report.set.policies.map(({ name }) => name).sort();
const errors = (report: LoadReport) => report.problems.filter(({ severity }) => severity === 'error');

const GOOD = policyText('a', 'spec.x == 1');
const BETTER = policyText('a', 'spec.x == 2');
const BROKEN = policyText('a', 'spec.x = 2');
const OTHER = policyText('b', 'spec.y');

t.test('broken: the last good version stays in force, and the others are untouched', async (t) => {
  const load = createSequence();
  const before = load({ 'a.yaml': GOOD, 'b.yaml': OTHER });
  const report = load({ 'a.yaml': BROKEN, 'b.yaml': OTHER });
  t.same(inForce(report), ['a', 'b']);
  t.equal(report.set.fingerprint, before.set.fingerprint, 'the very same set decides');
  t.same(report.accepted, ['b.yaml']);
  t.same(report.rejected, ['a.yaml']);
  t.same(report.usingLastGood, ['a.yaml']);
  t.match(errors(report), [{ source: 'a.yaml', line: 11, column: /\d+/, pointer: '/spec/rules/0/check', hint: /==/ }]);
});

t.test('mended: the new version is live, and its errors are gone', async (t) => {
  const load = createSequence();
  load({ 'a.yaml': GOOD });
  load({ 'a.yaml': BROKEN });
  const report = load({ 'a.yaml': BETTER });
  t.same(errors(report), []);
  t.same(report.usingLastGood, []);
  const straight = createSequence()({ 'a.yaml': BETTER });
  t.equal(report.set.fingerprint, straight.set.fingerprint);
});

t.test('removed: gone, whether it was good or broken', async (t) => {
  const load = createSequence();
  load({ 'a.yaml': GOOD, 'b.yaml': OTHER });
  load({ 'a.yaml': BROKEN, 'b.yaml': OTHER });
  t.same(inForce(load({ 'b.yaml': OTHER })), ['b']);
  t.same(inForce(load({ 'a.yaml': BROKEN, 'b.yaml': OTHER })), ['b'], 'and forgotten');
});

t.test('broken from the start: not in force, and said so', async (t) => {
  const report = createSequence()({ 'a.yaml': BROKEN, 'b.yaml': OTHER });
  t.same(inForce(report), ['b']);
  t.same(report.rejected, ['a.yaml']);
  t.same(report.usingLastGood, []);
});

t.test('a text that is no YAML keeps all that it held', async (t) => {
  const load = createSequence();
  load({ 'ab.yaml': `${GOOD}---\n${OTHER}` });
  const report = load({ 'ab.yaml': 'kind: [\n' });
  t.same(inForce(report), ['a', 'b']);
  t.same(report.rejected, ['ab.yaml']);
});

t.test('in a file of several, only the broken document stays behind', async (t) => {
  const load = createSequence();
  load({ 'ab.yaml': `${GOOD}---\n${OTHER}` });
  const report = load({ 'ab.yaml': `${BROKEN}---\n${policyText('b', 'spec.z', 'B-002')}` });
  t.same(inForce(report), ['a', 'b']);
  t.match(report.set.policies.find(({ name }) => name === 'b')?.rules, [{ id: 'B-002' }]);
});

t.test('a document that is taken out of a file is gone though another in the file is broken', async (t) => {
  const load = createSequence();
  load({ 'ab.yaml': `${GOOD}---\n${OTHER}` });
  t.same(inForce(load({ 'ab.yaml': BROKEN })), ['a']);
});

t.test('a document that loses its name, or its kind, does not take its rules with it', async (t) => {
  for (const broken of [
    GOOD.replace('name: a', 'nmae: a'),
    GOOD.replace('kind: Policy', 'kind: Polcy'),
    GOOD.replace('"spec.x == 1"', '!spec.x'),
  ]) {
    const load = createSequence();
    load({ 'a.yaml': GOOD });
    const report = load({ 'a.yaml': broken });
    t.same(inForce(report), ['a'], broken);
    t.same(report.rejected, ['a.yaml']);
  }
});

t.test('a renamed policy replaces the old one once it compiles', async (t) => {
  const load = createSequence();
  load({ 'a.yaml': GOOD });
  t.same(inForce(load({ 'a.yaml': BROKEN.replaceAll('name: a', 'name: z') })), ['a']);
  t.same(inForce(load({ 'a.yaml': GOOD.replaceAll('name: a', 'name: z') })), ['z']);
});

t.test('two documents with one name: the first stays, the second is told where the first is', async (t) => {
  const load = createSequence();
  const report = load({ 'a.yaml': GOOD, 'z.yaml': BETTER });
  t.same(inForce(report), ['a']);
  t.same(report.rejected, ['z.yaml']);
  t.match(errors(report), [
    {
      code: 'duplicate-policy',
      source: 'z.yaml',
      line: 4,
      column: 9,
      message: /Policy `a` is declared in a\.yaml:4 already/,
    },
  ]);
  t.same(inForce(load({ 'z.yaml': BETTER })), ['a']);
  t.same(errors(load({ 'z.yaml': BETTER })), []);
});

t.test('a policy that moves to another file while its old one cannot be read is there once', async (t) => {
  const load = createSequence();
  load({ 'a.yaml': GOOD });
  const report = load({ 'a.yaml': 'kind: [\n', 'b.yaml': BETTER });
  t.same(inForce(report), ['a']);
  t.same(report.accepted, ['b.yaml']);
  t.equal(report.set.policies[0]?.source, 'b.yaml');
});

t.test('an origin that could not be listed keeps its units, one that could does not', async (t) => {
  const before = files({ 'a.yaml': GOOD, 'b.yaml': OTHER });
  const nothing = { units: [], problems: [], notes: [], complete: false };
  t.same(
    keepMissingUnits(before, nothing).units.map(({ name }) => name),
    ['a.yaml', 'b.yaml'],
  );
  t.same(keepMissingUnits(before, { ...nothing, complete: true }).units, []);
});

t.test('a unit inside another stays while that one cannot be read, and goes when it can', async (t) => {
  const outer = files({ 'cm.yaml': '# a ConfigMap' });
  const inner = files({ 'cm.yaml:rules:a.yaml': GOOD }).units.map((unit) => ({ ...unit, within: 'cm.yaml' }));
  const before = { ...outer, units: [...outer.units, ...inner] };
  t.equal(keepMissingUnits(before, files({ 'cm.yaml': 'kind: [\n' })).units.length, 2);
  t.equal(keepMissingUnits(before, files({ 'cm.yaml': '# nothing' })).units.length, 1);
  t.equal(keepMissingUnits(before, files({})).units.length, 0);
});

t.test('a last good version that no longer goes with the others keeps the whole set of before', async (t) => {
  const load = createSequence();
  const before = load({ 'b.yaml': GOOD });
  const twin = policyText('aa', 'spec.x == 1', 'A-001');
  const report = load({ 'a.yaml': twin, 'b.yaml': GOOD });
  t.equal(report.set.fingerprint, before.set.fingerprint, 'what was refused until now still is');
  t.ok(
    errors(report).some(({ code }) => code === 'set-held'),
    JSON.stringify(errors(report)),
  );
  t.same(
    load({ 'b.yaml': GOOD }).problems.filter(({ severity }) => severity === 'error'),
    [],
    'and all is well when it goes',
  );
});
