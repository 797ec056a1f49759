/** Which documents go to the compiler when some of those at hand are broken. */
import type { PolicySource } from '../policies/index.ts';
import { isRecord } from './documents.ts';
import type { OriginSnapshot, Unit } from './unit.ts';

/** A document with the unit it came from and a key that stays the same when it is edited. */
export interface HeldDocument {
  unit: string;
  /** Unit, kind and name; for a document without a name its place in the unit. */
  key: string;
  /** Kind and name, to find two documents that claim the same; '' without a name. */
  identity: string;
  source: PolicySource;
}

/** All documents of a unit, each with its key. */
export function holdDocuments(unit: Unit): HeldDocument[] {
  return unit.documents.map((source, index) => {
    const identity = readIdentity(source.document);
    return { unit: unit.name, key: `${unit.name}|${identity === '' ? index : identity}`, identity, source };
  });
}

function readIdentity(document: unknown): string {
  const metadata = isRecord(document) && isRecord(document.metadata) ? document.metadata : {};
  if (!isRecord(document) || typeof metadata.name !== 'string' || metadata.name === '') {
    return '';
  }
  const namespace = typeof metadata.namespace === 'string' ? `${metadata.namespace}/` : '';
  return `${String(document.kind)}/${namespace}${metadata.name}`;
}

/** The last documents that compiled, by key. What is in here is in force, or was when it could last be read. */
export type LastGood = ReadonlyMap<string, HeldDocument>;

/**
 * Adds to an origin's snapshot the units that are missing from it but not known to be gone: all of them when the
 * origin could not be listed, those inside a unit that cannot be read otherwise.
 */
export function keepMissingUnits(before: OriginSnapshot | undefined, now: OriginSnapshot): OriginSnapshot {
  const present = new Set(now.units.map((unit) => unit.name));
  const unreadable = new Set(now.units.filter((unit) => !unit.readable).map((unit) => unit.name));
  const kept = (before?.units ?? []).filter((unit) => {
    const heldBack = unit.within !== undefined && unreadable.has(unit.within);
    return !present.has(unit.name) && (!now.complete || heldBack);
  });
  return kept.length === 0 ? now : { ...now, units: [...now.units, ...kept] };
}

/**
 * The last good documents that stand in for what is broken now:
 * 1. a document that was refused is replaced by its own last good version;
 * 2. where a unit cannot be read, or a refused document has no version of its own (it was renamed, or lost its
 *    name), what the unit held before and no longer shows stays as well. Only a unit that reads and compiles can
 *    say that a document is gone.
 */
export function findSubstitutes(
  units: readonly Unit[],
  documents: readonly HeldDocument[],
  refused: ReadonlySet<string>,
  lastGood: LastGood,
): HeldDocument[] {
  const present = new Set(documents.map((held) => held.key));
  const doubtful = new Set(units.filter((unit) => !unit.readable).map((unit) => unit.name));
  for (const held of documents) {
    if (refused.has(held.key) && !lastGood.has(held.key)) {
      doubtful.add(held.unit);
    }
  }
  return [...lastGood.values()].filter(
    (good) => refused.has(good.key) || (doubtful.has(good.unit) && !present.has(good.key)),
  );
}
