/** The CRDs that are installed in a cluster, as schemas for the compiler. */
import type { JsonObject, ResourceSchema } from '../policies/index.ts';
import { toResourceSchemas } from './crd-schemas.ts';
import type { KubeClient } from './ports.ts';
import { createWatchList, type WatchList } from './watch-list.ts';

export interface InstalledSchemas {
  readonly list: WatchList;
  start(): void;
  stop(): Promise<void>;
}

/** Of a CRD only what schemas are made of, which is most of its size; status says whether it is served. */
function project(object: JsonObject): JsonObject {
  const { apiVersion = '', kind = '', metadata = {}, spec = {} } = object;
  const { name = '', resourceVersion = '' } = metadata as JsonObject;
  return { apiVersion, kind, metadata: { name, resourceVersion }, spec };
}

/** Lintel's own kinds are judged by its own published schema. */
const OWN_GROUP = 'lintel.dev';

/**
 * Watches CustomResourceDefinitions and tells their schemas, all of them, after the first list and after every change.
 */
export function watchInstalledSchemas(
  client: KubeClient,
  onChange: (schemas: ResourceSchema[]) => void,
  onTrouble: (message: string | null) => void = () => {},
): InstalledSchemas {
  const list = createWatchList({
    client,
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    project,
    // A CRD with its schema may have a megabyte: few at a time.
    pageSize: 50,
    onTrouble,
    onChange: () => {
      const schemas = list.items().flatMap((object) => toResourceSchemas(object, 'cluster'));
      onChange(schemas.filter((schema) => schema.group !== OWN_GROUP));
    },
  });
  return { list, start: () => list.start(), stop: () => list.stop() };
}
