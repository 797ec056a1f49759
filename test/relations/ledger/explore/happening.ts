import type { LiveObject } from '../../../../src/relations/ledger/index.ts';
import { copyWorld, resume } from './replica.ts';
import { type Model, shardKey, type World } from './world.ts';

export interface Happening {
  /** Only asked for when a trace is told. */
  tell: () => string;
  world: World;
}

/** One thing that happens, and what follows of itself. */
export function happen(model: Model, world: World, tell: () => string, change: (next: World) => void): Happening {
  const next = copyWorld(world);
  change(next);
  settleOvertaken(model, next);
  return { tell, world: next };
}

/** An object as a trace tells of it. */
export function describeObject(object: LiveObject | null): string {
  if (!object) return 'absent';
  return `${object.body} uid ${object.uid} rv ${object.resourceVersion}${object.deleting ? ' being deleted' : ''}`;
}

/**
 * Writes on a version that is no more are bound to fail: they do so at once, which no one else can tell.
 */
function settleOvertaken(model: Model, world: World): void {
  const isCurrent = (key: string, on: string): boolean => world.shards[key]?.resourceVersion === on;
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
