/** All kinds whose schema is known, and the resources of those that have none. */
import { BUILT_IN_KINDS } from './built-in-kinds.ts';
import { guessPlural } from './plural.ts';
import type { KindSchema } from './read-crd.ts';

/** What an API server calls a kind. */
export interface ResourceName {
  /** Plural, lower case. */
  resource: string;
  /** null when it is not known. */
  scope: 'Namespaced' | 'Cluster' | null;
  /** Whether plural and scope are known and not guessed. */
  sure: boolean;
}

export interface Catalog {
  /** Adds schemas; of one kind and version the first stays. */
  add(schemas: readonly KindSchema[]): void;
  find(group: string, version: string, kind: string): KindSchema | null;
  /** Other versions of a kind that are known. */
  versionsOf(group: string, kind: string): string[];
  nameResource(group: string, kind: string): ResourceName;
  all(): KindSchema[];
}

export function createCatalog(): Catalog {
  const schemas = new Map<string, KindSchema>();
  const byKind = new Map<string, KindSchema[]>();
  return {
    add(added) {
      for (const schema of added) {
        const kind = `${schema.group}/${schema.kind}`;
        const key = `${kind}/${schema.version}`;
        if (schemas.has(key)) continue;
        schemas.set(key, schema);
        byKind.set(kind, [...(byKind.get(kind) ?? []), schema]);
      }
    },
    find: (group, version, kind) => schemas.get(`${group}/${kind}/${version}`) ?? null,
    versionsOf: (group, kind) => (byKind.get(`${group}/${kind}`) ?? []).map(({ version }) => version),
    nameResource(group, kind) {
      const [known] = byKind.get(`${group}/${kind}`) ?? [];
      if (known !== undefined) return { resource: known.resource, scope: known.scope, sure: true };
      const builtIn = BUILT_IN_KINDS.get(`${group}/${kind}`);
      return builtIn === undefined
        ? { resource: guessPlural(kind), scope: null, sure: false }
        : { ...builtIn, sure: true };
    },
    all: () => [...schemas.values()],
  };
}
