import type { Holder, Json, JsonObject } from '../policies/index.ts';
import type { Identity, StoredObject } from './object-table.ts';

/** One entry of an index, and where it came from. */
export interface Claim {
  /** null for constants of a policy. */
  readonly object: StoredObject | null;
  readonly member: string;
  readonly path: string;
  readonly value: string;
  readonly attributes: JsonObject;
  readonly home: Json;
}

/** A holder as relations answer it. Resource, namespace, name and uid are `''` for a constant of a policy. */
export interface ClaimHolder extends Holder {
  /** Whose the thing is: equal homes are one thing. null where none is declared. */
  home: Json;
}

/** What feeds one index from the objects of one resource. */
export interface Feed {
  readonly resource: string;
  /**
   * Reads what the object contributes, all of it before anything changes. What it gives enters that into the index,
   * and gives the numbers by which it is removed again.
   */
  read(object: JsonObject): (stored: StoredObject) => number[];
  remove(number: number): void;
}

/** Shared by all claims that have no attributes. */
export const NO_ATTRIBUTES: JsonObject = Object.freeze({});

const NOWHERE: Identity = { resource: '', namespace: '', name: '', uid: '' };

export function toHolder({ object, member, path, value, attributes, home }: Claim): ClaimHolder {
  const { resource, namespace, name, uid } = object ?? NOWHERE;
  return { member, resource, namespace, name, uid, path, value, attributes, home };
}

/** The order in which people are told of holders, the same on every replica: by place, then by where it stands. */
export function compareClaims(a: Claim, b: Claim): number {
  const left = a.object ?? NOWHERE;
  const right = b.object ?? NOWHERE;
  return (
    compareText(left.resource, right.resource) ||
    compareText(left.namespace, right.namespace) ||
    compareText(left.name, right.name) ||
    compareText(a.member, b.member) ||
    compareText(a.path, b.path) ||
    compareText(a.value, b.value)
  );
}

/** The first claims in that order, without sorting all of them when only a few are asked for. Reorders its input. */
export function firstClaims(claims: Claim[], limit: number): Claim[] {
  if (claims.length <= limit) return claims.sort(compareClaims);
  const first: Claim[] = [];
  for (const claim of claims) {
    const last = first.at(-1);
    if (first.length >= limit && last && compareClaims(last, claim) <= 0) continue;
    let at = first.length;
    while (at > 0 && compareClaims(first[at - 1] as Claim, claim) > 0) at--;
    first.splice(at, 0, claim);
    if (first.length > limit) first.pop();
  }
  return first;
}

/** By code units, which no locale changes. */
export function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
