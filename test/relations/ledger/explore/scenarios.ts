/** The scenarios that have to come out clean. */
import { keys, limits, NO_FAULTS, programs, ranges, references, shared, twoShards } from './domains.ts';
import type { Faults, Op, Scenario, StageModel, TimeModel } from './world.ts';

const create = (slot: string, body: string, finalizer = false): Op => ({ do: 'create', slot, body, finalizer });
const update = (slot: string, body: string): Op => ({ do: 'update', slot, body });
const remove = (slot: string): Op => ({ do: 'delete', slot });
const finalize = (slot: string): Op => ({ do: 'finalize', slot });

/** A crash and a lost answer anywhere; late commits and aborts come without counting. */
const ONE_EACH: Faults = { ...NO_FAULTS, crash: 1, lost: 1 };
/** All that may go wrong, once each. */
const ALL: Faults = { crash: 1, lost: 1, abandon: 1, zombie: 1 };

const plain = { stored: [], retries: 0, faults: ONE_EACH };

const opening = {
  domain: 'keys',
  generation: 'h',
  program: 'first',
  layout: keys.layout,
  reason: 'install',
} as const;

const install: StageModel = { opening, replicas: ['r', 's'], hooked: [true] };
const change: StageModel = {
  opening: { ...opening, program: 'second', reason: 'change' },
  before: { generation: 'g', program: 'first' },
  replicas: ['r', 's'],
  hooked: [true],
};

const ticking: TimeModel = { life: 4, request: 2, gap: 1, ticks: 5, freezes: 1 };

export const SCENARIOS: Scenario[] = [
  {
    ...plain,
    name: 'three creates race for one key',
    domains: [keys],
    writers: [[create('x', 'A')], [create('y', 'A')], [create('z', 'A')]],
    progress: ['x', 'y', 'z'],
    tidy: true,
  },
  {
    ...plain,
    name: 'two creates race for one key and are repeated',
    domains: [keys],
    writers: [[create('x', 'A')], [create('y', 'A')]],
    retries: 1,
    faults: ALL,
  },
  {
    ...plain,
    name: 'two keys in two shards, asked for in opposite order, and one of them alone',
    domains: [twoShards],
    writers: [[create('x', 'AB')], [create('y', 'BA')], [create('z', 'B')]],
    progress: ['x', 'y', 'z'],
    tidy: true,
  },
  {
    ...plain,
    name: 'three ranges overlap in two shards',
    domains: [ranges],
    writers: [[create('x', '8-11')], [create('y', '9-12')], [create('z', '3-10')]],
    progress: ['x', 'y', 'z'],
    tidy: true,
  },
  {
    ...plain,
    name: 'a range moves between shards while another takes its place',
    domains: [ranges],
    stored: [{ slot: 'x', body: '8-9' }],
    writers: [[update('x', '9-11'), update('x', '8-9')], [create('y', '7-8')]],
    faults: { ...ONE_EACH, abandon: 1 },
  },
  {
    ...plain,
    name: 'there and back while another takes the key',
    domains: [keys],
    stored: [{ slot: 'x', body: 'A' }],
    writers: [[update('x', 'B'), update('x', 'A')], [create('y', 'A')], [create('z', 'B')]],
  },
  {
    ...plain,
    name: 'there and back, clients give up and API servers time out',
    domains: [keys],
    stored: [{ slot: 'x', body: 'A' }],
    writers: [[update('x', 'B'), update('x', 'A')], [create('y', 'A')]],
    faults: ALL,
  },
  {
    ...plain,
    name: 'two objects swap their keys and a third wants one',
    domains: [keys],
    stored: [
      { slot: 'x', body: 'A' },
      { slot: 'y', body: 'B' },
    ],
    writers: [[update('x', 'B')], [update('y', 'A')], [create('z', 'A')]],
    retries: 1,
    faults: NO_FAULTS,
  },
  {
    ...plain,
    name: 'two objects swap their keys by way of a third',
    domains: [keys],
    stored: [
      { slot: 'x', body: 'A' },
      { slot: 'y', body: 'B' },
    ],
    writers: [[update('x', 'C'), update('x', 'B')], [update('y', 'A')]],
  },
  {
    ...plain,
    name: 'three updates of one object, the API server repeats its calls',
    domains: [keys],
    stored: [{ slot: 'x', body: 'A' }],
    writers: [[update('x', 'B')], [update('x', 'A')], [create('y', 'A')]],
    faults: { ...NO_FAULTS, crash: 1 },
  },
  {
    ...plain,
    name: 'deleted and created again while another takes the key',
    domains: [keys],
    stored: [{ slot: 'x', body: 'A' }],
    writers: [[remove('x'), create('x', 'A')], [create('y', 'A')]],
    retries: 1,
    faults: ALL,
  },
  {
    ...plain,
    name: 'deleted with a finalizer and created again while another takes the key',
    domains: [keys],
    stored: [{ slot: 'x', body: 'A', finalizer: true }],
    writers: [[remove('x'), create('x', 'A')], [finalize('x')], [create('y', 'A')]],
    retries: 1,
  },
  {
    ...plain,
    name: 'generated names collide',
    domains: [keys],
    writers: [[{ do: 'generate', slots: ['x', 'z'], body: 'A' }], [create('x', '-')], [create('y', 'A')]],
  },
  {
    ...plain,
    name: 'ranges that may be shared, and one that may not',
    domains: [shared],
    writers: [[create('x', 'A+')], [create('y', 'A+')], [create('z', 'A')]],
    progress: ['x', 'y', 'z'],
  },
  {
    ...plain,
    name: 'one replica writes for several at once',
    domains: [keys],
    writers: [[create('x', 'A')], [create('y', 'A')], [create('z', 'B')]],
    groups: true,
    progress: ['x', 'y', 'z'],
    tidy: true,
  },
  {
    ...plain,
    name: 'children are created while their parent is deleted',
    domains: [references],
    stored: [{ slot: 'p', body: 'fit' }],
    writers: [[create('c', '>p')], [create('d', '>p')], [remove('p')]],
    progress: ['c', 'd'],
    tidy: true,
  },
  {
    ...plain,
    name: 'a parent is deleted and created again while a child comes',
    domains: [references],
    stored: [{ slot: 'p', body: 'fit' }],
    writers: [[create('c', '>p')], [remove('p'), create('p', 'fit'), remove('p')]],
    faults: ALL,
  },
  {
    ...plain,
    name: 'a parent with a finalizer is deleted while a child comes',
    domains: [references],
    stored: [{ slot: 'p', body: 'fit', finalizer: true }],
    writers: [[create('c', '>p')], [remove('p')], [finalize('p')]],
  },
  {
    ...plain,
    name: 'a child moves from parent to parent while both are deleted',
    domains: [references],
    stored: [
      { slot: 'p', body: 'fit' },
      { slot: 'q', body: 'fit' },
      { slot: 'c', body: '>p' },
    ],
    writers: [[update('c', '>q'), update('c', '>p')], [remove('p')], [remove('q')]],
  },
  {
    ...plain,
    name: 'a parent becomes unfit and fit again while children come',
    domains: [references],
    stored: [{ slot: 'p', body: 'fit' }],
    writers: [[create('c', '>p')], [create('d', '>p')], [update('p', 'unfit'), update('p', 'fit')]],
  },
  {
    ...plain,
    name: 'a parent is deleted past a refusal while children come',
    domains: [references],
    stored: [
      { slot: 'p', body: 'fit' },
      { slot: 'c', body: '>p' },
    ],
    writers: [[{ do: 'delete', slot: 'p', bypass: true }], [create('d', '>p')], [create('p', 'fit')]],
  },
  {
    ...plain,
    name: 'a limit is lowered while children come',
    domains: [limits],
    stored: [{ slot: 'p', body: 'max 2' }],
    writers: [[create('c', '>p')], [create('d', '>p')], [update('p', 'max 1')]],
    progress: ['c', 'd'],
    tidy: true,
  },
  {
    ...plain,
    name: 'children want more and less of a limit that is raised and lowered',
    domains: [limits],
    stored: [
      { slot: 'p', body: 'max 2' },
      { slot: 'c', body: '>p 2' },
    ],
    writers: [[update('c', '>p')], [create('d', '>p')], [update('p', 'max 1'), update('p', 'max 2')]],
  },
  {
    ...plain,
    name: 'clocks run while two creates race',
    domains: [keys],
    writers: [[create('x', 'A')], [create('y', 'A')]],
    faults: { ...NO_FAULTS, crash: 1 },
    time: ticking,
  },
  {
    ...plain,
    name: 'a domain becomes exact while two creates race, replicas lapse',
    domains: [programs],
    writers: [[create('x', 'A')], [create('y', 'A')]],
    faults: { ...NO_FAULTS, lapse: 1 },
    still: true,
    stage: install,
  },
  {
    ...plain,
    name: 'a domain becomes exact over two objects that overlap',
    domains: [programs],
    stored: [
      { slot: 'x', body: 'A' },
      { slot: 'y', body: 'A' },
    ],
    writers: [[update('x', 'B')], [create('z', 'A')]],
    faults: NO_FAULTS,
    stage: { ...install, replicas: ['r'] },
  },
  {
    ...plain,
    name: 'a domain becomes exact while API servers take up the webhook',
    domains: [programs],
    stored: [{ slot: 'x', body: 'A' }],
    writers: [[update('x', 'B')], [create('y', 'B')]],
    faults: NO_FAULTS,
    still: true,
    stage: { ...install, replicas: ['r'], hooked: [true, false] },
  },
  {
    ...plain,
    name: 'a domain becomes exact while a replica starts and answers are lost',
    domains: [programs],
    writers: [[create('x', 'A')], [create('y', 'A')]],
    faults: { ...NO_FAULTS, lost: 1 },
    still: true,
    stage: { ...install, replicas: ['r'], latecomers: ['s'] },
  },
  {
    ...plain,
    name: 'expressions change while an object moves, a coordinator or a replica dies',
    domains: [programs],
    stored: [{ slot: 'x', body: 'AC' }],
    writers: [[update('x', 'BD')], [create('y', 'AD')]],
    faults: { ...NO_FAULTS, crash: 1 },
    still: true,
    stage: { ...change, replicas: ['r'] },
  },
  {
    ...plain,
    name: 'expressions change with two replicas and two creates',
    domains: [programs],
    writers: [[create('x', 'AC')], [create('y', 'BC')]],
    faults: NO_FAULTS,
    still: true,
    stage: change,
  },
  {
    ...plain,
    name: 'a shard was removed by hand and the domain is rebuilt',
    domains: [programs],
    stored: [{ slot: 'x', body: 'A' }],
    writers: [[update('x', 'B')], [create('y', 'A')]],
    faults: { ...NO_FAULTS, crash: 1 },
    still: true,
    stage: {
      opening: { ...opening, reason: 'damage' },
      before: { generation: 'g', program: 'first' },
      removed: [0],
      replicas: ['r'],
      hooked: [true],
    },
  },
];
