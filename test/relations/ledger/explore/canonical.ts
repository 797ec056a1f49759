/**
 * One text for all states that differ only in what no machine can see: which fresh uids, nonces and request ids were
 * drawn (nothing but equality is asked of them), and how far apart two versions are (nothing but their order is).
 */
import { describeHeads, type Entry, type Shard, type Want } from '../../../../src/relations/ledger/index.ts';
import { claimName, entryName, versionText } from './model.ts';
import type {
  Coordinator,
  Handling,
  LateCas,
  Model,
  PendingSweep,
  Replica,
  Request,
  Stage,
  Stored,
  World,
} from './world.ts';

const TOKENS = /"(?:([unq])\d+|\d{8})"/g;
const VERSIONS = /"\d{8}"/g;

export function describeWorld(model: Model, world: World): string {
  const { crash, lost, abandon, zombie, lapse } = world.faults;
  const parts = [
    Object.entries(world.objects).map(([slot, stored]) => describeStored(model, slot, stored)),
    Object.entries(world.past).map(([slot, list]) => list.map((stored) => describeStored(model, slot, stored))),
    Object.values(world.shards).map(describeShard),
    world.requests.map((request) => describeRequest(model, request)),
    world.handlings.map((handling) => describeHandling(model, handling)),
    world.sweeps.map(describeSweep),
    world.late.map(describeLate),
    world.writers.map(({ op, tries, waits }) => `${op}.${tries}"${waits}"`),
    [crash, lost, abandon, zombie, lapse ?? 0, model.scenario.progress ? world.hurt : 0],
    findSeen(world).map((uid) => `"${uid}"`),
    world.older,
    world.time ? [JSON.stringify(world.time)] : [],
    world.stage ? describeStage(world.stage) : [],
  ];
  return renameTokens(parts.map((part) => part.join(',')).join('|'));
}

/** Nothing in a world is ever changed in place, so each part is put into words once. */
function remember<T extends object>(describe: (part: T) => unknown): (part: T) => string {
  const known = new WeakMap<T, string>();
  return (part) => {
    let text = known.get(part);
    if (text === undefined) {
      text = JSON.stringify(describe(part));
      known.set(part, text);
    }
    return text;
  };
}

const storedTexts = new WeakMap<Stored, string>();

function describeStored(model: Model, slot: string, stored: Stored | null): string {
  if (!stored) return '-';
  let text = storedTexts.get(stored);
  if (text === undefined) {
    const { uid, version, body, deleting, finalizer } = stored;
    text = JSON.stringify([uid, versionText(model, slot, version), body, deleting, finalizer]);
    storedTexts.set(stored, text);
  }
  return text;
}

const describeShard = remember(({ resourceVersion, entries }: Shard) => [resourceVersion, entries.map(projectEntry)]);

function projectEntry(entry: Entry): unknown {
  const attempts = entry.attempts.map(({ nonce, operation, uid, baseResourceVersion }) => [
    nonce,
    operation[0],
    uid,
    baseResourceVersion,
  ]);
  return [entryName(entry), attempts, entry.waiter ?? 0, entry.tolerated ?? 0];
}

const requestTexts = new WeakMap<Request, string>();

function describeRequest(model: Model, request: Request): string {
  let text = requestTexts.get(request);
  if (text === undefined) {
    const { id, writer, op, slot, uid, base, before, name, server, born, admitted, nonces, cached } = request;
    const which = model.scenario.writers[writer]?.indexOf(op) ?? -1;
    const version = versionText(model, slot, base);
    text = JSON.stringify([id, writer, which, uid, version, before, name, server, born, admitted, nonces, cached ?? 0]);
    requestTexts.set(request, text);
  }
  return text;
}

const handlingTexts = new WeakMap<Handling, string>();

function describeHandling(model: Model, handling: Handling): string {
  let text = handlingTexts.get(handling);
  if (text === undefined) {
    text = JSON.stringify(projectHandling(model, handling));
    handlingTexts.set(handling, text);
  }
  return text;
}

function projectHandling(model: Model, handling: Handling): unknown {
  const { request, op, before, replica, state, told, early } = handling;
  const { slot, uid, baseResourceVersion, nonce } = state.request;
  const known = early ? Object.entries(early).map(([name, stored]) => describeStored(model, name, stored)) : 0;
  const counted = Object.entries(state.counted).map(([at, entries]) => [at, entries.map(projectEntry)]);
  const what = 'body' in op ? op.body : op.do;
  const generations = state.plan.map(({ ref }) => ref.generation);
  const call = [request, replica, slot.name, what, before, uid, baseResourceVersion, nonce, generations];
  return [call, state.at, state.sent, counted, state.answer?.allowed ?? 0, projectPhase(state.phase), told, known];
}

function projectPhase(phase: Handling['state']['phase']): unknown {
  switch (phase.name) {
    case 'reading':
    case 'done':
      return phase.name;
    case 'settling':
      return ['s', describeShard(phase.shard), phase.lapsed, phase.blockers.map(entryName), phase.fates];
    case 'writing':
      return ['w', phase.on, projectWant(phase.want)];
    case 'waiting':
      return ['p', phase.blockers.map(entryName)];
    case 'parent':
      return ['g', phase.next];
    case 'counting':
      return ['c', phase.next, phase.limit, phase.entries.map(projectEntry), phase.fates];
    case 'clearing':
      return ['x', phase.next, phase.marked.map(entryName), phase.writing];
  }
}

const describeSweep = remember(({ shard, step }: PendingSweep) => [
  shard,
  step.effect.on,
  projectWant(step.effect.want),
]);
const describeLate = remember(({ shard, on, want }: LateCas) => [shard, on, projectWant(want)]);

function projectWant({ slot, attempt, claims, drops, marks }: Want): unknown {
  return [
    slot.name,
    attempt?.nonce,
    claims.map(claimName),
    drops.map((drop) => [drop.slot.name, claimName(drop.claim), drop.nonces, drop.release, drop.waiter ?? 0]),
    marks.map((mark) => [mark.slot.name, claimName(mark.claim), mark.waiter]),
  ];
}

function describeStage({ head, leases, replicas, coordinator, hooked }: Stage): string[] {
  return [
    head ? JSON.stringify([head.resourceVersion, describeHeads([head])]) : '-',
    JSON.stringify(leases),
    ...Object.values(replicas).map(describeReplica),
    coordinator ? describeCoordinator(coordinator) : '-',
    hooked.join(),
  ];
}

const describeReplica = remember(({ lease, effect, lapsed, acting }: Replica) => [
  lease.lease,
  lease.heads && describeHeads(lease.heads),
  lease.renewedAt,
  lease.phase,
  effect?.do ?? 0,
  lapsed,
  acting && describeHeads(acting),
]);

const describeCoordinator = remember(({ state, effect, waits }: Coordinator) => {
  const { phase, head, shards } = state;
  const known = [head.resourceVersion, describeHeads([head]), shards.length, effect.do, waits ?? 0];
  if (phase.name !== 'adopting') return [known, phase.name, 'states' in phase ? phase.states : 0];
  const { slots, next, adoption } = phase;
  const inner = adoption.phase;
  const settling = inner.name === 'settling' ? inner : null;
  return [
    known,
    slots.map(({ name }) => name),
    next,
    adoption.next,
    adoption.places?.length ?? 0,
    inner.name,
    'shard' in inner ? describeShard(inner.shard) : 0,
    settling && [settling.blockers.map(entryName), settling.looked, settling.pending.map(({ name }) => name)],
    settling?.drops.map(({ nonces, release }) => [nonces, release]),
    effect.do === 'casShard' ? [effect.on, projectWant(effect.want)] : 0,
  ];
});

/** Of the uids that were ever stored, those that an attempt may still be judged by. */
function findSeen(world: World): string[] {
  if (world.seen.length === 0) return world.seen;
  const asked = new Set<string>();
  for (const { entries } of Object.values(world.shards)) {
    for (const { attempts } of entries) for (const { uid } of attempts) asked.add(uid);
  }
  for (const { uid } of world.requests) asked.add(uid);
  for (const { state } of world.handlings) asked.add(state.request.uid);
  return world.seen.filter((uid) => asked.has(uid));
}

/**
 * Fresh names by first occurrence, versions by rank; each object and shard counts in a block of its own. Texts of parts
 * inside other parts have their quotes escaped, and are met as well.
 */
function renameTokens(text: string): string {
  const plain = text.includes('\\') ? text.replaceAll('\\"', '"') : text;
  const ranks = new Map<string, string>();
  let block = '';
  let rank = 0;
  for (const version of [...new Set(plain.match(VERSIONS) ?? [])].sort()) {
    const here = version.slice(0, 5);
    rank = here === block ? rank + 1 : 0;
    block = here;
    ranks.set(version, `"${here}.${rank}"`);
  }
  const names = new Map<string, string>();
  return plain.replace(TOKENS, (token, kind: string | undefined) => {
    if (kind === undefined) return ranks.get(token) ?? token;
    let name = names.get(token);
    if (name === undefined) {
      name = `"${kind}${names.size}"`;
      names.set(token, name);
    }
    return name;
  });
}
