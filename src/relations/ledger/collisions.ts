import { isSameSlot, slotText } from './claims.ts';
import type { LedgerContext } from './rules.ts';
import type { Claim, Entry, Key, RangeKey, Slot } from './types.ts';

/** What `collide` needs of the context. */
export type Excuses = Pick<LedgerContext, 'excused'>;

/**
 * Two claims of different slots that may not stand together: exclusive keys that are equal or ranges that overlap,
 * unless excused; a child and a marker that shuts it out. Counts against limits are a matter of sums: `findBlockers`.
 */
export function collide(context: Excuses, domain: string, a: Claim, b: Claim): boolean {
  if (a.mode === 'exclusive' && b.mode === 'exclusive') return keysMeet(a.key, b.key) && !context.excused(domain, a, b);
  return (shutsOut(a, b) || shutsOut(b, a)) && keysMeet(a.key, b.key);
}

/** Keys that stand for a common value: equal, overlapping in the same scope, or the same parent. */
export function keysMeet(a: Key, b: Key): boolean {
  if (a.type === 'equal') return b.type === 'equal' && a.value === b.value;
  if (a.type === 'parent') return b.type === 'parent' && isSameSlot(a.parent, b.parent);
  return b.type === 'range' && a.scope === b.scope && overlap(a, b);
}

/**
 * Entries of other slots that stand against these claims of `slot`: those that collide, markers whose lowered limit
 * the claims would pass, and, for such a marker, the children that take more than it leaves.
 */
export function findBlockers(
  context: Excuses,
  domain: string,
  entries: readonly Entry[],
  slot: Slot,
  claims: readonly Claim[],
): Entry[] {
  const others = entries.filter((entry) => !isSameSlot(entry.slot, slot));
  const blockers = claims.flatMap((claim) => [
    ...others.filter((entry) => collide(context, domain, claim, entry)),
    ...findOverdrawn(entries, others, slot, claim),
  ]);
  return [...new Set(blockers)];
}

/** What the entries take of a parent's limit, each slot once: a slot that claims two amounts stores one of them. */
export function sumCounts(entries: readonly Entry[], parent: Slot): number {
  const bySlot = new Map<string, number>();
  for (const entry of entries) {
    if (entry.mode !== 'count' || !isOfParent(entry, parent)) continue;
    const holder = slotText(entry.slot);
    bySlot.set(holder, Math.max(bySlot.get(holder) ?? 0, entry.amount ?? 1));
  }
  return [...bySlot.values()].reduce((sum, amount) => sum + amount, 0);
}

function findOverdrawn(entries: readonly Entry[], others: readonly Entry[], slot: Slot, claim: Claim): Entry[] {
  if (claim.key.type !== 'parent') return [];
  const { parent } = claim.key;
  if (claim.mode === 'marker' && claim.limit !== undefined) {
    const children = others.filter((entry) => entry.mode === 'count' && isOfParent(entry, parent));
    return sumCounts(children, parent) > claim.limit ? children : [];
  }
  if (claim.mode !== 'count') return [];
  const before = sumCounts(entries, parent);
  const after = sumCounts([...entries, { ...claim, slot, attempts: [] }], parent);
  // A claim that takes no more than the slot has claimed already changes no sum.
  if (after <= before) return [];
  return others.filter(({ mode, limit, ...entry }) => {
    return mode === 'marker' && limit !== undefined && isOfParent(entry, parent) && after > limit;
  });
}

function isOfParent({ key }: Pick<Entry, 'key'>, parent: Slot): boolean {
  return key.type === 'parent' && isSameSlot(key.parent, parent);
}

function shutsOut(marker: Claim, child: Claim): boolean {
  if (marker.mode !== 'marker' || marker.limit !== undefined) return false;
  return child.mode === 'shared' || child.mode === 'count';
}

function overlap(a: RangeKey, b: RangeKey): boolean {
  return a.first <= b.last && b.first <= a.last;
}
