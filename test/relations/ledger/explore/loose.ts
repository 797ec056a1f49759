/**
 * The protocol with one rule loosened at a time, each in a scenario small enough for the explorer to find what breaks:
 * two stored objects in conflict, unless it says otherwise.
 */
import { isOver, LEDGER_RULES } from '../../../../src/relations/ledger/index.ts';
import { keys, NO_FAULTS, programs, ranges, references, twoShards } from './domains.ts';
import type { Invariant } from './invariants.ts';
import type { Looseness, Op, Scenario, StageModel, TimeModel } from './world.ts';

export interface LooseVariant {
  name: string;
  /** The rule of docs/ledger.md that it breaks. */
  rule: string;
  loose: Looseness;
  scenario: Omit<Scenario, 'name'>;
  /** What it is caught by. */
  finds: Invariant;
}

const plain = { retries: 0, faults: NO_FAULTS };

const install: StageModel = {
  opening: { domain: 'keys', generation: 'h', program: 'first', layout: programs.layout, reason: 'install' },
  replicas: ['r', 's'],
  hooked: [true],
};

/** L is longer than the life of a request, 2, by more than the gap, 1. */
const ticking: TimeModel = { life: 4, request: 2, gap: 1, ticks: 7, freezes: 1 };

const racing = {
  ...plain,
  still: true,
  domains: [programs],
  stored: [],
  writers: [[create('x', 'A')], [create('y', 'A')]],
};

function create(slot: string, body: string): Op {
  return { do: 'create', slot, body };
}

export const LOOSE_VARIANTS: LooseVariant[] = [
  {
    name: 'DELETE of a parent only reads the ledger',
    rule: 'marker',
    loose: { rules: { records: (request, claims) => !request.dryRun && claims.some(({ mode }) => mode !== 'marker') } },
    scenario: {
      ...plain,
      domains: [references],
      stored: [{ slot: 'p', body: 'fit' }],
      writers: [[{ do: 'create', slot: 'c', body: '>p' }], [{ do: 'delete', slot: 'p' }]],
    },
    finds: 'I0',
  },
  {
    name: 'a condition is broken after only reading the ledger',
    rule: 'marker',
    loose: { rules: { records: (request, claims) => !request.dryRun && claims.some(({ mode }) => mode !== 'marker') } },
    scenario: {
      ...plain,
      domains: [references],
      stored: [{ slot: 'p', body: 'fit' }],
      writers: [[{ do: 'create', slot: 'c', body: '>p' }], [{ do: 'update', slot: 'p', body: 'unfit' }]],
    },
    finds: 'I0',
  },
  {
    name: 'a key that is claimed already is not written again',
    rule: 'write again',
    loose: { rules: { records: (request, _claims, already) => !request.dryRun && !already } },
    scenario: {
      ...plain,
      domains: [keys],
      stored: [{ slot: 'x', body: 'A' }],
      writers: [
        [
          { do: 'update', slot: 'x', body: 'B' },
          { do: 'update', slot: 'x', body: 'A' },
        ],
        [{ do: 'create', slot: 'y', body: 'A' }],
      ],
    },
    finds: 'I0',
  },
  {
    name: 'a GET that shows the old key ends an update',
    rule: 'over',
    loose: {
      rules: {
        isOver: (attempt, evidence) => isOver(attempt, evidence) || (attempt.operation === 'UPDATE' && !!evidence.live),
      },
    },
    scenario: {
      ...plain,
      domains: [keys],
      stored: [{ slot: 'x', body: 'B' }],
      writers: [[{ do: 'update', slot: 'x', body: 'A' }], [{ do: 'create', slot: 'y', body: 'A' }]],
    },
    finds: 'I0',
  },
  {
    name: 'NotFound ends a create',
    rule: 'over',
    loose: { rules: { isOver: (attempt, evidence) => isOver(attempt, evidence) || evidence.live === null } },
    scenario: {
      ...plain,
      domains: [keys],
      stored: [],
      writers: [[{ do: 'create', slot: 'x', body: 'A' }], [{ do: 'create', slot: 'y', body: 'A' }]],
    },
    finds: 'I0',
  },
  {
    name: 'another uid under the name ends a create',
    rule: 'over',
    loose: {
      rules: {
        isOver: (attempt, evidence) =>
          isOver(attempt, evidence) || (evidence.live !== null && evidence.live.uid !== attempt.uid),
      },
    },
    scenario: {
      ...plain,
      domains: [keys],
      stored: [{ slot: 'x', body: '-' }],
      writers: [
        [{ do: 'create', slot: 'x', body: 'A' }],
        [{ do: 'delete', slot: 'x' }],
        [{ do: 'create', slot: 'y', body: 'A' }],
      ],
    },
    finds: 'I0',
  },
  {
    name: 'a release is written on whatever version there is',
    rule: 'release',
    loose: { releaseOnAnyVersion: true },
    scenario: {
      ...plain,
      domains: [keys],
      stored: [{ slot: 'x', body: 'A' }],
      writers: [
        [
          { do: 'update', slot: 'x', body: 'B' },
          { do: 'update', slot: 'x', body: 'A' },
        ],
        [{ do: 'create', slot: 'y', body: 'A' }],
      ],
    },
    finds: 'I0',
  },
  {
    name: 'the object in the way is read before the shard',
    rule: 'read, then GET',
    loose: { getBeforeRead: true },
    scenario: {
      ...plain,
      domains: [keys],
      stored: [{ slot: 'x', body: 'B' }],
      writers: [[{ do: 'update', slot: 'x', body: 'A' }], [{ do: 'create', slot: 'y', body: 'A' }]],
    },
    finds: 'I0',
  },
  {
    name: 'attempts are taken back by uid',
    rule: 'own nonces',
    loose: { rules: { isOwn: (attempt, own) => attempt.uid === own.uid } },
    scenario: {
      ...plain,
      domains: [twoShards],
      stored: [
        { slot: 'x', body: '-' },
        { slot: 'z', body: 'B' },
      ],
      writers: [
        [{ do: 'update', slot: 'x', body: 'A' }],
        [{ do: 'update', slot: 'x', body: 'AB' }],
        [{ do: 'create', slot: 'y', body: 'A' }],
      ],
    },
    finds: 'I0',
  },
  {
    name: 'a sweep releases by what a cache shows',
    rule: 'release',
    loose: { sweepFromCache: true },
    scenario: {
      ...plain,
      domains: [keys],
      stored: [{ slot: 'x', body: 'A' }],
      writers: [
        [
          { do: 'update', slot: 'x', body: 'B' },
          { do: 'update', slot: 'x', body: 'A' },
        ],
        [{ do: 'create', slot: 'y', body: 'A' }],
      ],
    },
    finds: 'I0',
  },
  {
    name: 'two keys are claimed in the order in which they are asked for',
    rule: 'order',
    loose: { rules: { compareShards: () => 0 } },
    scenario: {
      ...plain,
      domains: [twoShards],
      stored: [],
      writers: [[{ do: 'create', slot: 'x', body: 'AB' }], [{ do: 'create', slot: 'y', body: 'BA' }]],
      progress: ['x', 'y'],
    },
    finds: 'progress',
  },
  {
    name: 'DELETE releases in the admission call',
    rule: 'no release',
    loose: { releaseInAdmission: true },
    scenario: {
      ...plain,
      domains: [keys],
      stored: [{ slot: 'x', body: 'A' }],
      writers: [[{ do: 'delete', slot: 'x' }], [{ do: 'create', slot: 'y', body: 'A' }]],
    },
    finds: 'I0',
  },
  {
    name: 'UPDATE releases its old key in the admission call',
    rule: 'no release',
    loose: { releaseInAdmission: true },
    scenario: {
      ...plain,
      domains: [keys],
      stored: [{ slot: 'x', body: 'A' }],
      writers: [[{ do: 'update', slot: 'x', body: 'B' }], [{ do: 'create', slot: 'y', body: 'A' }]],
    },
    finds: 'I0',
  },
  {
    name: 'a range is claimed in its first shard only',
    rule: 'every shard',
    loose: { rules: { shardsOf: (claim, layout) => LEDGER_RULES.shardsOf(claim, layout).slice(0, 1) } },
    scenario: {
      ...plain,
      domains: [ranges],
      stored: [],
      writers: [[{ do: 'create', slot: 'x', body: '8-12' }], [{ do: 'create', slot: 'y', body: '11-13' }]],
    },
    finds: 'I0',
  },
  {
    name: 'a repeated call gets the answer of the first',
    rule: 'afresh',
    loose: { cachedDecision: true },
    scenario: {
      ...plain,
      domains: [keys],
      stored: [{ slot: 'x', body: 'A' }],
      writers: [
        [{ do: 'update', slot: 'x', body: 'A' }],
        [{ do: 'update', slot: 'x', body: 'B' }],
        [{ do: 'create', slot: 'y', body: 'A' }],
      ],
    },
    finds: 'I0',
  },
  {
    name: 'the parent is read before the claim is written',
    rule: 'claim, then parent',
    loose: { parentBeforeClaims: true },
    scenario: {
      ...plain,
      domains: [references],
      stored: [{ slot: 'p', body: 'fit' }],
      writers: [[{ do: 'create', slot: 'c', body: '>p' }], [{ do: 'delete', slot: 'p' }]],
    },
    finds: 'I0',
  },
  {
    name: 'a generation is opened before every API server calls the webhook',
    rule: 'probe',
    loose: { skipProbe: true },
    scenario: { ...racing, stage: { ...install, hooked: [true, false] } },
    finds: 'I0',
  },
  {
    name: 'a generation is opened before every replica has seen it',
    rule: 'acknowledge',
    loose: { skipLeases: true },
    scenario: { ...racing, stage: install },
    finds: 'I0',
  },
  {
    name: 'a generation is opened while requests from before it may be under way',
    rule: 'wait',
    loose: { skipWait: true },
    scenario: { ...racing, stage: { ...install, replicas: ['r'] } },
    finds: 'I0',
  },
  {
    name: 'a replica acts on new heads only when its renewal was answered',
    rule: 'act, then renew',
    loose: { viewAfterRenewal: true },
    scenario: { ...racing, faults: { ...NO_FAULTS, lost: 1 }, stage: install },
    finds: 'I0',
  },
  {
    name: 'a replica reads the heads before it has a lease',
    rule: 'register, then read',
    loose: { headsBeforeLease: true },
    scenario: { ...racing, stage: { ...install, replicas: ['r'], latecomers: ['s'] } },
    finds: 'I0',
  },
  {
    name: 'a lease is removed while its replica still serves',
    rule: 'D > D′',
    loose: { hastyRemoval: true },
    scenario: { ...racing, stage: install },
    finds: 'I0',
  },
  {
    name: 'an object is adopted beside a write that is under way',
    rule: 'wait out attempts',
    loose: { adoptBesideAttempts: true },
    scenario: {
      ...plain,
      still: true,
      domains: [programs],
      stored: [{ slot: 'x', body: 'A' }],
      writers: [[{ do: 'create', slot: 'y', body: 'A' }]],
      stage: { ...install, replicas: ['r'] },
    },
    finds: 'I0',
  },
  {
    name: 'age is counted from the claim and not from the attempt',
    rule: 'timer',
    loose: { clock: 'claim' },
    scenario: { ...racing, domains: [keys], retries: 1, time: { ...ticking, freezes: 0 } },
    finds: 'I0',
  },
  {
    name: 'timers run on while etcd does not answer',
    rule: 'gap',
    loose: { clock: 'no gap' },
    scenario: { ...racing, domains: [keys], time: ticking },
    finds: 'I0',
  },
  {
    name: 'L is longer than a request by no more than the gap',
    rule: 'timer',
    loose: {},
    scenario: { ...racing, domains: [keys], time: { ...ticking, life: 3 } },
    finds: 'I0',
  },
  {
    name: 'age is told by stamps of wall clocks',
    rule: 'timer',
    loose: { clock: 'wall' },
    scenario: { ...racing, domains: [keys], time: { ...ticking, freezes: 0 } },
    finds: 'I0',
  },
  {
    name: 'age is told by round numbers out of a cache',
    rule: 'timer',
    loose: { clock: 'rounds' },
    scenario: { ...racing, domains: [keys], time: { ...ticking, ticks: 9, freezes: 0 } },
    finds: 'I0',
  },
];
