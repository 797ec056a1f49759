import type { JsonObject } from '../policies/index.ts';

/** Which object: the place that the API server stores it in, and its uid. */
export interface Identity {
  /** `plural.group`, `nodes` for the core group. */
  readonly resource: string;
  /** `''` for cluster-scoped objects. */
  readonly namespace: string;
  /** `''` before a name was generated. */
  readonly name: string;
  /** `''` where it is not known: dry runs of creates, files. */
  readonly uid: string;
}

/** What is kept of one object. */
export interface StoredObject extends Identity {
  /** null when nothing is kept but its identity. */
  readonly projection: JsonObject | null;
  /** Pairs: which of the resource's feeds, and the number of a contribution there. */
  held: number[];
}

/**
 * Whether the stored object is the one under review: the same uid, or the same place. A place holds one object at a
 * time, so that one created again before its deletion was seen is still itself, whatever the uids; and one object may
 * be served from two places.
 */
export function isSelf(stored: Identity, self: Identity): boolean {
  if (stored.uid !== '' && stored.uid === self.uid) return true;
  return (
    self.name !== '' &&
    stored.name === self.name &&
    stored.namespace === self.namespace &&
    stored.resource === self.resource
  );
}

/** Reads who an object is from its metadata; whatever is absent or no text is `''`. */
export function identityOf(resource: string, object: JsonObject): Identity {
  const metadata = object.metadata;
  const read = (field: string): string => {
    if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return '';
    const value = Object.hasOwn(metadata, field) ? metadata[field] : '';
    return typeof value === 'string' ? value : '';
  };
  return { resource, namespace: read('namespace'), name: read('name'), uid: read('uid') };
}

/** Objects by the place they are stored in. */
export interface ObjectTable {
  get(resource: string, namespace: string, name: string): StoredObject | undefined;
  /** Takes the place of whatever was there. */
  set(object: StoredObject): void;
  delete(place: Identity): void;
  /** Objects of a resource; null asks for every namespace, or every name. In no order that means anything. */
  find(resource: string, namespace: string | null, name: string | null): StoredObject[];
  readonly size: number;
}

type Names = Map<string, StoredObject>;

/** An empty table. */
export function createObjectTable(): ObjectTable {
  // Two levels below the resource, so that no text is made for a place and one namespace can be asked for.
  const resources = new Map<string, Map<string, Names>>();
  let size = 0;
  return {
    get size() {
      return size;
    },
    get: (resource, namespace, name) => resources.get(resource)?.get(namespace)?.get(name),
    set(object) {
      const namespaces = getOrMake(resources, object.resource, () => new Map<string, Names>());
      const names = getOrMake(namespaces, object.namespace, () => new Map<string, StoredObject>());
      if (!names.has(object.name)) size += 1;
      names.set(object.name, object);
    },
    delete({ resource, namespace, name }) {
      const names = resources.get(resource)?.get(namespace);
      if (!names?.delete(name)) return;
      size -= 1;
      if (names.size === 0) resources.get(resource)?.delete(namespace);
    },
    find(resource, namespace, name) {
      const namespaces = resources.get(resource);
      if (namespaces === undefined) return [];
      const own = namespace === null ? undefined : namespaces.get(namespace);
      const asked: Names[] = namespace === null ? [...namespaces.values()] : own ? [own] : [];
      if (name === null) return asked.flatMap((names) => [...names.values()]);
      return asked.flatMap((names) => names.get(name) ?? []);
    },
  };
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const held = map.get(key);
  if (held !== undefined) return held;
  const made = make();
  map.set(key, made);
  return made;
}
