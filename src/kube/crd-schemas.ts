/** What a CustomResourceDefinition says about its resources, in the form the compiler checks paths against. Imports no client. */
import type { JsonObject, ResourceSchema } from '../policies/index.ts';

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/**
 * The schemas of every served version of one CustomResourceDefinition (`apiextensions.k8s.io/v1`).
 * Anything that is no such definition gives none.
 * @param generation `crds` or `common` for those we ship, `cluster` for an installed one
 */
export function toResourceSchemas(definition: unknown, generation: string): ResourceSchema[] {
  const object = asRecord(definition);
  if (object.kind !== 'CustomResourceDefinition' || object.apiVersion !== 'apiextensions.k8s.io/v1') {
    return [];
  }
  const spec = asRecord(object.spec);
  const names = asRecord(spec.names);
  const { group } = spec;
  const { plural: resource, kind } = names;
  if (
    typeof group !== 'string' ||
    typeof resource !== 'string' ||
    typeof kind !== 'string' ||
    !Array.isArray(spec.versions)
  ) {
    return [];
  }
  const scope = spec.scope === 'Cluster' ? 'Cluster' : 'Namespaced';
  return spec.versions.map(asRecord).flatMap((version): ResourceSchema[] => {
    const schema = asRecord(version.schema).openAPIV3Schema;
    if (typeof version.name !== 'string' || version.served === false || typeof schema !== 'object' || schema === null) {
      return [];
    }
    return [{ group, version: version.name, resource, kind, scope, generation, schema: schema as JsonObject }];
  });
}
