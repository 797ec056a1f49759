import type { Json } from '../policies/index.ts';
import { createKeyIndex } from './key-index.ts';

/**
 * One reference between objects, from both ends: who refers to a target, and which objects are that target. A target is
 * named by its namespace (`''` for cluster-scoped kinds) and the value of its key. Referrers and targets are whole
 * numbers from 1 that the caller gives, each side with numbers of its own.
 */
export interface ReferenceIndex {
  /** Notes that the referrer names a target, whether or not there is one. It may name many. */
  addReferrer(referrer: number, namespace: string, key: Json): void;
  /** Notes that the object can be named so. It may have many names. */
  addTarget(target: number, namespace: string, key: Json): void;
  removeReferrer(referrer: number): void;
  removeTarget(target: number): void;
  /** Who names this target, each once and the latest first, at most `limit` that are accepted. */
  referrers(namespace: string, key: Json, limit: number, accept?: (referrer: number) => boolean): number[];
  /** Which objects are named so; more than one only where the key is not unique. */
  targets(namespace: string, key: Json): number[];
}

/** An empty index. */
export function createReferenceIndex(): ReferenceIndex {
  const referrers = createKeyIndex();
  const targets = createKeyIndex();
  return {
    addReferrer: (referrer, namespace, key) => referrers.add(referrer, namespace, key),
    addTarget: (target, namespace, key) => targets.add(target, namespace, key),
    removeReferrer: (referrer) => referrers.remove(referrer),
    removeTarget: (target) => targets.remove(target),
    referrers: (namespace, key, limit, accept) => referrers.holders(namespace, key, limit, accept),
    targets: (namespace, key) => targets.holders(namespace, key, Number.POSITIVE_INFINITY),
  };
}
