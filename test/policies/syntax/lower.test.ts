import t from 'tap';
import { OPERATORS } from '../../../src/policies/logic/operators/index.ts';
import { printPath } from '../../../src/policies/syntax/path.ts';
import { type ExpressionOptions, parseExpression } from '../../../src/policies/syntax/short-form.ts';

const names = {
  roots: new Set(['object', 'oldObject', 'request', 'params', 'variables', 'item', 'pod', 'self', 'other']),
  subject: ['object'],
  operators: OPERATORS,
};

function logicOf(
  text: string,
  position: 'boolean' | 'value' = 'value',
  options: Partial<ExpressionOptions> = {},
): unknown {
  const parsed = parseExpression(text, { ...names, position, ...options });
  if (!parsed.ok) throw new Error(`${text}: ${parsed.message} (column ${parsed.column})`);
  return parsed.logic;
}

t.test('a path of plain keys and positions is a `var`', async (t) => {
  t.same(logicOf('spec.a[0].b'), { var: 'object.spec.a.0.b' });
  t.same(logicOf('item'), { var: 'item' });
  t.same(logicOf('object.spec'), { var: 'object.spec' });
  t.same(logicOf('metadata.labels["a-b/c"]'), { var: 'object.metadata.labels.a-b/c' });
});

t.test('a key that `var` would pull apart, or find on a prototype, is reached by `val`', async (t) => {
  t.same(logicOf('data["config.yaml"]'), { val: ['object', 'data', 'config.yaml'] });
  t.same(logicOf('data[""]'), { val: ['object', 'data', ''] });
  t.same(logicOf('data["0"][1]'), { val: ['object', 'data', '0', 1] });
  t.same(logicOf('spec.constructor'), { val: ['object', 'spec', 'constructor'] });
  t.same(logicOf('spec.list.length'), { val: ['object', 'spec', 'list', 'length'] });
});

t.test('a path that may reach many places is a `get`, from its name on', async (t) => {
  t.same(logicOf('spec.x[*].name'), { get: 'object.spec.x[*].name' });
  t.same(logicOf('{a,b}.c'), { get: 'object.{a,b}.c' });
  t.same(logicOf('**.image'), { get: 'object.**.image' });
  t.same(logicOf('item.addresses[type=InternalIP].address'), { get: 'item.addresses[type=InternalIP].address' });
});

t.test('a path that starts with no name starts from the subject', async (t) => {
  t.same(logicOf('spec.x', 'value', { subject: ['pod'] }), { var: 'pod.spec.x' });
  t.same(logicOf('a[*]', 'value', { subject: ['documents', 'config'] }), { get: 'documents.config.a[*]' });
  t.same(logicOf('params.x', 'value', { subject: ['pod'] }), { var: 'params.x' });
  t.same(logicOf('a.b', 'value', { subject: [] }), { var: 'a.b' });
});

t.test('each path that is read is told with its column', async (t) => {
  const parsed = parseExpression("spec.a == item.b && cidr.valid(data['c'] ?? d[*])", {
    ...names,
    position: 'boolean',
  });
  if (!parsed.ok) throw new Error(parsed.message);
  t.same(
    parsed.paths.map((read) => [printPath(read.path), read.column]),
    [
      ['object.spec.a', 1],
      ['item.b', 11],
      ['object.data.c', 32],
      ['object.d[*]', 45],
    ],
  );
});

t.test('equality is strict with a scalar literal and deep otherwise', async (t) => {
  const a = { var: 'object.a' };
  const b = { var: 'object.b' };
  t.same(logicOf('a == true'), { '===': [a, true] });
  t.same(logicOf('null != a'), { '!==': [null, a] });
  t.same(logicOf('a == b'), { equal: [a, b] });
  t.same(logicOf('a != b'), { '!': [{ equal: [a, b] }] });
  t.same(logicOf('a == [1]'), { equal: [a, [1]] });
});

t.test('an ordering is guarded by the types of its operands', async (t) => {
  const a = { var: 'object.a' };
  const b = { var: 'object.b' };
  t.same(logicOf('a < 3'), { and: [{ 'type.is': [a, 'number'] }, { '<': [a, 3] }] });
  t.same(logicOf("'x' >= a"), { and: [{ 'type.is': [a, 'string'] }, { '>=': ['x', a] }] });
  t.same(logicOf('a > b'), { and: [{ 'type.comparable': [a, b] }, { '>': [a, b] }] });
  t.same(logicOf("[1 < 2, 'a' > 'b', 1 <= 'x', 2 >= 2]"), [true, false, false, true]);
});

t.test('arithmetic is guarded once over all its operands', async (t) => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ var: `object.${name}` }));
  t.same(logicOf('a + b'), { if: [{ 'type.numbers': [a, b] }, { '+': [a, b] }, null] });
  t.same(logicOf('-a'), { if: [{ 'type.numbers': [a] }, { '-': [a] }, null] });
  t.same(logicOf('a * 2 - b'), { if: [{ 'type.numbers': [a, 2, b] }, { '-': [{ '*': [a, 2] }, b] }, null] });
  t.same(logicOf('a / b'), {
    if: [{ and: [{ 'type.numbers': [a, b] }, { '!==': [b, 0] }] }, { '/': [a, b] }, null],
  });
  t.same(logicOf('a % (b / c)'), {
    if: [
      { and: [{ 'type.numbers': [a, b, c] }, { '!==': [c, 0] }, { '!==': [{ '/': [b, c] }, 0] }] },
      { '%': [a, { '/': [b, c] }] },
      null,
    ],
  });
  t.same(logicOf('a / 2'), { if: [{ 'type.numbers': [a, 2] }, { '/': [a, 2] }, null] });
});

t.test('arithmetic over literals is done at load; a division by zero is null', async (t) => {
  t.same(logicOf('[1 + 2 * 3, -5, 7 % 4, 1 / 4, -(2 - 2)]'), [7, -5, 3, 0.25, 0]);
  t.ok(Object.is((logicOf('[-0, 0 * -1]') as number[])[1], 0), 'no negative zero');
  t.equal(logicOf('1 / 0'), null);
  t.equal(logicOf('a / 0'), null);
  t.equal(logicOf('a + 1 % 0'), null);
  t.match(parseExpression('1e308 * 10', { ...names, position: 'value' }), { ok: false, message: /too large/ });
});

t.test('a bare path or `??` means set and not empty exactly where a condition is wanted', async (t) => {
  const a = { var: 'object.a' };
  const b = { var: 'object.b' };
  t.same(logicOf('a', 'boolean'), { set: [a] });
  t.same(logicOf('a', 'value'), a);
  t.same(logicOf('a[*]', 'boolean'), { set: [{ get: 'object.a[*]' }] });
  t.same(logicOf('a && !b || empty(a)'), { or: [{ and: [{ set: [a] }, { '!': [{ set: [b] }] }] }, { empty: [a] }] });
  t.same(logicOf('a ?? b', 'boolean'), { set: [{ '??': [a, b] }] });
  t.same(logicOf('a ?? b', 'value'), { '??': [a, b] });
  t.same(logicOf('(a)', 'boolean'), { set: [a] });
  t.same(logicOf('a == true', 'boolean'), { '===': [a, true] });
  t.same(logicOf('true', 'boolean'), true);
});

t.test('`in` asks the list', async (t) => {
  t.same(logicOf("a in ['x', 'y']"), { 'list.has': [['x', 'y'], { var: 'object.a' }] });
  t.same(logicOf('1 in item.b'), { 'list.has': [{ var: 'item.b' }, 1] });
});

t.test('a long chain of conditions stays flat', async (t) => {
  t.equal((logicOf(`a${' && a'.repeat(999)}`) as { and: unknown[] }).and.length, 1000);
});

t.test('a value where another type is wanted is a mistake', async (t) => {
  const cases: [text: string, column: number, message: RegExp][] = [
    ["'x'", 1, /a text stands where a condition is wanted/],
    ['a && 1', 6, /a number stands/],
    ['a + b', 1, /a number stands/],
    ['!null', 2, /null stands/],
    ['[a]', 1, /a list stands/],
    ['a < true', 5, /compares numbers or texts, found true or false/],
    ['(a == b) < c', 2, /found true or false/],
    ['a > null', 5, /found null/],
    ['a < [1]', 5, /found a list/],
    ["a + 'x' == 1", 5, /arithmetic is done with numbers, found a text/],
    ['-true == 1', 2, /found true or false/],
    ["a in 'abc'", 6, /a list is wanted behind `in`, found a text/],
  ];
  for (const [text, column, message] of cases) {
    const parsed = parseExpression(text, { ...names, position: 'boolean' });
    if (parsed.ok) {
      t.fail(`\`${text}\` was read as ${JSON.stringify(parsed.logic)}`);
      continue;
    }
    t.match(parsed.message, message, text);
    t.equal(parsed.column, column, `column in ${text}`);
  }
});
