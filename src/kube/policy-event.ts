/** Events on objects that hold a broken policy. */
import { createHash } from 'node:crypto';
import type { JsonObject, Problem } from '../policies/index.ts';
import { hasStatus } from './kube-error.ts';
import type { KubeClient } from './ports.ts';
import { asObject, joinProblems } from './status-text.ts';

/** An Event's `note` holds 1 KiB. */
const MAX_NOTE = 1_000;
/** Remembered Events; with the name that says all, forgetting only costs a request that is answered 409. */
const MAX_TOLD = 1_000;

/** Creates an Event for one state of one object. Rejects with a KubeError when it cannot. */
export type WriteEvent = (object: JsonObject, unit: string, errors: readonly Problem[]) => Promise<void>;

/**
 * One Event for one state of one object: its name is made of that state, so all replicas together, restarts included,
 * create one.
 * @param now time of the Events
 */
export function createEventWriter(client: KubeClient, now: () => Date): WriteEvent {
  const told = new Set<string>();
  return async (object, unit, errors) => {
    const metadata = asObject(object.metadata);
    const note = joinProblems(errors, MAX_NOTE) || 'the document was refused';
    const state = JSON.stringify([unit, metadata.uid, metadata.generation ?? metadata.resourceVersion, note]);
    const hash = createHash('sha256').update(state).digest('hex').slice(0, 16);
    if (told.has(hash)) {
      return;
    }
    // Events on cluster-scoped objects lie in the namespace `default`, as client-go puts them.
    const namespace = String(metadata.namespace ?? 'default');
    try {
      await client.request({
        method: 'POST',
        path: `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/events`,
        body: createEvent(object, { name: `${String(metadata.name).slice(0, 200)}.${hash}`, namespace, note }, now()),
      });
    } catch (error) {
      if (!hasStatus(error, 409)) {
        throw error;
      }
    }
    if (told.size >= MAX_TOLD) {
      told.clear();
    }
    told.add(hash);
  };
}

function createEvent(
  object: JsonObject,
  { name, namespace, note }: Record<'name' | 'namespace' | 'note', string>,
  now: Date,
) {
  const metadata = asObject(object.metadata);
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name, namespace },
    // metav1.MicroTime wants six digits.
    eventTime: now.toISOString().replace('Z', '000Z'),
    reportingController: 'lintel.dev/policies',
    reportingInstance: 'lintel',
    action: 'Load',
    reason: 'PolicyInvalid',
    type: 'Warning',
    note,
    regarding: {
      apiVersion: object.apiVersion,
      kind: object.kind,
      name: metadata.name,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
    },
  };
}
