import type { CompiledPolicy } from './compile/compiled.ts';
import { environmentOf } from './environment.ts';
import { type Budget, Frame } from './logic/frame.ts';
import { readOwnPath } from './logic/own.ts';
import { podPathOf } from './match.ts';
import type { ClusterInfo, JsonObject, Review } from './types.ts';

/** A frame for one policy and one review. Under DELETE `object` is the stored object. */
export function createFrame(policy: CompiledPolicy, review: Review, cluster: ClusterInfo, budget: Budget): Frame {
  const frame = new Frame(policy.programs, budget);
  fillFrame(frame, policy, review, cluster, review.object ?? review.oldObject, review.object ? review.oldObject : null);
  return frame;
}

/** Puts another draft in place of the object, and forgets what was worked out from the one before. */
export function replaceDraft(frame: Frame, draft: unknown): void {
  frame.object = draft;
  if (frame.pod !== null) frame.pod = readOwnPath(draft, frame.podSegments);
  frame.forgetVariables(0);
}

function fillFrame(
  frame: Frame,
  policy: CompiledPolicy,
  review: Review,
  cluster: ClusterInfo,
  object: JsonObject | null,
  oldObject: JsonObject | null,
): void {
  frame.object = object;
  frame.oldObject = oldObject;
  frame.request = review.request;
  frame.namespaceObject = review.namespace === '' ? (review.namespaceObject ?? null) : review.namespaceObject;
  frame.cluster = cluster;
  const pod = podPathOf(review.resource.group, review.resource.resource);
  if (pod) {
    frame.podSegments = pod;
    frame.pod = readOwnPath(object, pod);
    frame.oldPod = readOwnPath(oldObject, pod);
  }
  const environment = environmentOf(policy, review, cluster, frame);
  frame.environment = environment;
  frame.params = policy.params(environment);
}
