/** A small plan that has one of everything, and random objects and events for it. */
import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/policies/index.ts';
import type { ObjectEvent } from '../../src/relations/questions.ts';
import type { RangeClaim, RelationPlan } from '../../src/relations/relation-plan.ts';

export const SITES = 'sites.example.io';
export const POOLS = 'pools.example.io';
export const HOSTS = 'hosts.example.io';

/** The field, null where it is absent. */
export function specOf(object: JsonObject, field: string): Json {
  return (object.spec as JsonObject)[field] ?? null;
}

function listOf(object: JsonObject, field: string): string[] {
  return (specOf(object, field) ?? []) as string[];
}

function claimNets(object: JsonObject): RangeClaim[] {
  return listOf(object, 'nets').map((range, i) => ({
    scope: [specOf(object, 'dc')],
    path: `spec.nets[${i}]`,
    attributes: { dc: specOf(object, 'dc') },
    home: specOf(object, 'id'),
    range,
  }));
}

export const PLAN: RelationPlan = {
  domains: [
    {
      name: 'sample/nets',
      type: 'range',
      members: [
        { as: 'site', resource: SITES, claims: claimNets },
        { as: 'pool', resource: POOLS, claims: claimNets },
        {
          as: 'elsewhere',
          resource: null,
          constants: [{ scope: ['east'], path: '', attributes: {}, home: null, range: '10.0.0.200-10.0.0.210' }],
        },
      ],
    },
    {
      name: 'sample/ids',
      type: 'key',
      members: [SITES, HOSTS].map((resource) => ({
        as: resource === SITES ? 'site' : 'host',
        resource,
        claims: (object: JsonObject) => [
          { scope: null, path: 'spec.id', attributes: {}, home: null, key: specOf(object, 'id') },
        ],
      })),
    },
    {
      name: 'sample/addresses',
      type: 'ip',
      members: [
        {
          as: 'host',
          resource: HOSTS,
          claims: (object) =>
            listOf(object, 'ips').map((range, i) => ({
              scope: null,
              path: `spec.ips[${i}]`,
              attributes: {},
              home: null,
              range,
            })),
        },
      ],
    },
  ],
  references: [
    {
      name: 'REF-POOL',
      from: [SITES, HOSTS].map((resource) => ({
        resource,
        references: (object: JsonObject) =>
          listOf(object, 'pools').map((key, i) => ({ namespace: 'a', key, path: `spec.pools[${i}]` })),
      })),
      to: { resource: POOLS, keys: null },
    },
    {
      name: 'REF-SITE',
      from: [
        {
          resource: HOSTS,
          references: (object) => [{ namespace: '', key: specOf(object, 'site'), path: 'spec.site' }],
        },
      ],
      to: { resource: SITES, keys: (object) => [specOf(object, 'id')] },
    },
  ],
  counters: [
    {
      name: 'LIMIT-CPUS',
      resource: HOSTS,
      contributions(object) {
        const amount = specOf(object, 'cpus');
        return [{ key: [specOf(object, 'dc')], amount: typeof amount === 'number' ? amount : null }];
      },
    },
  ],
  projections: [
    { resource: SITES, project: (object) => ({ metadata: object.metadata ?? {}, spec: { dc: specOf(object, 'dc') } }) },
  ],
};

const NETS = ['10.0.0.0/24', '10.0.0.128/25', '10.0.0.205', '10.0.1.0-10.0.2.9', 'fd00::/64', 'fd00::7', 'lan', ''];
const address = fc.constantFrom('10.0.0.1', '10.0.0.2', 'fd00::7', '10.0.0.0/24', 'x');

const spec: fc.Arbitrary<JsonObject> = fc.record(
  {
    dc: fc.constantFrom('east', 'west'),
    id: fc.constantFrom<Json>('i1', 'i2', 1, ['i1', 'x'], ['i1', null], ''),
    nets: fc.array(fc.constantFrom(...NETS), { maxLength: 3 }),
    ips: fc.array(address, { maxLength: 3 }),
    pools: fc.array(fc.constantFrom('p1', 'p2', 'n1'), { maxLength: 2 }),
    site: fc.constantFrom<Json>('i1', 'i2', 1, ''),
    cpus: fc.constantFrom<Json>(1, 2.5, 0.1, 0.2, 'many'),
  },
  { requiredKeys: [] },
);

/** `resource` and an object of it, whose places and uids are few enough to meet. */
export const placed: fc.Arbitrary<{ resource: string; object: JsonObject }> = fc
  .record({
    resource: fc.constantFrom(SITES, POOLS, HOSTS),
    name: fc.constantFrom('n1', 'p1', 'p2'),
    namespace: fc.constantFrom('a', 'b'),
    generation: fc.constantFrom('', '1', '2'),
    spec,
  })
  .map(({ resource, name, namespace, generation, spec }) => {
    const own = resource === SITES ? '' : namespace;
    const uid = generation && `${resource}/${own}/${name}#${generation}`;
    const metadata = { name, ...(own !== '' && { namespace: own }), ...(uid !== '' && { uid }) };
    return { resource, object: { metadata, spec } };
  });

/** An event, or everything there is of a resource. */
export type Happening = ObjectEvent | { type: 'relist'; resource: string; objects: JsonObject[] };

export const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.constantFrom('added' as const, 'modified' as const), placed).map(([type, place]) => ({
      type,
      ...place,
    })),
  },
  { weight: 4, arbitrary: placed.map((place) => ({ type: 'deleted' as const, ...place })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(SITES, POOLS, HOSTS), fc.array(placed, { maxLength: 6 }))
      .map(([resource, all]) => ({
        type: 'relist' as const,
        resource,
        objects: all.filter((place) => place.resource === resource).map(({ object }) => object),
      })),
  },
);
