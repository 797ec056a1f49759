/**
 * The kinds that every API server has, from what 1.33 and 1.36 say of themselves (`kubectl api-resources`); a test asks
 * them again. A version is not part of it: no kind ever changed its plural or its scope.
 */
import { guessPlural } from './plural.ts';

/** Group, namespaced kinds, cluster-scoped kinds. */
const KINDS: readonly (readonly [group: string, namespaced: string, cluster: string])[] = [
  [
    '',
    'Binding ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount',
    'ComponentStatus Namespace Node PersistentVolume',
  ],
  [
    'admissionregistration.k8s.io',
    '',
    'MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration',
  ],
  ['apiextensions.k8s.io', '', 'CustomResourceDefinition'],
  ['apiregistration.k8s.io', '', 'APIService'],
  ['apps', 'ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet', ''],
  ['authentication.k8s.io', '', 'SelfSubjectReview TokenReview'],
  [
    'authorization.k8s.io',
    'LocalSubjectAccessReview',
    'SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview',
  ],
  ['autoscaling', 'HorizontalPodAutoscaler', ''],
  ['batch', 'CronJob Job', ''],
  ['certificates.k8s.io', '', 'CertificateSigningRequest'],
  ['coordination.k8s.io', 'Lease', ''],
  ['discovery.k8s.io', 'EndpointSlice', ''],
  ['events.k8s.io', 'Event', ''],
  ['flowcontrol.apiserver.k8s.io', '', 'FlowSchema PriorityLevelConfiguration'],
  ['networking.k8s.io', 'Ingress NetworkPolicy', 'IPAddress IngressClass ServiceCIDR'],
  ['node.k8s.io', '', 'RuntimeClass'],
  ['policy', 'PodDisruptionBudget', ''],
  ['rbac.authorization.k8s.io', 'Role RoleBinding', 'ClusterRole ClusterRoleBinding'],
  ['resource.k8s.io', 'ResourceClaim ResourceClaimTemplate', 'DeviceClass ResourceSlice'],
  ['scheduling.k8s.io', '', 'PriorityClass'],
  ['storage.k8s.io', 'CSIStorageCapacity', 'CSIDriver CSINode StorageClass VolumeAttachment VolumeAttributesClass'],
  // the group in which manifests of Ingress once stood
  ['extensions', 'Ingress', ''],
];

/** Those that no rule makes. */
const PLURALS: { readonly [kind: string]: string } = { Endpoints: 'endpoints' };

export interface BuiltInKind {
  /** Plural, lower case. */
  resource: string;
  scope: 'Namespaced' | 'Cluster';
}

/** By `group/Kind`; the core group is `''`: `/Pod`, `apps/Deployment`. */
export const BUILT_IN_KINDS: ReadonlyMap<string, BuiltInKind> = new Map(
  KINDS.flatMap(([group, namespaced, cluster]) => [
    ...listKinds(group, namespaced, 'Namespaced'),
    ...listKinds(group, cluster, 'Cluster'),
  ]),
);

function listKinds(group: string, kinds: string, scope: BuiltInKind['scope']): [string, BuiltInKind][] {
  return kinds
    .split(' ')
    .filter((kind) => kind !== '')
    .map((kind) => [`${group}/${kind}`, { resource: PLURALS[kind] ?? guessPlural(kind), scope }]);
}
