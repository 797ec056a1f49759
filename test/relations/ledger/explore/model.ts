import {
  type Claim,
  claimText,
  countShards,
  createLeaseState,
  describeHeads,
  type Entry,
  type Generation,
  type GenerationClaims,
  LEDGER_RULES,
  type Lease,
  type LedgerContext,
  type LiveObject,
  missingClaims,
  type Shard,
  type ShardRef,
  type Slot,
} from '../../../../src/relations/ledger/index.ts';
import { startTime } from './time.ts';
import type {
  DomainModel,
  Looseness,
  Model,
  Op,
  Replica,
  Scenario,
  Stage,
  StageModel,
  Stored,
  World,
} from './world.ts';
import { shardKey } from './world.ts';

/** The generation that every domain of the static scenarios has. */
export const GENERATION = 'g';

/** What stays the same through a whole exploration. */
export function createModel(scenario: Scenario, loose: Looseness = {}): Model {
  const names = [...scenario.stored.map(({ slot }) => slot), ...scenario.writers.flat().flatMap(slotsOf)];
  const slots = Object.fromEntries([...new Set(names)].map((name) => [name, slotNamed(name)]));
  const domainOf = (name: string): DomainModel => {
    const domain = scenario.domains.find((candidate) => candidate.name === name);
    if (!domain) throw new Error(`the scenario has no domain ${name}`);
    return domain;
  };
  const context: LedgerContext = {
    rules: { ...LEDGER_RULES, ...loose.rules },
    excused: (domain, a, b) => domainOf(domain).excused?.(a, b) ?? false,
    claimsOf: (domain, generation, slot, live) =>
      domainOf(domain).claims(String(live.body), slot, programOf(scenario, generation)),
    fits: (domain, _generation, claim, parent) =>
      domainOf(domain).fits?.(claim, String(parent.body)) ?? { fits: true, limit: null },
  };
  return { scenario, loose, context, slots };
}

export function slotNamed(name: string): Slot {
  return { group: 'test', resource: 'things', namespace: '', name };
}

/** Program of a generation. */
export function programOf({ stage }: Scenario, generation: string): string {
  if (stage && generation === stage.opening.generation) return String(stage.opening.program);
  return stage?.before?.program ?? 'p';
}

/** What is stored, and claimed, before anything happens. */
export function createWorld(model: Model): World {
  const { scenario } = model;
  const { stage } = scenario;
  const names = Object.keys(model.slots);
  const objects: World['objects'] = Object.fromEntries(names.map((name) => [name, null]));
  scenario.stored.forEach(({ slot, body, finalizer }, i) => {
    objects[slot] = { uid: `u${i}`, version: 1, body, deleting: false, finalizer: finalizer ?? false };
  });
  const shards: World['shards'] = {};
  const claimed = stage && !stage.before ? [] : scenario.domains;
  for (const domain of claimed) {
    for (const index of generationOf(domain).shards.keys()) {
      const shard: Shard = {
        domain: domain.name,
        generation: GENERATION,
        index,
        uid: shardUid(domain.name, index),
        resourceVersion: shardVersion(shardKey({ domain: domain.name, generation: GENERATION, index }), 1),
        entries: [],
      };
      shards[shardKey(shard)] = shard;
    }
  }
  for (const { slot, body } of scenario.stored) {
    for (const domain of claimed) {
      for (const claim of domain.claims(body, slotNamed(slot), programOf(scenario, GENERATION))) {
        for (const index of LEDGER_RULES.shardsOf(claim, domain.layout)) {
          const key = shardKey({ domain: domain.name, generation: GENERATION, index });
          const shard = shards[key];
          if (shard) {
            const entry: Entry = { ...claim, slot: slotOf(model, slot), attempts: [] };
            shards[key] = { ...shard, entries: sortEntries([...shard.entries, entry]) };
          }
        }
      }
    }
  }
  for (const index of stage?.removed ?? []) {
    delete shards[shardKey({ domain: scenario.domains[0]?.name ?? '', generation: GENERATION, index })];
  }
  return {
    objects,
    versions: Object.fromEntries(names.map((name) => [name, 1])),
    past: {},
    shards,
    requests: [],
    handlings: [],
    sweeps: [],
    late: [],
    writers: scenario.writers.map(() => ({ op: 0, tries: 0, waits: null })),
    faults: scenario.faults,
    seen: [],
    hurt: false,
    older: [],
    time: scenario.time ? startTime(scenario.time) : null,
    stage: stage ? createStage(scenario, stage) : null,
    next: scenario.stored.length,
  };
}

function createStage(scenario: Scenario, stage: StageModel): Stage {
  const [domain] = scenario.domains;
  if (!domain) throw new Error('a stage needs a domain');
  const head = { domain: domain.name, resourceVersion: '80000001', generations: [generationOf(domain)] };
  const heads = stage.before ? [head] : [];
  const names = [...stage.replicas, ...(stage.latecomers ?? [])];
  const leases = stage.replicas.map((replica): Lease => {
    return { replica, resourceVersion: leaseVersion(names.indexOf(replica)), seen: describeHeads(heads) };
  });
  const replicas = names.map((name) => {
    const lease = leases.find(({ replica }) => replica === name);
    const fresh = newReplica(name);
    const registered = { ...fresh.lease, lease: lease?.resourceVersion ?? null, heads, renewedAt: 0 };
    return [name, lease ? { ...fresh, lease: registered, acting: heads } : fresh];
  });
  return {
    head: stage.before ? head : null,
    leases: Object.fromEntries(leases.map((lease) => [lease.replica, lease])),
    replicas: Object.fromEntries(replicas),
    coordinator: null,
    hooked: stage.hooked,
  };
}

/** A replica that has just started. */
export function newReplica(name: string): Replica {
  return { lease: createLeaseState(name), effect: null, lapsed: false, acting: null };
}

export function generationOf(domain: DomainModel): Generation {
  const count = countShards(domain.layout);
  const shards = Array.from({ length: count }, (_, index) => shardUid(domain.name, index));
  return { id: GENERATION, state: 'Open', program: null, layout: domain.layout, shards };
}

/** A shard's entries in an order that does not tell how they came about. */
export function sortEntries(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => (entryName(a) < entryName(b) ? -1 : 1));
}

const names = new WeakMap<Entry['key'], string>();

/** Short and telling: `x:k1`, `x:4..9`, `c->p`. */
export function entryName(entry: Entry): string {
  return `${entry.slot.name}:${claimName(entry)}`;
}

export function claimName(claim: Claim): string {
  let key = names.get(claim.key);
  if (key === undefined) {
    key = keyName(claim);
    names.set(claim.key, key);
  }
  const { mode, amount, limit, attributes } = claim;
  const extra = amount === undefined && limit === undefined && attributes === undefined;
  return extra ? `${mode} ${key}` : `${mode} ${key} ${claimText({ ...claim, key: NO_KEY })}`;
}

const NO_KEY: Claim['key'] = { type: 'equal', value: '' };

function keyName({ key }: Claim): string {
  if (key.type === 'equal') return key.value;
  return key.type === 'range' ? `${key.scope}${key.first.slice(-2)}-${key.last.slice(-2)}` : `->${key.parent.name}`;
}

export function slotOf(model: Model, name: string): Slot {
  const slot = model.slots[name];
  if (!slot) throw new Error(`the scenario has no slot ${name}`);
  return slot;
}

function slotsOf(op: Op): string[] {
  return op.do === 'generate' ? op.slots : [op.slot];
}

function shardUid(domain: string, index: number): string {
  return `${domain}#${index}`;
}

const blocks = new Map<string, number>();

/** Decimal, as resourceVersions are; every shard counts for itself, so that states do not differ by order elsewhere. */
export function shardVersion(key: string, version: number): string {
  const block = blocks.get(key) ?? blocks.size;
  blocks.set(key, block);
  return String(90_000_000 + block * 10_000 + version);
}

/** First resourceVersion of a replica's lease. */
export function leaseVersion(replica: number): string {
  return String(81_000_001 + replica * 10_000);
}

export function versionText(model: Model, slot: string, version: number): string {
  return version < 0 ? '' : String(10_000_000 + Object.keys(model.slots).indexOf(slot) * 10_000 + version);
}

/** The object as a quorum GET has it. */
export function liveOf(model: Model, slot: string, stored: Stored | null): LiveObject | null {
  if (!stored) return null;
  const { uid, version, deleting, body } = stored;
  return { uid, resourceVersion: versionText(model, slot, version), deleting, body };
}

/** Generations of each domain, as a replica sees them or as they are. */
export interface DomainView {
  domain: DomainModel;
  generations: Generation[];
}

/** The generations that are exact: the only ones of the static scenarios, or the last Open one of the head. */
export function exactViews(model: Model, world: World): DomainView[] {
  const { domains } = model.scenario;
  if (!world.stage) return domains.map((domain) => ({ domain, generations: [generationOf(domain)] }));
  const open = world.stage.head?.generations.findLast(({ state }) => state === 'Open');
  const rebuilding = world.stage.head?.generations.some(({ state }) => state === 'Rebuilding');
  // After damage nothing is promised until the new generation is open.
  const damaged = (model.scenario.stage?.removed?.length ?? 0) > 0 && open?.id === GENERATION;
  if (!open || rebuilding || damaged) return [];
  return domains.slice(0, 1).map((domain) => ({ domain, generations: [open] }));
}

/** What a call would claim: `before` and `after` in each generation. */
export function claimsOfCall(
  model: Model,
  views: DomainView[],
  op: Op,
  slotName: string,
  before: string | null,
): GenerationClaims[] {
  const slot = slotOf(model, slotName);
  const after = bodyAfter(op, before);
  return views.flatMap(({ domain, generations }) =>
    generations.map((generation) => {
      const program = programOf(model.scenario, generation.id);
      const held = before === null ? [] : domain.claims(before, slot, program);
      const kept = after === null ? [] : domain.claims(after, slot, program);
      const marker = before === null || op.do === 'finalize' ? null : (domain.marker?.(before, after, slot) ?? null);
      return { domain: domain.name, generation, before: held, after: marker ? [...kept, marker] : kept };
    }),
  );
}

/** Claims and shards that a call has to have written before it may be admitted. */
export function wantedBy(
  model: Model,
  views: DomainView[],
  op: Op,
  slot: string,
  before: string | null,
): { ref: ShardRef; claim: Claim }[] {
  return claimsOfCall(model, views, op, slot, before).flatMap(({ domain, generation, before: held, after }) =>
    missingClaims(held, after).flatMap((claim) =>
      LEDGER_RULES.shardsOf(claim, generation.layout).map((index) => ({
        claim,
        ref: { domain, generation: generation.id, index, uid: generation.shards[index] ?? '' },
      })),
    ),
  );
}

/** Body the object has when the write is stored; null when it is gone. */
export function bodyAfter(op: Op, before: string | null): string | null {
  if (op.do === 'delete') return null;
  return op.do === 'finalize' ? before : op.body;
}
