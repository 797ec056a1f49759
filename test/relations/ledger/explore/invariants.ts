/** What must be true of every state, and of the last one of every run. */
import {
  type Claim,
  claimText,
  collide,
  type Entry,
  isRecorded,
  LEDGER_RULES,
  type Shard,
  slotText,
  sumCounts,
} from '../../../../src/relations/ledger/index.ts';
import { entryName, GENERATION, slotOf, wantedBy } from './model.ts';
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
  const asked = (name: Invariant): boolean => !only || only.includes(name);
  for (const domain of model.scenario.domains) {
    const holdings = findHoldings(model, world, domain);
    const what =
      (asked('I0') && named('I0', checkStored(model, world, domain, holdings))) ||
      (asked('I1') && named('I1', checkHeld(world, domain, holdings))) ||
      (asked('I2') && named('I2', checkShards(model, world, domain)));
    if (what) return what;
  }
  return (asked('I3') && named('I3', checkAdmitted(model, world))) || null;
}

/** What is wrong at the end of a run in which nothing can happen any more. */
export function findUnfinished(model: Model, world: World, only?: readonly Invariant[]): Violation | null {
  const { progress, tidy } = model.scenario;
  const asked = (name: Invariant): boolean => !only || only.includes(name);
  if (progress && asked('progress') && !world.hurt && !progress.some((slot) => world.objects[slot])) {
    return { invariant: 'progress', what: `nothing went wrong, and none of ${progress} got in` };
  }
  if (!tidy || !asked('tidy')) return null;
  const kept = Object.values(world.shards).flatMap(({ entries, domain }) =>
    entries.map((entry) => ({ entry, domain })),
  );
  const left = kept.find(({ entry, domain }) => {
    const live = world.objects[entry.slot.name];
    const model_ = model.scenario.domains.find(({ name }) => name === domain);
    const claims = live && model_ ? model_.claims(live.body, entry.slot) : [];
    return entry.attempts.length > 0 || !claims.some((claim) => claimText(claim) === claimText(entry));
  });
  return left ? { invariant: 'tidy', what: `${entryName(left.entry)} is left behind` } : null;
}

function named(invariant: Invariant, what: string | null): Violation | null {
  return what === null ? null : { invariant, what };
}

function findHoldings(model: Model, world: World, domain: DomainModel): Holding[] {
  return Object.entries(world.objects).flatMap(([slot, object]) =>
    object ? domain.claims(object.body, slotOf(model, slot)).map((claim) => ({ slot, claim })) : [],
  );
}

function checkStored(model: Model, world: World, domain: DomainModel, holdings: Holding[]): string | null {
  for (const [i, a] of holdings.entries()) {
    const b = holdings.find((other, j) => j > i && other.slot !== a.slot && meets(model, domain, a, other));
    if (b) return `${a.slot} and ${b.slot} are stored and conflict in ${domain.name}`;
    const wrong =
      a.claim.mode === 'shared' || a.claim.mode === 'count' ? checkParent(model, world, domain, a, holdings) : null;
    if (wrong) return wrong;
  }
  return null;
}

function meets(model: Model, domain: DomainModel, a: Holding, b: Holding): boolean {
  return collide(model.context, domain.name, a.claim, b.claim);
}

function checkParent(
  model: Model,
  world: World,
  domain: DomainModel,
  child: Holding,
  holdings: Holding[],
): string | null {
  const { claim, slot } = child;
  if (claim.key.type !== 'parent') return null;
  const { parent } = claim.key;
  const live = world.objects[parent.name];
  if (!live) return `${slot} is stored and its parent ${parent.name} is not`;
  const fit = domain.fits?.(claim, live.body) ?? { fits: true, limit: null };
  if (!fit.fits) return `${slot} is stored and its parent ${parent.name} is unfit: ${fit.reason}`;
  if (claim.mode !== 'count' || fit.limit === null) return null;
  const stored = holdings.map((holding) => ({ ...holding.claim, slot: slotOf(model, holding.slot), attempts: [] }));
  const sum = sumCounts(stored, parent);
  return sum > fit.limit ? `${sum} are stored of ${parent.name}, which allows ${fit.limit}` : null;
}

function checkHeld(world: World, domain: DomainModel, holdings: Holding[]): string | null {
  for (const { slot, claim } of holdings) {
    const text = claimText(claim);
    const bare = LEDGER_RULES.shardsOf(claim, domain.layout).find((index) => {
      const shard = world.shards[shardKey({ domain: domain.name, generation: GENERATION, index })];
      return !shard?.entries.some((entry) => entry.slot.name === slot && claimText(entry) === text);
    });
    if (bare !== undefined) return `${slot} is stored and has no entry in shard ${bare} of ${domain.name}`;
  }
  return null;
}

function checkShards(model: Model, world: World, domain: DomainModel): string | null {
  const shards = Object.values(world.shards).filter((shard) => shard.domain === domain.name);
  return shards.map((shard) => checkShard(model, shard)).find((what) => what !== null) ?? null;
}

function checkShard(model: Model, { domain, entries }: Shard): string | null {
  for (const [i, a] of entries.entries()) {
    const b = entries.find((other, j) => j > i && differ(a, other) && collide(model.context, domain, a, other));
    if (b) return `${entryName(a)} and ${entryName(b)} are in one shard`;
    if (a.mode === 'marker' && a.limit !== undefined && !a.tolerated && a.key.type === 'parent') {
      const sum = sumCounts(
        entries.filter(({ tolerated }) => !tolerated),
        a.key.parent,
      );
      if (sum > a.limit) return `${sum} are claimed beside ${entryName(a)}`;
    }
  }
  return null;
}

function differ(a: Entry, b: Entry): boolean {
  return !a.tolerated && !b.tolerated && slotText(a.slot) !== slotText(b.slot);
}

function checkAdmitted(model: Model, world: World): string | null {
  for (const { admitted, op, slot, before, base, uid, nonces } of world.requests) {
    if (!admitted) continue;
    const live = world.objects[slot];
    // Its base is gone: it can no longer be stored as it was admitted.
    if (base >= 0 && (live?.uid !== uid || live.version !== base)) continue;
    const nonce = nonces.at(-1) ?? '';
    for (const { ref, claim } of wantedBy(model, op, slot, before)) {
      const shard = world.shards[shardKey(ref)];
      if (!shard || !isRecorded(shard, slotOf(model, slot), [claim], nonce)) {
        return `${op.do} ${slot} (${nonce}) is admitted and ${shardKey(ref)} does not have it`;
      }
    }
  }
  return null;
}
