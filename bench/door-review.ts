import type { JsonObject } from '../src/policies/index.ts';

/** `f:` entries as server-side apply writes them for every field of an object. */
function fieldsOf(value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [`f:${key}`, fieldsOf(inner)]));
}

const SPEC: JsonObject = {
  displayName: 'Tromsø',
  description: 'northern site: two zones, one for machines that may fail and one for those that may not',
  infrastructure: 'prod',
  region: 'no-north',
  zone: 'no-north-az1',
  location: { country: 'Norway', city: 'Tromsø', coordinates: { latitude: '69.65', longitude: '18.96' } },
  machineProviders: [
    { name: 'kubevirt-north', priority: 1, enabled: true },
    { name: 'proxmox-north', priority: 2, enabled: true },
  ],
  kubernetesProviders: [{ name: 'talos-north', priority: 1, enabled: true }],
  networking: {
    vpcs: [
      {
        name: 'north-main',
        cidr: '10.60.0.0/16',
        default: true,
        subnets: [0, 1, 2, 3, 4, 5, 6, 7].map((i) => ({
          name: `nodes-${i}`,
          cidr: `10.60.${i * 16}.0/20`,
          zone: `no-north-az${(i % 2) + 1}`,
        })),
      },
      {
        name: 'north-storage',
        cidr: '10.61.0.0/16',
        subnets: [0, 1, 2, 3].map((i) => ({ name: `ceph-${i}`, cidr: `10.61.${i * 16}.0/20`, zone: 'no-north-az1' })),
      },
    ],
    loadBalancers: [
      { name: 'edge', type: 'application', scheme: 'internet-facing' },
      { name: 'inside', type: 'network', scheme: 'internal' },
    ],
    dns: { servers: ['10.60.0.53', '10.60.16.53'], domain: 'north.example.no', searchDomains: ['example.no'] },
    firewall: {
      defaultPolicy: 'deny',
      rules: [
        {
          name: 'web',
          action: 'allow',
          protocol: 'tcp',
          port: '80,443',
          source: '0.0.0.0/0',
          destination: '10.60.48.0/24',
        },
        { name: 'ssh', action: 'allow', protocol: 'tcp', port: '22', source: '10.60.0.0/16' },
        { name: 'dns', action: 'allow', protocol: 'udp', port: '53', source: '10.60.0.0/15' },
        { name: 'ntp', action: 'allow', protocol: 'udp', port: '123', source: '10.60.0.0/15' },
        { name: 'kubernetes', action: 'allow', protocol: 'tcp', port: '6443', source: '10.60.0.0/16' },
        { name: 'etcd', action: 'allow', protocol: 'tcp', port: '2379-2380', source: '10.60.0.0/20' },
      ],
    },
  },
  security: {
    complianceFrameworks: ['ISO27001', 'GDPR'],
    encryption: { atRest: true, inTransit: true, keyManagement: 'vault' },
    accessControl: { rbac: true, mfa: true, allowedGroups: ['platform', 'security'] },
    auditLogging: { enabled: true, retentionDays: 730, destination: 'elasticsearch' },
  },
  monitoring: { enabled: true, metricsRetentionDays: 90, alertingEnabled: true, alertReceivers: ['duty@example.no'] },
  backup: {
    enabled: true,
    schedule: '15 3 * * *',
    retentionPolicy: { daily: 7, weekly: 4, monthly: 12 },
    destinations: [
      { name: 's3-north', type: 's3', encryption: true, configuration: { bucket: 'north-backup', region: 'no-north' } },
    ],
    disasterRecovery: { enabled: true, targetVitistack: 'bergen', rpoMinutes: 60, rtoMinutes: 240 },
  },
  resourceQuotas: { maxMachines: 200, maxClusters: 20, maxCPUCores: 2000, maxMemoryGB: 8000 },
};

const ANNOTATIONS: JsonObject = {
  'argocd.argoproj.io/tracking-id': 'sites-north:vitistack.io/Vitistack:/north',
  'argocd.argoproj.io/sync-wave': '3',
  'example.no/contact': 'the platform team is on duty day and night; write to duty@example.no before changing networks',
};

/** The CREATE of a Vitistack that says everything, about 6 KB, as an API server posts it to a validating webhook. */
export function createBenchReview(): JsonObject {
  const kind = { group: 'vitistack.io', version: 'v1alpha1', kind: 'Vitistack' };
  const resource = { group: 'vitistack.io', version: 'v1alpha1', resource: 'vitistacks' };
  const labels = { environment: 'production', 'app.kubernetes.io/managed-by': 'argocd' };
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: '3f1b6f0e-6e5a-4c11-9d54-0d9f6f1c2a77',
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name: 'north',
      operation: 'CREATE',
      userInfo: {
        username: 'system:serviceaccount:argocd:argocd-application-controller',
        uid: '0a8b1a43-95ad-4cf1-a1c3-8f5f27d3f2b0',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:argocd', 'system:authenticated'],
      },
      object: {
        apiVersion: 'vitistack.io/v1alpha1',
        kind: 'Vitistack',
        metadata: {
          name: 'north',
          uid: 'd3b1f6a0-6d11-4f0e-8a55-0b8b6d0d7a10',
          generation: 1,
          creationTimestamp: '2026-11-01T08:00:00Z',
          labels,
          annotations: ANNOTATIONS,
          managedFields: [
            {
              manager: 'argocd-controller',
              operation: 'Apply',
              apiVersion: 'vitistack.io/v1alpha1',
              time: '2026-11-01T08:00:00Z',
              fieldsType: 'FieldsV1',
              fieldsV1: fieldsOf({ metadata: { annotations: ANNOTATIONS, labels }, spec: SPEC }),
            },
          ],
        },
        spec: SPEC,
      },
      oldObject: null,
      dryRun: false,
      options: { kind: 'PatchOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'argocd-controller', force: true },
    },
  };
}
