import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  formatPath,
  isSingle,
  type Path,
  parsePath,
  printPath,
  type Segment,
  type Step,
  toPointer,
} from '../../../src/policies/syntax/path.ts';

function pathOf(text: string): Path {
  const parsed = parsePath(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.message}`);
  return parsed.path;
}

const field = (name: string): Segment => ({ type: 'field', name });

t.test('a path reads each kind of segment', async (t) => {
  t.same(pathOf('a.b'), [field('a'), field('b')]);
  t.same(pathOf('data["config.yaml"]'), [field('data'), field('config.yaml')]);
  t.same(pathOf("data['it\\'s \\u00e9\\n']"), [field('data'), field("it's é\n")]);
  t.same(pathOf('["a b"][0]'), [field('a b'), { type: 'index', index: 0 }]);
  t.same(pathOf('[*].x'), [{ type: 'wildcard' }, field('x')]);
  t.same(pathOf('spec.{containers, initContainers}[*]'), [
    field('spec'),
    { type: 'alternatives', names: ['containers', 'initContainers'] },
    { type: 'wildcard' },
  ]);
  t.same(pathOf('{a,"b.c"}.d'), [{ type: 'alternatives', names: ['a', 'b.c'] }, field('d')]);
  t.same(pathOf('spec.**.image'), [field('spec'), { type: 'deep' }, field('image')]);
  t.same(pathOf('**[*]'), [{ type: 'deep' }, { type: 'wildcard' }]);
});

t.test('a filter types a bare value by its shortest form and leaves a quoted one a text', async (t) => {
  const value = (text: string) => {
    const [, segment] = pathOf(`x[f.g=${text}]`);
    if (segment?.type !== 'filter') throw new Error('no filter');
    t.equal(segment.field, 'f.g');
    return segment.value;
  };
  t.equal(value('InternalIP'), 'InternalIP');
  t.equal(value('10.0.0.0/16'), '10.0.0.0/16');
  t.equal(value('22'), 22);
  t.equal(value('-1.5'), -1.5);
  t.equal(value('1.30'), '1.30');
  t.equal(value('0123'), '0123');
  t.equal(value('true'), true);
  t.equal(value('"true"'), 'true');
  t.equal(value("'a ] b'"), 'a ] b');
  t.equal(value('"null"'), 'null');
});

t.test('a mistake names its column and how to mend it', async (t) => {
  const cases: [text: string, column: number, message: RegExp, hint: RegExp][] = [
    ['', 1, /empty/, /spec\.rules/],
    ['  ', 1, /empty/, /spec\.rules/],
    ['a..b', 3, /a name is wanted, found `\.`/, /\["key"\]/],
    ['a.', 3, /found the end/, /quote/],
    ['.a', 1, /starts with a `\.`/, /start with the name/],
    ['a.0.b', 3, /`0` is not a bare name/, /`\[0\]`/],
    ['a.*.b', 3, /`\*`/, /`\[\*\]`/],
    ['a.["k"]', 2, /`\.` stands before `\[`/, /leave the dot out/],
    ['a."k"', 3, /outside brackets/, /\["key"\]/],
    ['a[', 2, /never closed/, /`\]`/],
    ['a[b]', 2, /neither a key/, /`\["b"\]`.*`\[b=value\]`/],
    ['a[b.c-d]', 2, /neither a key/, /`\["b\.c-d"\]`/],
    ['a[-1]', 3, /counts from 0/, /last/],
    ['a[01]', 3, /not a position/, /\[0\]/],
    ['a[99999999999999999999]', 3, /not a position/, /\[0\]/],
    ['a[0', 2, /never closed/, /`\]`/],
    ['a["k]', 3, /never closed/, /"/],
    ['a["k" x]', 7, /`\]` is wanted/, /^$/],
    ['a["\\u00zz"]', 4, /hexadecimal/, /u00e9/],
    ['a["\\x"]', 4, /not an escape/, /\\\\/],
    ['a[“k”]', 3, /typographic/, /"/],
    ['a[x==1]', 4, /one `=`/, /\[x=value\]/],
    ['a[x=null]', 5, /null/, /"null"/],
    ['a[x=]', 5, /no value/, /\[field=value\]/],
    ['a-b.c', 2, /bare name/, /`\["a-b"\]`/],
    ['metadata.labels.app/name', 20, /bare name/, /`\["app\/name"\]`/],
    ['a b', 2, /space/, /\["a key"\]/],
    ['f(x)', 2, /calls nothing/, /expression/],
    ['{a', 1, /never closed/, /}/],
    ['{a,}', 4, /a name is wanted/, /{a,b}/],
    ['{a;b}', 3, /is wanted, found `;`/, /{a,b}/],
    ['{a,a}', 4, /twice/, /leave one out/],
    ['a.**b', 3, /segment of its own/, /`\.`/],
    ['a.**.b.**', 8 - 1, /twice/, /keep one/],
    [`a${'[0]'.repeat(128)}`, 383, /more than 128 segments/, /^$/],
    ['x'.repeat(4097), 1, /4097 characters long/, /^$/],
  ];
  for (const [text, column, message, hint] of cases) {
    const parsed = parsePath(text);
    if (parsed.ok) {
      t.fail(`\`${text}\` was read`);
      continue;
    }
    t.match(parsed.message, message, text);
    t.equal(parsed.column, column, `column in ${text.slice(0, 40)}`);
    t.match(parsed.hint, hint, text);
  }
});

t.test('a concrete path quotes exactly the keys that need it', async (t) => {
  t.equal(formatPath([]), '');
  t.equal(formatPath(['spec', 'rules', 0, 'port']), 'spec.rules[0].port');
  t.equal(formatPath(['data', 'config.yaml']), 'data["config.yaml"]');
  t.equal(formatPath(['a', '0', '', 'b-c', 'd"e']), 'a["0"][""]["b-c"]["d\\"e"]');
});

t.test('a pointer escapes ~ and / in the right order', async (t) => {
  t.equal(toPointer([]), '');
  t.equal(toPointer(['metadata', 'annotations', 'a.io/b~1', 0]), '/metadata/annotations/a.io~1b~01/0');
});

t.test('only fields and positions make a path single', async (t) => {
  t.equal(isSingle(pathOf('a["b.c"][0]')), true);
  for (const text of ['a[*]', 'a[x=1]', '{a,b}', 'a.**']) t.equal(isSingle(pathOf(text)), false, text);
});

const key = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('a', 'b_1', '$ref', '__proto__', 'in', '*', '**', '0', '\ud800'),
);

t.test('parsing what formatPath wrote gives the steps back', async () => {
  const step: fc.Arbitrary<Step> = fc.oneof(key, fc.nat());
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), (steps) => {
      const back = pathOf(formatPath(steps)).map((segment) =>
        segment.type === 'field' ? segment.name : segment.type === 'index' ? segment.index : null,
      );
      return JSON.stringify(back) === JSON.stringify(steps);
    }),
  );
});

t.test('parsing what printPath wrote gives the path back', async () => {
  const name = fc.stringMatching(/^[A-Za-z_$][A-Za-z0-9_$]{0,6}$/);
  const value = fc.oneof(
    fc.string(),
    fc.boolean(),
    fc.integer(),
    fc.constantFrom('null', 'true', '1', '1.30', '-0', ']'),
  );
  const segment: fc.Arbitrary<Segment> = fc.oneof(
    key.map(field),
    fc.nat().map((index): Segment => ({ type: 'index', index })),
    fc.constant<Segment>({ type: 'wildcard' }),
    fc
      .tuple(fc.array(name, { minLength: 1, maxLength: 3 }), value)
      .map(([names, given]): Segment => ({ type: 'filter', field: names.join('.'), value: given })),
    fc.uniqueArray(key, { minLength: 1, maxLength: 3 }).map((names): Segment => ({ type: 'alternatives', names })),
  );
  const path = fc
    .tuple(fc.array(segment, { maxLength: 6 }), fc.boolean(), fc.array(segment, { maxLength: 6 }))
    .map(([before, deep, after]): Path => [...before, ...(deep ? [{ type: 'deep' } as const] : []), ...after])
    .filter((segments) => segments.length > 0);
  fc.assert(
    fc.property(path, (segments) => {
      assert.deepEqual(pathOf(printPath(segments)), segments);
    }),
  );
});

t.test('no text makes the parser throw', async () => {
  const noise = fc.string({ unit: fc.constantFrom(...'ab.[]{}*"\'\\=,0- \n(“'), maxLength: 20 });
  fc.assert(
    fc.property(noise, (text) => {
      const parsed = parsePath(text);
      return parsed.ok || (parsed.column >= 1 && parsed.column <= text.length + 1 && parsed.message !== '');
    }),
    { numRuns: 2000 },
  );
});
