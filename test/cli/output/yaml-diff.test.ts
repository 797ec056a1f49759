import fc from 'fast-check';
import t from 'tap';
import { stringify } from 'yaml';
import { diffYaml } from '../../../src/cli/output/yaml-diff.ts';
import type { Json } from '../../../src/policies/index.ts';

function show(before: Json, after: Json): string[] {
  return diffYaml(before, after).map(({ sign, text }) => `${sign} ${text}`);
}

t.test('values that are written alike have no difference', async (t) => {
  t.strictSame(show({ spec: { a: 1, b: [1, 2] } }, { spec: { a: 1, b: [1, 2] } }), []);
});

t.test('an addition stands under the keys that hold it, and nothing else is shown', async (t) => {
  const before = { kind: 'Site', spec: { name: 'oslo', networking: { dns: ['10.0.0.1'] } } };
  const after = { kind: 'Site', spec: { name: 'oslo', networking: { dns: ['10.0.0.1'], firewall: 'deny' } } };
  t.strictSame(show(before, after), ['  spec:', '    networking:', '+     firewall: deny']);
});

t.test('a changed value is taken away and added, in this order', async (t) => {
  t.strictSame(show({ spec: { cidr: '10.0.0.7/16' } }, { spec: { cidr: '10.0.0.0/16' } }), [
    '  spec:',
    '-   cidr: 10.0.0.7/16',
    '+   cidr: 10.0.0.0/16',
  ]);
});

t.test('a change in a list element is shown under that element and not under its neighbour', async (t) => {
  const before = { list: [{ name: 'one' }, { name: 'two' }] };
  const after: Json = { list: [{ name: 'one' }, { name: 'two', priority: 2 } as Json] };
  t.strictSame(show(before, after), ['  list:', '    - name: two', '+     priority: 2']);
});

t.test('what is removed is shown under the keys that held it', async (t) => {
  t.strictSame(show({ spec: { a: 1, b: { c: 2 } } }, { spec: { a: 1 } }), ['  spec:', '-   b:', '-     c: 2']);
});

t.test('added lines are lines of the new text and removed ones of the old, for any two values', async (t) => {
  const value = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
  fc.assert(
    fc.property(value, value, (before, after) => {
      const lines = (json: Json): string[] => stringify(json, { lineWidth: 0 }).trimEnd().split('\n');
      const [old, now] = [lines(before), lines(after)];
      const changes = diffYaml(before, after);
      const of = (sign: string): string[] => changes.filter((line) => line.sign === sign).map((line) => line.text);
      const [added, removed] = [of('+'), of('-')];
      // what is left of each side without its own changes has to be the same text
      return (
        old.length - removed.length === now.length - added.length &&
        isSubsequence(added, now) &&
        isSubsequence(removed, old) &&
        (changes.length === 0) === (old.join('\n') === now.join('\n'))
      );
    }),
  );
  t.pass();
});

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let next = 0;
  for (const line of whole) if (line === part[next]) next++;
  return next === part.length;
}
