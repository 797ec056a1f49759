import type { CompiledPolicy } from './compile/compiled.ts';
import type { Frame } from './logic/frame.ts';
import { readOwnPath } from './logic/own.ts';
import type { ClusterInfo, Review } from './types.ts';

/** Label of a Namespace that says which environment it belongs to. */
export const ENVIRONMENT_LABEL = 'lintel.dev/environment';
export const DEFAULT_ENVIRONMENT = 'default';

/**
 * The environment of an object: what the caller settled, else the label of its namespace, else what the policy
 * reads from the object, else the cluster's own, else `default`.
 */
export function environmentOf(
  policy: CompiledPolicy | null,
  review: Review,
  cluster: ClusterInfo,
  frame: Frame | null,
): string {
  if (review.environment) return review.environment;
  const label = readOwnPath(review.namespaceObject, ['metadata', 'labels', ENVIRONMENT_LABEL]);
  if (typeof label === 'string' && label !== '') return label;
  const own = policy?.environmentFrom && frame ? policy.environmentFrom(frame) : null;
  if (typeof own === 'string' && own !== '') return own;
  return cluster.environment || DEFAULT_ENVIRONMENT;
}
