/** What bodies mean, domain by domain. */
import { type Claim, rangeKey, type Slot } from '../../../../src/relations/ledger/index.ts';
import { slotNamed } from './model.ts';
import type { DomainModel, Faults } from './world.ts';

export const NO_FAULTS: Faults = { crash: 0, lost: 0, abandon: 0, zombie: 0 };

/** A body is the keys it has: `AB` has A and B, `-` none. */
export const keys: DomainModel = {
  name: 'keys',
  layout: { by: 'hash', count: 1 },
  claims: (body) => [...body].filter((key) => key !== '-').map((value) => exclusive({ type: 'equal', value })),
};

/** The same, with A in the first shard and B in the second. */
export const twoShards: DomainModel = { ...keys, layout: { by: 'hash', count: 2 } };

/** The first letter is the key by the program `first`, the second by `second`. */
export const programs: DomainModel = {
  ...keys,
  claims: (body, slot, program) => keys.claims((program === 'second' ? body[1] : body[0]) ?? '-', slot, program),
};

/** A `+` behind the key: it may be shared by those that have one. */
export const shared: DomainModel = {
  ...keys,
  claims: (body) => [
    { ...exclusive({ type: 'equal', value: body[0] ?? '' }), attributes: { shared: body.endsWith('+') } },
  ],
  excused: (a, b) => a.attributes?.shared === true && b.attributes?.shared === true,
};

/** A body is `first-last`; addresses from 10 on are in the second shard. */
export const ranges: DomainModel = {
  name: 'ranges',
  layout: { by: 'address', lanes: 1, cuts: [rangeKey('', { version: 4, first: 10n, last: 10n }).first] },
  claims: (body) => {
    const [first = 0n, last = 0n] = body.split('-').map(BigInt);
    return [exclusive(rangeKey('', { version: 4, first, last }))];
  },
};

/** A body that begins with `>` refers to the parent named after it; other bodies are `fit` or `unfit` parents. */
export const references: DomainModel = {
  name: 'references',
  layout: { by: 'hash', count: 1 },
  claims: (body) => (body.startsWith('>') ? [{ mode: 'shared', key: parentKey(body.slice(1)) }] : []),
  marker: (before, after, slot) => (before === 'fit' && after !== 'fit' ? marker(slot) : null),
  fits: (_claim, body) => (body === 'unfit' ? { fits: false, reason: 'unfit' } : { fits: true, limit: null }),
};

/** A body `>p 2` takes two of what `p` allows, `>p` one; a body `max 2` allows two. */
export const limits: DomainModel = {
  name: 'limits',
  layout: { by: 'hash', count: 1 },
  claims: (body) => {
    if (!body.startsWith('>')) return [];
    const [parent = '', amount = '1'] = body.slice(1).split(' ');
    return [{ mode: 'count', key: parentKey(parent), amount: Number(amount) }];
  },
  marker: (before, after, slot) => {
    const limit = limitOf(after ?? '');
    return limit !== null && limit < (limitOf(before) ?? 0) ? { ...marker(slot), limit } : null;
  },
  fits: (_claim, body) => ({ fits: true, limit: limitOf(body) }),
};

function limitOf(body: string): number | null {
  return body.startsWith('max ') ? Number(body.slice(4)) : null;
}

function exclusive(key: Claim['key']): Claim {
  return { mode: 'exclusive', key };
}

function marker(slot: Slot): Claim {
  return { mode: 'marker', key: parentKey(slot.name) };
}

function parentKey(name: string): Claim['key'] {
  return { type: 'parent', parent: slotNamed(name) };
}
