/** Watches of everything in a cluster that policies come from. */
import type { JsonObject } from '../policies/index.ts';
import type { KubeClient } from './ports.ts';
import { createWatchList, type WatchList } from './watch-list.ts';

export interface PolicyWatchOptions {
  client: KubeClient;
  /** Only ConfigMaps of this namespace; of all when absent. */
  configMapNamespace?: string;
  /** As in WatchListOptions. */
  onTrouble?: (message: string | null) => void;
}

/** Only ConfigMaps that say so are policy. */
export const POLICY_CONFIG_MAP_LABEL = 'lintel.dev/policies';

const API = '/apis/lintel.dev/v1alpha1';
/** Policy objects by kind, `policies` first: of two declarations with one name the first stays. */
const RESOURCES = ['policies', 'policyexemptions', 'policysettings'] as const;

/** Objects as they are stored at one moment. */
export interface StoredPolicies {
  /** Policy, PolicyExemption and PolicySettings objects. */
  customResources: JsonObject[];
  configMaps: JsonObject[];
}

export interface PolicyWatch {
  /** Delivers once all lists are complete, then after every change. */
  start(deliver: (objects: StoredPolicies) => void): void;
  stop(): Promise<void>;
  /** The stored object of a unit: `policy/name`, `configmap/ns/name`. */
  findObject(unit: string): JsonObject | undefined;
  /** The lists below, for freshness and readiness. */
  readonly lists: readonly WatchList[];
}

/**
 * Watches Policy, PolicyExemption and PolicySettings objects, and ConfigMaps labelled `lintel.dev/policies=true`.
 * CRDs that are not installed hold nothing, and are waited for.
 */
export function watchPolicies(options: PolicyWatchOptions): PolicyWatch {
  const { client, configMapNamespace, onTrouble } = options;
  let deliver: (objects: StoredPolicies) => void = () => {};
  let queued = false;

  const changed = (): void => {
    if (queued || !lists.every((list) => list.synced())) {
      return;
    }
    // A burst of events comes in one piece of the stream: deliver once behind it.
    queued = true;
    setImmediate(() => {
      queued = false;
      deliver({ customResources: custom.flatMap((list) => list.items()), configMaps: configMaps.items() });
    });
  };
  const common = { client, onChange: changed, ...(onTrouble && { onTrouble }) };
  const custom = RESOURCES.map((resource) => createWatchList({ ...common, path: `${API}/${resource}` }));
  const configMaps = createWatchList({
    ...common,
    path:
      configMapNamespace === undefined ? '/api/v1/configmaps' : `/api/v1/namespaces/${configMapNamespace}/configmaps`,
    labelSelector: `${POLICY_CONFIG_MAP_LABEL}=true`,
  });
  const lists = [...custom, configMaps];

  return {
    lists,
    start(listener) {
      deliver = listener;
      for (const list of lists) {
        list.start();
      }
    },
    async stop() {
      deliver = () => {};
      await Promise.all(lists.map((list) => list.stop()));
    },
    findObject(unit) {
      const [kind = '', ...key] = unit.split('/');
      const list =
        kind === 'configmap' ? configMaps : custom[RESOURCES.findIndex((resource) => isKindOf(resource, kind))];
      return list?.get(key.join('/'));
    },
  };
}

function isKindOf(resource: (typeof RESOURCES)[number], kind: string): boolean {
  return (
    { policies: 'policy', policyexemptions: 'policyexemption', policysettings: 'policysettings' }[resource] === kind
  );
}
