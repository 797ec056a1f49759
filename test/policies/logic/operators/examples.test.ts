import t from 'tap';
import { Garbage, type Operator } from '../../../../src/policies/logic/operator.ts';
import { OPERATORS } from '../../../../src/policies/logic/operators/index.ts';

/** As the caller does it: absent operands are answered for before `apply` is asked. */
function call(
  operator: Operator,
  operands: readonly unknown[],
  apply: (operands: readonly unknown[]) => unknown,
): unknown {
  const missing = operands.some((operand, i) => {
    const slot = operator.operands[Math.min(i, operator.operands.length - 1)];
    return (operand === null || operand === undefined) && !slot?.nullable && !slot?.optional;
  });
  if (missing) return operator.kind === 'predicate' ? false : null;
  const result = apply(operands);
  return result instanceof Garbage ? 'garbage' : result;
}

for (const operator of OPERATORS.values()) {
  t.test(`${operator.name} gives what its examples say`, async (t) => {
    for (const [operands, expected] of operator.examples) {
      const shown = `${operator.name}(${operands.map((operand) => JSON.stringify(operand)).join(', ')})`;
      const direct = call(operator, operands, (found) => operator.apply(found));
      t.strictSame(direct, expected, shown);
      if (operator.kind === 'predicate' && expected !== 'garbage')
        t.type(direct, 'boolean', `${shown} is true or false`);
    }
  });

  t.test(`${operator.name} gives the same when literals are prepared`, async (t) => {
    for (const [operands, expected] of operator.examples) {
      if (!operator.prepare) continue;
      for (const kept of [operands.map((_, i) => i), [0], [1], []]) {
        const literals = operands.map((operand, i) => (kept.includes(i) ? operand : undefined));
        const prepared = operator.prepare(literals);
        const shown = `${operator.name}(${operands.map((operand) => JSON.stringify(operand)).join(', ')}) with ${kept.length} literals`;
        if (typeof prepared === 'string') t.equal(expected, 'garbage', `${shown}: ${prepared}`);
        else t.strictSame(call(operator, operands, prepared), expected, shown);
      }
    }
  });

  t.test(`${operator.name} is described well enough for its table`, async (t) => {
    t.ok(operator.examples.length >= 2, 'at least two examples');
    t.match(operator.name, /^([a-z]+\.[a-zA-Z]+|[a-z]+|\?\?)$/);
    for (const part of [operator.summary, operator.returns, operator.source]) {
      t.ok(part.length > 0 && !part.includes('\n'), part);
    }
    for (const operand of operator.operands) t.ok(operand.name && operand.wanted, `${operand.name}: ${operand.wanted}`);
    const required = operator.operands.filter((operand) => !operand.optional).length;
    for (const [operands] of operator.examples)
      t.ok(operands.length >= required, 'examples give every required operand');
  });
}

t.test('every operator of the language is there', async (t) => {
  const language = [
    'cidr: valid contains equals overlaps network nth prefix isHost isAny hostBits',
    'ip: valid compare',
    'range: valid contains overlaps',
    'port: valid includes intersects',
    'quantity: valid le lt compare sum',
    'duration: valid seconds le',
    'cron: valid',
    'version: valid compare satisfies minor',
    'image: registry repository tag digest',
    'glob: match any',
    're: match',
    'label: matches has subset',
    'dns: label subdomain under',
    'url: scheme host',
    'mac: valid canonical',
    'uuid: valid',
    'str: split lower length startsWith endsWith trimSuffix',
    'list: count sum at has minus intersects subset containsAll replace',
    'map: keys get',
    'type: is comparable numbers',
    'number: percent',
    'yaml: parse',
    'json: parse',
  ];
  const names = language.flatMap((line) => {
    const [family = '', members = ''] = line.split(': ');
    return members.split(' ').map((member) => `${family}.${member}`);
  });
  t.strictSame([...OPERATORS.keys()].sort(), [...names, 'empty', 'set', 'equal', 'changed', '??'].sort());
});

t.test('no operand, whatever it is, makes an operator throw or answer undefined', async (t) => {
  const proto = JSON.parse('{"__proto__": {"a": 1}, "constructor": "x"}');
  const odd: unknown[] = [
    null,
    undefined,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    '',
    ' ',
    '-',
    '/',
    '*',
    '\u0000',
    '\ud800',
    'a'.repeat(70_000),
    '9'.repeat(5_000),
    '['.repeat(2_000),
    [],
    [null],
    [[]],
    ['__proto__'],
    {},
    proto,
    { matchLabels: null, matchExpressions: null },
    { matchExpressions: [null, 1] },
    '__proto__',
    'constructor',
  ];
  for (const operator of OPERATORS.values()) {
    for (const a of odd) {
      for (const b of odd) {
        const result = operator.apply([a, b, a]);
        if (result === undefined) t.fail(`${operator.name}(${String(a)}, ${String(b)}) is undefined`);
        if (operator.kind === 'predicate' && typeof result !== 'boolean' && !(result instanceof Garbage)) {
          t.fail(`${operator.name} answers ${String(result)}`);
        }
        const prepared = operator.prepare?.([a, b]);
        if (typeof prepared === 'function') prepared([a, b, a]);
      }
    }
  }
  t.pass('all combinations answered');
});

t.test('a validity check never gives garbage', async (t) => {
  for (const operator of [...OPERATORS.values()].filter((candidate) => candidate.name.endsWith('.valid'))) {
    for (const value of [0, -1, 1.5, true, '', 'x', [], {}, [1], '\u0000', 'a'.repeat(5_000)]) {
      t.type(operator.apply([value]), 'boolean', `${operator.name}(${JSON.stringify(value)?.slice(0, 20)})`);
    }
  }
});

t.test('garbage says which operand, what was found and what is wanted', async (t) => {
  const result = OPERATORS.get('cidr.contains')?.apply(['10.0.0.0/8', '999.1.1.1/99']);
  t.match(result, { operand: 1, found: '999.1.1.1/99', wanted: /^a CIDR, an address or a range/ });
  const element = OPERATORS.get('range.overlaps')?.apply([['10.0.0.0/8', 'lan'], '10.0.0.1']);
  t.match(element, { operand: 0, found: 'lan', wanted: /^a CIDR, an address or a range/ });
});

t.test('a literal that cannot be read is refused when the policy loads', async (t) => {
  const prepare = (name: string, literals: unknown[]) => OPERATORS.get(name)?.prepare?.(literals);
  t.equal(
    prepare('quantity.le', [undefined, '10Gx']),
    'b is `10Gx`, wanted a Kubernetes quantity such as `500m`, `2Gi` or `1.5`',
  );
  t.match(prepare('re.match', [undefined, '(?=look)']), /^pattern is `\(\?=look\)`, wanted an RE2 pattern/);
  t.match(prepare('type.is', [undefined, 'text']), /wanted one of string, number, integer/);
  t.match(prepare('cidr.valid', [undefined, 5]), /^version is `5`, wanted 4 or 6$/);
  t.match(prepare('version.satisfies', [undefined, '=>1.30']), /wanted a constraint/);
  t.match(prepare('glob.match', [undefined, 'x'.repeat(600)]), /^pattern is `x{80}…`, wanted/);
  t.type(prepare('version.satisfies', [undefined, '>=1.30']), 'function');
});

t.test('asked directly, an absent operand makes a predicate false and an accessor null', async (t) => {
  for (const operator of OPERATORS.values()) {
    if (operator.operands.every((operand) => operand.nullable)) continue;
    const operands = operator.operands.map((operand) => (operand.nullable ? 'x' : null));
    t.equal(operator.apply(operands), operator.kind === 'predicate' ? false : null, operator.name);
  }
});
