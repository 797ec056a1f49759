/**
 * The driver: does what the machines ask for, in the model's etcd. A replica is no more than its handlings, each of
 * which may die alone, which is worse than all dying together.
 */
import {
  type AdmissionResult,
  answerOf,
  claimText,
  type Entry,
  mergeWants,
  resumeAdmission,
  type Shard,
  slotText,
  type Want,
} from '../../../../src/relations/ledger/index.ts';
import { admit, endRequest, findRequest } from './api-server.ts';
import { claimsOfCall, exactViews, shardVersion, sortEntries } from './model.ts';
import { findExpiredByClock } from './time.ts';
import type { Handling, Model, Stored, World } from './world.ts';

/** A copy whose lists and maps may be changed; what is in them is replaced, never changed. */
export function copyWorld(world: World): World {
  return {
    ...world,
    objects: { ...world.objects },
    versions: { ...world.versions },
    past: { ...world.past },
    shards: { ...world.shards },
    requests: [...world.requests],
    handlings: [...world.handlings],
    sweeps: [...world.sweeps],
    late: [...world.late],
    writers: [...world.writers],
    stage: world.stage && {
      ...world.stage,
      leases: { ...world.stage.leases },
      replicas: { ...world.stage.replicas },
    },
  };
}

/** Tells a handling the result of what it asked for. */
export function resume(model: Model, world: World, handling: Handling, result: AdmissionResult): Handling {
  const step = resumeAdmission(model.context, handling.state, result);
  const next: Handling = { ...handling, ...step };
  const at = world.handlings.indexOf(handling);
  if (at < 0) throw new Error('the handling is not of this world');
  world.handlings[at] = next;
  return tell(model, world, next);
}

/** Answers the API server as soon as the answer is settled, and forgets handlings that are done. */
export function tell(model: Model, world: World, handling: Handling): Handling {
  const at = world.handlings.indexOf(handling);
  const answer = answerOf(handling.state);
  const next = answer && !handling.told ? { ...handling, told: true } : handling;
  world.handlings[at] = next;
  if (next.effect.do === 'done') world.handlings.splice(at, 1);
  if (!answer || handling.told) return next;
  const request = findRequest(world, handling.request, handling.state.request.nonce);
  if (!request || request.admitted) return next;
  if (!answer.allowed) endRequest(model, world, request, false);
  else {
    admit(world, request);
    if (model.loose.releaseInAdmission) releaseGivenUp(model, world, handling);
  }
  return next;
}

/** Writes wants to the shard as it is now; the caller has seen to the version. */
export function writeShard(model: Model, world: World, key: string, wants: Want[], lapsed: readonly string[] = []) {
  const shard = shardAt(world, key);
  const merged = mergeWants(model.context, shard, wants, lapsed);
  const version = Number(shard.resourceVersion) - Number(shardVersion(key, 0)) + 1;
  const entries = sortEntries(merged.shard.entries);
  const written: Shard = { ...merged.shard, entries, resourceVersion: shardVersion(key, version) };
  world.shards[key] = written;
  return { shard: written, verdicts: merged.verdicts };
}

export function shardAt(world: World, key: string): Shard {
  const shard = world.shards[key];
  if (!shard) throw new Error(`there is no shard ${key}`);
  return shard;
}

/** Nonces that a timer may have run out for: L bounds the life of the request, and the timer is no shorter. */
export function findExpired(world: World): string[] {
  const open = new Set(world.requests.flatMap(({ nonces }) => nonces));
  const nonces = Object.values(world.shards).flatMap(({ entries }) =>
    entries.flatMap(({ attempts }) => attempts.map(({ nonce }) => nonce)),
  );
  return nonces.filter((nonce) => !open.has(nonce));
}

/** What a replica may know beside what it reads: nothing, or everything true. */
export function findEvidence(model: Model, world: World): { seen: string[]; expired: string[] }[] {
  const all = { seen: world.seen, expired: world.time ? findExpiredByClock(model, world) : findExpired(world) };
  const nothing = { seen: [], expired: [] };
  return all.seen.length + all.expired.length === 0 ? [nothing] : [nothing, all];
}

/** Loose: entries of claims that the write gives up go with the answer. */
function releaseGivenUp(model: Model, world: World, { op, before, state }: Handling): void {
  const { slot } = state.request;
  for (const { domain, generation, before: held, after } of claimsOfCall(
    model,
    exactViews(model, world),
    op,
    slot.name,
    before,
  )) {
    const kept = new Set(after.map(claimText));
    const given = held.filter((claim) => !kept.has(claimText(claim))).map(claimText);
    for (const [key, shard] of Object.entries(world.shards)) {
      if (shard.domain !== domain || shard.generation !== generation.id) continue;
      const gone = (entry: Entry): boolean =>
        slotText(entry.slot) === slotText(slot) && given.includes(claimText(entry));
      const drops = shard.entries
        .filter(gone)
        .map((claim) => ({ slot, claim, nonces: claim.attempts.map(({ nonce }) => nonce), release: true }));
      if (drops.length > 0) {
        writeShard(model, world, key, [{ slot, attempt: null, claims: [], force: false, drops, marks: [] }]);
      }
    }
  }
}

/** What a GET of the slot answers, and, for loose variants, what else might be taken for it. */
export function readObject(world: World, slot: string, early?: Handling['early']): Stored | null {
  return early?.[slot] !== undefined ? early[slot] : (world.objects[slot] ?? null);
}
