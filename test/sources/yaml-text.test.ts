import t from 'tap';
import { MAX_TEXT_LENGTH, readTextDocuments } from '../../src/sources/yaml-text.ts';

function first(text: string) {
  const { documents, problems } = readTextDocuments(text, 'a.yaml');
  const [document] = documents;
  if (!document) throw new Error('no document');
  return { document, problems };
}

t.test('a text of several documents gives each with its value, and skips the empty ones', async (t) => {
  const { documents, problems } = readTextDocuments('a: 1\n---\n# nothing\n---\nb: 2\n', 'a.yaml');
  t.same(problems, []);
  t.same(
    documents.map(({ value }) => value),
    [{ a: 1 }, { b: 2 }],
  );
});

t.test('JSON with tabs is a document too, and its places are known', async (t) => {
  const { document } = first('{\n\t"spec": {\n\t\t"rules": [{"id": "A"}]\n\t}\n}');
  t.same(document.value, { spec: { rules: [{ id: 'A' }] } });
  t.same(document.locate('/spec/rules/0/id'), { line: 3, column: 20 });
});

t.test('a pointer leads to the scalar, a map to its key, and a missing field to its parent', async (t) => {
  const { document } = first('spec:\n  title: x\n  rules:\n    - id: A\n      check: "a"\n');
  t.same(document.locate('/spec/title'), { line: 2, column: 10 });
  t.same(document.locate('/spec/rules'), { line: 3, column: 3 });
  t.same(document.locate('/spec/rules/0/check'), { line: 5, column: 14 });
  t.same(document.locate('/spec/rules/0/message'), { line: 4, column: 7 });
  t.same(document.locate('/spec/rules/7/check'), { line: 3, column: 3 });
  t.same(document.locate(''), { line: 1, column: 1 });
});

t.test('keys with slashes and tildes are found by their escaped pointer', async (t) => {
  const { document } = first('metadata:\n  annotations:\n    a/b~c: x\n');
  t.same(document.locate('/metadata/annotations/a~1b~0c'), { line: 3, column: 12 });
});

t.test('anchors, aliases and merge keys are read, and places go through them', async (t) => {
  const { document, problems } = first('base: &base\n  a: 1\nused:\n  <<: *base\n  b: 2\nagain: *base\n');
  t.same(problems, []);
  t.same(document.value, { base: { a: 1 }, used: { a: 1, b: 2 }, again: { a: 1 } });
  t.same(document.locate('/used/a'), { line: 2, column: 6 });
  t.same(document.locate('/again/a'), { line: 2, column: 6 });
});

t.test('keys stay the text that was written, `__proto__` among them', async (t) => {
  const { document } = first('since:\n  1.30: 5\n__proto__: {x: 1}\n');
  const value = document.value as Record<string, unknown>;
  t.same(Object.keys(value.since as object), ['1.30']);
  t.ok(Object.hasOwn(value, '__proto__'));
  t.equal(Object.getPrototypeOf(value), Object.prototype);
});

t.test('a place inside a literal block is a place in the text around it', async (t) => {
  const text = 'data:\n  list.yaml: |  # a list\n\n    mandatory:\n      - name: x\n  short: "quoted"\n';
  const { document } = first(text);
  t.same(document.locateInside('/data/list.yaml', { line: 3, column: 5 }), { line: 5, column: 9 });
  t.equal(document.locateInside('/data/short', { line: 1, column: 1 }), undefined);
});

t.test('a literal block with an indentation of its own keeps its columns', async (t) => {
  const { document } = first('a: |2\n      x: 1\n  y: 2\n');
  t.equal((document.value as { a: string }).a, '    x: 1\ny: 2\n');
  t.same(document.locateInside('/a', { line: 1, column: 5 }), { line: 2, column: 7 });
});

const BROKEN: readonly [what: string, text: string, line: number, column: number, message: RegExp, hint: RegExp][] = [
  [
    'a path with [*] inside {…}',
    'r: {forEach: spec.rules[*].port, x: 1}\n',
    1,
    24,
    /unquoted/,
    /"spec\.rules\[\*\]\.port"/,
  ],
  ['a bare star in a list', 'resources: [*]\n', 1, 13, /alias/, /"\*"/],
  ['a path that begins with a star', 'path: *.x\n', 1, 7, /alias/, /"\*\.x"/],
  ['a doubled key', 'a: 1\nb: 2\na: 3\n', 3, 1, /`a` stands twice/, /remove/],
  ['a value in backticks', 'message: `x` is off\n', 1, 10, /begin with ```/, /quotes/],
  ['a value that is half quoted', 'when: "a" == b\n', 1, 11, /closing quote/, /other kind of quotes/],
  ['a colon in a value', 'message: found: nothing\n', 1, 10, /second `: `/, /quotes/],
  ['a tab', 'a:\n\tb: 1\n', 2, 1, /tab/i, /^/],
  ['a template in place of a value', 'a: {{b.c}}\n', 1, 5, /map key must be text/, /\{\{…\}\}/],
];
for (const [what, text, line, column, message, hint] of BROKEN) {
  t.test(`${what} is one problem with its place and a mend`, async (t) => {
    const { problems, documents } = readTextDocuments(text, 'a.yaml');
    t.equal(problems.length, 1, JSON.stringify(problems));
    t.match(problems[0], { code: 'not-yaml', source: 'a.yaml', severity: 'error', line, column });
    t.match(problems[0]?.message, message);
    t.match(problems[0]?.hint, hint);
    t.equal(documents[0]?.broken, true);
    t.equal(documents[0]?.value, null);
  });
}

t.test('a broken document leaves the others of its text readable', async (t) => {
  const { documents, problems } = readTextDocuments('a: 1\n---\nb: [1\n---\nc: 3\n', 'a.yaml');
  t.ok(problems.length >= 1);
  t.same(documents.filter(({ broken }) => !broken).map(({ value }) => value)[0], { a: 1 });
});

t.test('aliases that multiply without end are refused and not expanded', async (t) => {
  const levels = Array.from({ length: 12 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`);
  const { problems } = readTextDocuments(`l0: &l0 x\n${levels.join('\n')}\n`, 'bomb.yaml');
  t.match(problems, [{ code: 'not-yaml', message: /could not be read/ }]);
});

t.test('a text beyond the bound is not read', async (t) => {
  const { documents, problems } = readTextDocuments('#'.repeat(MAX_TEXT_LENGTH + 1), 'long.yaml');
  t.same(documents, []);
  t.match(problems, [{ message: /at most/ }]);
});

t.test('a byte order mark and Windows line ends change nothing', async (t) => {
  const { document } = first('\uFEFFa: 1\r\nb:\r\n  c: x\r\n');
  t.same(document.value, { a: 1, b: { c: 'x' } });
  t.same(document.locate('/b/c'), { line: 3, column: 6 });
});
