import t from 'tap';
import { type JsonObject, mutateReview, type RuleDocument } from '../../../../src/policies/index.ts';
import { codes, compile, policyOf, reviewOf, setOf, widget } from '../../asking.ts';

/** The spec after these rules. */
function write(rules: Partial<RuleDocument> | Partial<RuleDocument>[], spec: JsonObject): unknown {
  const list = (Array.isArray(rules) ? rules : [rules]).map((rule, i): RuleDocument => ({ id: `R-${i}`, ...rule }));
  const mutation = mutateReview(setOf([policyOf(list)]), reviewOf(widget(spec)));
  if (mutation.errors.length > 0) throw new Error(mutation.errors[0]?.message);
  return mutation.object?.spec;
}

t.test('a default is written where nothing is, and its parents with it', async (t) => {
  t.strictSame(write({ default: { 'spec.a.b.c': 1 } }, {}), { a: { b: { c: 1 } } });
  t.strictSame(write({ default: { 'spec.a': 1 } }, { a: null }), { a: 1 }, 'null is absent');
  t.strictSame(write({ default: { 'spec.a': 1 } }, { a: false }), { a: false });
  t.strictSame(
    write({ default: { 'spec.a.b': 1 } }, { a: 'text' }),
    { a: 'text' },
    'a parent that is no map is let be',
  );
});

t.test('the leaves of a map are written one by one, and a literal as a whole', async (t) => {
  t.strictSame(write({ default: { 'spec.a': { b: 1, c: { d: 2 } } } }, { a: { b: 0 } }), { a: { b: 0, c: { d: 2 } } });
  t.strictSame(write({ set: { 'spec.a': { literal: { b: 1 } } } }, { a: { c: 0 } }), { a: { b: 1 } });
  t.strictSame(write({ default: { 'spec.a': { literal: { var: 'x' } } } }, {}), { a: { var: 'x' } });
});

t.test('list elements are completed and never made', async (t) => {
  const rule = { default: { 'spec.list[*].on': true, 'spec.other[0].on': true } };
  t.strictSame(write(rule, { list: [{}, { on: false }] }), { list: [{ on: true }, { on: false }] });
  t.strictSame(write(rule, {}), {});
  t.strictSame(write({ set: { 'spec.map[*].on': true } }, { map: { a: {}, b: {} } }), {
    map: { a: { on: true }, b: { on: true } },
  });
  t.strictSame(write({ set: { 'spec.list[name=b].on': true } }, { list: [{ name: 'a' }, { name: 'b' }] }), {
    list: [{ name: 'a' }, { name: 'b', on: true }],
  });
});

t.test('values are logic, text or null, which writes nothing', async (t) => {
  t.strictSame(write({ set: { 'spec.b': { var: 'object.spec.a' } } }, { a: 1 }), { a: 1, b: 1 });
  t.strictSame(write({ set: { 'spec.b': { var: 'object.spec.none' } } }, { a: 1 }), { a: 1 });
  t.strictSame(write({ set: { 'spec.a': null } }, { a: 1 }), { a: 1 });
  t.strictSame(write({ set: { 'spec.b': { text: '{{spec.a}}.example' } } }, { a: 1 }), { a: 1, b: '1.example' });
  t.strictSame(write({ set: { 'spec.b': { text: '{{spec.none}}.example' } } }, { a: 1 }), { a: 1 });
});

t.test('a value may read the element that is written', async (t) => {
  const rule = { default: { 'spec.list[*].id': { text: '{{parent.zone}}-{{item.name}}-{{index}}' } } };
  t.strictSame(
    write(rule, { list: [{ name: 'a' }] }),
    { list: [{ name: 'a' }] },
    'parent is the object around the list',
  );
  const nested = {
    default: { 'spec.pools[*].nodes[*].id': { text: '{{parent.zone}}-{{item.name}}-{{index}}-{{last}}' } },
  };
  t.strictSame(write(nested, { pools: [{ zone: 'z', nodes: [{ name: 'a' }, { name: 'b' }] }] }), {
    pools: [
      {
        zone: 'z',
        nodes: [
          { name: 'a', id: 'z-a-0-false' },
          { name: 'b', id: 'z-b-1-true' },
        ],
      },
    ],
  });
  const keyed = { default: { 'spec.map[*].name': { var: 'key' } } };
  t.strictSame(write(keyed, { map: { x: {}, y: {} } }), { map: { x: { name: 'x' }, y: { name: 'y' } } });
});

t.test('a rule with forEach sees what it wrote to its element', async (t) => {
  const rule = {
    forEach: 'spec.list[*]',
    set: { 'item.a': 1, 'item.b': { var: 'item.a' }, 'item.c': { text: '{{parent.list[0].a}}' } },
  };
  t.strictSame(write(rule, { list: [{ a: 0 }] }), { list: [{ a: 1, b: 1 }] });
  const nested = {
    forEach: 'spec.pools[*].nodes[*]',
    when: 'item.on',
    set: { 'item.zone': { var: 'parent.zone' }, 'item.seen': { var: 'item.zone' } },
  };
  t.strictSame(write(nested, { pools: [{ zone: 'z', nodes: [{ on: true }, {}] }] }), {
    pools: [{ zone: 'z', nodes: [{ on: true, zone: 'z', seen: 'z' }, {}] }],
  });
});

t.test('variables are worked out anew after each write', async (t) => {
  const rules = [
    {
      variables: { twice: 'spec.a * 2' },
      set: { 'spec.b': { var: 'variables.twice' }, 'spec.a': 5, 'spec.c': { var: 'variables.twice' } },
    },
  ];
  t.strictSame(write(rules, { a: 1 }), { a: 5, b: 2, c: 10 });
});

t.test('what is removed is gone, elements of lists too', async (t) => {
  t.strictSame(write({ remove: 'spec.a' }, { a: 1, b: 2 }), { b: 2 });
  t.strictSame(
    write({ remove: 'spec.list[drop=true]' }, { list: [{ n: 0, drop: true }, { n: 1 }, { n: 2, drop: true }] }),
    { list: [{ n: 1 }] },
  );
  t.strictSame(write({ remove: ['spec.list[0]', 'spec.list[*].x'] }, { list: [{ x: 1 }, { x: 2, y: 3 }] }), {
    list: [{ y: 3 }],
  });
  t.strictSame(
    write({ remove: ['spec.list[drop=true]', 'spec.list[0]'] }, { list: [{ drop: true }, { n: 1 }] }),
    { list: [{ n: 1 }] },
    'each place once',
  );
  t.strictSame(write({ remove: 'spec.**.secret' }, { a: { secret: 1, b: [{ secret: 2, c: 3 }] } }), {
    a: { b: [{ c: 3 }] },
  });
});

t.test('elements a rule removes one by one do not shift those to come', async (t) => {
  const rule = { forEach: 'spec.list[*]', when: 'item.drop == true', remove: 'item' };
  t.strictSame(write(rule, { list: [{ drop: true, n: 0 }, { n: 1 }, { drop: true, n: 2 }, { n: 3 }] }), {
    list: [{ n: 1 }, { n: 3 }],
  });
});

t.test('a value is moved, and the target is kept unless told to replace it', async (t) => {
  const move = (ifPresent?: 'keep' | 'replace') => ({
    move: { from: 'spec.a', to: 'spec.b.c', ...(ifPresent && { ifPresent }) },
  });
  t.strictSame(write(move(), { a: 1 }), { b: { c: 1 } });
  t.strictSame(write(move(), { a: 1, b: { c: 2 } }), { a: 1, b: { c: 2 } });
  t.strictSame(write(move('replace'), { a: 1, b: { c: 2 } }), { b: { c: 1 } });
  t.strictSame(write(move(), { b: {} }), { b: {} });
  t.strictSame(
    write({ forEach: 'spec.list[*]', move: { from: 'item.x', to: 'item.y' } }, { list: [{ x: 1 }, { y: 2 }] }),
    { list: [{ y: 1 }, { y: 2 }] },
  );
});

t.test('the pod of a workload is written where it stands', async (t) => {
  const set = setOf([
    policyOf(
      [
        { id: 'R-1', subject: 'pod', forEach: 'spec.containers[*]', default: { 'item.imagePullPolicy': 'Always' } },
        { id: 'R-2', subject: 'pod', default: { 'spec.hostNetwork': false } },
        { id: 'R-3', subject: 'pod', when: 'spec.hostNetwork == false', set: { 'metadata.labels.net': 'pod' } },
      ],
      { match: { preset: 'workloads' } },
    ),
  ]);
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: { template: { spec: { containers: [{ name: 'c' }] } } },
  };
  const mutation = mutateReview(set, reviewOf(object));
  t.strictSame(mutation.object?.spec, {
    template: {
      spec: { containers: [{ name: 'c', imagePullPolicy: 'Always' }], hostNetwork: false },
      metadata: { labels: { net: 'pod' } },
    },
  });
  t.strictSame(
    mutation.changes.map(({ path }) => path),
    [
      'spec.template.spec.containers[0].imagePullPolicy',
      'spec.template.spec.hostNetwork',
      'spec.template.metadata.labels.net',
    ],
  );
});

t.test('garbage in when writes nothing', async (t) => {
  t.strictSame(write({ when: '!cidr.isAny(spec.cidr)', set: { 'spec.a': 1 } }, { cidr: 'ten' }), { cidr: 'ten' });
});

t.test('paths that name no place to write at are refused at load', async (t) => {
  const refused = (rule: Partial<RuleDocument>) => codes(compile([policyOf([{ id: 'R-1', ...rule }])]).problems);
  t.strictSame(refused({ default: { 'spec.**.a': 1 } }), ['bad-path /spec/rules/0/default/spec.**.a']);
  t.strictSame(refused({ set: { 'params.a': 1 } }), ['bad-path /spec/rules/0/set/params.a']);
  t.strictSame(refused({ set: { 'spec[': 1 } }), ['bad-path /spec/rules/0/set/spec[']);
  t.strictSame(refused({ move: { from: 'spec.list[*]', to: 'spec.b' } }), ['bad-path /spec/rules/0/move/from']);
  t.strictSame(refused({ move: { from: 'oldObject.spec.a', to: 'spec.b' } }), ['bad-path /spec/rules/0/move/from']);
  t.strictSame(refused({ remove: 'oldObject.spec.a' }), ['bad-path /spec/rules/0/remove']);
});
