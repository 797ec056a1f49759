import { type AdoptionAnswer, type AdoptionState, resumeAdoption, startAdoption } from './adoption.ts';
import type { Lease } from './lease.ts';
import type { OpeningAnswer, OpeningEffect, OpeningRequest, OpeningResult } from './opening-steps.ts';
import type { LedgerContext } from './rules.ts';
import { countShards, shardRef } from './shards.ts';
import type { Generation, GenerationState, Head, Slot } from './types.ts';

export interface OpeningState {
  request: OpeningRequest;
  /** As last read or written. */
  head: Head;
  /** Uids of the shards created so far. */
  shards: string[];
  conflicts: AdoptionAnswer['conflicts'];
  phase: OpeningPhase;
}

type OpeningPhase =
  | { name: 'reading' }
  | { name: 'creating' }
  /** `to` is the head being written. */
  | { name: 'announcing' | 'opening' | 'retiring'; to: Head }
  /** The result of that write is not known, or it met another version: the head is read again. */
  | { name: 'checking'; written: Writing['name'] }
  | { name: 'probing' }
  | { name: 'acknowledging' | 'removing'; states: GenerationState[] }
  | { name: 'waiting' }
  | { name: 'listing' }
  | { name: 'adopting'; slots: Slot[]; next: number; adoption: AdoptionState }
  | { name: 'deleting'; shards: { generation: Generation; index: number }[] }
  | { name: 'done' };

export interface OpeningStep {
  state: OpeningState;
  effect: OpeningEffect;
}

/**
 * Brings a generation to where it is exact: for a first install, for changed expressions or kinds, for another layout,
 * and after damage. Any replica may run it, and run it again for a generation that another left unfinished; what
 * it does is decided by what the head says.
 */
export function startOpening(request: OpeningRequest): OpeningStep {
  const head: Head = { domain: request.domain, resourceVersion: '', generations: [] };
  const state: OpeningState = { request, head, shards: [], conflicts: [], phase: { name: 'reading' } };
  return { state, effect: { do: 'readHead', domain: request.domain } };
}

/**
 * Goes on with the result of the effect that was asked for.
 * @throws TypeError when the result is not one of that effect.
 */
export function resumeOpening(context: LedgerContext, state: OpeningState, result: OpeningResult): OpeningStep {
  const { phase } = state;
  if (phase.name === 'adopting') return onAdoption(context, state, phase, result);
  if (result.got === 'unavailable') return end(state, { outcome: 'unavailable', detail: result.detail });
  const step = beforeFilling(state, result) ?? whileFilling(state, result) ?? afterwards(state, result);
  if (!step) throw new TypeError(`an opening that is ${phase.name} cannot go on with \`${result.got}\``);
  return step;
}

/** The shards are created and the head tells of them. */
function beforeFilling(state: OpeningState, result: OpeningResult): OpeningStep | null {
  const { phase } = state;
  if (phase.name === 'reading' && result.got === 'head') return onFirstHead(withHead(state, result.head));
  if (phase.name === 'creating' && result.got === 'created') {
    const shards = [...state.shards, result.uid];
    return createShard({ ...state, shards });
  }
  if (phase.name === 'checking' && result.got === 'head') {
    const known = withHead(state, result.head);
    const mine = findGeneration(known);
    // A head without it, once it was there, was written by somebody who has opened a later one.
    if (!mine && phase.written !== 'announcing') return end(known, { outcome: 'superseded' });
    if (!mine) return onFirstHead(known);
    if (phase.written === 'retiring') return retire(known);
    if (mine.state === 'Open') return acknowledge(known, ['Open']);
    return phase.written === 'opening' ? open(known) : { state: probing(known), effect: { do: 'probe' } };
  }
  if (phase.name === 'announcing' || phase.name === 'opening' || phase.name === 'retiring') {
    return onHeadWritten(state, phase, result);
  }
  return null;
}

function onFirstHead(state: OpeningState): OpeningStep {
  const { request, head } = state;
  const mine = findGeneration(state);
  if (mine?.state === 'Open') return acknowledge(state, ['Open']);
  if (mine) return { state: probing(state), effect: { do: 'probe' } };
  const unfinished = head.generations.findLast(({ state: now }) => now !== 'Open');
  if (unfinished && request.reason !== 'damage') return end(state, { outcome: 'busy', generation: unfinished.id });
  return createShard(state);
}

function createShard(state: OpeningState): OpeningStep {
  const { request, head, shards } = state;
  const { domain, generation, layout, program, reason } = request;
  if (shards.length < countShards(layout)) {
    const effect: OpeningEffect = { do: 'createShard', domain, generation, index: shards.length };
    return { state: { ...state, phase: { name: 'creating' } }, effect };
  }
  const first: GenerationState = reason === 'damage' ? 'Rebuilding' : 'Filling';
  const added: Generation = { id: generation, state: first, program, layout, shards };
  return writeHead(state, 'announcing', [...head.generations, added]);
}

/** Everybody claims in the generation, and what was stored before that is adopted. */
function whileFilling(state: OpeningState, result: OpeningResult): OpeningStep | null {
  const { phase, request } = state;
  if (phase.name === 'probing' && result.got === 'probed') {
    return result.everywhere
      ? acknowledge(state, ['Filling', 'Rebuilding', 'Open'])
      : { state, effect: { do: 'probe' } };
  }
  if (phase.name === 'acknowledging' && result.got === 'leases') return onLeases(state, phase.states, result.leases);
  if (phase.name === 'removing' && result.got === 'removed') return acknowledge(state, phase.states);
  if (phase.name === 'waiting' && result.got === 'waitedOut') {
    if (!result.whole) return { state, effect: { do: 'waitOut' } };
    const { domain, generation } = request;
    return { state: { ...state, phase: { name: 'listing' } }, effect: { do: 'listObjects', domain, generation } };
  }
  if (phase.name === 'listing' && result.got === 'objects') return adopt(state, result.slots, 0);
  return null;
}

function acknowledge(state: OpeningState, states: GenerationState[]): OpeningStep {
  return { state: { ...state, phase: { name: 'acknowledging', states } }, effect: { do: 'readLeases' } };
}

/** Goes on once no replica is left that may act on an older head. */
function onLeases(
  state: OpeningState,
  states: GenerationState[],
  leases: { lease: Lease; stale: boolean }[],
): OpeningStep {
  const { domain, generation } = state.request;
  const behind = leases.filter(({ lease }) => {
    const seen = lease.seen[domain]?.[generation];
    return seen === undefined || !states.includes(seen);
  });
  const dead = behind.find(({ stale }) => stale);
  if (dead) {
    const { replica, resourceVersion } = dead.lease;
    const effect: OpeningEffect = { do: 'removeLease', replica, on: resourceVersion };
    return { state: { ...state, phase: { name: 'removing', states } }, effect };
  }
  if (behind.length > 0) return acknowledge(state, states);
  if (!states.includes('Filling')) return retire(state);
  return { state: { ...state, phase: { name: 'waiting' } }, effect: { do: 'waitOut' } };
}

function adopt(state: OpeningState, slots: Slot[], next: number): OpeningStep {
  const slot = slots[next];
  const generation = findGeneration(state);
  if (!generation) return end(state, { outcome: 'superseded' });
  if (!slot) return open(state);
  const { state: adoption, effect } = startAdoption({ domain: state.request.domain, generation, slot });
  // An adoption begins by reading the object, it is never done at once.
  if (effect.do === 'done') throw new TypeError('an adoption was done before it began');
  return { state: { ...state, phase: { name: 'adopting', slots, next, adoption } }, effect };
}

function onAdoption(
  context: LedgerContext,
  state: OpeningState,
  phase: Extract<OpeningPhase, { name: 'adopting' }>,
  result: OpeningResult,
): OpeningStep {
  if (!isAdoptionResult(result)) throw new TypeError(`an adoption cannot go on with \`${result.got}\``);
  const { state: adoption, effect } = resumeAdoption(context, phase.adoption, result);
  if (effect.do !== 'done') return { state: { ...state, phase: { ...phase, adoption } }, effect };
  if (effect.answer.outcome === 'damaged') return end(state, { outcome: 'damaged' });
  const conflicts = [...state.conflicts, ...effect.answer.conflicts];
  // Overtaken: the same object again, until nothing is under way that stands against it.
  const next = effect.answer.outcome === 'adopted' ? phase.next + 1 : phase.next;
  return adopt({ ...state, conflicts }, phase.slots, next);
}

function open(state: OpeningState): OpeningStep {
  const { generation } = state.request;
  const opened = state.head.generations.map((each) =>
    each.id === generation ? { ...each, state: 'Open' as const } : each,
  );
  return writeHead(state, 'opening', opened);
}

/** It is exact; the generations before it are taken out of the head, then their shards are deleted. */
function afterwards(state: OpeningState, result: OpeningResult): OpeningStep | null {
  const { phase } = state;
  return phase.name === 'deleting' && result.got === 'deleted' ? deleteShard(state, phase.shards.slice(1)) : null;
}

function retire(state: OpeningState): OpeningStep {
  const { generations } = state.head;
  const at = generations.findIndex(({ id }) => id === state.request.generation);
  if (at <= 0) return deleteShard(state, []);
  return writeHead(state, 'retiring', generations.slice(at));
}

function deleteShard(state: OpeningState, shards: { generation: Generation; index: number }[]): OpeningStep {
  const [first] = shards;
  if (!first) return end(state, { outcome: 'opened', conflicts: state.conflicts });
  const shard = shardRef(state.request.domain, first.generation, first.index);
  return { state: { ...state, phase: { name: 'deleting', shards } }, effect: { do: 'deleteShard', shard } };
}

type Writing = Extract<OpeningPhase, { to: Head }>;

function writeHead(state: OpeningState, name: Writing['name'], generations: Generation[]): OpeningStep {
  const to: Head = { ...state.head, generations };
  const effect: OpeningEffect = { do: 'casHead', on: state.head.resourceVersion, head: to };
  return { state: { ...state, phase: { name, to } }, effect };
}

function onHeadWritten(state: OpeningState, phase: Writing, result: OpeningResult): OpeningStep | null {
  if (result.got === 'conflict' || result.got === 'unknown') {
    const { domain } = state.request;
    return {
      state: { ...state, phase: { name: 'checking', written: phase.name } },
      effect: { do: 'readHead', domain },
    };
  }
  if (result.got !== 'headWritten') return null;
  const before = state.head;
  const written: OpeningState = { ...state, head: { ...phase.to, resourceVersion: result.resourceVersion } };
  if (phase.name === 'announcing') return { state: probing(written), effect: { do: 'probe' } };
  if (phase.name === 'opening') return acknowledge(written, ['Open']);
  const kept = new Set(phase.to.generations.map(({ id }) => id));
  const gone = before.generations.filter(({ id }) => !kept.has(id));
  return deleteShard(
    written,
    gone.flatMap((generation) => generation.shards.map((_, index) => ({ generation, index }))),
  );
}

function probing(state: OpeningState): OpeningState {
  return { ...state, phase: { name: 'probing' } };
}

function withHead(state: OpeningState, head: Head | null): OpeningState {
  return head ? { ...state, head } : state;
}

function findGeneration({ head, request }: OpeningState): Generation | undefined {
  return head.generations.find(({ id }) => id === request.generation);
}

function end(state: OpeningState, answer: OpeningAnswer): OpeningStep {
  return { state: { ...state, phase: { name: 'done' } }, effect: { do: 'done', answer } };
}

type AdoptionNews = Parameters<typeof resumeAdoption>[2];

const ADOPTION_NEWS: readonly string[] = [
  'shard',
  'missing',
  'unavailable',
  'object',
  'written',
  'conflict',
  'unknown',
  'waited',
  'late',
] satisfies AdoptionNews['got'][];

function isAdoptionResult(result: OpeningResult): result is AdoptionNews {
  return ADOPTION_NEWS.includes(result.got);
}
