/** Heads, leases, and the opening of a generation, while clients go on writing. */
import {
  type Head,
  type LeaseResult,
  type LeaseStep,
  type OpeningResult,
  type OpeningStep,
  resumeLease,
  resumeOpening,
  startLeaseRound,
  startOpening,
} from '../../../../src/relations/ledger/index.ts';
import { endRequest } from './api-server.ts';
import { describeObject, type Happening, happen } from './happening.ts';
import { findHarm } from './invariants.ts';
import { exactViews, leaseVersion, liveOf, newReplica, shardVersion, slotOf } from './model.ts';
import { findEvidence, readObject, writeShard } from './replica.ts';
import { type Coordinator, type Model, type Replica, type Stage, shardKey, type World } from './world.ts';

const HEAD_BLOCK = 80_000_000;

/** What can happen around heads and leases; nothing in the static scenarios. */
export function stageActs(model: Model, world: World): Happening[] {
  const { stage } = world;
  if (!stage) return [];
  return [
    ...Object.keys(stage.replicas).flatMap((name) => replicaRounds(model, world, stage, name)),
    ...coordinatorActs(model, world, stage),
    ...stage.hooked.flatMap((hooked, server) => (hooked ? [] : [hookUp(model, world, server)])),
  ];
}

function hookUp(model: Model, world: World, server: number): Happening {
  return happen(
    model,
    world,
    () => `API server ${server} takes up the webhook`,
    (w) => {
      const stage = stageOf(w);
      w.stage = { ...stage, hooked: stage.hooked.with(server, true) };
    },
  );
}

function replicaRounds(model: Model, world: World, stage: Stage, name: string): Happening[] {
  const replica = replicaOf(stage, name);
  const change = (tell: string, to: (w: World) => Replica): Happening =>
    happen(
      model,
      world,
      () => `replica ${name} ${tell}`,
      (w) => {
        const changed = to(w);
        stageOf(w).replicas[name] = changed;
      },
    );
  const acts = leaseActs(model, world, stage, name, change);
  if ((world.faults.lapse ?? 0) > 0 && replica.lease.renewedAt !== null && !replica.lapsed) {
    acts.push(
      change('does not come to renew for longer than D′', (w) => {
        w.faults = { ...w.faults, lapse: (w.faults.lapse ?? 0) - 1 };
        return { ...replica, lapsed: true };
      }),
    );
  }
  if (world.faults.crash > 0) acts.push(restart(model, world, name));
  return acts;
}

/** All that a replica knew is gone; its lease is not. */
function restart(model: Model, world: World, name: string): Happening {
  return happen(
    model,
    world,
    () => `replica ${name} dies and starts again`,
    (w) => {
      w.faults = { ...w.faults, crash: w.faults.crash - 1 };
      w.hurt = true;
      const dead = w.handlings.filter((handling) => handling.replica === name);
      w.handlings = w.handlings.filter((handling) => handling.replica !== name);
      for (const { request: id, state } of dead) {
        const request = w.requests.find(
          ({ id: other, nonces }) => other === id && nonces.at(-1) === state.request.nonce,
        );
        if (request && !request.admitted) endRequest(model, w, request, false);
      }
      stageOf(w).replicas[name] = newReplica(name);
    },
  );
}

type Change = (tell: string, to: (w: World) => Replica) => Happening;

/** One effect of a round; the first comes with the round itself. */
function leaseActs(model: Model, world: World, stage: Stage, name: string, change: Change): Happening[] {
  const replica = replicaOf(stage, name);
  const early = model.loose.headsBeforeLease && replica.lease.lease === null && !replica.effect;
  if (early && !replica.acting) {
    return [change('reads the heads before it has a lease', () => ({ ...replica, acting: headsOf(stage) }))];
  }
  if (!replica.effect && isUpToDate(stage, name, replica)) return [];
  const begun = replica.effect ? { state: replica.lease, effect: replica.effect } : startLeaseRound(replica.lease);
  const go = (step: LeaseStep, result: LeaseResult): Replica => {
    const next = resumeLease(step.state, result);
    const renewed = result.got === 'renewed';
    return {
      lease: next.state,
      effect: next.effect.do === 'done' ? null : next.effect,
      lapsed: replica.lapsed && !renewed,
      acting: renewed && model.loose.viewAfterRenewal ? next.state.heads : replica.acting,
    };
  };
  const { effect } = begun;
  if (effect.do === 'ensureLease') {
    return [
      change('makes sure of its lease', (w) => {
        const there = stage.leases[name];
        const lease = there ?? {
          replica: name,
          resourceVersion: leaseVersion(Object.keys(stage.replicas).indexOf(name)),
          seen: {},
        };
        stageOf(w).leases[name] = lease;
        return go(begun, { got: 'lease', resourceVersion: lease.resourceVersion, created: !there });
      }),
    ];
  }
  if (effect.do === 'readHeads') {
    const heads = model.loose.headsBeforeLease && replica.acting ? replica.acting : headsOf(stage);
    const read = change(`reads the heads: ${describeHeads(heads)}`, () => ({
      ...go(begun, { got: 'heads', heads }),
      acting: model.loose.headsBeforeLease ? null : replica.acting,
    }));
    return [read];
  }
  return effect.do === 'renewLease' ? renewWays(world, stage, name, begun, effect, change, go) : [];
}

/** Another round would change nothing but the version of the lease, which only matters to who takes it for stale. */
function isUpToDate(stage: Stage, name: string, { lease, lapsed }: Replica): boolean {
  const registered = lease.renewedAt !== null && lease.lease === stage.leases[name]?.resourceVersion;
  return registered && !lapsed && describeHeads(lease.heads) === describeHeads(headsOf(stage));
}

function renewWays(
  world: World,
  stage: Stage,
  name: string,
  begun: LeaseStep,
  effect: Extract<LeaseStep['effect'], { do: 'renewLease' }>,
  change: Change,
  go: (step: LeaseStep, result: LeaseResult) => Replica,
): Happening[] {
  const lease = stage.leases[name];
  if (!lease || lease.resourceVersion !== effect.on)
    return [change('finds its lease gone', () => go(begun, { got: 'gone' }))];
  const resourceVersion = String(Number(lease.resourceVersion) + 1);
  const write = (w: World): void => {
    stageOf(w).leases[name] = { replica: name, resourceVersion, seen: effect.seen };
  };
  const renewed = change(`renews its lease: ${JSON.stringify(effect.seen)}`, (w) => {
    write(w);
    return go(begun, { got: 'renewed', resourceVersion, sentAt: 0 });
  });
  if (world.faults.lost === 0) return [renewed];
  const unheard = change('renews its lease, the answer is lost', (w) => {
    write(w);
    w.faults = { ...w.faults, lost: w.faults.lost - 1 };
    w.hurt = true;
    return go(begun, { got: 'unknown' });
  });
  return [renewed, unheard];
}

/** The procedure, begun once and again after a crash. */
function coordinatorActs(model: Model, world: World, stage: Stage): Happening[] {
  const opening = model.scenario.stage?.opening;
  if (!opening) return [];
  const { coordinator } = stage;
  const set = (w: World, next: Coordinator | null): void => {
    w.stage = { ...stageOf(w), coordinator: next };
  };
  if (!coordinator) {
    return [
      happen(
        model,
        world,
        () => 'a coordinator begins',
        (w) => set(w, { ...startOpening(opening), waits: null }),
      ),
    ];
  }
  const { effect } = coordinator;
  const on = (tell: string, act: (w: World) => OpeningResult): Happening =>
    happen(
      model,
      world,
      () => `coordinator ${tell}`,
      (w) => {
        const next = resumeCoordinator(model, coordinator, act(w));
        set(w, { ...next, waits: next.effect.do === 'waitOut' ? w.requests.map(({ id }) => id) : null });
      },
    );
  const dies = happen(
    model,
    world,
    () => 'the coordinator dies',
    (w) => {
      w.faults = { ...w.faults, crash: w.faults.crash - 1 };
      set(w, null);
    },
  );
  const crash = world.faults.crash > 0 && effect.do !== 'done' ? [dies] : [];
  return [...crash, ...headActs(model, world, stage, coordinator, on), ...storeActs(model, world, coordinator, on)];
}

function resumeCoordinator(model: Model, { state, effect }: Coordinator, result: OpeningResult): OpeningStep {
  const loose = model.loose.adoptBesideAttempts && effect.do === 'getObject';
  const rules = loose ? { ...model.context.rules, isOver: () => true } : model.context.rules;
  return resumeOpening({ ...model.context, rules }, state, result);
}

type On = (tell: string, act: (w: World) => OpeningResult) => Happening;

/** Heads, leases, probes and waiting. */
function headActs(model: Model, world: World, stage: Stage, { effect, waits }: Coordinator, on: On): Happening[] {
  switch (effect.do) {
    case 'readHead':
      return [on('reads the head', () => ({ got: 'head', head: stage.head }))];
    case 'casHead':
      return headWays(model, world, stage, effect, on);
    case 'probe':
      if (!stage.hooked.every((hooked) => hooked) && !model.loose.skipProbe) return [];
      return [on('probes', () => ({ got: 'probed', everywhere: true }))];
    case 'readLeases': {
      const asked = model.loose.skipLeases ? [] : Object.values(stage.leases);
      const judged = asked.map((lease) => ({ lease, stale: mayBeStale(model, stage, lease.replica) }));
      const ways = judged.some(({ stale }) => stale)
        ? [judged, judged.map(({ lease }) => ({ lease, stale: false }))]
        : [judged];
      return ways.map((leases) =>
        on(
          `reads the leases: ${leases.map(({ lease, stale }) => `${lease.replica} ${JSON.stringify(lease.seen)}${stale ? ' stale' : ''}`)}`,
          () => ({ got: 'leases', leases }),
        ),
      );
    }
    case 'removeLease':
      return [
        on(`removes the lease of ${effect.replica}`, (w) => {
          const lease = stageOf(w).leases[effect.replica];
          if (lease?.resourceVersion === effect.on) delete stageOf(w).leases[effect.replica];
          return { got: 'removed' };
        }),
      ];
    case 'waitOut': {
      const open = world.requests.some(({ id }) => waits?.includes(id));
      return open && !model.loose.skipWait ? [] : [on('has waited L', () => ({ got: 'waitedOut', whole: true }))];
    }
    default:
      return [];
  }
}

function headWays(
  model: Model,
  world: World,
  stage: Stage,
  effect: Extract<Coordinator['effect'], { do: 'casHead' }>,
  on: On,
): Happening[] {
  if ((stage.head?.resourceVersion ?? '') !== effect.on) return [on('meets another head', () => ({ got: 'conflict' }))];
  const resourceVersion = String(Number(stage.head?.resourceVersion ?? HEAD_BLOCK) + 1);
  const write = (w: World): void => {
    const head: Head = { ...effect.head, resourceVersion };
    w.stage = { ...stageOf(w), head };
    noteOlder(model, w, stage.head);
  };
  const tell = `writes the head: ${describeHeads([effect.head])}`;
  const written = on(tell, (w) => {
    write(w);
    return { got: 'headWritten', resourceVersion };
  });
  if (world.faults.lost === 0) return [written];
  const unheard = on(`${tell}, the answer is lost`, (w) => {
    write(w);
    w.faults = { ...w.faults, lost: w.faults.lost - 1 };
    return { got: 'unknown' };
  });
  return [written, unheard];
}

/** What is wrong already at the moment a generation becomes exact. */
function noteOlder(model: Model, world: World, before: Head | null): void {
  const opened = world.stage?.head?.generations.findLast(({ state }) => state === 'Open');
  const already = before?.generations.find(({ id }) => id === opened?.id);
  if (opened && already?.state !== 'Open') world.older = findHarm(model, world, exactViews(model, world)).sort();
}

/** Shards and objects. */
function storeActs(model: Model, world: World, { effect }: Coordinator, on: On): Happening[] {
  switch (effect.do) {
    case 'createShard':
      return [
        on(`creates shard ${effect.index}`, (w) => {
          const { domain, generation, index } = effect;
          const key = shardKey(effect);
          const uid = `${key}#`;
          w.shards[key] ??= { domain, generation, index, uid, resourceVersion: shardVersion(key, 1), entries: [] };
          return { got: 'created', uid };
        }),
      ];
    case 'deleteShard':
      return [
        on(`deletes shard ${shardKey(effect.shard)}`, (w) => {
          delete w.shards[shardKey(effect.shard)];
          return { got: 'deleted' };
        }),
      ];
    case 'listObjects':
      return [
        on('lists the objects', (w) => {
          const stored = Object.entries(w.objects).filter(([, object]) => object);
          return { got: 'objects', slots: stored.map(([name]) => slotOf(model, name)) };
        }),
      ];
    case 'readShard': {
      const key = shardKey(effect.shard);
      const shard = world.shards[key];
      if (!shard) return [on(`misses ${key}`, () => ({ got: 'missing' }))];
      return [on(`reads ${key}`, () => ({ got: 'shard', shard, lapsed: [] }))];
    }
    case 'getObject': {
      const object = liveOf(model, effect.slot.name, readObject(world, effect.slot.name));
      return findEvidence(model, world).map((evidence) =>
        on(`GETs ${effect.slot.name}: ${describeObject(object)}`, () => ({ got: 'object', object, ...evidence })),
      );
    }
    case 'casShard': {
      const key = shardKey(effect.shard);
      if (world.shards[key]?.resourceVersion !== effect.on) return [on('is overtaken', () => ({ got: 'conflict' }))];
      return [
        on(`adopts ${effect.want.slot.name} in ${key}`, (w) => {
          const want = model.loose.adoptBesideAttempts ? { ...effect.want, drops: [] } : effect.want;
          const { shard, verdicts } = writeShard(model, w, key, [want]);
          return { got: 'written', shard, verdict: verdicts[0] ?? { verdict: 'recorded', counted: [] } };
        }),
      ];
    }
    case 'wait':
      return [on('waits for writes under way', () => ({ got: 'waited' }))];
    default:
      return [];
  }
}

/** Its replica does not serve, so D may have gone by as well. */
function mayBeStale(model: Model, stage: Stage, name: string): boolean {
  const replica = stage.replicas[name];
  return model.loose.hastyRemoval || !replica || replica.lapsed || replica.lease.renewedAt === null;
}

function headsOf({ head }: Stage): Head[] {
  return head ? [head] : [];
}

function describeHeads(heads: readonly Head[] | null): string {
  const generations = heads?.flatMap((head) => head.generations.map(({ id, state }) => `${id} ${state}`)) ?? [];
  return generations.length > 0 ? generations.join(', ') : 'none';
}

function stageOf(world: World): Stage {
  if (!world.stage) throw new Error('this world has no stage');
  return world.stage;
}

function replicaOf(stage: Stage, name: string): Replica {
  const replica = stage.replicas[name];
  if (!replica) throw new Error(`there is no replica ${name}`);
  return replica;
}
