import { slotText } from './claims.ts';
import type { Claim, Generation, Layout, RangeKey, Shard, ShardRef } from './types.ts';

/**
 * Bytes of JSON above which a domain ought to be spread over more shards. On a test cluster one object took 233 writes
 * a second in sequence at 1 kB, 122 at 50 kB and 35 at 500 kB.
 */
export const SHARD_BYTES = 20_000;

/** An address as text whose order is the order of addresses, all of IPv4 before all of IPv6: `4` or `6`, then hexadecimal. */
export function addressText(version: 4 | 6, value: bigint): string {
  return `${version}${value.toString(16).padStart(version === 4 ? 8 : 32, '0')}`;
}

/** The key of all addresses from `first` to `last`. */
export function rangeKey(scope: string, range: { version: 4 | 6; first: bigint; last: bigint }): RangeKey {
  const { version, first, last } = range;
  return { type: 'range', scope, first: addressText(version, first), last: addressText(version, last) };
}

/**
 * Indexes of the shards that hold a claim, ascending. Equality has one; a range has one for each stretch of addresses
 * it touches, so that two ranges that overlap share at least one shard; references and counts have the parent's.
 */
export function shardsOf(claim: Claim, layout: Layout): number[] {
  const { key } = claim;
  if (layout.by === 'hash') return [part(hashText(hashedText(claim)), layout.count)];
  if (key.type !== 'range') throw new TypeError('a layout by address holds ranges only');
  const lane = part(hashText(key.scope), layout.lanes) * (layout.cuts.length + 1);
  const first = countUpTo(layout.cuts, key.first);
  const last = countUpTo(layout.cuts, key.last);
  return Array.from({ length: last - first + 1 }, (_, i) => lane + first + i);
}

/** How many shards a layout has. */
export function countShards(layout: Layout): number {
  return layout.by === 'hash' ? layout.count : layout.lanes * (layout.cuts.length + 1);
}

/** Names a shard of a generation with the uid that the head has for it. */
export function shardRef(domain: string, generation: Generation, index: number): ShardRef {
  return { domain, generation: generation.id, index, uid: generation.shards[index] ?? '' };
}

/** A shard is what its reference says; anything else under the name is damage. */
export function isShard(shard: Shard, ref: ShardRef): boolean {
  return shard.uid === ref.uid && shard.generation === ref.generation && shard.index === ref.index;
}

/** Size of a shard's entries as JSON, in UTF-16 units: bytes, as long as names and keys are ASCII. */
export function measureShard(shard: Shard): number {
  return JSON.stringify(shard.entries).length;
}

/**
 * A layout in which each shard starts about half full, for claims as they stand. Ranges are cut where they begin, each
 * stretch with as many beginnings as the next; a claim counts as `entryBytes`.
 */
export function planLayout(claims: readonly Claim[], entryBytes = 300): Layout {
  const perShard = Math.max(1, Math.floor(SHARD_BYTES / 2 / entryBytes));
  const count = Math.max(1, Math.ceil(claims.length / perShard));
  if (!claims.some(({ key }) => key.type === 'range')) return { by: 'hash', count };
  const starts = claims.flatMap(({ key }) => (key.type === 'range' ? [key.first] : [])).sort();
  const places = [...new Set(starts)];
  const stretches = Math.min(count, Math.max(1, Math.ceil(places.length / perShard)));
  const cuts = Array.from(
    { length: stretches - 1 },
    (_, i) => places[Math.floor(((i + 1) * places.length) / stretches)],
  );
  const known = cuts.filter((cut) => cut !== undefined);
  return { by: 'address', lanes: Math.ceil(count / (known.length + 1)), cuts: [...new Set(known)] };
}

function hashedText({ key }: Claim): string {
  if (key.type === 'equal') return key.value;
  return key.type === 'parent' ? slotText(key.parent) : key.scope;
}

/** FNV-1a over UTF-16 units, then the finaliser of MurmurHash3, without which close names land close together. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Which of `count` equal parts of the hash's space it falls in. */
function part(hash: number, count: number): number {
  return Math.floor((hash / 2 ** 32) * count);
}

/** How many of the ascending texts are at or before `text`. */
function countUpTo(cuts: readonly string[], text: string): number {
  const after = cuts.findIndex((cut) => cut > text);
  return after < 0 ? cuts.length : after;
}
