/** Work grows with the size of the object and not with its square, and what is told does not grow at all. */
import t from 'tap';
import { deepEqual } from '../../src/policies/deep-equal.ts';
import { type JsonObject, mutateReview, type RuleDocument, validateReview } from '../../src/policies/index.ts';
import { policyOf, reviewOf, setOf, tell, widget } from './asking.ts';

/** Size of a list that an object of 1.5 MiB, the most that etcd stores by default, can hold. */
const LONG = 30_000;
/** Depth that the API server lets objects nest to. */
const DEEP = 10_000;

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/**
 * How much longer eight times as much takes: about 8 where the work is linear, 64 where it is quadratic. The quickest
 * of a few runs each, so that a busy machine does not count.
 */
function growth(run: (size: number) => void): number {
  const [small = 1, large = 1] = [LONG / 8, LONG].map((size) => {
    const taken = times(4, () => {
      const start = process.hrtime.bigint();
      run(size);
      return Number(process.hrtime.bigint() - start);
    });
    return Math.min(...taken);
  });
  return large / small;
}

/** Between linear and quadratic, with room for the collector on one side and for fixed costs on the other. */
const LINEAR = 40;

const rulesOf = (...rules: Partial<RuleDocument>[]) =>
  setOf([policyOf(rules.map((rule, i) => ({ id: `R-${i + 1}`, ...rule })))]);

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) freeze(child);
  }
  return value;
}

function deepList(depth: number): unknown {
  let value: unknown = 'end';
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

t.test('a default over a long list costs its length', async (t) => {
  const set = rulesOf({ default: { 'spec.list[*].x': { var: 'item.n' } } });
  const run = (size: number) => mutateReview(set, reviewOf(freeze(widget({ list: times(size, (n) => ({ n })) }))));
  const { object, changes, errors } = run(LONG);
  t.strictSame(errors, []);
  t.equal(changes.length, LONG);
  t.ok(deepEqual(object?.spec, { list: times(LONG, (n) => ({ n, x: n })) }));
  t.ok(growth(run) < LINEAR);
});

t.test('a write to each element of forEach costs the length of the list', async (t) => {
  const set = rulesOf({
    forEach: 'spec.list[*]',
    when: 'item.n >= 0',
    set: { 'item.y': { literal: { z: 1 } }, 'item.y.z': 2 },
  });
  const run = (size: number) => mutateReview(set, reviewOf(freeze(widget({ list: times(size, (n) => ({ n })) }))));
  const { object, errors } = run(300);
  t.strictSame(errors, []);
  t.strictSame(object?.spec, { list: times(300, (n) => ({ n, y: { z: 2 } })) });
  t.ok(growth(run) < LINEAR);
});

t.test('taking elements out of a long list costs its length', async (t) => {
  const run = (size: number, rule: Partial<RuleDocument>) =>
    mutateReview(rulesOf(rule), reviewOf(freeze(widget({ list: times(size, (n) => ({ n, odd: n % 2 === 1 })) }))));
  for (const rule of [
    { remove: 'spec.list[odd=true]' },
    { forEach: 'spec.list[*]', when: 'item.odd', remove: 'item' },
  ]) {
    const { object, errors } = run(LONG, rule);
    t.strictSame(errors, []);
    t.ok(deepEqual(object?.spec, { list: times(LONG / 2, (i) => ({ n: 2 * i, odd: false })) }));
    t.ok(growth((size) => run(size, rule)) < LINEAR);
  }
});

t.test('a value that stands at two places is written at one of them only', async (t) => {
  const write = (set: JsonObject, spec: JsonObject) =>
    mutateReview(rulesOf({ set }), reviewOf(freeze(widget(spec)))).object?.spec;
  t.strictSame(write({ 'spec.b.x': 1, 'spec.a': { var: 'object.spec.b' }, 'spec.a.x': 2, 'spec.b.y': 3 }, { b: {} }), {
    b: { x: 1, y: 3 },
    a: { x: 2 },
  });
  t.strictSame(
    write(
      { 'spec.b.x': 1, 'spec.a': { merge: [{ var: 'object.spec.b' }, []] }, 'spec.b.x2': 2, 'spec.a[0].x': 5 },
      { b: {} },
    ),
    { b: { x: 1, x2: 2 }, a: [{ x: 5 }] },
    'also inside of what an expression made',
  );
  t.strictSame(
    write({ 'spec.list[*].v': { literal: { x: 0 } }, 'spec.list[0].v.x': 1 }, { list: [{}, {}] }),
    { list: [{ v: { x: 1 } }, { v: { x: 0 } }] },
    'and what the policy wrote out stays as it is',
  );
});

t.test('a rule that cannot finish leaves nothing half done', async (t) => {
  const set = rulesOf(
    { set: { 'spec.first': 1 } },
    { set: { 'spec.list[*].x': { some: [{ var: 'object.spec.list' }, { '==': [{ var: 'n' }, -1] }] } } },
  );
  const { object, errors, changes } = mutateReview(
    set,
    reviewOf(freeze(widget({ list: times(3_000, (n) => ({ n })) }))),
  );
  t.strictSame(
    errors.map(({ code, rule }) => `${rule} ${code}`),
    ['R-2 budget-exceeded'],
  );
  t.strictSame(
    changes.map(({ path }) => path),
    ['spec.first'],
  );
  t.strictSame(object?.spec, { list: times(3_000, (n) => ({ n })), first: 1 });
});

t.test('a trace shows each value as it was', async (t) => {
  const set = rulesOf({
    forEach: 'spec.list[*]',
    set: {
      'object.spec.count': { '+': [{ '??': [{ var: 'object.spec.count' }, 0] }, 1] },
      'object.spec.seen': { var: 'object.spec' },
    },
  });
  const plain = mutateReview(set, reviewOf(freeze(widget({ list: [{}, {}] }))));
  const traced = mutateReview(set, reviewOf(freeze(widget({ list: [{}, {}] }))), { trace: true });
  t.strictSame(traced.object, plain.object);
  const shown = JSON.stringify(traced.trace);
  t.match(shown, '"value":{"list":[{},{}],"count":1}');
  t.match(shown, '"value":{"list":[{},{}],"count":2,"seen":{"list":[{},{}],"count":1}}');
});

t.test('fifty findings of a rule are told, and how many more there are', async (t) => {
  const set = rulesOf({ forEach: 'spec.list[*]', check: 'item.n < 0', message: 'bad {{item.n}}' });
  const ask = (size: number) => validateReview(set, reviewOf(widget({ list: times(size, (n) => ({ n })) })));
  const decision = ask(LONG);
  t.strictSame(decision.errors, []);
  t.notOk(decision.allowed);
  t.equal(decision.findings.length, 50);
  t.equal(decision.findings[48]?.message, 'bad 48');
  t.equal(decision.findings[49]?.message, 'bad 49 … and 29950 more findings, starting at `spec.list[50].n`');
  t.equal(ask(50).findings[49]?.message, 'bad 49');
  t.match(ask(51).findings[49]?.message, '… and 1 more finding, starting at');
});

t.test('findings in a document are cut alike', async (t) => {
  const documents = { values: { from: 'spec.text', as: 'yaml' as const } };
  const rule: RuleDocument = { id: 'R-1', subject: 'values', forEach: 'list[*]', check: 'item < 0', message: 'bad' };
  const set = setOf([policyOf([rule], { documents })]);
  const text = `list:\n${times(2_000, (n) => `- ${n}\n`).join('')}`;
  const { findings } = validateReview(set, reviewOf(widget({ text })));
  t.equal(findings.length, 50);
  t.strictSame(findings[49]?.position, { line: 51, column: 3 });
  t.equal(findings[49]?.message, 'bad … and 1950 more findings, starting at `list[50]`');
});

t.test('what the old object had is excused before findings are cut', async (t) => {
  const set = rulesOf({
    forEach: 'spec.list[*]',
    check: 'item.n < 0 && object.spec.mode != "off"',
    message: 'bad {{item.n}}',
  });
  const elements = (size: number) => times(size, (n) => ({ n }));
  const ask = (before: unknown[], now: unknown[], trace = false) =>
    validateReview(
      set,
      reviewOf(widget({ list: now as JsonObject[] }), { oldObject: widget({ list: before as JsonObject[] }) }),
      { trace },
    );
  const one = rulesOf({ forEach: 'spec.list[*]', check: 'item.n < 0', message: 'bad {{item.n}}' });
  const list = elements(200);
  const decision = validateReview(
    one,
    reviewOf(widget({ list: [...list, { n: 777 }] }), { oldObject: widget({ list }) }),
  );
  t.strictSame(
    decision.findings.map(({ message }) => message),
    ['bad 777'],
  );
  const doubled = validateReview(one, reviewOf(widget({ list: [...list, ...list] }), { oldObject: widget({ list }) }));
  t.equal(doubled.findings.length, 50);
  t.match(doubled.findings[49]?.message, 'and 150 more findings', 'a second one like it is news');
  t.equal(
    validateReview(one, reviewOf(widget({ list, on: true }), { oldObject: widget({ list }) })).findings.length,
    0,
  );
  t.ok(ask(list, list).allowed);
  t.same(ask(list, list, true).trace?.policies[0]?.rules[0]?.elements.filter(({ dropped }) => dropped).length, 100);
  t.ok(growth((size) => ask(elements(size), elements(size))) < LINEAR);
});

t.test('a schema that a large object does not fit is told of fifty times, each time in few words', async (t) => {
  const known = Object.fromEntries(times(300, (i) => [`known${i}`, { type: 'string' }]));
  const names = times(5_000, (i) => `name${i}`);
  const schema = {
    properties: {
      spec: { properties: { map: { properties: known, additionalProperties: false }, which: { enum: names } } },
    },
  };
  const set = rulesOf({ schema });
  const map = Object.fromEntries(times(LONG, (i) => [`unknown${i}`, i]));
  const { findings, errors } = validateReview(set, reviewOf(widget({ map, which: { map } })));
  t.strictSame(errors, []);
  t.equal(findings.length, 50);
  t.match(findings[49]?.message, 'and 29951 more findings');
  t.ok(findings.every(({ message }) => message.length < 1_024));
  const last = validateReview(set, reviewOf(widget({ which: { map } }))).findings;
  t.equal(last.length, 1);
  t.match(last[0]?.message, /^`spec\.which`: is `\{"map":\{"unknown0":0,.*…`, wanted one of name0, name1, .*…$/);
  const more = { ...map, late: 1 };
  const update = validateReview(set, reviewOf(widget({ map: more }), { oldObject: widget({ map }) }));
  t.strictSame(tell(update), ['R-1 spec.map.late'], 'a new fault behind many old ones is found');
});

t.test('a value as deep as the API server lets it be is no error', async (t) => {
  const set = rulesOf(
    { check: 'spec.deep == 1', message: 'deep is {{spec.deep}}' },
    { check: 'spec.deep == 2' },
    { forEach: { path: 'spec.list[*]', key: 'item.deep' }, check: 'oldItem.n == 1', ratchet: false },
    { unique: { within: 'object', each: 'spec.list[*]', key: 'item.deep' } },
    { schema: { properties: { spec: { properties: { deep: { type: 'string' } } } } } },
  );
  const make = (n: number) =>
    widget({
      deep: deepList(DEEP),
      list: [
        { n, deep: deepList(DEEP) },
        { n, deep: deepList(DEEP) },
      ],
      n,
    } as JsonObject);
  const { errors, findings } = validateReview(set, reviewOf(make(1), { oldObject: make(2) }));
  t.strictSame(errors, []);
  t.strictSame([...new Set(findings.map(({ rule }) => rule))], ['R-3']);
  const created = validateReview(set, reviewOf(make(1)));
  t.strictSame(created.errors, []);
  t.strictSame([...new Set(created.findings.map(({ rule }) => rule))], ['R-1', 'R-2', 'R-3', 'R-4', 'R-5']);
  t.ok(created.findings.every(({ message }) => message.length < 1_024));
  const labels = { labels: deepList(DEEP) } as JsonObject;
  const matched = setOf([
    policyOf([{ id: 'R-1', check: 'false' }], {
      match: { resources: ['widgets.example.com'], objectSelector: { matchLabels: { a: 'b' } } },
    }),
  ]);
  t.strictSame(validateReview(matched, reviewOf(widget({}, { labels: { a: labels } as JsonObject }))).errors, []);
});

t.test('the clock is looked at before each rule', async (t) => {
  const rules = times(20, (): Partial<RuleDocument> => ({ check: 'spec.n == 1' }));
  let looks = 0;
  const decision = validateReview(rulesOf(...rules), reviewOf(widget({ n: 1 })), { expired: () => ++looks > 5 });
  t.strictSame([...new Set(decision.errors.map(({ code }) => code))], ['deadline-exceeded']);
  t.equal(decision.errors.length, 15);
  const writes = times(20, (i): Partial<RuleDocument> => ({ set: { [`spec.x${i}`]: 1 } }));
  looks = 0;
  const mutation = mutateReview(rulesOf(...writes), reviewOf(widget({ n: 1 })), { expired: () => ++looks > 5 });
  t.equal(mutation.errors.length, 15);
  t.equal(mutation.changes.length, 5);
});

t.test('looking through a long list counts as many steps', async (t) => {
  const looks = (check: string) => {
    let count = 0;
    const expired = () => {
      count++;
      return false;
    };
    const list = times(LONG, (n) => `n${n}`);
    const { errors } = validateReview(rulesOf({ check }), reviewOf(widget({ list })), { expired });
    t.strictSame(errors, []);
    return count;
  };
  const few = looks('spec.missing == 1 || true');
  for (const check of [
    '"x" in spec.list || true',
    'list.intersects(spec.list, [1]) || true',
    'list.subset(spec.list, spec.list)',
  ]) {
    t.ok(looks(check) > few, check);
  }
});
