import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { OPERATORS } from '../../../src/policies/logic/operators/index.ts';
import { printLogic } from '../../../src/policies/syntax/print.ts';
import { type ExpressionResult, type Position, parseExpression } from '../../../src/policies/syntax/short-form.ts';
import type { Json } from '../../../src/policies/types.ts';

const names = { roots: new Set(['object', 'item', 'params']), subject: ['object'], operators: OPERATORS };
const read = (text: string, position: Position): ExpressionResult => parseExpression(text, { ...names, position });

function printed(text: string, position: Position = 'value'): string {
  const parsed = read(text, position);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.message}`);
  return printLogic(parsed.logic);
}

t.test('a short form prints as it would be written', async (t) => {
  t.equal(printed("spec.x=='deny'&&!(spec.y)"), "object.spec.x == 'deny' && !object.spec.y");
  t.equal(printed('item.a < 3 || item.b > item.c'), 'item.a < 3 || item.b > item.c');
  t.equal(printed('(item.a + 1) * item.b / 2'), '(item.a + 1) * item.b / 2');
  t.equal(printed('item.a - (item.b - item.c)'), 'item.a - (item.b - item.c)');
  t.equal(printed("!(item.a in ['x', \"it's\"])"), "!(item.a in ['x', \"it's\"])");
  t.equal(printed('item.a != item.b'), 'item.a != item.b');
  t.equal(printed('data["config.yaml"]'), 'object.data["config.yaml"]');
  t.equal(printed('spec.x[*].y', 'boolean'), 'set(object.spec.x[*].y)');
  t.equal(printed('(!item.a) == item.b'), '(!item.a) == item.b');
  t.equal(printed("cidr.nth(item.a ?? '10.0.0.0/8', -1 * item.b)"), "cidr.nth(item.a ?? '10.0.0.0/8', -1 * item.b)");
  t.equal(printed('equal(item.a, 1)'), 'equal(item.a, 1)');
});

t.test('what the short form cannot say prints as JSON', async (t) => {
  t.equal(
    printLogic({ some: [{ var: 'object.x' }, { '==': [{ var: '' }, 1] }] }),
    '{"some":[{"var":"object.x"},{"==":[{"var":""},1]}]}',
  );
  t.equal(
    printLogic({ and: [{ '==': [{ var: 'object.a' }, 1] }, { var: 'object.b' }] }),
    '{"==":[{"var":"object.a"},1]} && object.b',
  );
  t.equal(printLogic({ a: 1, b: 2 }), '{"a":1,"b":2}');
  t.equal(printLogic({}), '{}');
  t.equal(printLogic({ var: '' }), '{"var":""}');
  t.equal(printLogic({ if: [{ var: 'object.a' }, 1, 2] }), '{"if":[{"var":"object.a"},1,2]}');
  t.equal(printLogic({ '<': [{ var: 'object.a' }, 1] }), '{"<":[{"var":"object.a"},1]}');
});

t.test('logic of any depth prints', async (t) => {
  let logic: Json = 1;
  for (let level = 0; level < 20_000; level++) logic = level % 2 === 0 ? { '!': [logic] } : [logic];
  t.match(printLogic(logic), /…/);
  let json: Json = 1;
  for (let level = 0; level < 20_000; level++) json = { a: json, b: 1 };
  t.type(printLogic(json), 'string');
});

const path = fc.constantFrom(
  'a',
  'item.b',
  'params.c',
  'spec.d[*].e',
  'x["y.z"][0]',
  'item',
  'n.length',
  'p[q=1].**.r',
  '{a,b}.c',
  'm["0"]',
);
const literal = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }).map((value) => JSON.stringify(value)),
  fc.constantFrom('true', 'false', 'null', '0', '1', '2.5', '1e21', '1e-7', "'it\\'s'", "'a'", '3 * 1e20'),
  fc.integer().map(String),
);
const mark = fc.constantFrom('||', '&&', '==', '!=', 'in', '<', '<=', '>', '>=', '??', '+', '-', '*', '/', '%');

/** Texts by the grammar, with more parentheses than are needed; some are refused for what they mean. */
const { text: expression } = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    path,
    literal,
    fc.tuple(tie('text'), mark, tie('text')).map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    fc.tuple(tie('text'), mark, tie('text')).map(([left, operator, right]) => `${left} ${operator} ${right}`),
    tie('text').map((operand) => `!(${operand})`),
    tie('text').map((operand) => `-(${operand})`),
    fc.array(tie('text'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    tie('text').map((operand) => `empty(${operand})`),
    tie('text').map((operand) => `set(${operand})`),
    fc.tuple(tie('text'), tie('text')).map(([left, right]) => `list.has(${left}, ${right})`),
    fc.tuple(tie('text'), tie('text')).map(([left, right]) => `equal(${left}, ${right})`),
  ),
}));

t.test('parsing what was printed gives the same logic, in either position', async (t) => {
  let kept = 0;
  fc.assert(
    fc.property(expression, fc.constantFrom<Position>('boolean', 'value'), (text, position) => {
      const parsed = read(text, position);
      if (!parsed.ok) return;
      kept++;
      const again = printLogic(parsed.logic);
      const back = read(again, position);
      assert.ok(back.ok, `${text} printed as ${again}: ${back.ok ? '' : back.message}`);
      assert.deepEqual(back.logic, parsed.logic, `${text} printed as ${again}`);
    }),
    { numRuns: 5000 },
  );
  t.ok(kept > 500, `${kept} of 5000 texts had a meaning`);
});

t.test('no text makes the parser throw', async () => {
  const noise = fc.string({ unit: fc.constantFrom(...'ab1.[]{}()*"\'\\=!<>&|?+-/%, \n“#'), maxLength: 24 });
  fc.assert(
    fc.property(noise, fc.constantFrom<Position>('boolean', 'value'), (text, position) => {
      const parsed = read(text, position);
      assert.ok(parsed.ok || (parsed.column >= 1 && parsed.column <= text.length + 1 && parsed.message !== ''), text);
    }),
    { numRuns: 5000 },
  );
});
