/**
 * Whole ticks, one observer with the timers that ship, and an etcd that may stop answering. A request ends within its
 * life, unless etcd has been frozen since before: then what is on its way lands, or fails, when etcd answers again.
 */
import {
  claimText,
  findExpired,
  NO_TIMERS,
  noteHeartbeat,
  noteShard,
  type TimerSettings,
} from '../../../../src/relations/ledger/index.ts';
import { type Happening, happen } from './happening.ts';
import type { Model, Time, TimeModel, World } from './world.ts';

/** The clock at the beginning; the first heartbeat has been answered. */
export function startTime(model: TimeModel): Time {
  const timers = noteHeartbeat(NO_TIMERS, settingsOf(model), { sentAt: 0, answeredAt: 0 });
  return { now: 0, frozen: false, freezes: model.freezes, timers, stamps: {}, claims: {} };
}

/** Ticks, freezes, and what the observer comes to see; nothing where there is no time. */
export function timeActs(model: Model, world: World): Happening[] {
  const { time } = world;
  const settings = model.scenario.time;
  if (!time || !settings) return [];
  const change = (tell: string, to: (before: Time) => Time): Happening =>
    happen(
      model,
      world,
      () => tell,
      (w) => {
        w.time = to(time);
      },
    );
  const acts: Happening[] = [];
  const inTime = world.requests.every(({ born }) => time.now + 1 - born <= settings.request);
  if (time.now < settings.ticks && (time.frozen || inTime)) {
    acts.push(change(`it is ${time.now + 1}`, (t) => tick(t, settingsOf(settings))));
  }
  if (time.frozen) acts.push(change('etcd answers again', (t) => ({ ...t, frozen: false })));
  else if (time.freezes > 0) {
    acts.push(change('etcd no longer answers', (t) => ({ ...t, frozen: true, freezes: t.freezes - 1 })));
  }
  if (!time.frozen) acts.push(change('the observer sees the shards', (t) => watchShards(world, t)));
  return acts;
}

/** Nonces that the observer takes for over by its clock: the shipped timers, or a loose variant of them. */
export function findExpiredByClock(model: Model, world: World): string[] {
  const { time } = world;
  const settings = model.scenario.time;
  if (!time || !settings) return [];
  const { now, timers, stamps, claims } = time;
  switch (model.loose.clock) {
    case 'claim': {
      const old = Object.keys(claims).filter((claim) => now - (claims[claim] ?? now) >= settings.life);
      return noncesIn(world, (entry) => old.includes(entry));
    }
    case 'no gap':
      return findExpired({ ...timers, heartbeat: now }, settingsOf(settings), now);
    case 'wall':
      return Object.keys(stamps).filter((nonce) => now + WALL_SKEW - (stamps[nonce] ?? now) >= settings.life);
    case 'rounds':
      return Object.keys(stamps).filter(() => Math.floor(now / settings.life) - CACHED_ROUND >= 2);
    default:
      return findExpired(timers, settingsOf(settings), now);
  }
}

/** Notes when a handling began, by the clock of whoever handles it; only loose variants look. */
export function stampNonce(model: Model, world: World, nonce: string): void {
  const { clock } = model.loose;
  if (!world.time || (clock !== 'wall' && clock !== 'rounds')) return;
  world.time = { ...world.time, stamps: { ...world.time.stamps, [nonce]: world.time.now } };
}

/** How far the observer's wall clock is ahead of the writer's. */
const WALL_SKEW = 3;
/** The round that the writer's cache shows, long past. */
const CACHED_ROUND = 0;

function tick(time: Time, settings: TimerSettings): Time {
  const now = time.now + 1;
  if (time.frozen) return { ...time, now };
  return { ...time, now, timers: noteHeartbeat(time.timers, settings, { sentAt: now, answeredAt: now }) };
}

function watchShards(world: World, time: Time): Time {
  const shards = Object.values(world.shards);
  const timers = shards.reduce((all, shard) => noteShard(all, shard, time.now), time.timers);
  const texts = shards.flatMap(({ entries }) => entries.map((entry) => `${entry.slot.name} ${claimText(entry)}`));
  const claims = Object.fromEntries(texts.map((text) => [text, time.claims[text] ?? time.now]));
  return { ...time, timers, claims };
}

function noncesIn(world: World, isAsked: (claim: string) => boolean): string[] {
  const entries = Object.values(world.shards).flatMap((shard) => shard.entries);
  return entries
    .filter((entry) => isAsked(`${entry.slot.name} ${claimText(entry)}`))
    .flatMap(({ attempts }) => attempts.map(({ nonce }) => nonce));
}

function settingsOf({ life, gap }: TimeModel): TimerSettings {
  return { lifeMs: life, gapMs: gap };
}
