import type { JsonObject } from '../policies/index.ts';
import { compareText } from './claims.ts';
import type { Identity, StoredObject } from './object-table.ts';

/** What is known of an object; its name, namespace and uid where nothing more is kept. */
export function projectionOf({ projection, namespace, name, uid }: StoredObject): JsonObject {
  if (projection !== null) return projection;
  return { metadata: { name, ...(namespace !== '' && { namespace }), ...(uid !== '' && { uid }) } };
}

/** By namespace, then name. */
export function comparePlaces(a: Identity, b: Identity): number {
  return compareText(a.namespace, b.namespace) || compareText(a.name, b.name);
}
