import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { OPERATORS } from '../../../src/policies/logic/operators/index.ts';
import { printPath } from '../../../src/policies/syntax/path.ts';
import { parseTemplate } from '../../../src/policies/syntax/template.ts';

const names = { roots: new Set(['object', 'item', 'params']), subject: ['object'], operators: OPERATORS };

function partsOf(text: string): unknown[] {
  const parsed = parseTemplate(text, names);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.message}`);
  return parsed.parts.map((part) => (typeof part === 'string' ? part : [part.expression, part.logic]));
}

t.test('a template is its plain texts and its expressions', async (t) => {
  t.same(partsOf('rule `{{item.name}}` opens port {{ item.port }} to the world'), [
    'rule `',
    ['item.name', { var: 'item.name' }],
    '` opens port ',
    ['item.port', { var: 'item.port' }],
    ' to the world',
  ]);
  t.same(partsOf('{{object.spec.name}}.cluster.integratn.tech'), [
    ['object.spec.name', { var: 'object.spec.name' }],
    '.cluster.integratn.tech',
  ]);
  t.same(partsOf(''), []);
  t.same(partsOf('plain { } }} text'), ['plain { } }} text']);
});

t.test('braces and quotes inside an expression do not close it', async (t) => {
  t.same(partsOf('{{spec.{a,b}}}!'), [['spec.{a,b}', { get: 'object.spec.{a,b}' }], '!']);
  t.same(partsOf("{{item.x ?? '}}'}}"), [["item.x ?? '}}'", { '??': [{ var: 'item.x' }, '}}'] }]]);
  t.same(partsOf("it's {{item.x}}"), ["it's ", ['item.x', { var: 'item.x' }]]);
});

t.test('a bare path is a value and no condition', async (t) => {
  t.same(partsOf('{{spec.x}}'), [['spec.x', { var: 'object.spec.x' }]]);
});

t.test('a backslash makes the braces plain', async (t) => {
  t.same(partsOf('helm \\{{ .Values }} {{item.x}}'), ['helm {{ .Values }} ', ['item.x', { var: 'item.x' }]]);
  t.same(partsOf('a\\b'), ['a\\b']);
});

t.test('paths are told with columns of the template', async (t) => {
  const text = 'a {{ item.x ?? spec.y }} b {{params.z}}';
  const parsed = parseTemplate(text, names);
  if (!parsed.ok) throw new Error(parsed.message);
  const reads = parsed.parts.flatMap((part) => (typeof part === 'string' ? [] : part.paths));
  t.same(
    reads.map((read) => [printPath(read.path), read.column]),
    [
      ['item.x', text.indexOf('item.x') + 1],
      ['object.spec.y', text.indexOf('spec.y') + 1],
      ['params.z', text.indexOf('params.z') + 1],
    ],
  );
});

t.test('a mistake stands at its column of the template', async (t) => {
  for (const [text, column, message] of [
    ['a {{item.x', 3, /`{{` is never closed/],
    ['a {{}}', 3, /nothing stands/],
    ['a {{  }}', 3, /nothing stands/],
    ['ab {{ item.x = 1 }}', 14, /`=`/],
    ['{{ cidr.foo(a) }}', 4, /no operator `cidr\.foo`/],
    ["{{ item.x ?? 'a }}", 14, /never closed/],
    ['{{ item.x }', 1, /never closed/],
    ['x'.repeat(65_537), 1, /65537 characters/],
  ] as const) {
    const parsed = parseTemplate(text, names);
    if (parsed.ok) {
      t.fail(`\`${text}\` was read`);
      continue;
    }
    t.match(parsed.message, message, text);
    t.equal(parsed.column, column, text);
  }
});

t.test('a text without opening braces is one part, itself', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      if (text.includes('{{')) return;
      assert.deepEqual(parseTemplate(text, names), { ok: true, parts: text === '' ? [] : [text] });
    }),
  );
});
