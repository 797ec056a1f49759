/** A CustomResourceDefinition to what an API server does with its resources. */
import type { JsonObject } from '../policies/index.ts';
import { compileSchema, isObject, type Structural } from './structural.ts';

/** One served version of a custom resource. */
export interface KindSchema {
  group: string;
  version: string;
  kind: string;
  /** Plural, lower case. */
  resource: string;
  scope: 'Namespaced' | 'Cluster';
  /** Where it is from: a generation of a pack, or what the caller says. */
  origin: string;
  /** As declared. */
  source: JsonObject;
  /** With a status subresource, an API server drops the status of what is created or applied. */
  hasStatus: boolean;
  /** How many CEL rules it holds (`x-kubernetes-validations`), which only an API server judges. */
  rules: number;
  /** Compiled when it is first asked for. */
  schema(): Structural;
}

/** The served versions of a definition of `apiextensions.k8s.io/v1`; none for anything else, and for versions without a schema. */
export function readCrd(definition: unknown, origin: string): KindSchema[] {
  if (!isObject(definition) || !isCrd(definition) || !isObject(definition.spec)) return [];
  const { group, names, scope, versions } = definition.spec;
  if (typeof group !== 'string' || !isObject(names) || !Array.isArray(versions)) return [];
  const { kind, plural } = names;
  if (typeof kind !== 'string' || typeof plural !== 'string') return [];
  return versions.flatMap((version): KindSchema[] => {
    if (!isObject(version) || typeof version.name !== 'string' || version.served === false) return [];
    const source = isObject(version.schema) ? version.schema.openAPIV3Schema : null;
    if (!isObject(source)) return [];
    const { subresources } = version;
    return [
      {
        group,
        version: version.name,
        kind,
        resource: plural,
        scope: scope === 'Cluster' ? 'Cluster' : 'Namespaced',
        origin,
        source,
        hasStatus: isObject(subresources) && isObject(subresources.status),
        rules: countRules(source),
        schema: once(() => compileSchema(source)),
      },
    ];
  });
}

export function isCrd(object: { apiVersion?: unknown; kind?: unknown }): boolean {
  return object.kind === 'CustomResourceDefinition' && object.apiVersion === 'apiextensions.k8s.io/v1';
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function countRules(schema: unknown): number {
  if (Array.isArray(schema)) return schema.reduce((sum: number, one) => sum + countRules(one), 0);
  if (!isObject(schema)) return 0;
  return Object.entries(schema).reduce(
    (sum, [key, value]) =>
      sum + (key === 'x-kubernetes-validations' && Array.isArray(value) ? value.length : countRules(value)),
    0,
  );
}
