/** Everything that can happen next in a world. */
import {
  type AdmissionResult,
  type CasShard,
  resumeSweep,
  type Shard,
  startSweep,
} from '../../../../src/relations/ledger/index.ts';
import { endRequest, sendOp, storeWrite } from './api-server.ts';
import { liveOf } from './model.ts';
import { copyWorld, findEvidence, readObject, resume, shardAt, writeShard } from './replica.ts';
import { type Handling, type Model, shardKey, type World } from './world.ts';

export interface Happening {
  /** Only asked for when a trace is told. */
  tell: () => string;
  world: World;
}

/** All worlds that may come next. */
export function findNext(model: Model, world: World): Happening[] {
  return [
    ...clientsAct(model, world),
    ...serversAct(model, world),
    ...world.handlings.flatMap((handling) => replicaActs(model, world, handling)),
    ...(model.scenario.groups ? replicaGroups(model, world) : []),
    ...(model.scenario.still ? [] : sweepsAct(model, world)),
    ...lateArrive(model, world),
  ];
}

function happen(model: Model, world: World, tell: () => string, change: (next: World) => void): Happening {
  const next = copyWorld(world);
  change(next);
  settleOvertaken(model, next);
  return { tell, world: next };
}

function clientsAct(model: Model, world: World): Happening[] {
  return world.writers.flatMap((writer, index) => {
    const op = model.scenario.writers[index]?.[writer.op];
    if (!op) return [];
    const { waits } = writer;
    if (waits === null) {
      return [
        happen(
          model,
          world,
          () => `client ${index} sends ${JSON.stringify(op)}`,
          (w) => sendOp(model, w, index),
        ),
      ];
    }
    if (world.faults.abandon === 0) return [];
    const giveUp = (w: World): void => {
      w.faults = { ...w.faults, abandon: w.faults.abandon - 1 };
      w.hurt = true;
      w.writers[index] = { op: writer.op + 1, tries: 0, waits: null };
    };
    return [happen(model, world, () => `client ${index} gives up, its request stays under way`, giveUp)];
  });
}

function serversAct(model: Model, world: World): Happening[] {
  return world.requests.flatMap((request) => {
    const name = `${request.op.do} ${request.slot} (${request.nonces.at(-1)})`;
    if (!request.admitted) {
      if (world.faults.zombie === 0) return [];
      const giveUp = (w: World): void => {
        w.faults = { ...w.faults, zombie: w.faults.zombie - 1 };
        w.hurt = true;
        endRequest(model, w, request, false);
      };
      return [happen(model, world, () => `API server gives up on ${name} while it is handled`, giveUp)];
    }
    return [
      happen(
        model,
        world,
        () => `${name} reaches etcd`,
        (w) => storeWrite(model, w, request),
      ),
      happen(
        model,
        world,
        () => `${name} fails after it was admitted`,
        (w) => {
          w.hurt = true;
          endRequest(model, w, request, false);
        },
      ),
    ];
  });
}

function replicaActs(model: Model, world: World, handling: Handling): Happening[] {
  const crash = world.faults.crash > 0 ? [replicaDies(model, world, handling)] : [];
  return [...crash, ...stepHandling(model, world, handling)];
}

function replicaDies(model: Model, world: World, handling: Handling): Happening {
  const { nonce } = handling.state.request;
  return happen(
    model,
    world,
    () => `the replica handling ${nonce} dies`,
    (w) => {
      w.faults = { ...w.faults, crash: w.faults.crash - 1 };
      w.hurt = true;
      w.handlings = w.handlings.filter((other) => other !== handling);
      const request = w.requests.find(({ id, nonces }) => id === handling.request && nonces.at(-1) === nonce);
      // failurePolicy Fail.
      if (request && !request.admitted) endRequest(model, w, request, false);
    },
  );
}

/** Does what the handling asks for, in every way it can turn out. */
function stepHandling(model: Model, world: World, handling: Handling): Happening[] {
  const { effect } = handling;
  const name = `${handling.op.do} ${handling.state.request.slot.name} (${handling.state.request.nonce})`;
  const on = (tell: string, result: AdmissionResult): Happening =>
    happen(
      model,
      world,
      () => `${name}: ${tell}`,
      (w) => void resume(model, w, handling, result),
    );
  switch (effect.do) {
    case 'readShard': {
      const key = shardKey(effect.shard);
      const shard = shardAt(world, key);
      return lapsedChoices(shard).flatMap((lapsed) => readThenWrite(model, world, handling, name, key, lapsed));
    }
    case 'casShard':
      return writeWays(model, world, handling, name, effect);
    case 'getObject': {
      const early = model.loose.getBeforeRead ? handling.early : undefined;
      const object = liveOf(model, effect.slot.name, readObject(model, world, effect.slot.name, early));
      return findEvidence(world).map((evidence) =>
        on(`GETs ${effect.slot.name}: ${describe(object)}, seen ${evidence.seen}, expired ${evidence.expired}`, {
          got: 'object',
          object,
          ...evidence,
        }),
      );
    }
    case 'getParent': {
      const early = model.loose.parentBeforeClaims ? handling.early : undefined;
      const object = liveOf(model, effect.slot.name, readObject(model, world, effect.slot.name, early));
      return [
        on(`GETs parent ${effect.slot.name}: ${describe(object)}`, { got: 'object', object, seen: [], expired: [] }),
      ];
    }
    case 'wait':
      return [on('waits', { got: 'waited' }), on('has no time to wait', { got: 'late' })];
    case 'done':
      return [];
  }
}

/**
 * Reads a shard and, where the claims go straight in, writes it in the same step: had somebody written in between, the
 * write would have failed and the shard been read again, which is the same as reading later.
 */
function readThenWrite(
  model: Model,
  world: World,
  handling: Handling,
  name: string,
  key: string,
  lapsed: readonly string[],
): Happening[] {
  const shard = shardAt(world, key);
  const tell = `${name}: reads ${key}`;
  const read = happen(
    model,
    world,
    () => tell,
    (w) => void resume(model, w, handling, { got: 'shard', shard, lapsed }),
  );
  const next = read.world.handlings.find((other) => sameHandling(other, handling));
  if (next?.effect.do !== 'casShard') return [read];
  return writeWays(model, read.world, next, tell, next.effect, lapsed);
}

function writeWays(
  model: Model,
  world: World,
  handling: Handling,
  name: string,
  effect: CasShard,
  lapsed: readonly string[] = [],
): Happening[] {
  const key = shardKey(effect.shard);
  const tell = (how: string) => () => `${name}: writes ${key}${how}`;
  const written = happen(model, world, tell(''), (w) => {
    const { shard, verdicts } = writeShard(model, w, key, [effect.want], lapsed);
    const [verdict] = verdicts;
    if (verdict) resume(model, w, handling, { got: 'written', shard, verdict });
  });
  if (world.faults.lost === 0) return [written];
  const lose = (w: World): void => {
    w.faults = { ...w.faults, lost: w.faults.lost - 1 };
    w.hurt = true;
  };
  const unheard = happen(model, world, tell(', the answer is lost'), (w) => {
    lose(w);
    writeShard(model, w, key, [effect.want], lapsed);
    resume(model, w, handling, { got: 'unknown' });
  });
  const late = happen(model, world, tell(', which is on its way for long'), (w) => {
    lose(w);
    w.late.push({ shard: key, on: effect.on, want: effect.want });
    resume(model, w, handling, { got: 'unknown' });
  });
  return [written, unheard, late];
}

/** Two handlings of one replica that would write the same shard at the same version do so in one write. */
function replicaGroups(model: Model, world: World): Happening[] {
  return world.handlings.flatMap((first, i) =>
    world.handlings.slice(i + 1).flatMap((second) => {
      const one = readyToWrite(model, world, first);
      const two = readyToWrite(model, one?.world ?? world, second);
      if (!one || !two || shardKey(one.effect.shard) !== shardKey(two.effect.shard)) return [];
      const key = shardKey(one.effect.shard);
      const wants = [one.effect.want, two.effect.want];
      const tell = () => `${first.state.request.nonce} and ${second.state.request.nonce} write ${key} together`;
      return [
        happen(model, two.world, tell, (w) => {
          const { shard, verdicts } = writeShard(model, w, key, wants);
          [one.handling, two.handling].forEach((handling, n) => {
            const verdict = verdicts[n];
            if (verdict) resume(model, w, handling, { got: 'written', shard, verdict });
          });
        }),
      ];
    }),
  );
}

function readyToWrite(
  model: Model,
  world: World,
  handling: Handling,
): { world: World; handling: Handling; effect: CasShard } | null {
  if (handling.effect.do === 'casShard') return { world, handling, effect: handling.effect };
  if (handling.effect.do !== 'readShard') return null;
  const shard = shardAt(world, shardKey(handling.effect.shard));
  const next = copyWorld(world);
  const read = resume(model, next, handling, { got: 'shard', shard, lapsed: [] });
  return read.effect.do === 'casShard' ? { world: next, handling: read, effect: read.effect } : null;
}

/**
 * Sweeps, one slot at a time. Reading the shard and the object is one step, since only a sweep whose shard nobody writes
 * until its own write comes to anything; of several under way in a shard only the first to write does.
 */
function sweepsAct(model: Model, world: World): Happening[] {
  const looks = Object.entries(world.shards)
    .filter(([key]) => !world.sweeps.some(({ shard }) => shard === key))
    .flatMap(([key, shard]) => slotsIn(shard).flatMap((slot) => sweepLooks(model, world, key, shard, slot)));
  const writes = world.sweeps.map((pending) =>
    happen(
      model,
      world,
      () => `sweep writes ${pending.shard}`,
      (w) => {
        w.sweeps = w.sweeps.filter((other) => other !== pending);
        writeShard(model, w, pending.shard, [pending.step.effect.want]);
      },
    ),
  );
  return [...looks, ...writes];
}

function sweepLooks(model: Model, world: World, key: string, shard: Shard, slot: string): Happening[] {
  const entry = shard.entries.find((candidate) => candidate.slot.name === slot);
  if (!entry) return [];
  const { domain, generation, index, uid } = shard;
  const begun = startSweep({ shard: { domain, generation, index, uid }, slots: [entry.slot] });
  const read = lapsedChoices(shard).map((lapsed) =>
    resumeSweep(model.context, begun.state, { got: 'shard', shard, lapsed }),
  );
  const past = model.loose.sweepFromCache ? (world.past[slot] ?? []) : [];
  return read.flatMap((step) =>
    [...past, world.objects[slot] ?? null].flatMap((object) =>
      findEvidence(world).flatMap((evidence) => {
        const live = liveOf(model, slot, object);
        const looked = resumeSweep(model.context, step.state, { got: 'object', object: live, ...evidence });
        const { effect } = looked;
        if (effect.do !== 'casShard') return [];
        const tell = () => `sweep of ${key} reads it, GETs ${slot}: ${describe(live)}, expired ${evidence.expired}`;
        return [happen(model, world, tell, (w) => void w.sweeps.push({ shard: key, step: { ...looked, effect } }))];
      }),
    ),
  );
}

function lateArrive(model: Model, world: World): Happening[] {
  return world.late.map((late) =>
    happen(
      model,
      world,
      () => `a late write of ${late.shard} arrives`,
      (w) => {
        w.late = w.late.filter((other) => other !== late);
        writeShard(model, w, late.shard, [late.want]);
      },
    ),
  );
}

/** Writes on a version that is no more are bound to fail: they do so at once, which no one else can tell. */
function settleOvertaken(model: Model, world: World): void {
  const isCurrent = (key: string, on: string): boolean => shardAt(world, key).resourceVersion === on;
  world.late = world.late.filter(({ shard, on }) => isCurrent(shard, on));
  if (!model.loose.releaseOnAnyVersion) {
    world.sweeps = world.sweeps.filter(({ shard, step }) => isCurrent(shard, step.effect.on));
  }
  for (const handling of world.handlings) {
    const { effect } = handling;
    if (effect.do === 'casShard' && !isCurrent(shardKey(effect.shard), effect.on)) {
      resume(model, world, handling, { got: 'conflict' });
    }
  }
}

function lapsedChoices({ entries }: Shard): string[][] {
  const waiters = entries.flatMap(({ waiter }) => (waiter === undefined ? [] : [waiter]));
  return waiters.length === 0 ? [[]] : [[], waiters];
}

function slotsIn({ entries }: Shard): string[] {
  return [...new Set(entries.map(({ slot }) => slot.name))];
}

function sameHandling(a: Handling, b: Handling): boolean {
  return a.state.request.nonce === b.state.request.nonce;
}

function describe(object: ReturnType<typeof liveOf>): string {
  if (!object) return 'absent';
  return `${object.body} uid ${object.uid} rv ${object.resourceVersion}${object.deleting ? ' being deleted' : ''}`;
}
