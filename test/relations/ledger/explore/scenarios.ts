/** The scenarios that have to come out clean. */
import { type Claim, rangeKey } from '../../../../src/relations/ledger/index.ts';
import { slotNamed } from './model.ts';
import type { DomainModel, Faults, Scenario } from './world.ts';

const NO_FAULTS: Faults = { crash: 0, lost: 0, abandon: 0, zombie: 0 };

/** A body is the keys it has: `AB` has A and B. */
const keys: DomainModel = {
  name: 'keys',
  layout: { by: 'hash', count: 1 },
  claims: (body) => [...body].filter((key) => key !== '-').map((value) => exclusive({ type: 'equal', value })),
};

/** A body is `first-last`; addresses from 10 on are in the second shard. */
const ranges: DomainModel = {
  name: 'ranges',
  layout: { by: 'address', lanes: 1, cuts: [rangeKey('', { version: 4, first: 10n, last: 10n }).first] },
  claims: (body) => {
    const [first, last] = body.split('-').map(BigInt);
    return first === undefined || last === undefined ? [] : [exclusive(rangeKey('', { version: 4, first, last }))];
  },
};

function exclusive(key: Claim['key']): Claim {
  return { mode: 'exclusive', key };
}

/** A body that begins with `>` refers to the parent named after it; other bodies are `fit` or `unfit` parents. */
const references: DomainModel = {
  name: 'references',
  layout: { by: 'hash', count: 1 },
  claims: (body) => (body.startsWith('>') ? [{ mode: 'shared', key: parentKey(body.slice(1)) }] : []),
  marker: (_before, after, slot) =>
    after === null || after === 'unfit' ? { mode: 'marker', key: parentKey(slot.name) } : null,
  fits: (_claim, body) => (body === 'unfit' ? { fits: false, reason: 'unfit' } : { fits: true, limit: null }),
};

function parentKey(name: string): Claim['key'] {
  return { type: 'parent', parent: slotNamed(name) };
}

export const SCENARIOS: Scenario[] = [
  {
    name: 'racing creates of one key',
    domains: [keys],
    stored: [],
    writers: [[{ do: 'create', slot: 'x', body: 'A' }], [{ do: 'create', slot: 'y', body: 'A' }]],
    retries: 1,
    faults: { ...NO_FAULTS, crash: 1, lost: 1 },
  },
  {
    name: 'there and back',
    domains: [keys],
    stored: [{ slot: 'x', body: 'A' }],
    writers: [
      [
        { do: 'update', slot: 'x', body: 'B' },
        { do: 'update', slot: 'x', body: 'A' },
      ],
      [{ do: 'create', slot: 'y', body: 'A' }],
    ],
    retries: 0,
    faults: { ...NO_FAULTS, crash: 1, lost: 1, abandon: 1 },
  },
  {
    name: 'overlapping ranges in two shards',
    domains: [ranges],
    stored: [],
    writers: [[{ do: 'create', slot: 'x', body: '8-11' }], [{ do: 'create', slot: 'y', body: '9-12' }]],
    retries: 0,
    faults: { ...NO_FAULTS, crash: 1, lost: 1 },
  },
  {
    name: 'child created while its parent is deleted',
    domains: [references],
    stored: [{ slot: 'p', body: 'fit' }],
    writers: [[{ do: 'create', slot: 'c', body: '>p' }], [{ do: 'delete', slot: 'p' }]],
    retries: 0,
    faults: { ...NO_FAULTS, crash: 1, lost: 1 },
  },
];
