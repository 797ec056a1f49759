import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  deepEqual,
  type Interval,
  type Json,
  type JsonObject,
  type Known,
  overlapInterval,
  parseAddress,
  parseRange,
} from '../../src/policies/index.ts';
import { type Identity, identityOf } from '../../src/relations/object-table.ts';
import { createRelationIndex, type RelationIndex } from '../../src/relations/relation-index.ts';
import type { RelationPlan } from '../../src/relations/relation-plan.ts';
import { type Happening, HOSTS, happening, PLAN, POOLS, placed, SITES, specOf } from './sample-plan.ts';

type Stored = Identity & { object: JsonObject };

/** What is stored, as a plain list: the model that the index is compared with. */
function happen(stored: Stored[], event: Happening): Stored[] {
  const there = (own: Identity, other: Identity): boolean =>
    own.resource === other.resource && own.namespace === other.namespace && own.name === other.name;
  const put = (list: Stored[], object: JsonObject): Stored[] => {
    const identity = identityOf(event.resource, object);
    return [...list.filter((own) => !there(own, identity)), { ...identity, object }];
  };
  if (event.type === 'relist') {
    const others = stored.filter(({ resource }) => resource !== event.resource);
    return event.objects.reduce(put, others);
  }
  if (event.type !== 'deleted') return put(stored, event.object);
  const gone = identityOf(event.resource, event.object);
  const otherUid = (own: Identity): boolean => own.uid !== '' && gone.uid !== '' && own.uid !== gone.uid;
  return stored.filter((own) => !there(own, gone) || otherUid(own));
}

function feed(index: RelationIndex, event: Happening): void {
  if (event.type === 'relist') index.relist(event.resource, event.objects);
  else index.apply(event);
}

function known(index: RelationIndex): RelationIndex {
  for (const resource of index.resources) index.markKnown(resource);
  return index;
}

function value<T>(answer: Known<T>): T {
  assert.ok(answer.known, answer.known ? '' : answer.reason);
  return answer.value;
}

const others = (stored: Stored[], self: Identity): Stored[] =>
  stored.filter(
    (own) =>
      !(own.uid !== '' && own.uid === self.uid) &&
      !(own.resource === self.resource && own.namespace === self.namespace && own.name === self.name),
  );

const nameOf = (own: Identity, path: string): string => `${own.resource} ${own.namespace}/${own.name} ${path}`;

const namesOf = (holders: (Identity & { path: string })[]): string[] =>
  holders.map((holder) => nameOf(holder, holder.path)).sort();

const LISTS = ['nets', 'ips', 'pools'];

/** Reads one field of every object, a list of the plan element by element. */
function readAll(stored: Stored[], resources: string[], field: string): { own: Stored; value: Json; path: string }[] {
  return stored
    .filter(({ resource }) => resources.includes(resource))
    .flatMap((own) => {
      const read = specOf(own.object, field);
      if (!LISTS.includes(field)) return [{ own, value: read, path: `spec.${field}` }];
      const list = Array.isArray(read) ? read : [];
      return list.map((element, i) => ({ own, value: element, path: `spec.${field}[${i}]` }));
    });
}

const HELD_BY_NOBODY: Json[] = [null, '', ['i1', null]];

function compareDomains(index: RelationIndex, stored: Stored[], self: Identity): void {
  const rest = others(stored, self);
  for (const dc of ['east', 'west', null]) {
    for (const text of ['10.0.0.0/24', '10.0.0.205', '10.0.0.0-10.0.2.0', 'fd00::/48', 'fd00::8']) {
      const asked = parseRange(text) as Interval;
      const wanted = readAll(rest, [SITES, POOLS], 'nets')
        .filter(({ own }) => specOf(own.object, 'dc') === dc)
        .filter((claim) => {
          const range = parseRange(claim.value as string);
          return range !== null && overlapInterval(range, asked);
        })
        .map(({ own, path }) => nameOf(own, path));
      if (dc === 'east' && overlapInterval(parseRange('10.0.0.200-10.0.0.210') as Interval, asked)) wanted.push(' / ');
      const question = { domain: 'sample/nets', scope: [dc], range: text, exclude: self };
      assert.deepEqual(namesOf(value(index.overlapping(question))), wanted.sort());
      const sites = wanted.filter((name) => name.startsWith(`${SITES} `));
      assert.deepEqual(namesOf(value(index.overlapping({ ...question, members: ['site'] }))), sites);
    }
  }
  for (const key of ['i1', 'i2', 1, '1', ['i1', 'x'], ...HELD_BY_NOBODY]) {
    const wanted = readAll(rest, [SITES, HOSTS], 'id')
      .filter((claim) => deepEqual(claim.value, key) && !HELD_BY_NOBODY.some((none) => deepEqual(none, key)))
      .map(({ own, path }) => nameOf(own, path));
    const holders = value(index.holders({ domain: 'sample/ids', scope: null, key, exclude: self }));
    assert.deepEqual(namesOf(holders), wanted.sort());
  }
  for (const address of ['10.0.0.1', 'fd00::7']) {
    const wanted = readAll(rest, [HOSTS], 'ips')
      .filter((claim) => parseAddress(claim.value as string) !== null && claim.value === address)
      .map(({ own, path }) => nameOf(own, path));
    const holders = value(
      index.overlapping({ domain: 'sample/addresses', scope: null, range: address, exclude: self }),
    );
    assert.deepEqual(namesOf(holders), wanted.sort());
  }
}

function compareReferences(index: RelationIndex, stored: Stored[], self: Identity): void {
  const rest = others(stored, self);
  for (const name of ['n1', 'p1', 'p2']) {
    for (const namespace of ['a', 'b']) {
      const wanted = readAll(rest, [SITES, HOSTS], 'pools')
        .filter((claim) => claim.value === name && namespace === 'a')
        .map(({ own, path }) => nameOf(own, path));
      const answer = value(index.referrers({ resource: POOLS, namespace, name, exclude: self, limit: 2 }));
      assert.equal(answer.count, wanted.length);
      assert.deepEqual(
        answer.holders.map((holder) => nameOf(holder, holder.path)),
        wanted.sort().slice(0, 2),
      );
      const targets = stored.filter(
        (own) => own.resource === POOLS && own.namespace === namespace && own.name === name,
      );
      assert.deepEqual(
        value(index.targets({ reference: 'REF-POOL', namespace, key: name })),
        targets.map(({ object }) => object.metadata).map((metadata) => ({ metadata })),
      );
    }
    const site = stored.find((own) => own.resource === SITES && own.name === name);
    const id = site ? specOf(site.object, 'id') : null;
    const wanted = readAll(rest, [HOSTS], 'site')
      .filter((claim) => claim.value !== '' && claim.value !== null && deepEqual(claim.value, id))
      .map(({ own, path }) => nameOf(own, path));
    const question = { resource: SITES, namespace: '', name, exclude: self };
    assert.deepEqual(namesOf(value(index.referrers(question)).holders), wanted.sort());
    if (site) assert.deepEqual(namesOf(value(index.referrers({ ...question, object: site.object })).holders), wanted);
  }
  for (const key of ['i1', 'i2', 1]) {
    const targets = stored.filter((own) => own.resource === SITES && deepEqual(specOf(own.object, 'id'), key));
    const found = value(index.targets({ reference: 'REF-SITE', namespace: '', key }));
    assert.deepEqual(
      found.map(({ metadata }) => (metadata as JsonObject).name),
      targets.map(({ name }) => name).sort(),
    );
  }
}

function compareRest(index: RelationIndex, stored: Stored[], self: Identity): void {
  const rest = others(stored, self);
  for (const dc of ['east', 'west', null]) {
    const own = rest.filter(({ resource, object }) => resource === HOSTS && specOf(object, 'dc') === dc);
    const amounts = own.map(({ object }) => specOf(object, 'cpus'));
    const numbers = amounts.filter((amount) => typeof amount === 'number');
    assert.deepEqual(value(index.total({ counter: 'LIMIT-CPUS', key: [dc], exclude: self })), {
      count: own.length,
      sum: numbers.reduce((sum, amount) => sum + Math.round(amount * 10), 0) / 10,
      unreadable: amounts.length - numbers.length,
    });
  }
  const sites = rest.filter(({ resource }) => resource === SITES);
  assert.deepEqual(
    value(index.find({ resource: SITES, namespace: null, name: null, exclude: self })),
    sites
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ object }) => ({ metadata: object.metadata, spec: { dc: specOf(object, 'dc') } })),
  );
  const named = stored.filter(({ resource, namespace }) => resource === HOSTS && namespace === 'b');
  const found = value(index.find({ resource: HOSTS, namespace: 'b', name: null }));
  assert.deepEqual(
    found.map(({ metadata }) => (metadata as JsonObject).name),
    named.map(({ name }) => name).sort(),
  );
  assert.equal(index.statistics().objects, stored.length);
}

t.test('after any events, every answer is what a look at every object finds', async (t) => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 30 }), placed, (events, reviewed) => {
      const index = known(createRelationIndex(PLAN));
      let stored: Stored[] = [];
      for (const event of events) {
        feed(index, event);
        stored = happen(stored, event);
      }
      const self = identityOf(reviewed.resource, reviewed.object);
      compareDomains(index, stored, self);
      compareReferences(index, stored, self);
      compareRest(index, stored, self);
    }),
    { numRuns: 300 },
  );
  t.pass();
});

t.test('an index that was emptied answers as a new one does', async (t) => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 30 }), (events) => {
      const index = known(createRelationIndex(PLAN));
      for (const event of events) feed(index, event);
      for (const resource of index.resources) index.relist(resource, []);
      assert.deepEqual(index.statistics(), createRelationIndex(PLAN).statistics());
      const question = { domain: 'sample/nets', scope: ['east'], range: '0.0.0.0/0' };
      assert.deepEqual(
        value(index.overlapping(question)).map(({ member }) => member),
        ['elsewhere'],
      );
    }),
  );
  t.pass();
});

const site = (name: string, spec: JsonObject, uid = ''): JsonObject => ({ metadata: { name, uid }, spec });

t.test('what is not listed yet, or no longer trusted, has no answer and says why', async (t) => {
  const index = createRelationIndex(PLAN);
  const question = { domain: 'sample/nets', scope: ['east'], range: '10.0.0.0/8' };
  index.markKnown(SITES);
  t.same(index.overlapping(question), { known: false, reason: '`pools.example.io` has not been listed yet' });
  t.same(index.overlapping({ ...question, members: ['site'] }), { known: true, value: [] }, 'no pool is asked');
  t.match(index.overlapping({ ...question, members: ['elsewhere'] }), { known: true, value: [{ name: '' }] });
  index.markKnown(POOLS);
  t.match(index.overlapping(question), { known: true });
  index.markUnknown(POOLS, 'pools.example.io: no word for 40 s');
  t.same(index.overlapping(question), { known: false, reason: 'pools.example.io: no word for 40 s' });
  t.match(index.nextFree({ domain: 'sample/nets', scope: null, pool: '10.0.0.0/8', prefixLength: 16 }), {
    known: false,
  });
  t.match(index.referrers({ resource: POOLS, namespace: 'a', name: 'p1' }), { known: false, reason: /hosts/ });
  t.match(index.total({ counter: 'LIMIT-CPUS', key: ['east'] }), { known: false, reason: /hosts/ });
  t.match(index.targets({ reference: 'REF-POOL', namespace: 'a', key: 'p1' }), { known: false, reason: /pools/ });
});

t.test('what no policy declares has no answer and says why', async (t) => {
  const index = known(createRelationIndex(PLAN));
  t.match(index.holders({ domain: 'x/y', scope: null, key: 'k' }), { known: false, reason: /domain `x\/y`/ });
  t.match(index.total({ counter: 'X', key: null }), { known: false, reason: /counter `X`/ });
  t.match(index.targets({ reference: 'X', namespace: '', key: 'k' }), { known: false, reason: /reference `X`/ });
  t.match(index.referrers({ resource: SITES, namespace: '', name: 'n', reference: 'REF-POOL' }), {
    known: false,
    reason: 'no policy declares the reference to sites.example.io `REF-POOL`',
  });
  t.match(index.find({ resource: 'secrets', namespace: null, name: null }), {
    known: false,
    reason: /`secrets` is not watched/,
  });
});

t.test('an object never meets itself: by uid, by place, and never by value', async (t) => {
  const index = known(createRelationIndex(PLAN));
  const object = site('n1', { dc: 'east', nets: ['10.0.0.0/24'] }, 'u1');
  index.apply({ type: 'added', resource: SITES, object });
  const ask = (exclude: Identity): string[] =>
    value(
      index.overlapping({ domain: 'sample/nets', scope: ['east'], range: '10.0.0.7', members: ['site'], exclude }),
    ).map(({ name }) => name);
  const place = { resource: SITES, namespace: '', name: 'n1' };
  t.same(ask({ ...place, uid: 'u1' }), []);
  t.same(ask({ ...place, uid: '' }), [], 'a file or a dry run has no uid');
  t.same(ask({ ...place, uid: 'u2' }), [], 'created again before the deletion was seen');
  t.same(ask({ ...place, resource: 'sites.other.io', uid: 'u1' }), [], 'served from two places');
  t.same(ask({ ...place, name: 'n2', uid: 'u2' }), ['n1'], 'the same value in another object');
  t.same(ask({ ...place, name: '', uid: '' }), ['n1'], 'nothing is known of the one under review');
});

t.test('a late deletion does not take out what was created again', async (t) => {
  const index = known(createRelationIndex(PLAN));
  const find = (): JsonObject[] => value(index.find({ resource: SITES, namespace: '', name: 'n1' }));
  index.apply({ type: 'added', resource: SITES, object: site('n1', {}, 'u2') });
  index.apply({ type: 'deleted', resource: SITES, object: site('n1', {}, 'u1') });
  t.equal(find().length, 1);
  index.apply({ type: 'deleted', resource: SITES, object: site('n1', {}, 'u2') });
  t.equal(find().length, 0);
});

t.test('the next free network is clear of every member, constants too', async (t) => {
  const index = known(createRelationIndex(PLAN));
  index.apply({ type: 'added', resource: SITES, object: site('n1', { dc: 'east', nets: ['10.0.0.0/25'] }) });
  const pool = { metadata: { name: 'p1', namespace: 'a' }, spec: { dc: 'east', nets: ['10.0.0.128/26'] } };
  index.apply({ type: 'added', resource: POOLS, object: pool });
  const ask = (prefixLength: number, text = '10.0.0.0/24'): string | null =>
    value(index.nextFree({ domain: 'sample/nets', scope: ['east'], pool: text, prefixLength }));
  t.equal(ask(29), '10.0.0.192/29');
  t.equal(ask(28), '10.0.0.224/28', 'behind the constant 10.0.0.200-10.0.0.210');
  t.equal(ask(26), null);
  t.equal(ask(26, 'lan'), null);
  t.equal(ask(64, 'fd00::/48'), 'fd00::/64');
});

t.test('a range that cannot be read holds nothing, and is counted', async (t) => {
  const index = known(createRelationIndex(PLAN));
  index.apply({ type: 'added', resource: SITES, object: site('n1', { dc: 'east', nets: ['lan', '', '10.0.0.0/24'] }) });
  const { claims, unreadable } = index.statistics();
  t.equal(claims['sample/nets'], 2, 'the constant and one net');
  t.equal(unreadable['sample/nets'], 1);
  index.apply({ type: 'modified', resource: SITES, object: site('n1', {}) });
  t.equal(index.statistics().unreadable['sample/nets'], 0);
});

t.test('accept is asked before the limit counts, and may throw', async (t) => {
  const index = known(createRelationIndex(PLAN));
  for (const name of ['n1', 'n2', 'n3', 'n4']) {
    index.apply({
      type: 'added',
      resource: SITES,
      object: site(name, { dc: 'east', id: name, nets: ['10.0.0.0/24'] }),
    });
  }
  const question = { domain: 'sample/nets', scope: ['east'], range: '10.0.0.7', limit: 1 };
  const answer = value(index.overlapping({ ...question, accept: ({ home }) => home === 'n1' }));
  t.match(answer, [{ name: 'n1', member: 'site', value: '10.0.0.0/24', attributes: { dc: 'east' }, home: 'n1' }]);
  const spent = new Error('budget spent');
  t.throws(
    () =>
      index.overlapping({
        ...question,
        accept: () => {
          throw spent;
        },
      }),
    spent,
  );
});

t.test('an object that a plan cannot read leaves everything as it was, and its resource unknown', async (t) => {
  const plan: RelationPlan = {
    ...PLAN,
    counters: [
      {
        name: 'BROKEN',
        resource: SITES,
        contributions(object) {
          if (specOf(object, 'bad') === true) throw new Error('cannot count');
          return [];
        },
      },
    ],
  };
  const index = known(createRelationIndex(plan));
  index.apply({ type: 'added', resource: SITES, object: site('n1', { id: 'i1' }) });
  const bad = site('n1', { id: 'i2', bad: true });
  t.throws(() => index.apply({ type: 'modified', resource: SITES, object: bad }), { message: 'cannot count' });
  const question = { domain: 'sample/ids', scope: null, members: ['site'] };
  t.same(index.holders({ ...question, key: 'i1' }), {
    known: false,
    reason: '`sites.example.io` cannot be relied on: reading `n1` failed: cannot count',
  });
  index.markKnown(SITES);
  t.equal(value(index.holders({ ...question, key: 'i1' })).length, 1);
  t.equal(value(index.holders({ ...question, key: 'i2' })).length, 0);
});

t.test('an object without a name is refused, and one of a resource that is not watched is passed over', async (t) => {
  const index = createRelationIndex(PLAN);
  t.throws(() => index.apply({ type: 'added', resource: SITES, object: { spec: {} } }), {
    message: 'an object of `sites.example.io` has no name, wanted metadata.name',
  });
  index.apply({ type: 'added', resource: 'secrets', object: site('s', {}) });
  t.equal(index.statistics().objects, 0);
  t.same(index.resources, [HOSTS, POOLS, SITES]);
});
