import type { Shard } from './types.ts';

/** The longest life of one request at an API server, 60 s for deletecollection, and a margin wider than the gap. */
export const LIFE_MS = 75_000;
/** How often a replica writes its heartbeat. */
export const HEARTBEAT_MS = 5_000;
/** A longer silence of the heartbeat voids all timers. */
export const GAP_MS = 10_000;

export interface TimerSettings {
  lifeMs: number;
  gapMs: number;
}

export const TIMER_SETTINGS: TimerSettings = { lifeMs: LIFE_MS, gapMs: GAP_MS };

/**
 * One replica's own timers, lost with it. Times are of its monotonic clock, in milliseconds, and never compared with
 * those of anybody else.
 */
export interface Timers {
  /** By shard, by nonce or `waiter NONCE`: when this replica first saw it there. */
  firstSeen: { [shard: string]: { [id: string]: number } };
  /** When the last heartbeat that was answered had been sent; null before the first. */
  heartbeat: number | null;
}

export const NO_TIMERS: Timers = { firstSeen: {}, heartbeat: null };

/** Starts timers for what is new in a shard and forgets what is gone from it. */
export function noteShard(timers: Timers, shard: Shard, now: number): Timers {
  const key = `${shard.domain}/${shard.generation}/${shard.index}`;
  const before = timers.firstSeen[key] ?? {};
  const ids = shard.entries.flatMap(({ attempts, waiter }) => [
    ...attempts.map(({ nonce }) => nonce),
    ...(waiter === undefined ? [] : [waiterId(waiter)]),
  ]);
  const seen = Object.fromEntries(ids.map((id) => [id, before[id] ?? now]));
  return { ...timers, firstSeen: { ...timers.firstSeen, [key]: seen } };
}

/**
 * Notes an answered heartbeat, a quorum write. While etcd does not answer, writes wait there that were sent before
 * their requests ran out, and land after; so a timer only runs while heartbeats do. After a gap all timers begin anew.
 */
export function noteHeartbeat(
  timers: Timers,
  { gapMs }: TimerSettings,
  { sentAt, answeredAt }: { sentAt: number; answeredAt: number },
): Timers {
  const { heartbeat, firstSeen } = timers;
  if (heartbeat !== null && answeredAt - heartbeat <= gapMs) return { ...timers, heartbeat: sentAt };
  const restarted = Object.entries(firstSeen).map(([key, ids]) => [
    key,
    Object.fromEntries(Object.keys(ids).map((id) => [id, answeredAt])),
  ]);
  return { firstSeen: Object.fromEntries(restarted), heartbeat: sentAt };
}

/** Nonces whose time is up. To be asked *before* the GET that is judged with them is sent. */
export function findExpired(timers: Timers, settings: TimerSettings, now: number): string[] {
  return findOlder(timers, settings, now, settings.lifeMs).filter((id) => !id.startsWith(WAITER));
}

/** Waiters whose time, twice that of an attempt, is up. */
export function findLapsed(timers: Timers, settings: TimerSettings, now: number): string[] {
  const old = findOlder(timers, settings, now, 2 * settings.lifeMs);
  return old.filter((id) => id.startsWith(WAITER)).map((id) => id.slice(WAITER.length));
}

const WAITER = 'waiter ';

function waiterId(waiter: string): string {
  return WAITER + waiter;
}

function findOlder(timers: Timers, { gapMs }: TimerSettings, now: number, ageMs: number): string[] {
  const { heartbeat, firstSeen } = timers;
  if (heartbeat === null || now - heartbeat > gapMs) return [];
  const all = Object.values(firstSeen).flatMap((ids) => Object.entries(ids));
  return [...new Set(all.filter(([, seen]) => now - seen >= ageMs).map(([id]) => id))];
}
