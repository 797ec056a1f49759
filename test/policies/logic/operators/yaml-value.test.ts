import fc from 'fast-check';
import t from 'tap';
import { stringify } from 'yaml';
import { deepEqual } from '../../../../src/policies/deep-equal.ts';
import { MAX_DOCUMENT, parseYaml } from '../../../../src/policies/logic/operators/yaml-value.ts';

const read = (text: string) => {
  const parsed = parseYaml(text);
  return parsed.ok ? parsed.value : `refused: ${parsed.error}`;
};

t.test('JSON is YAML: every JSON text is read as the same value', async (t) => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const plain = JSON.parse(JSON.stringify(value));
      const text = JSON.stringify(plain);
      return deepEqual(read(text), plain);
    }),
    { numRuns: 500 },
  );
  t.pass();
});

t.test('block style is read as the value it was written from', async (t) => {
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<unknown>(null, true, 'yes', '1', 'null', 'a: b', '- x', '# y', 'multi\nline', '<<', ' ', 0.5),
      tie('list'),
      tie('map'),
    ),
    list: fc.array(tie('node'), { maxLength: 3 }),
    map: fc.dictionary(fc.constantFrom('a', 'b', 'c d', '1', '<<', '__proto__'), tie('node'), { maxKeys: 3 }),
  })).node;
  fc.assert(
    fc.property(value, (written) =>
      deepEqual(read(stringify(written, { defaultKeyType: 'QUOTE_DOUBLE', aliasDuplicateObjects: false })), written),
    ),
    { numRuns: 500 },
  );
  t.pass();
});

t.test('scalars follow the core schema of YAML 1.2', async (t) => {
  t.strictSame(read('[yes, no, on, off, true, False, ~, null, 0o17, 0x1F, 010, 1e3, "1", 2026-01-01]'), [
    'yes',
    'no',
    'on',
    'off',
    true,
    false,
    null,
    null,
    15,
    31,
    10,
    1000,
    '1',
    '2026-01-01',
  ]);
  t.strictSame(read('{1: a, true: b, null: c}'), { '1': 'a', true: 'b', null: 'c' });
});

t.test('merge keys fill in what is not written', async (t) => {
  t.strictSame(read('- &a {x: 1, y: 1}\n- &b {y: 2, z: 2}\n- {<<: [*a, *b], x: 0}\n'), [
    { x: 1, y: 1 },
    { y: 2, z: 2 },
    { x: 0, y: 1, z: 2 },
  ]);
  t.strictSame(read('"<<": {a: 1}'), { '<<': { a: 1 } }, 'a quoted key merges nothing');
  t.equal(read('<<: 1'), 'refused: `<<` takes a map or a list of maps');
});

t.test('aliases stand for the latest anchor of their name', async (t) => {
  t.strictSame(read('- &x [&y 1]\n- &y 2\n- *x\n- *y\n'), [[1], 2, [1], 2]);
});

t.test('keys named after members of Object are data', async (t) => {
  const value = read('__proto__: {polluted: true}\nconstructor: 1\n');
  t.equal(Object.getPrototypeOf(value), Object.prototype);
  t.strictSame(Object.keys(value as object), ['__proto__', 'constructor']);
  t.notOk('polluted' in {});
});

t.test('what is not one document of JSON values is refused, with the reason', async (t) => {
  const cases: [string, string][] = [
    ['a: 1\na: 2\n', 'the key `a` occurs twice'],
    ['1: a\n"1": b\n', 'the key `1` occurs twice'],
    ['a: 1\n---\nb: 1\n', 'there is more than one'],
    ['a: *b\n', '`*b` has no anchor before it'],
    ['a: &a [*a]\n', '`*a` holds itself'],
    ['? [a]\n: b\n', 'a key that is a list or a map'],
    ['a: .inf\n', '`Infinity` is no JSON value'],
    ['a: !secret x\n', 'unresolved tag: !secret'],
    ['a: {b', 'flow map in block collection must be sufficiently indented and end with a }'],
    ['[', 'flow sequence must end with a ]'],
    ['a:\n\tb: 1\n', 'tabs are not allowed as indentation'],
    ['x'.repeat(MAX_DOCUMENT + 1), 'longer than 262144 characters'],
    [`${'['.repeat(300)}${']'.repeat(300)}`, 'more than 256 levels deep'],
    ['['.repeat(100_000), 'nested too deeply'],
    [
      `a: &a [${'x,'.repeat(9)}]\n${[...'bcdefghij'].map((key, i) => `${key}: &${key} [${Array(9).fill(`*${'abcdefghij'[i]}`).join(',')}]`).join('\n')}\n`,
      'more than 100000 nodes',
    ],
  ];
  for (const [text, reason] of cases) {
    const answer = read(text);
    t.ok(typeof answer === 'string' && answer.startsWith('refused: '), JSON.stringify(text).slice(0, 60));
    t.match(answer, reason, `${JSON.stringify(text).slice(0, 40)}: ${String(answer).slice(0, 140)}`);
  }
});

t.test('any text at all is answered', async (t) => {
  const noise = fc.oneof(fc.string({ maxLength: 200 }), fc.stringMatching(/^[-[\]{}:,&*!|>'"%@`#?a \n\t]{0,60}$/));
  fc.assert(
    fc.property(noise, (text) => typeof parseYaml(text).ok === 'boolean'),
    { numRuns: 3_000 },
  );
  t.pass();
});
