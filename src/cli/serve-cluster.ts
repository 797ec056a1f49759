/** Everything of `lintel serve` that needs a cluster. Importing this loads the client library. */
import { Gauge } from 'prom-client';
import { createKubeClient } from '../kube/client.ts';
import { watchInstalledSchemas } from '../kube/crds.ts';
import { createNamespaceStore, type NamespaceStore } from '../kube/namespaces.ts';
import { watchPolicies } from '../kube/policy-watch.ts';
import type { ClusterAccess, KubeClient } from '../kube/ports.ts';
import { createStatusWriter } from '../kube/status.ts';
import type { WatchList } from '../kube/watch-list.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { ClusterInfo } from '../policies/index.ts';
import { createClusterOrigin } from '../sources/cluster.ts';
import type { PolicyStore } from '../sources/policy-store.ts';
import type { PolicyOrigin } from '../sources/unit.ts';
import type { Check } from '../webhook/probes.ts';

export interface ClusterOptions {
  access: ClusterAccess;
  /** null watches all namespaces. */
  configMapNamespace: string | null;
  log: Log;
  metrics: Metrics;
}

export interface ClusterParts {
  /** The policies in the cluster. */
  origin: PolicyOrigin;
  namespaces: NamespaceStore;
  /** Ready once every watch has its first list and the version of the cluster is known. */
  check: Check;
  /** Starts what is not policy: namespaces, CRDs, version; and tells the store and the cluster of each other. */
  connect(store: PolicyStore, info: ClusterInfo): void;
  stop(): Promise<void>;
}

/**
 * Makes the parts; nothing is asked of the cluster before `connect`.
 * @throws Error when the credentials cannot be used
 */
export function createClusterParts(options: ClusterOptions): ClusterParts {
  const { access, configMapNamespace, log, metrics } = options;
  const client = createKubeClient(access);
  const policies = watchPolicies({
    client,
    ...(configMapNamespace !== null && { configMapNamespace }),
    onTrouble: tellTrouble(log, 'policies'),
  });
  const namespaces = createNamespaceStore(client, tellTrouble(log, 'namespaces'));
  let store: PolicyStore | undefined;
  const schemas = watchInstalledSchemas(
    client,
    (found) => store?.setCluster({ schemas: found }),
    tellTrouble(log, 'custom resource definitions'),
  );
  const status = createStatusWriter({
    client,
    findObject: (unit) => policies.findObject(unit),
    onFailure: (problem) => log.warn({ problem }, 'status not written'),
  });
  const lists = [...policies.lists, namespaces.list, schemas.list];
  measureAge(metrics, lists);
  const stopping = new AbortController();
  let version = '';

  return {
    origin: createClusterOrigin(policies),
    namespaces,
    check: {
      name: 'cluster',
      problem() {
        const missing = lists.filter((list) => !list.synced()).map((list) => list.path);
        if (missing.length > 0) return `not listed yet: ${missing.join(', ')}`;
        return version === '' ? 'the version of the cluster is not known yet' : null;
      },
    },
    connect(connected, info) {
      store = connected;
      connected.onReport((report) => {
        status.write(report).catch((error: unknown) => log.error({ problem: String(error) }, 'status not written'));
      });
      namespaces.start();
      schemas.start();
      void askVersion(client, stopping.signal, tellTrouble(log, 'version')).then((found) => {
        version = found;
        connected.setCluster({ info: { ...info, version: found } });
        log.info({ server: client.server, version: found }, 'cluster');
      });
    },
    async stop() {
      stopping.abort();
      await Promise.all([namespaces.stop(), schemas.stop(), status.stop()]);
    },
  };
}

const VERSION_RETRY_MS = 2_000;

/** Asks until there is an answer; '' when it was stopped before. */
async function askVersion(
  client: KubeClient,
  signal: AbortSignal,
  onTrouble: (message: string | null) => void,
): Promise<string> {
  while (!signal.aborted) {
    try {
      const answer = await client.request({ path: '/version', signal });
      onTrouble(null);
      return readVersion(answer);
    } catch (error) {
      onTrouble(error instanceof Error ? error.message : String(error));
      await new Promise((resolve) => setTimeout(resolve, VERSION_RETRY_MS).unref());
    }
  }
  return '';
}

/** `v1.36.3-gke.1` to `1.36.3`. */
function readVersion(answer: unknown): string {
  const text = typeof answer === 'object' && answer !== null && 'gitVersion' in answer ? String(answer.gitVersion) : '';
  return /\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? 'unknown';
}

/** One line when it begins, one when it is over; not one for each try. */
function tellTrouble(log: Log, what: string): (message: string | null) => void {
  let troubled = false;
  return (message) => {
    if (message !== null && !troubled) {
      log.warn({ what, problem: message }, 'cluster does not answer');
    } else if (message === null && troubled) {
      log.info({ what }, 'cluster answers again');
    }
    troubled = message !== null;
  };
}

function measureAge(metrics: Metrics, lists: readonly WatchList[]): void {
  new Gauge({
    name: 'lintel_watch_age_seconds',
    help: 'Time since the API server last said anything on a watch; a bookmark comes about every minute.',
    labelNames: ['path'] as const,
    registers: [metrics.registry],
    collect() {
      for (const list of lists.filter((one) => one.synced())) {
        this.set({ path: list.path }, list.age() / 1000);
      }
    },
  });
}
