import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { formatPath, type Path, parsePath, type Step } from '../../../src/policies/syntax/path.ts';
import { compilePath, type Place, readPath, visitPath } from '../../../src/policies/syntax/visit.ts';

function pathOf(text: string): Path {
  const parsed = parsePath(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.message}`);
  return parsed.path;
}

function placesOf(root: unknown, text: string): Place[] {
  const places: Place[] = [];
  visitPath(root, pathOf(text), (place) => places.push(place));
  return places;
}

const textsOf = (root: unknown, text: string) => placesOf(root, text).map((place) => formatPath(place.segments));

const POD = {
  metadata: { labels: { 'app.kubernetes.io/name': 'web', tier: 'front' } },
  spec: {
    containers: [
      { name: 'a', ports: [{ number: 80 }, null, { number: 443 }], image: 'a:1' },
      { name: 'b', image: 'b:1' },
    ],
    initContainers: [{ name: 'i', ports: [{ number: 9 }], image: 'i:1' }],
    ephemeralContainers: null,
  },
};

t.test('a single path gives one place, or none when it is absent or null', async (t) => {
  const [place, ...rest] = placesOf(POD, 'spec.containers[1].name');
  t.equal(rest.length, 0);
  t.equal(place?.value, 'b');
  t.same(place?.segments, ['spec', 'containers', 1, 'name']);
  t.equal(place?.parent, POD, 'the parent is the root');
  t.equal(place?.key, null);
  t.equal(place?.index, -1);
  t.equal(place?.last, false);
  t.equal(place?.element, null);
  for (const absent of [
    'spec.none',
    'spec.none.x',
    'spec.ephemeralContainers',
    'spec.containers[2]',
    'spec.containers[0].name.x',
  ]) {
    t.same(placesOf(POD, absent), [], absent);
    t.equal(readPath(POD, pathOf(absent)), null, absent);
  }
});

t.test('a falsy value is present', async (t) => {
  t.same(
    placesOf({ a: 0, b: '', c: false }, '{a,b,c}').map((place) => place.value),
    [0, '', false],
  );
  t.equal(readPath({ a: 0 }, pathOf('a')), 0);
});

t.test('a list has positions and a map has keys, and neither has what it inherits', async (t) => {
  const root = { list: [1, 2], map: { '0': 'zero' }, text: 'abc' };
  for (const absent of [
    'list.length',
    'list["0"]',
    'map[0]',
    'map.constructor',
    'map.toString',
    'text.length',
    'text[0]',
    '__proto__',
  ]) {
    t.equal(readPath(root, pathOf(absent)), null, absent);
  }
  t.equal(readPath(root, pathOf('map["0"]')), 'zero');
  const poisoned: unknown = JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}');
  t.equal(readPath(poisoned, pathOf('__proto__.x')), 1, 'an own key of this name is a key');
  t.same(readPath(poisoned, pathOf('[*]')), [{ x: 1 }, 2]);
});

t.test('a wildcard visits lists and maps in order and tells the position', async (t) => {
  const ports = placesOf(POD, 'spec.containers[*].ports[*].number');
  t.same(
    ports.map((place) => formatPath(place.segments)),
    ['spec.containers[0].ports[0].number', 'spec.containers[0].ports[2].number'],
  );
  t.same(
    ports.map((place) => [place.value, place.key, place.index, place.last]),
    [
      [80, 0, 0, false],
      [443, 2, 2, true],
    ],
  );
  t.equal(ports[0]?.element, POD.spec.containers[0]?.ports?.[0], 'the element is what the nearest wildcard took');
  t.equal(ports[0]?.parent, POD.spec.containers[0]?.ports?.[0], 'it encloses the number');
  const labels = placesOf(POD, 'metadata.labels[*]');
  t.same(
    labels.map((place) => [place.key, place.index, place.last, place.value]),
    [
      ['app.kubernetes.io/name', 0, false, 'web'],
      ['tier', 1, true, 'front'],
    ],
  );
});

t.test('the parent of an element is the element around it, and the root where there is none', async (t) => {
  const [port] = placesOf(POD, 'spec.containers[*].ports[*]');
  t.equal(port?.parent, POD.spec.containers[0]);
  t.equal(port?.element, port?.value);
  const [container] = placesOf(POD, 'spec.containers[*]');
  t.equal(container?.parent, POD);
  const grid = { rows: [[1, 2], [3]] };
  t.equal(placesOf(grid, 'rows[*][*]')[0]?.parent, grid.rows[0], 'a list can be an element');
});

t.test("alternatives visit in the order written; a list they came to is nobody's parent", async (t) => {
  t.same(textsOf(POD, 'spec.{initContainers,containers,ephemeralContainers}[*].name'), [
    'spec.initContainers[0].name',
    'spec.containers[0].name',
    'spec.containers[1].name',
  ]);
  t.equal(placesOf(POD, 'spec.{containers,initContainers}[*]')[0]?.parent, POD);
  const route = { spec: { http: { rules: [{ port: 1 }] } } };
  t.equal(placesOf(route, 'spec.{http,tcp}.rules[*]')[0]?.parent, route.spec.http, 'a map is');
});

t.test('a filter takes the elements that are strictly equal and keeps their positions', async (t) => {
  const node = {
    addresses: [
      { type: 'Hostname', address: 'n1' },
      { type: 'InternalIP', address: '10.0.0.1' },
      'InternalIP',
      { type: 'InternalIP', address: '10.0.0.2' },
    ],
  };
  const places = placesOf(node, 'addresses[type=InternalIP].address');
  t.same(
    places.map((place) => [place.value, place.index, place.last]),
    [
      ['10.0.0.1', 1, false],
      ['10.0.0.2', 3, true],
    ],
  );
  t.same(textsOf({ p: [{ n: 22 }, { n: '22' }] }, 'p[n=22]'), ['p[0]']);
  t.same(textsOf({ p: [{ n: 22 }, { n: '22' }] }, 'p[n="22"]'), ['p[1]']);
  t.same(textsOf({ p: { x: { a: { b: true } }, y: { a: {} } } }, 'p[a.b=true]'), ['p.x']);
});

t.test('** visits every level once, in document order', async (t) => {
  t.same(textsOf(POD, '**.image'), [
    'spec.containers[0].image',
    'spec.containers[1].image',
    'spec.initContainers[0].image',
  ]);
  t.same(textsOf({ a: { b: [1, { c: null }] } }, 'a.**'), ['a', 'a.b', 'a.b[0]', 'a.b[1]']);
  t.same(textsOf({ x: { x: { x: 1 } } }, '**.x'), ['x', 'x.x', 'x.x.x']);
  const deep = { spec: { ports: [{ n: 1 }], a: { ports: [{ n: 2 }] } } };
  const ports = placesOf(deep, 'spec.**.ports[*]');
  t.same(
    ports.map((place) => place.parent),
    [deep.spec, deep.spec.a],
  );
  const keyed = placesOf({ a: { b: { name: 1 } } }, '**.name')[0];
  t.equal(keyed?.key, 'b');
  t.equal(keyed?.index, -1, 'a level is no position of a wildcard');
  const item = { inner: 1 };
  t.equal(placesOf({ list: [item] }, 'list[*].**')[0]?.value, item);
  t.not(placesOf({ list: [item] }, 'list[*].**')[0]?.parent, item, 'a place is never its own parent');
});

t.test('nothing is visited below a root that is absent', async (t) => {
  for (const text of ['a', '[*]', '**']) {
    t.same(placesOf(null, text), []);
    t.same(placesOf(undefined, text), []);
  }
  t.same(readPath(null, pathOf('a[*]')), []);
});

t.test('an object 10,000 levels deep is walked without overflowing the stack', async (t) => {
  let root: Record<string, unknown> = { name: 'bottom' };
  for (let level = 0; level < 10_000; level++) root = level % 2 === 0 ? { name: level, x: root } : { x: [root] };
  const places = placesOf(root, '**.name');
  t.equal(places.length, 5_001);
  t.equal(places.at(-1)?.value, 'bottom');
  t.equal(places.at(-1)?.segments.length, 15_001);
});

t.test('places may be kept after the visit', async (t) => {
  const places = placesOf(POD, 'spec.containers[*]');
  t.same(
    places.map((place) => place.index),
    [0, 1],
  );
  t.same(
    places.map((place) => formatPath(place.segments)),
    ['spec.containers[0]', 'spec.containers[1]'],
  );
});

t.test('a compiled path can be used for many objects', async (t) => {
  const compiled = compilePath(pathOf('a[*].b'));
  t.equal(compiled.single, false);
  t.same(compiled.read({ a: [{ b: 1 }, { b: 2 }] }), [1, 2]);
  t.same(compiled.read({ a: [] }), []);
  t.equal(compilePath(pathOf('a.b')).single, true);
});

const json = fc.jsonValue({ depthSize: 'medium' }) as fc.Arbitrary<unknown>;

function readSteps(root: unknown, steps: readonly Step[]): unknown {
  return steps.reduce<unknown>((value, step) => (value as Record<Step, unknown>)[step], root);
}

function everyPlace(value: unknown, steps: Step[], found: string[]): void {
  if (value === null || value === undefined) return;
  found.push(formatPath(steps));
  if (typeof value !== 'object') return;
  const entries: [Step, unknown][] = Array.isArray(value) ? value.map((item, at) => [at, item]) : Object.entries(value);
  for (const [step, child] of entries) everyPlace(child, [...steps, step], found);
}

t.test('** finds exactly what a plain recursion finds, and each place stands where it says', async () => {
  fc.assert(
    fc.property(json, (root) => {
      const places = placesOf(root, '**');
      const expected: string[] = [];
      everyPlace(root, [], expected);
      assert.deepEqual(
        places.map((place) => formatPath(place.segments)),
        expected,
      );
      return places.every((place) => Object.is(readSteps(root, place.segments), place.value));
    }),
  );
});

t.test('the concrete path of a place reads the place', async () => {
  fc.assert(
    fc.property(json, (root) =>
      placesOf(root, '**[*]').every((place) =>
        Object.is(readPath(root, pathOf(formatPath(place.segments))), place.value),
      ),
    ),
  );
});
