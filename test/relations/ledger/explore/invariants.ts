/** What must be true of every state, and of the last one of every run. */
import {
  type Claim,
  claimText,
  collide,
  type Entry,
  type Generation,
  isRecorded,
  LEDGER_RULES,
  type Shard,
  slotText,
  sumCounts,
} from '../../../../src/relations/ledger/index.ts';
import { type DomainView, entryName, exactViews, programOf, slotOf, wantedBy } from './model.ts';
import { type DomainModel, type Model, shardKey, type World } from './world.ts';

/** `I0` is what a user sees: two stored objects in conflict, a child without its parent, a limit passed. */
export type Invariant = 'I0' | 'I1' | 'I2' | 'I3' | 'progress' | 'tidy';

export interface Violation {
  invariant: Invariant;
  what: string;
}

interface Holding {
  slot: string;
  claim: Claim;
}

/** The first thing wrong with a state, of those that are asked for. */
export function findViolation(model: Model, world: World, only?: readonly Invariant[]): Violation | null {
  const views = exactViews(model, world);
  const checks: [Invariant, () => string | undefined][] = [
    ['I0', () => findHarm(model, world, views).find((what) => !world.older.includes(what))],
    ['I1', () => eachGeneration(views, (domain, generation) => checkHeld(model, world, domain, generation))],
    ['I2', () => eachGeneration(views, (domain, generation) => checkShards(model, world, domain, generation))],
    ['I3', () => checkAdmitted(model, world, views)],
  ];
  for (const [invariant, check] of checks) {
    const what = !only || only.includes(invariant) ? check() : undefined;
    if (what !== undefined) return { invariant, what };
  }
  return null;
}

/** What is wrong at the end of a run in which nothing can happen any more. */
export function findUnfinished(model: Model, world: World, only?: readonly Invariant[]): Violation | null {
  const { progress, tidy } = model.scenario;
  const asked = (name: Invariant): boolean => !only || only.includes(name);
  if (progress && asked('progress') && !world.hurt && !progress.some((slot) => world.objects[slot])) {
    return { invariant: 'progress', what: `nothing went wrong, and none of ${progress} got in` };
  }
  if (!tidy || !asked('tidy')) return null;
  const views = exactViews(model, world);
  const left = eachGeneration(views, (domain, generation) => findLeft(model, world, domain, generation));
  return left === undefined ? null : { invariant: 'tidy', what: `${left} is left behind` };
}

/** All that no state should have, in what is stored; texts that are the same for the same objects. */
export function findHarm(model: Model, world: World, views: DomainView[]): string[] {
  return views.flatMap(({ domain, generations }) =>
    generations.flatMap((generation) => {
      const holdings = findHoldings(model, world, domain, generation);
      const overlaps = holdings.flatMap((a, i) =>
        holdings
          .slice(i + 1)
          .filter((b) => a.slot !== b.slot && collide(model.context, domain.name, a.claim, b.claim))
          .map((b) => `${a.slot} and ${b.slot} are stored and conflict in ${domain.name}`),
      );
      return [...overlaps, ...holdings.flatMap((child) => findOrphan(model, world, domain, child, holdings))];
    }),
  );
}

function eachGeneration(
  views: DomainView[],
  check: (domain: DomainModel, generation: Generation) => string | undefined,
): string | undefined {
  for (const { domain, generations } of views) {
    for (const generation of generations) {
      const what = check(domain, generation);
      if (what !== undefined) return what;
    }
  }
  return undefined;
}

function findHoldings(model: Model, world: World, domain: DomainModel, generation: Generation): Holding[] {
  const program = programOf(model.scenario, generation.id);
  return Object.entries(world.objects).flatMap(([slot, object]) =>
    object ? domain.claims(object.body, slotOf(model, slot), program).map((claim) => ({ slot, claim })) : [],
  );
}

function findOrphan(model: Model, world: World, domain: DomainModel, child: Holding, holdings: Holding[]): string[] {
  const { claim, slot } = child;
  if (claim.key.type !== 'parent' || claim.mode === 'marker') return [];
  const { parent } = claim.key;
  const live = world.objects[parent.name];
  if (!live) return [`${slot} is stored and its parent ${parent.name} is not`];
  const fit = domain.fits?.(claim, live.body) ?? { fits: true, limit: null };
  if (!fit.fits) return [`${slot} is stored and its parent ${parent.name} is ${fit.reason}`];
  if (claim.mode !== 'count' || fit.limit === null) return [];
  const stored = holdings.map((holding) => ({ ...holding.claim, slot: slotOf(model, holding.slot), attempts: [] }));
  return sumCounts(stored, parent) > fit.limit ? [`more is stored than ${parent.name} allows`] : [];
}

function checkHeld(model: Model, world: World, domain: DomainModel, generation: Generation): string | undefined {
  for (const { slot, claim } of findHoldings(model, world, domain, generation)) {
    const text = claimText(claim);
    const bare = LEDGER_RULES.shardsOf(claim, generation.layout).find((index) => {
      const shard = world.shards[shardKey({ domain: domain.name, generation: generation.id, index })];
      return !shard?.entries.some((entry) => entry.slot.name === slot && claimText(entry) === text);
    });
    if (bare !== undefined) return `${slot} is stored and has no entry in shard ${bare} of ${domain.name}`;
  }
  return undefined;
}

function checkShards(model: Model, world: World, domain: DomainModel, generation: Generation): string | undefined {
  return shardsIn(world, domain, generation)
    .map((shard) => checkShard(model, shard))
    .find((what) => what !== undefined);
}

function checkShard(model: Model, { domain, entries }: Shard): string | undefined {
  const strict = entries.filter(({ tolerated }) => !tolerated);
  for (const [i, a] of strict.entries()) {
    const b = strict.find((other, j) => j > i && differ(a, other) && collide(model.context, domain, a, other));
    if (b) return `${entryName(a)} and ${entryName(b)} are in one shard`;
    if (a.mode === 'marker' && a.limit !== undefined && a.key.type === 'parent') {
      const sum = sumCounts(strict, a.key.parent);
      if (sum > a.limit) return `${sum} are claimed beside ${entryName(a)}`;
    }
  }
  return undefined;
}

function differ(a: Entry, b: Entry): boolean {
  return slotText(a.slot) !== slotText(b.slot);
}

function checkAdmitted(model: Model, world: World, views: DomainView[]): string | undefined {
  for (const { admitted, op, slot, before, base, uid, nonces } of world.requests) {
    if (!admitted) continue;
    const live = world.objects[slot];
    // Its base is gone: it can no longer be stored as it was admitted.
    if (base >= 0 && (live?.uid !== uid || live.version !== base)) continue;
    const nonce = nonces.at(-1) ?? '';
    for (const { ref, claim } of wantedBy(model, views, op, slot, before)) {
      const shard = world.shards[shardKey(ref)];
      if (!shard || !isRecorded(shard, slotOf(model, slot), [claim], nonce)) {
        return `${op.do} ${slot} (${nonce}) is admitted and ${shardKey(ref)} does not have it`;
      }
    }
  }
  return undefined;
}

function findLeft(model: Model, world: World, domain: DomainModel, generation: Generation): string | undefined {
  const program = programOf(model.scenario, generation.id);
  const left = shardsIn(world, domain, generation)
    .flatMap(({ entries }) => entries)
    .find((entry) => {
      const live = world.objects[entry.slot.name];
      const claims = live ? domain.claims(live.body, entry.slot, program) : [];
      return entry.attempts.length > 0 || !claims.some((claim) => claimText(claim) === claimText(entry));
    });
  return left && entryName(left);
}

function shardsIn(world: World, domain: DomainModel, generation: Generation): Shard[] {
  return Object.values(world.shards).filter(
    (shard) => shard.domain === domain.name && shard.generation === generation.id,
  );
}
