/**
 * All policies in force: gathers what the origins deliver, compiles it whenever something changed, and puts the
 * result in force in one assignment. What is broken keeps its last good version; what is not broken is untouched.
 */
import { type ClusterInfo, EMPTY_SET, type PolicySet, type ResourceSchema } from '../policies/index.ts';
import { keepMissingUnits } from './last-good.ts';
import { createLoader, type LoadReport } from './load.ts';
import type { OriginSnapshot, PolicyOrigin } from './unit.ts';

export interface PolicyStoreOptions {
  /** In order of precedence: of two policies with one name the first stays. */
  origins: readonly PolicyOrigin[];
  cluster?: ClusterInfo;
  /** Schemas that paths are checked against from the start; those of the cluster come by `setClusterSchemas`. */
  schemas?: readonly ResourceSchema[];
  /** How long after a change is compiled, in milliseconds, so that a burst of changes is compiled once. Default 100. */
  debounceMs?: number;
  /** Told when compiling itself fails, which is a bug: the set in force stays. */
  onFailure?: (error: unknown) => void;
}

export interface PolicyStore {
  /** The set in force; empty until the first origin has delivered. */
  current(): PolicySet;
  /** What the last compilation said; null before the first. */
  report(): LoadReport | null;
  /** Names of the origins that have not delivered yet, and `compilation` while one is due. Ready means none. */
  waitingFor(): string[];
  start(): void;
  /** Ends all origins. The set in force stays. */
  stop(): Promise<void>;
  /** Called after every compilation; gives a function that ends that. A listener that throws is reported by `onFailure`. */
  onReport(listener: (report: LoadReport) => void): () => void;
  /** Replaces what the cluster is and declares; compiles again when that makes a difference. */
  setCluster(parts: { info?: ClusterInfo; schemas?: readonly ResourceSchema[] }): void;
}

/** Creates a store. Nothing is read before `start`. */
export function createPolicyStore(options: PolicyStoreOptions): PolicyStore {
  const { origins, debounceMs = 100, onFailure = () => {} } = options;
  const loader = createLoader();
  const snapshots = new Map<string, OriginSnapshot>();
  const listeners = new Set<(report: LoadReport) => void>();
  let cluster = options.cluster;
  let clusterSchemas: readonly ResourceSchema[] = [];
  let set: PolicySet = EMPTY_SET;
  let report: LoadReport | null = null;
  let timer: NodeJS.Timeout | undefined;
  let compiled = '';

  const waitingFor = (): string[] => {
    const missing = origins.filter((origin) => !snapshots.has(origin.name)).map(({ name }) => name);
    // Delivered is not compiled: until then the set in force is the old one.
    return report === null || timer !== undefined ? [...missing, 'compilation'] : missing;
  };

  const load = (): void => {
    const delivered = origins.flatMap(({ name }) => snapshots.get(name) ?? []);
    const asked = JSON.stringify([delivered, cluster, clusterSchemas]);
    if (asked === compiled && report !== null) {
      return;
    }
    try {
      report = loader(delivered, { cluster, schemas: [...(options.schemas ?? []), ...clusterSchemas] });
      set = report.set;
      compiled = asked;
    } catch (error) {
      onFailure(error);
      return;
    }
    for (const listener of listeners) {
      try {
        listener(report);
      } catch (error) {
        onFailure(error);
      }
    }
  };
  const schedule = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      load();
    }, debounceMs);
  };

  return {
    current: () => set,
    report: () => report,
    waitingFor,
    start() {
      for (const origin of origins) {
        origin.start((snapshot) => {
          snapshots.set(origin.name, keepMissingUnits(snapshots.get(origin.name), snapshot));
          schedule();
        });
      }
      if (origins.length === 0) {
        load();
      }
    },
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await Promise.all(origins.map((origin) => origin.stop()));
    },
    onReport(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setCluster(parts) {
      cluster = parts.info ?? cluster;
      clusterSchemas = parts.schemas ?? clusterSchemas;
      if (snapshots.size > 0) {
        schedule();
      }
    },
  };
}
