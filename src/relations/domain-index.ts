import { canonicalText, type Interval, type Json, parseAddress, parseRange } from '../policies/index.ts';
import { type Claim, type Feed, NO_ATTRIBUTES } from './claims.ts';
import { createKeyIndex } from './key-index.ts';
import { Numbered } from './numbered.ts';
import type { StoredObject } from './object-table.ts';
import { createRangeIndex } from './range-index.ts';
import {
  type DomainPlan,
  holdsNothing,
  type KeyClaim,
  type KeyDomainPlan,
  type MemberPlan,
  type RangeClaim,
  type RangeDomainPlan,
} from './relation-plan.ts';

type Accept = (claim: Claim) => boolean;

/** The claims of one domain. */
export interface DomainIndex {
  readonly plan: DomainPlan;
  readonly feeds: readonly Feed[];
  /** Claims on this key; none in a domain of addresses. */
  holders(scope: Json, key: Json, limit: number, accept: Accept): Claim[];
  /** Claims that share an address with the range; none in a domain of keys, or when it cannot be read. */
  overlapping(scope: Json, range: string, limit: number, accept: Accept): Claim[];
  /** The lowest free block; null when there is none, in a domain of keys, or when the pool cannot be read. */
  nextFree(scope: Json, pool: string, prefixLength: number): Interval | null;
  /** Number of claims that are held. */
  readonly claims: number;
  /** Number of claims whose range cannot be read. */
  readonly unreadable: number;
}

/** An index that holds the domain's constants, and is fed by the objects of its members. */
export function createDomainIndex(plan: DomainPlan): DomainIndex {
  return plan.type === 'key' ? createKeyDomain(plan) : createRangeDomain(plan);
}

function createKeyDomain(plan: KeyDomainPlan): DomainIndex {
  const index = createKeyIndex();
  const claims = new Numbered<Claim>();
  const feeds = fromMembers<KeyClaim>(plan.members, {
    enter(written, member, object) {
      if (holdsNothing(written.key)) return null;
      const value = typeof written.key === 'string' ? written.key : canonicalText(written.key);
      const number = claims.add(toClaim(written, member, object, value));
      index.add(number, written.scope, written.key);
      return number;
    },
    remove(number) {
      index.remove(number);
      claims.delete(number);
    },
  });
  return {
    plan,
    feeds,
    holders(scope, key, limit, accept) {
      if (holdsNothing(key)) return [];
      return index.holders(scope, key, limit, (number) => accept(claims.get(number))).map((n) => claims.get(n));
    },
    overlapping: () => [],
    nextFree: () => null,
    get claims() {
      return claims.size;
    },
    unreadable: 0,
  };
}

function createRangeDomain(plan: RangeDomainPlan): DomainIndex {
  const index = createRangeIndex();
  const claims = new Numbered<Claim>();
  const unreadable = new Set<number>();
  const feeds = fromMembers<RangeClaim>(plan.members, {
    enter(written, member, object) {
      if (written.range === '') return null;
      const number = claims.add(toClaim(written, member, object, written.range));
      const range = plan.type === 'ip' ? readAddress(written.range) : parseRange(written.range);
      if (range) index.add(number, range, canonicalText(written.scope));
      else unreadable.add(number);
      return number;
    },
    remove(number) {
      if (!unreadable.delete(number)) index.remove(number);
      claims.delete(number);
    },
  });
  return {
    plan,
    feeds,
    holders: () => [],
    overlapping(scope, text, limit, accept) {
      const range = parseRange(text);
      if (range === null) return [];
      const query = { scope: canonicalText(scope), accept: (number: number) => accept(claims.get(number)) };
      return index.overlapping(range, limit, query).map((number) => claims.get(number));
    },
    nextFree(scope, text, prefixLength) {
      const pool = parseRange(text);
      return pool === null ? null : index.nextFree(pool, prefixLength, canonicalText(scope));
    },
    get claims() {
      return claims.size - unreadable.size;
    },
    get unreadable() {
      return unreadable.size;
    },
  };
}

function readAddress(text: string): Interval | null {
  const address = parseAddress(text);
  return address && { version: address.version, first: address.value, last: address.value };
}

function toClaim(written: KeyClaim | RangeClaim, member: string, object: StoredObject | null, value: string): Claim {
  const { path, attributes, home } = written;
  const kept = Object.keys(attributes).length === 0 ? NO_ATTRIBUTES : attributes;
  return { object, member, path, value, attributes: kept, home };
}

interface Entrance<Written> {
  /** null when the claim holds nothing. */
  enter(written: Written, member: string, object: StoredObject | null): number | null;
  remove(number: number): void;
}

/** Enters the constants at once, and makes a feed of every other member. */
function fromMembers<Written>(members: readonly MemberPlan<Written>[], entrance: Entrance<Written>): Feed[] {
  const feeds: Feed[] = [];
  for (const member of members) {
    if (member.resource === null) {
      for (const written of member.constants) entrance.enter(written, member.as, null);
      continue;
    }
    feeds.push({
      resource: member.resource,
      read(object) {
        const written = member.claims(object);
        return (stored) => written.flatMap((claim) => entrance.enter(claim, member.as, stored) ?? []);
      },
      remove: entrance.remove,
    });
  }
  return feeds;
}
