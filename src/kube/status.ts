/**
 * Tells in the cluster what became of the policies in it: the condition Ready of each custom resource, and an Event on
 * what is broken. Every replica does so, and the same: what is stored already is not written again.
 */
import type { JsonObject, PolicySet, Problem } from '../policies/index.ts';
import { createEventWriter } from './policy-event.ts';
import type { KubeClient } from './ports.ts';
import { createConditionWriter, describeCondition } from './ready-condition.ts';

/** What became of the policies; units are named as in `PolicyWatch.findObject`. */
export interface LoadOutcome {
  set: PolicySet;
  problems: readonly Problem[];
  accepted: readonly string[];
  rejected: readonly string[];
  /** By unit, the generation of the object that was judged. */
  generations: ReadonlyMap<string, number>;
}

export interface StatusWriterOptions {
  client: KubeClient;
  /** The stored object of a unit; undefined when the unit is no object of the cluster. */
  findObject(unit: string): JsonObject | undefined;
  /** Time of the conditions and Events; default the clock of the machine. */
  now?: () => Date;
  /** Told what could not be written; it is tried again with the next report. */
  onFailure?: (message: string) => void;
}

export interface StatusWriter {
  /** Writes what differs; a newer report replaces one that waits. Resolves when all is written or has failed. */
  write(report: LoadOutcome): Promise<void>;
  stop(): Promise<void>;
}

/**
 * How often the last report is compared with what is stored again, in milliseconds: for objects that were deleted and
 * made anew with the same text, and for what could not be written.
 */
const REPEAT_MS = 60_000;

/** Creates a writer; nothing is sent before the first report. */
export function createStatusWriter(options: StatusWriterOptions): StatusWriter {
  const { client, onFailure = () => {}, now = () => new Date() } = options;
  const writeCondition = createConditionWriter(client, now);
  const writeEvent = createEventWriter(client, now);
  const failures = new Map<string, string>();
  let latest: LoadOutcome | undefined;
  let pending: LoadOutcome | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;

  const writeUnit = async (report: LoadOutcome, unit: string): Promise<void> => {
    const find = (): JsonObject | undefined => options.findObject(unit) ?? options.findObject(unit.replace(/:.*$/, ''));
    const object = find();
    if (object === undefined) {
      return;
    }
    const errors = report.problems.filter((problem) => problem.severity === 'error' && problem.source === unit);
    const broken = report.rejected.includes(unit);
    const condition = describeCondition(broken, errors);
    try {
      if (object.kind !== 'ConfigMap') {
        const generation = report.generations.get(unit);
        await writeCondition(find, { condition, rules: countRules(report, unit), generation });
      }
      if (broken) {
        await writeEvent(object, unit, errors);
      }
      failures.delete(unit);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (failures.get(unit) !== reason) {
        failures.set(unit, reason);
        onFailure(`${unit}: ${reason}`);
      }
    }
  };

  const drain = async (): Promise<void> => {
    while (pending !== undefined && !stopped) {
      const report = pending;
      pending = undefined;
      for (const unit of [...report.accepted, ...report.rejected]) {
        if (stopped || pending !== undefined) {
          break;
        }
        await writeUnit(report, unit);
      }
    }
  };

  const write = (report: LoadOutcome): Promise<void> => {
    latest = report;
    pending = report;
    running ??= drain().finally(() => {
      running = undefined;
    });
    return running;
  };
  const repeat = setInterval(() => {
    if (latest !== undefined) {
      write(latest);
    }
  }, REPEAT_MS);
  repeat.unref();

  return {
    write,
    async stop() {
      stopped = true;
      clearInterval(repeat);
      await running;
    },
  };
}

function countRules(report: LoadOutcome, unit: string): number {
  return report.set.policies.find((policy) => policy.source === unit)?.rules.length ?? 0;
}
