import t from 'tap';
import { type JsonObject, type RuleDocument, validateReview } from '../../../../src/policies/index.ts';
import { codes, compile, policyOf, reviewOf, setOf, tell, widget } from '../../asking.ts';

function judge(rule: Partial<RuleDocument>, object: JsonObject, oldObject?: JsonObject) {
  const decision = validateReview(setOf([policyOf([{ id: 'R-1', ...rule }])]), reviewOf(object, { oldObject }));
  if (decision.errors.length > 0) throw new Error(decision.errors[0]?.message);
  return decision;
}

const found = (rule: Partial<RuleDocument>, spec: JsonObject, old?: JsonObject) =>
  tell(judge(rule, widget(spec), old && widget(old)));

const UNIQUE: Partial<RuleDocument> = { unique: { each: 'spec.list[*]', key: 'item.name', within: 'object' } };
const DISJOINT: Partial<RuleDocument> = { disjoint: { each: 'spec.list[*]', range: 'item.cidr', within: 'object' } };

t.test('each later element with a key that stands already is found once', async (t) => {
  const spec = { list: [{ name: 'a' }, { name: 'b' }, { name: 'a' }, { name: 'a' }] };
  t.strictSame(found(UNIQUE, spec), ['R-1 spec.list[2].name', 'R-1 spec.list[3].name']);
  t.equal(
    judge(UNIQUE, widget(spec)).findings[0]?.message,
    '`spec.list[2].name` is `a`, which stands already at `spec.list[0].name`',
  );
});

t.test('null and the empty text claim nothing', async (t) => {
  t.strictSame(found(UNIQUE, { list: [{ name: '' }, { name: '' }, {}, {}, { name: null }] }), []);
});

t.test('keys are strict, and deep on maps whatever the order of their fields', async (t) => {
  t.strictSame(found(UNIQUE, { list: [{ name: 1 }, { name: '1' }] }), []);
  t.strictSame(found(UNIQUE, { list: [{ name: { a: 1, b: 2 } }, { name: { b: 2, a: 1 } }] }), [
    'R-1 spec.list[1].name',
  ]);
});

t.test('a tuple is a key of several parts, and one that lacks a part claims nothing', async (t) => {
  const tuple: Partial<RuleDocument> = { unique: { each: 'spec.list[*]', key: '[item.a, item.b]', within: 'object' } };
  t.strictSame(
    found(tuple, {
      list: [
        { a: 'x', b: 'yz' },
        { a: 'xy', b: 'z' },
      ],
    }),
    [],
    'no two tuples run together',
  );
  t.strictSame(
    found(tuple, {
      list: [
        { a: 1, b: 2 },
        { a: 1, b: 2 },
      ],
    }),
    ['R-1 spec.list[1]'],
  );
  t.strictSame(found(tuple, { list: [{ a: 1 }, { a: 1 }] }), []);
});

t.test('a list that is the value of a key claims each of its elements', async (t) => {
  const hosts: Partial<RuleDocument> = { unique: { each: 'spec.list[*]', key: 'item.hosts', within: 'object' } };
  t.strictSame(found(hosts, { list: [{ hosts: ['a', 'b'] }, { hosts: ['c', 'b'] }, { hosts: [] }, { hosts: [] }] }), [
    'R-1 spec.list[1].hosts',
  ]);
});

t.test('when and unless are about the pair, and another pair may still conflict', async (t) => {
  const rule: Partial<RuleDocument> = {
    unique: { each: 'spec.list[*]', key: 'item.port', within: 'object', unless: 'self.item.app == other.item.app' },
  };
  t.strictSame(
    found(rule, {
      list: [
        { port: 1, app: 'a' },
        { port: 1, app: 'a' },
      ],
    }),
    [],
  );
  t.strictSame(
    found(rule, {
      list: [
        { port: 1, app: 'a' },
        { port: 1, app: 'b' },
      ],
    }),
    ['R-1 spec.list[1].port'],
  );
  const when: Partial<RuleDocument> = {
    unique: { each: 'spec.list[*]', key: 'item.port', within: 'object', when: 'other.item.live == true' },
  };
  t.strictSame(
    found(when, { list: [{ port: 1 }, { port: 1, live: true }, { port: 1 }] }),
    ['R-1 spec.list[2].port'],
    'the second of the three stands in the way of the third',
  );
});

t.test('within parent compares only elements of one parent', async (t) => {
  const rule: Partial<RuleDocument> = {
    unique: { each: 'spec.pools[*].taints[*]', key: 'item.key', within: 'parent' },
  };
  const spec = { pools: [{ taints: [{ key: 'a' }, { key: 'a' }] }, { taints: [{ key: 'a' }] }] };
  t.strictSame(found(rule, spec), ['R-1 spec.pools[0].taints[1].key']);
});

t.test('elements may be scalars, and the values of a map', async (t) => {
  t.strictSame(found({ unique: { each: 'spec.list[*]', within: 'object' } }, { list: ['a', 'b', 'a'] }), [
    'R-1 spec.list[2]',
  ]);
  t.strictSame(found({ unique: { each: 'spec.map[*]', within: 'object' } }, { map: { x: 'a', y: 'a' } }), [
    'R-1 spec.map.y',
  ]);
});

t.test('ranges that share an address are found, in any notation', async (t) => {
  const spec = (...ranges: string[]) => ({ list: ranges.map((cidr) => ({ cidr })) });
  t.strictSame(found(DISJOINT, spec('10.0.0.0/17', '10.0.128.0/17', 'fd00::/8')), []);
  t.strictSame(found(DISJOINT, spec('10.0.0.0/16', '10.0.7.0/24', '10.0.255.255-10.1.0.3')), [
    'R-1 spec.list[1].cidr',
    'R-1 spec.list[2].cidr',
  ]);
  t.equal(
    judge(DISJOINT, widget(spec('10.0.0.0/16', '10.0.7.9'))).findings[0]?.message,
    '`spec.list[1].cidr` is `10.0.7.9`, which overlaps `10.0.0.0/16` at `spec.list[0].cidr`',
  );
});

t.test('a range that cannot be read is found at its place, and hides no other conflict', async (t) => {
  const spec = { list: [{ cidr: '10.0.0.0/16' }, { cidr: '999.1.1.1/99' }, { cidr: '10.0.1.0/24' }] };
  t.strictSame(found(DISJOINT, spec), ['R-1 spec.list[1].cidr', 'R-1 spec.list[2].cidr']);
});

t.test('a pair that was there before is let be, and a third like it is not', async (t) => {
  const old = { list: [{ name: 'a' }, { name: 'a' }] };
  t.strictSame(found(UNIQUE, { ...old, note: 1 }, old), []);
  t.strictSame(found(UNIQUE, { list: [...old.list, { name: 'a' }] }, old), ['R-1 spec.list[2].name']);
});

t.test('messages can name both sides and the element', async (t) => {
  const rule = { ...UNIQUE, message: '{{self.key}} of {{item.kind}} in {{parent.zone}} is at {{other.path}}' };
  const object = widget({
    zone: 'z',
    list: [
      { name: 'a', kind: 'x' },
      { name: 'a', kind: 'y' },
    ],
  });
  t.equal(judge(rule, object).findings[0]?.message, 'a of y in — is at spec.list[0].name');
});

t.test('variables of a rule belong to the element of its forEach, not to that of each', async (t) => {
  const rule: Partial<RuleDocument> = {
    forEach: 'spec.pools[*]',
    variables: { zone: 'item.zone' },
    unique: { each: 'item.nodes[*]', key: 'item.name', within: 'object', when: 'variables.zone == "a"' },
  };
  const spec = {
    pools: [
      {
        zone: 'a',
        nodes: [
          { name: 'n', zone: 'x' },
          { name: 'n', zone: 'y' },
        ],
      },
    ],
  };
  t.strictSame(found(rule, spec), ['R-1 spec.pools[0].nodes[1].name']);
});

t.test('a value is inside or clear of the ranges of its object', async (t) => {
  const within: Partial<RuleDocument> = {
    within: { each: 'spec.subnets[*]', value: 'item.cidr', ranges: 'object.spec.cidr' },
  };
  const spec: JsonObject = { cidr: '10.0.0.0/16', subnets: [{ cidr: '10.0.1.0/24' }, { cidr: '10.1.0.0/24' }, {}] };
  t.strictSame(found(within, spec), ['R-1 spec.subnets[1].cidr']);
  const outside: Partial<RuleDocument> = { outside: { value: 'spec.gateway', ranges: '[spec.from, spec.cidr]' } };
  t.strictSame(found(outside, { gateway: '10.0.0.1', cidr: '10.0.0.0/16' }), ['R-1 spec.gateway']);
  t.strictSame(found(outside, { gateway: '10.1.0.1', cidr: '10.0.0.0/16' }), []);
  t.strictSame(found(outside, { cidr: '10.0.0.0/16' }), [], 'nothing there is nothing to judge');
});

t.test('a value that comes out of a variable points at the field it stands in', async (t) => {
  const rules: RuleDocument[] = [{ id: 'R-1', within: { value: 'variables.vip', ranges: 'spec.cidr' } }];
  const set = setOf([policyOf(rules, { variables: { vip: 'spec.vip ?? cidr.nth(spec.cidr, 200)' } })]);
  const ask = (spec: JsonObject) => tell(validateReview(set, reviewOf(widget(spec))));
  t.strictSame(ask({ vip: '10.1.0.1', cidr: '10.0.0.0/24' }), ['R-1 spec.vip']);
  t.strictSame(ask({ cidr: '10.0.0.0/24' }), []);
});

t.test('garbage among value and ranges is found where it stands', async (t) => {
  const rule: Partial<RuleDocument> = { within: { value: 'spec.vip', ranges: 'spec.pools' } };
  t.strictSame(found(rule, { vip: 'ten', pools: ['10.0.0.0/8'] }), ['R-1 spec.vip']);
  t.strictSame(found(rule, { vip: '10.0.0.1', pools: ['10.0.0.0/8', 'ten'] }), ['R-1 spec.pools']);
  t.strictSame(found({ outside: { value: 'spec.vip', ranges: 'spec.pools' } }, { vip: '11.0.0.1', pools: 'ten' }), [
    'R-1 spec.pools',
  ]);
});

t.test('what must be compared inside one object says where its elements are', async (t) => {
  const { problems } = compile([policyOf([{ id: 'R-1', unique: { key: 'spec.a', within: 'object' } }])]);
  t.strictSame(codes(problems), ['schema /spec/rules/0/unique']);
});

t.test('a relation to other objects is an error that says so', async (t) => {
  const domains = {
    'test/names': {
      type: 'key' as const,
      members: [{ as: 'widget', resource: 'widgets.example.com', key: 'spec.name' }],
    },
  };
  const rules: RuleDocument[] = [
    { id: 'R-1', unique: { key: 'spec.name' } },
    { id: 'R-2', disjoint: { range: 'spec.cidr' } },
    { id: 'R-3', unique: { domain: 'test/names', between: ['widget', 'widget'] } },
    { id: 'R-4', within: { value: 'spec.ip', domain: 'test/names' } },
    { id: 'R-5', when: 'spec.never', unique: { key: 'spec.name' } },
  ];
  const decision = validateReview(setOf([policyOf(rules, { domains })]), reviewOf(widget({ name: 'a' })));
  t.strictSame(
    decision.errors.map(({ code, rule }) => `${code} ${rule}`),
    ['R-1', 'R-2', 'R-3', 'R-4'].map((rule) => `relation-not-implemented ${rule}`),
  );
});
