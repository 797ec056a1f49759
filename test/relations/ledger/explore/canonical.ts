/**
 * One text for all states that differ only in what no machine can see: which fresh uids, nonces and request ids were
 * drawn (nothing but equality is asked of them), and how far apart two versions are (nothing but their order is).
 */
import type { Entry, Shard } from '../../../../src/relations/ledger/index.ts';
import { claimName, entryName, versionText } from './model.ts';
import type { Handling, Model, Request, Stored, World } from './world.ts';

const TOKENS = /"(?:([unq])\d+|\d{8})"/g;
const VERSIONS = /"\d{8}"/g;

export function describeWorld(model: Model, world: World): string {
  return renameTokens(JSON.stringify(projectWorld(model, world)));
}

function projectWorld(model: Model, world: World): unknown {
  const object = (slot: string, stored: Stored | null): unknown =>
    stored && [stored.uid, versionText(model, slot, stored.version), stored.body, stored.deleting, stored.finalizer];
  return [
    Object.entries(world.objects).map(([slot, stored]) => object(slot, stored)),
    Object.entries(world.past).map(([slot, list]) => [slot, list.map((stored) => object(slot, stored))]),
    Object.values(world.shards).map(projectShard),
    world.requests.map((request) => projectRequest(model, request)),
    world.handlings.map((handling) => projectHandling(handling, object)),
    world.sweeps.map(({ shard, step }) => [shard, step.effect.on, projectWant(step.effect.want)]),
    world.late.map(({ shard, on, want }) => [shard, on, projectWant(want)]),
    world.writers.map(({ op, tries, waits }) => [op, tries, waits]),
    [world.faults.crash, world.faults.lost, world.faults.abandon, world.faults.zombie],
    model.scenario.progress ? world.hurt : false,
    findSeen(world),
  ];
}

function projectShard({ resourceVersion, entries }: Shard): unknown {
  return [resourceVersion, entries.map(projectEntry)];
}

function projectEntry(entry: Entry): unknown {
  const attempts = entry.attempts.map(({ nonce, operation, uid, baseResourceVersion }) => [
    nonce,
    operation[0],
    uid,
    baseResourceVersion,
  ]);
  return [entryName(entry), attempts, entry.waiter ?? 0, entry.tolerated ?? 0];
}

function projectRequest(model: Model, request: Request): unknown {
  const { id, writer, op, slot, uid, base, before, name, admitted, nonces, cached } = request;
  const which = model.scenario.writers[writer]?.indexOf(op) ?? -1;
  return [id, writer, which, uid, versionText(model, slot, base), before, name, admitted, nonces, cached ?? 0];
}

function projectHandling(handling: Handling, object: (slot: string, stored: Stored | null) => unknown): unknown {
  const { request, op, before, state, told, early } = handling;
  const { slot, uid, baseResourceVersion, nonce } = state.request;
  const known = early ? Object.entries(early).map(([name, stored]) => object(name, stored)) : 0;
  const counted = Object.entries(state.counted).map(([at, entries]) => [at, entries.map(projectEntry)]);
  const what = 'body' in op ? op.body : op.do;
  const call = [request, slot.name, what, before, uid, baseResourceVersion, nonce];
  return [call, state.at, state.sent, counted, state.answer?.allowed ?? 0, projectPhase(state.phase), told, known];
}

function projectPhase(phase: Handling['state']['phase']): unknown {
  switch (phase.name) {
    case 'reading':
    case 'done':
      return phase.name;
    case 'settling':
      return ['s', projectShard(phase.shard), phase.lapsed, phase.blockers.map(entryName), phase.fates];
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

function projectWant({ slot, attempt, claims, drops, marks }: Parameters<typeof projectLate>[0]): unknown {
  return [
    slot.name,
    attempt && attempt.nonce,
    claims.map(claimName),
    drops.map((drop) => [drop.slot.name, claimName(drop.claim), drop.nonces, drop.release, drop.waiter ?? 0]),
    marks.map((mark) => [mark.slot.name, claimName(mark.claim), mark.waiter]),
  ];
}

function projectLate(want: World['late'][number]['want']): unknown {
  return want;
}

/** Of the uids that were ever stored, those that an attempt may still be judged by. */
function findSeen(world: World): string[] {
  const asked = new Set<string>();
  for (const { entries } of Object.values(world.shards)) {
    for (const { attempts } of entries) for (const { uid } of attempts) asked.add(uid);
  }
  for (const { uid } of world.requests) asked.add(uid);
  for (const { state } of world.handlings) asked.add(state.request.uid);
  return world.seen.filter((uid) => asked.has(uid));
}

/** Fresh names by first occurrence, versions by rank; each object and shard counts in a block of its own. */
function renameTokens(text: string): string {
  const ranks = new Map<string, string>();
  let block = '';
  let rank = 0;
  for (const version of [...new Set(text.match(VERSIONS) ?? [])].sort()) {
    const here = version.slice(0, 4);
    rank = here === block ? rank + 1 : 0;
    block = here;
    ranks.set(version, `"${here}.${rank}"`);
  }
  const names = new Map<string, string>();
  return text.replace(TOKENS, (token, kind: string | undefined) => {
    if (kind === undefined) return ranks.get(token) ?? token;
    let name = names.get(token);
    if (name === undefined) {
      name = `"${kind}${names.size}"`;
      names.set(token, name);
    }
    return name;
  });
}
