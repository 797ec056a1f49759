import t from 'tap';
import { OPERATORS } from '../../../src/policies/logic/operators/index.ts';
import { parseExpression } from '../../../src/policies/syntax/short-form.ts';

const names = { roots: new Set(['object', 'item', 'params']), subject: ['object'], operators: OPERATORS };
const read = (text: string) => parseExpression(text, { ...names, position: 'value' });

t.test('a call keeps its name and its operands', async (t) => {
  t.match(read("cidr.contains(item.a, '10.0.0.0/8')"), {
    ok: true,
    logic: { 'cidr.contains': [{ var: 'item.a' }, '10.0.0.0/8'] },
  });
  t.match(read('empty(x)'), { ok: true, logic: { empty: [{ var: 'object.x' }] } });
});

t.test('an unknown operator is refused with the one that may be meant', async (t) => {
  const cases: [text: string, hint: RegExp][] = [
    ['cidr.contians(a, b)', /`cidr\.contains`/],
    ['contains(a, b)', /`cidr\.contains`/],
    ["item.name.startsWith('a')", /`str\.startsWith\(item\.name, …\)`/],
    ['has(a)', /a path alone/],
    ['blafasel(a)', /family and name/],
    ['if(a, b, c)', /JSON Logic: `{if: /],
    ['item.ports.all(a)', /JSON Logic: `{all: /],
    ['toString(a)', /family and name/],
    ['__proto__(a)', /family and name/],
  ];
  for (const [text, hint] of cases)
    t.match(read(text), { ok: false, column: 1, message: /there is no operator/, hint }, text);
});

t.test('a wrong number of operands is refused with what is wanted', async (t) => {
  t.match(read('1 + cidr.nth(a)'), {
    ok: false,
    column: 5,
    message: /`cidr\.nth` takes 2 operands, found 1/,
    hint: /`cidr\.nth\(.+, .+\)`/,
  });
  t.match(read('cidr.contains(a, b, c)'), { ok: false, message: /takes 2 operands, found 3/ });
  t.match(read('empty()'), { ok: false, message: /`empty` takes 1 operand, found 0/ });
});

t.test('a literal of the wrong type is refused where it stands', async (t) => {
  t.match(read('cidr.contains(10, a)'), { ok: false, column: 15, message: /is a number, wanted/ });
  t.match(read('cidr.contains(a, true)'), { ok: false, column: 18, message: /is true or false, wanted/ });
  t.match(read('cidr.contains(a, null)'), { ok: false, column: 18, message: /is null, wanted/ });
  t.match(read('cidr.nth(a, 1 + 1)'), { ok: true, logic: { 'cidr.nth': [{ var: 'object.a' }, 2] } });
});

t.test('what must be written out must be, and must be right', async (t) => {
  t.match(read('re.match(a, params.pattern)'), { ok: false, column: 13, message: /must be written out/ });
  t.match(read("re.match(a, '(')"), { ok: false, column: 1, message: /`re\.match`: / });
  t.match(read("re.match(a, '^x$')"), { ok: true });
});

t.test('the operators of the language all parse with as many operands as they want', async (t) => {
  for (const operator of OPERATORS.values()) {
    if (!/^[\w.]+$/.test(operator.name) || operator.operands.some((operand) => operand.literal)) continue;
    const operands = operator.operands.map((_, at) => `item.x${at}`);
    t.match(read(`${operator.name}(${operands.join(', ')})`), { ok: true }, operator.name);
  }
});
