/** The condition Ready of a custom resource of ours. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject, Problem } from '../policies/index.ts';
import { hasStatus } from './kube-error.ts';
import type { KubeClient } from './ports.ts';
import { asObject, joinProblems, toSeconds } from './status-text.ts';

/** Longest message of a condition, in characters; longer lists of problems are cut. */
const MAX_MESSAGE = 1_000;
/** Writes to one generation without a pause between them; replicas that disagree must not fight at full speed. */
const QUICK_WRITES = 3;
/** That pause, in milliseconds. */
const PAUSE_MS = 60_000;
/** Objects whose writes are remembered; forgetting them costs a few writes. */
const MAX_WRITTEN = 1_000;
const CONFLICT_TRIES = 3;
const CONFLICT_PAUSE_MS = 300;

export interface Condition {
  status: 'True' | 'False';
  reason: 'Accepted' | 'Invalid';
  message: string;
}

/**
 * Depends on the document alone and never on what this replica held before: else a replica that was started after the
 * document broke would disagree with one that still has its last good version, and both would write for ever.
 */
export function describeCondition(broken: boolean, errors: readonly Problem[]): Condition {
  if (!broken) {
    return { status: 'True', reason: 'Accepted', message: 'in force' };
  }
  const told = joinProblems(errors, MAX_MESSAGE);
  return { status: 'False', reason: 'Invalid', message: told === '' ? 'the document was refused' : told };
}

const RESOURCES: { [kind: string]: string } = {
  Policy: 'policies',
  PolicyExemption: 'policyexemptions',
  PolicySettings: 'policysettings',
};

/** What this process wrote to one generation of one object. */
interface Writes {
  generation: number;
  count: number;
  at: number;
}

/** What is to be said of one object. */
export interface Verdict {
  condition: Condition;
  /** Number of rules in force; told of a Policy only. */
  rules: number;
  /** The generation that was judged; undefined when it is not known, and then it is the one that is there. */
  generation: number | undefined;
}

/** Writes one condition where it differs from what is stored. Rejects with a KubeError when it cannot. */
export type WriteCondition = (find: () => JsonObject | undefined, verdict: Verdict) => Promise<void>;

/** @param now time of the conditions */
export function createConditionWriter(client: KubeClient, now: () => Date): WriteCondition {
  const written = new Map<string, Writes>();
  return async (find, verdict) => {
    for (let tries = 1; tries <= CONFLICT_TRIES; tries++) {
      const object = find();
      const body = object && createPatch(object, verdict, now());
      if (object === undefined || !body || !mayWrite(written, object)) {
        return;
      }
      try {
        await patchStatus(client, object, body);
        return;
      } catch (error) {
        if (hasStatus(error, 404)) {
          return;
        }
        // Changed meanwhile, most likely by another replica that says the same: look again once the watch has it.
        if (!hasStatus(error, 409) || tries === CONFLICT_TRIES) {
          throw error;
        }
        await sleep(CONFLICT_PAUSE_MS * (1 + Math.random()));
      }
    }
  };
}

async function patchStatus(client: KubeClient, object: JsonObject, body: JsonObject): Promise<void> {
  const { name } = asObject(object.metadata);
  const resource = RESOURCES[String(object.kind)];
  await client.request({
    method: 'PATCH',
    path: `/apis/${String(object.apiVersion)}/${resource}/${encodeURIComponent(String(name))}/status`,
    contentType: 'application/merge-patch+json',
    body,
  });
}

function mayWrite(written: Map<string, Writes>, object: JsonObject): boolean {
  const metadata = asObject(object.metadata);
  const key = String(metadata.uid ?? metadata.name);
  const generation = Number(metadata.generation ?? 0);
  const last = written.get(key);
  const count = last !== undefined && last.generation === generation ? last.count : 0;
  const at = performance.now();
  if (last !== undefined && count >= QUICK_WRITES && at - last.at < PAUSE_MS) {
    return false;
  }
  if (written.size >= MAX_WRITTEN) {
    written.clear();
  }
  written.set(key, { generation, count: count + 1, at });
  return true;
}

/**
 * The merge patch of the status; null when what is stored says the same already, or when the object was changed since
 * it was judged: the verdict on the new version is on its way, and whoever waits for Ready must not see the old one.
 */
function createPatch(object: JsonObject, verdict: Verdict, now: Date): JsonObject | null {
  const { condition, rules } = verdict;
  const metadata = asObject(object.metadata);
  const status = asObject(object.status);
  const generation = Number(metadata.generation ?? 0);
  if (verdict.generation !== undefined && verdict.generation !== generation) {
    return null;
  }
  const conditions = (Array.isArray(status.conditions) ? status.conditions : []).map(asObject);
  const stored = conditions.find((entry) => entry.type === 'Ready');
  const rulesDiffer = object.kind === 'Policy' && condition.status === 'True' && status.rules !== rules;
  if (stored !== undefined && !rulesDiffer && isTold(stored, condition, generation)) {
    return null;
  }
  const since = stored?.status === condition.status ? String(stored.lastTransitionTime) : toSeconds(now);
  const ready = { type: 'Ready', ...condition, observedGeneration: generation, lastTransitionTime: since };
  return {
    // A merge patch replaces lists whole, so it holds only for the very object that was read.
    metadata: { resourceVersion: metadata.resourceVersion ?? '' },
    status: {
      observedGeneration: generation,
      conditions: [...conditions.filter((entry) => entry.type !== 'Ready'), ready],
      ...(object.kind === 'Policy' && { rules }),
    },
  };
}

/** Another wording of the same answer is left alone: during an update two versions of Lintel would fight about it. */
function isTold(stored: JsonObject, wanted: Condition, generation: number): boolean {
  return stored.status === wanted.status && stored.reason === wanted.reason && stored.observedGeneration === generation;
}
