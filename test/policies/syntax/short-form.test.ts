import t from 'tap';
import { OPERATORS } from '../../../src/policies/logic/operators/index.ts';
import { createReference } from '../../../src/policies/logic/reference.ts';
import { parsePath } from '../../../src/policies/syntax/path.ts';
import { type Position, parseExpression } from '../../../src/policies/syntax/short-form.ts';
import { compilePath } from '../../../src/policies/syntax/visit.ts';

const reference = createReference(OPERATORS, (text) => {
  const parsed = parsePath(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return compilePath(parsed.path).read;
});

const names = {
  roots: new Set([
    'object',
    'oldObject',
    'params',
    'variables',
    'item',
    'pod',
    'self',
    'other',
    'target',
    'environment',
  ]),
  subject: ['object'],
  operators: OPERATORS,
};

/** What json-logic-js makes of a short form. */
function evaluate(text: string, data: Record<string, unknown>, position: Position = 'value'): unknown {
  const parsed = parseExpression(text, { ...names, position });
  if (!parsed.ok) throw new Error(`${text}: ${parsed.message} (column ${parsed.column})`);
  return reference(parsed.logic, data);
}

const DATA = {
  object: {
    metadata: { labels: { 'app.kubernetes.io/name': 'web' } },
    spec: {
      on: true,
      off: false,
      zero: 0,
      two: 2,
      seven: 7,
      word: 'b',
      empty: '',
      none: null,
      list: [1, 2],
      same: [1, 2],
      map: {},
      rules: [{ port: 22, name: 'ssh' }, { port: 80 }, { name: 'x' }],
    },
    data: { 'config.yaml': 'a: 1' },
  },
  item: { source: '0.0.0.0/0', port: '20-30' },
  params: { allowed: ['b', 'c'] },
  environment: 'production',
};

t.test('the check lists of the seed mean what they say', async (t) => {
  for (const [text, wanted] of [
    ['spec.on == true', true],
    ['spec.off == true', false],
    ['spec.nothing == true', false],
    ['spec.two != null', true],
    ['spec.none != null', false],
    ['spec.nothing != null', false],
    ["spec.word == 'b'", true],
    ["spec.nothing == 'deny'", false],
  ] as const) {
    t.equal(evaluate(text, DATA, 'boolean'), wanted, text);
  }
});

t.test('equality never coerces and is deep on lists', async (t) => {
  for (const text of [
    "spec.two == '2'",
    'spec.zero == false',
    'spec.empty == null',
    'spec.off == null',
    'spec.list == spec.two',
  ]) {
    t.equal(evaluate(text, DATA), false, text);
  }
  for (const text of [
    'spec.list == spec.same',
    'spec.list == [1, 2]',
    'spec.nothing == null',
    'spec.list != [2, 1]',
    'spec.nothing == spec.none',
  ]) {
    t.equal(evaluate(text, DATA), true, text);
  }
});

t.test('an ordering with null or unlike types is false, both ways', async (t) => {
  for (const mark of ['<', '<=', '>', '>=']) {
    for (const pair of [
      `spec.nothing ${mark} 10`,
      `10 ${mark} spec.nothing`,
      `spec.word ${mark} 1`,
      `spec.word ${mark} spec.two`,
      `spec.none ${mark} spec.nothing`,
      `spec.list ${mark} spec.same`,
    ]) {
      t.equal(evaluate(pair, DATA), false, pair);
    }
  }
  for (const text of [
    'spec.two < spec.seven',
    'spec.two <= 2',
    "'a' < spec.word",
    'spec.seven > spec.two + 4',
    'spec.zero >= 0',
  ]) {
    t.equal(evaluate(text, DATA), true, text);
  }
});

t.test('arithmetic is a number or null, never NaN and never a joined text', async (t) => {
  t.equal(evaluate('spec.two + spec.seven * 2 - 1', DATA), 15);
  t.equal(evaluate('-(spec.seven % spec.two)', DATA), -1);
  t.equal(evaluate('spec.seven / spec.two', DATA), 3.5);
  for (const text of [
    'spec.two + spec.word',
    'spec.two + spec.nothing',
    'spec.seven / spec.zero',
    'spec.seven % (spec.two - 2)',
    '1 / (1 / spec.zero)',
    '-spec.list',
    'spec.on * 2',
  ]) {
    t.equal(evaluate(text, DATA), null, text);
  }
  t.equal(evaluate('spec.nothing / spec.nothing * 100 > 80', DATA), false, 'unknown is above no threshold');
});

t.test('a bare path as a condition means set and not empty', async (t) => {
  for (const [text, wanted] of [
    ['spec.on', true],
    ['spec.off', false],
    ['spec.zero', true],
    ['spec.empty', false],
    ['spec.map', false],
    ['spec.list', true],
    ['spec.nothing', false],
    ['spec.rules[*].port', true],
    ['spec.rules[*].nothing', false],
    ['!spec.map && spec.list', true],
    ['spec.off ?? true', false],
    ['spec.nothing ?? true', true],
  ] as const) {
    t.equal(evaluate(text, DATA, 'boolean'), wanted, text);
  }
});

t.test('`??` binds tighter than a comparison', async (t) => {
  t.equal(evaluate('spec.nothing ?? spec.on == true', DATA), true);
  t.equal(evaluate('spec.off ?? spec.on == true', DATA), false, 'false is not absent');
  t.equal(evaluate("spec.nothing ?? 'b' in params.allowed", DATA), true);
});

t.test('paths with dots, wildcards and filters are read', async (t) => {
  t.equal(evaluate('metadata.labels["app.kubernetes.io/name"]', DATA), 'web');
  t.equal(evaluate('data["config.yaml"] == "a: 1"', DATA), true);
  t.same(evaluate('spec.rules[*].port', DATA), [22, 80]);
  t.same(evaluate('spec.rules[name=ssh].port', DATA), [22]);
  t.equal(evaluate('22 in spec.rules[*].port', DATA), true);
  t.equal(evaluate('spec.list.length', DATA), null, 'a list has no field');
  t.equal(evaluate('spec.constructor', DATA), null, 'nothing is inherited');
});

t.test('the open port of the language page is found, and a closed one is not', async (t) => {
  const text = "!(cidr.isAny(item.source ?? '0.0.0.0/0') && port.includes(item.port ?? '1-65535', [22, 3389]))";
  t.equal(evaluate(text, DATA, 'boolean'), false);
  t.equal(evaluate(text, { ...DATA, item: { source: '10.0.0.0/8' } }, 'boolean'), true);
  t.equal(evaluate(text, { ...DATA, item: {} }, 'boolean'), false, 'absent means any');
});

t.test('an explicit false wins over the default of the pod', async (t) => {
  const text = 'item.securityContext.runAsNonRoot ?? pod.spec.securityContext.runAsNonRoot == true';
  const pod = { spec: { securityContext: { runAsNonRoot: true } } };
  t.equal(evaluate(text, { item: { securityContext: { runAsNonRoot: false } }, pod }, 'boolean'), false);
  t.equal(evaluate(text, { item: {}, pod }, 'boolean'), true);
  t.equal(evaluate(text, { item: {}, pod: {} }, 'boolean'), false);
});

t.test('every expression of the language page is read', async (t) => {
  for (const text of [
    'spec.security.encryption.atRest == true',
    'item.action == "allow"',
    'spec.exposure.vip ?? cidr.nth(spec.exposure.subnet, 200)',
    'self.name == other.name',
    'item.environment != environment',
    'target.spec.enabled != false',
    'target.spec.resourceQuotas.maxMachines',
    'label.matches(other.spec.selector, object.spec.template.metadata.labels)',
    'other.spec.region == object.spec.region',
    'status.state ?? oldObject.spec.replicationState',
    'quantity.le(item.limits.cpu, params.maxCpu)',
  ]) {
    t.match(parseExpression(text, { ...names, position: 'value' }), { ok: true }, text);
  }
});
