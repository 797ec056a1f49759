/**
 * What must be known of other objects, as the policies declare it: the input of the relation index. It is plain data
 * and pure functions. Every function here gets a whole object as the API server stores it, must not keep or change it,
 * must give the same answer for the same object, and must not throw: what cannot be read is left out, or is marked
 * where the type says so. Resources are written `plural.group`, `nodes` for the core group.
 */
import type { Json, JsonObject } from '../policies/index.ts';

/** All that the policies in force ask about other objects. A new set of policies is a new plan and a new index. */
export interface RelationPlan {
  /** Names are unique. */
  readonly domains: readonly DomainPlan[];
  /** Names are unique. */
  readonly references: readonly ReferencePlan[];
  /** Names are unique. */
  readonly counters: readonly CounterPlan[];
  /** At most one for each resource: the plan joins what several policies need. */
  readonly projections: readonly ProjectionPlan[];
}

export type DomainPlan = KeyDomainPlan | RangeDomainPlan;

/** Keys that may be held once. */
export interface KeyDomainPlan {
  readonly type: 'key';
  /** `pack/name`. */
  readonly name: string;
  readonly members: readonly MemberPlan<KeyClaim>[];
}

/** Addresses that may be held once; `ip` takes single addresses only, `range` whatever `parseRange` reads. */
export interface RangeDomainPlan {
  readonly type: 'ip' | 'range';
  /** `pack/name`. */
  readonly name: string;
  readonly members: readonly MemberPlan<RangeClaim>[];
}

/**
 * Who takes part in a domain. `as` is unique in the domain. Claims come from the objects of a resource, or stand in the
 * policy itself.
 */
export type MemberPlan<Claim> =
  | { readonly as: string; readonly resource: string; claims(object: JsonObject): readonly Claim[] }
  | { readonly as: string; readonly resource: null; readonly constants: readonly Claim[] };

interface ClaimPlan {
  /** Claims meet only within equal scopes, strictly and deeply; a list is a tuple. null where none is declared. */
  readonly scope: Json;
  /** Where the claim stands in the object: `spec.networking.vpcs[1].cidr`; `''` for a constant. */
  readonly path: string;
  /** What `unless` and messages may ask of it. Kept as it is: not to be changed afterwards. */
  readonly attributes: JsonObject;
  /** Whose the thing is: claims with equal homes are one thing, which the engine tells. null where none is declared. */
  readonly home: Json;
}

export interface KeyClaim extends ClaimPlan {
  /** null, an empty text or list, and a tuple with such a part hold nothing. */
  readonly key: Json;
}

export interface RangeClaim extends ClaimPlan {
  /** As written. An empty text holds nothing; neither does one that cannot be read, which the statistics count. */
  readonly range: string;
}

/** A foreign key. */
export interface ReferencePlan {
  /** Rule id. */
  readonly name: string;
  /** Each resource at most once. */
  readonly from: readonly {
    readonly resource: string;
    /** What the object refers to. */
    references(object: JsonObject): readonly Reference[];
  }[];
  readonly to: {
    readonly resource: string;
    /** What the object can be referred to by; null where that is `metadata.name`, which needs no index of its own. */
    readonly keys: ((object: JsonObject) => readonly Json[]) | null;
  };
}

export interface Reference {
  /** Namespace of the target; `''` when it is cluster-scoped. */
  readonly namespace: string;
  /** null, an empty text or list, and a tuple with such a part refer to nothing. */
  readonly key: Json;
  /** Where the reference stands in the object. */
  readonly path: string;
}

/**
 * A count or a sum of objects for each key. Which object the key belongs to, and who the first to count are, is asked
 * of a reference of the same name, when the plan has one.
 */
export interface CounterPlan {
  /** Rule id. */
  readonly name: string;
  /** What is counted. */
  readonly resource: string;
  /** Mostly one for an object, none when it does not count. */
  contributions(object: JsonObject): readonly Contribution[];
}

export interface Contribution {
  /** Under which it counts, the namespace included where that matters; a list is a tuple. */
  readonly key: Json;
  /** Finite; 1 where only the number matters; null when what stands there is no number. */
  readonly amount: number | null;
}

/** Which objects can be looked up, and what is kept of them. */
export interface ProjectionPlan {
  readonly resource: string;
  /** The fields that lookups, `exists`, `require`, `max` and selectors read, in their places. Kept: must be a copy. */
  project(object: JsonObject): JsonObject;
}

/** Every resource that the plan needs to see, in order and each once. */
export function resourcesOf(plan: RelationPlan): string[] {
  const resources = new Set<string>();
  for (const { members } of plan.domains) {
    for (const { resource } of members) if (resource !== null) resources.add(resource);
  }
  for (const { from, to } of plan.references) {
    for (const { resource } of [...from, to]) resources.add(resource);
  }
  for (const { resource } of [...plan.counters, ...plan.projections]) resources.add(resource);
  return [...resources].sort();
}

/** The key stands for nothing: null, an empty text or list, or a tuple with such a part. */
export function holdsNothing(key: Json): boolean {
  if (key === null || key === '') return true;
  return Array.isArray(key) && (key.length === 0 || key.some(holdsNothing));
}
