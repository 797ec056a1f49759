import type { JsonObject } from '../../src/policies/index.ts';

/** A ConfigMap as an API server would show it to a validating webhook. */
export function configMap(data: JsonObject, labels: JsonObject = {}): JsonObject {
  return {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { name: 'settings', namespace: 'demo', uid: '7a0f5a50-8e1c-4c0e-9f0e-2f6d1f0b7f11', labels },
    data,
  };
}

let count = 0;

/** The `request` of a ConfigMap's CREATE; `changes` are laid over it. */
export function configMapRequest(object: JsonObject | null, changes: JsonObject = {}): JsonObject {
  count++;
  return {
    uid: `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`,
    kind: { group: '', version: 'v1', kind: 'ConfigMap' },
    resource: { group: '', version: 'v1', resource: 'configmaps' },
    requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
    requestResource: { group: '', version: 'v1', resource: 'configmaps' },
    name: 'settings',
    namespace: 'demo',
    operation: 'CREATE',
    userInfo: { username: 'erin', groups: ['system:authenticated'] },
    object,
    oldObject: null,
    dryRun: false,
    options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    ...changes,
  };
}

/** The whole body around a request. */
export function envelope(request: unknown): JsonObject {
  return { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request: request as JsonObject };
}
