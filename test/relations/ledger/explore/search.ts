/** Breadth first through every state, once each: a violation is found by a shortest run. */
import { findNext } from './actions.ts';
import { describeWorld } from './canonical.ts';
import { findUnfinished, findViolation, type Invariant, type Violation } from './invariants.ts';
import { createWorld } from './model.ts';
import { StateSet } from './state-set.ts';
import type { Model, World } from './world.ts';

export interface SearchOptions {
  /** Only these are asked for; all by default. */
  only?: readonly Invariant[];
  /** Gives up, and says so, at this many states. */
  maxStates?: number;
  onProgress?: (progress: { states: number; depth: number; frontier: number }) => void;
}

export interface SearchResult {
  states: number;
  /** Steps of the longest of all shortest runs. */
  depth: number;
  /** Every state that can be reached was. */
  complete: boolean;
  violation: (Violation & { trace: string[] }) | null;
}

interface Frontier {
  id: number;
  world: World;
}

/** Explores a model until it is exhausted or something is wrong. */
export function explore(model: Model, options: SearchOptions = {}): SearchResult {
  const { only, maxStates = Number.POSITIVE_INFINITY, onProgress } = options;
  const states = new StateSet();
  const first = createWorld(model);
  let frontier: Frontier[] = [{ id: states.add(describeWorld(model, first), -1, 0), world: first }];
  let depth = 0;
  while (frontier.length > 0) {
    const next: Frontier[] = [];
    for (const { id, world } of frontier) {
      const found = expand(model, states, id, world, next, only);
      if (found) return { states: states.size, depth, complete: false, violation: found };
    }
    if (states.size > maxStates) return { states: states.size, depth, complete: false, violation: null };
    frontier = next;
    depth += 1;
    onProgress?.({ states: states.size, depth, frontier: frontier.length });
  }
  return { states: states.size, depth, complete: true, violation: null };
}

function expand(
  model: Model,
  states: StateSet,
  id: number,
  world: World,
  next: Frontier[],
  only: readonly Invariant[] | undefined,
): SearchResult['violation'] {
  let stuck = true;
  for (const [action, happening] of findNext(model, world).entries()) {
    const known = states.add(describeWorld(model, happening.world), id, action);
    if (known !== -1 - id) stuck = false;
    if (known < 0) continue;
    const violation = findViolation(model, happening.world, only);
    if (violation) return { ...violation, trace: retrace(model, states, known) };
    next.push({ id: known, world: happening.world });
  }
  const unfinished = stuck ? findUnfinished(model, world, only) : null;
  return unfinished && { ...unfinished, trace: retrace(model, states, id) };
}

/** Runs the steps that led to a state again, and tells them. */
function retrace(model: Model, states: StateSet, id: number): string[] {
  let world = createWorld(model);
  return states.pathTo(id).map((action) => {
    const happening = findNext(model, world)[action];
    if (!happening) throw new Error('the run cannot be repeated');
    world = happening.world;
    return happening.tell();
  });
}
