import { resumeSweep, type Shard, startSweep } from '../../../../src/relations/ledger/index.ts';
import { describeObject, type Happening, happen } from './happening.ts';
import { liveOf } from './model.ts';
import { findEvidence, writeShard } from './replica.ts';
import { lapsedChoices } from './replica-actions.ts';
import type { Model, Stored, World } from './world.ts';

/**
 * Sweeps, one slot at a time. Reading the shard and the object is one step, since only a sweep whose shard nobody writes
 * until its own write comes to anything; of several under way in a shard only the first to write does.
 */
export function sweepsAct(model: Model, world: World): Happening[] {
  const most = model.loose.releaseOnAnyVersion ? 2 : 1;
  const looks = Object.entries(world.shards)
    .filter(([key]) => world.sweeps.filter(({ shard }) => shard === key).length < most)
    .flatMap(([key, shard]) => slotsIn(shard).flatMap((slot) => sweepLooks(model, world, key, shard, slot)));
  const writes = world.sweeps.map((pending) => {
    const write = (w: World): void => {
      w.sweeps = w.sweeps.filter((other) => other !== pending);
      writeShard(model, w, pending.shard, [pending.step.effect.want]);
    };
    return happen(model, world, () => `sweep writes ${pending.shard}`, write);
  });
  return [...looks, ...writes];
}

function sweepLooks(model: Model, world: World, key: string, shard: Shard, slot: string): Happening[] {
  const past = model.loose.sweepFromCache ? (world.past[slot] ?? []) : [];
  return lapsedChoices(shard).flatMap((lapsed) =>
    [...past, world.objects[slot] ?? null].flatMap((object) =>
      sweepWith(model, world, { key, shard, lapsed, slot, object }),
    ),
  );
}

interface Look {
  key: string;
  shard: Shard;
  lapsed: string[];
  slot: string;
  object: Stored | null;
}

function sweepWith(model: Model, world: World, { key, shard, lapsed, slot, object }: Look): Happening[] {
  const entry = shard.entries.find((candidate) => candidate.slot.name === slot);
  if (!entry) return [];
  const { domain, generation, index, uid } = shard;
  const begun = startSweep({ shard: { domain, generation, index, uid }, slots: [entry.slot] });
  const read = resumeSweep(model.context, begun.state, { got: 'shard', shard, lapsed });
  const live = liveOf(model, slot, object);
  return findEvidence(model, world).flatMap(({ seen, expired }) => {
    const looked = resumeSweep(model.context, read.state, { got: 'object', object: live, seen, expired });
    const { effect } = looked;
    if (effect.do !== 'casShard') return [];
    const tell = () => `sweep reads ${key}, GETs ${slot}: ${describeObject(live)}, seen ${seen}, expired ${expired}`;
    return [happen(model, world, tell, (w) => void w.sweeps.push({ shard: key, step: { ...looked, effect } }))];
  });
}

function slotsIn({ entries }: Shard): string[] {
  return [...new Set(entries.map(({ slot }) => slot.name))];
}
