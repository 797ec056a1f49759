/** Handlings go on, die, share writes, and lose answers. */
import type { AdmissionResult, CasShard, Shard } from '../../../../src/relations/ledger/index.ts';
import { endRequest } from './api-server.ts';
import { describeObject, type Happening, happen } from './happening.ts';
import { liveOf } from './model.ts';
import { copyWorld, findEvidence, readObject, resume, writeShard } from './replica.ts';
import { type Handling, type Model, shardKey, type World } from './world.ts';

/** What one handling may come to next. */
export function replicaActs(model: Model, world: World, handling: Handling): Happening[] {
  const crash = world.faults.crash > 0 ? [replicaDies(model, world, handling)] : [];
  return [...crash, ...stepHandling(model, world, handling)];
}

function replicaDies(model: Model, world: World, handling: Handling): Happening {
  const { nonce } = handling.state.request;
  const die = (w: World): void => {
    w.faults = { ...w.faults, crash: w.faults.crash - 1 };
    w.hurt = true;
    w.handlings = w.handlings.filter((other) => other !== handling);
    const request = w.requests.find(({ id, nonces }) => id === handling.request && nonces.at(-1) === nonce);
    // failurePolicy Fail.
    if (request && !request.admitted) endRequest(model, w, request, false);
  };
  return happen(model, world, () => `the replica handling ${nonce} dies`, die);
}

/** Does what the handling asks for, in every way it can turn out. */
function stepHandling(model: Model, world: World, handling: Handling): Happening[] {
  const { effect } = handling;
  const name = `${handling.op.do} ${handling.state.request.slot.name} (${handling.state.request.nonce})`;
  const on = (tell: () => string, result: AdmissionResult): Happening =>
    happen(
      model,
      world,
      () => `${name}: ${tell()}`,
      (w) => void resume(model, w, handling, result),
    );
  switch (effect.do) {
    case 'readShard': {
      const key = shardKey(effect.shard);
      const shard = world.shards[key];
      if (!shard) return [on(() => `misses ${key}`, { got: 'missing' })];
      return lapsedChoices(shard).flatMap((lapsed) => readThenWrite(model, world, handling, name, shard, lapsed));
    }
    case 'casShard':
      return writeWays(model, world, handling, name, effect, []);
    case 'getObject': {
      const early = model.loose.getBeforeRead ? handling.early : undefined;
      const object = liveOf(model, effect.slot.name, readObject(world, effect.slot.name, early));
      return findEvidence(model, world).map(({ seen, expired }) => {
        const tell = () => `GETs ${effect.slot.name}: ${describeObject(object)}, seen ${seen}, expired ${expired}`;
        return on(tell, { got: 'object', object, seen, expired });
      });
    }
    case 'getParent': {
      const early = model.loose.parentBeforeClaims ? handling.early : undefined;
      const object = liveOf(model, effect.slot.name, readObject(world, effect.slot.name, early));
      const tell = () => `GETs parent ${effect.slot.name}: ${describeObject(object)}`;
      return [on(tell, { got: 'object', object, seen: [], expired: [] })];
    }
    case 'wait':
      return [on(() => 'waits', { got: 'waited' }), on(() => 'has no time to wait', { got: 'late' })];
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
  shard: Shard,
  lapsed: readonly string[],
): Happening[] {
  const tell = () => `${name}: reads ${shardKey(shard)}`;
  const read = happen(model, world, tell, (w) => void resume(model, w, handling, { got: 'shard', shard, lapsed }));
  const next = read.world.handlings.find((other) => sameHandling(other, handling));
  if (next?.effect.do !== 'casShard') return [read];
  return writeWays(model, read.world, next, name, next.effect, lapsed);
}

function writeWays(
  model: Model,
  world: World,
  handling: Handling,
  name: string,
  effect: CasShard,
  lapsed: readonly string[],
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
  const late = happen(model, world, tell(', which stays on its way'), (w) => {
    lose(w);
    w.late.push({ shard: key, on: effect.on, want: effect.want });
    resume(model, w, handling, { got: 'unknown' });
  });
  return [written, unheard, late];
}

/** Two handlings of one replica that would write the same shard at the same version do so in one write. */
export function replicasGroup(model: Model, world: World): Happening[] {
  return world.handlings.flatMap((first, i) =>
    world.handlings.slice(i + 1).flatMap((second) => groupWrites(model, world, first, second)),
  );
}

function groupWrites(model: Model, world: World, first: Handling, second: Handling): Happening[] {
  if (first.replica !== second.replica) return [];
  const one = readyToWrite(model, world, first);
  const two = one && readyToWrite(model, one.world, second);
  if (!one || !two || shardKey(one.effect.shard) !== shardKey(two.effect.shard)) return [];
  const key = shardKey(one.effect.shard);
  const tell = () => `${first.state.request.nonce} and ${second.state.request.nonce} write ${key} together`;
  const write = (w: World): void => {
    const { shard, verdicts } = writeShard(model, w, key, [one.effect.want, two.effect.want]);
    for (const [n, handling] of [one.handling, two.handling].entries()) {
      const verdict = verdicts[n];
      if (verdict) resume(model, w, handling, { got: 'written', shard, verdict });
    }
  };
  return [happen(model, two.world, tell, write)];
}

function readyToWrite(
  model: Model,
  world: World,
  handling: Handling,
): { world: World; handling: Handling; effect: CasShard } | null {
  if (handling.effect.do === 'casShard') return { world, handling, effect: handling.effect };
  if (handling.effect.do !== 'readShard') return null;
  const shard = world.shards[shardKey(handling.effect.shard)];
  if (!shard) return null;
  const next = copyWorld(world);
  const read = resume(model, next, handling, { got: 'shard', shard, lapsed: [] });
  return read.effect.do === 'casShard' ? { world: next, handling: read, effect: read.effect } : null;
}

/** Writes that stayed on their way, on a version that is still the current one. */
export function lateArrive(model: Model, world: World): Happening[] {
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

/** Waiter marks may or may not have had their time. */
export function lapsedChoices({ entries }: Shard): string[][] {
  const waiters = entries.flatMap(({ waiter }) => (waiter === undefined ? [] : [waiter]));
  return waiters.length === 0 ? [[]] : [[], waiters];
}

function sameHandling(a: Handling, b: Handling): boolean {
  return a.state.request.nonce === b.state.request.nonce;
}
