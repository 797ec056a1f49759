import t from 'tap';
import type { Problem } from '../../src/policies/index.ts';
import { readTextDocuments } from '../../src/sources/yaml-text.ts';
import { findTraps } from '../../src/sources/yaml-traps.ts';

function traps(text: string): Problem[] {
  const { documents, problems } = readTextDocuments(text, 'a.yaml');
  if (problems.length > 0 || !documents[0]) throw new Error(JSON.stringify(problems));
  return findTraps(documents[0], 'a.yaml', text);
}

t.test('an expression that begins with `!` is a tag to YAML: an error that shows the quoted form', async (t) => {
  for (const [text, quoted] of [
    ['check: !spec.x\n', '"!spec.x"'],
    ['check: !spec.x  # not set\n', '"!spec.x"'],
    ['check: !(a && b)\n', '"!(a && b)"'],
    ['check: ! spec.x\n', '"! spec.x"'],
    ['{id: A, check: !spec.x, message: "m"}\n', '"!spec.x"'],
    ['rules:\n  - {check: !spec.x}\n', '"!spec.x"'],
  ] as const) {
    const found = traps(text);
    t.equal(found.length, 1, text);
    t.match(found[0], {
      severity: 'error',
      code: 'yaml-trap',
      column: (text.split('\n').at(-2)?.indexOf('!') ?? 0) + 1,
    });
    t.match(found[0]?.hint, quoted);
  }
});

t.test('a ` #` that cuts a message is told with what is left of it', async (t) => {
  const [found] = traps('title: rule #3 is off\n');
  t.match(found, { severity: 'warning', code: 'yaml-trap', line: 1, message: /ends at `rule`.*`#3 is off`/ });
});

t.test('a comment that stands as comments do is one, and other fields may be cut', async (t) => {
  t.same(traps('message: rule  # why\n'), []);
  t.same(traps('message: "rule" # why\n'), []);
  t.same(traps('message: rule\n# why\n'), []);
  t.same(traps('priority: 5 # why\n'), []);
});

t.test('scalars that kubectl reads differently are told', async (t) => {
  for (const text of ['country: no\n', 'on: 1\n', 'mode: 0755\n', 'at: 12:30\n', 'version: 1.30\n']) {
    t.match(traps(text), [{ severity: 'warning', code: 'yaml-trap' }], text);
  }
  t.same(traps('country: "no"\nmode: 493\nversion: "1.30"\nratio: 0.50\nlast: 2.30\n'), []);
});

t.test('a number that cannot be held exactly is an error', async (t) => {
  t.match(traps('bytes: 12345678901234567890\n'), [{ severity: 'error', message: /exactly/ }]);
  t.match(traps('most: .inf\n'), [{ severity: 'error' }]);
  t.same(traps('bytes: 9007199254740991\n'), []);
});
