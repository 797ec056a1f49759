import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse, parseAllDocuments } from 'yaml';
import { listServiceHosts } from '../../certs-scripts/issue-certificates.ts';
import { SECRET_NAME } from '../../certs-scripts/manifests.ts';

const BASE = join(import.meta.dirname, '..', '..', 'manifests', 'base');
const NAMESPACE = 'lintel-system';

interface Manifest {
  kind: string;
  metadata: { name: string; namespace?: string; labels?: { [key: string]: string } };
}

function read(name: string) {
  return parse(readFileSync(join(BASE, name), 'utf8'));
}

function readAll(name: string): Manifest[] {
  return parseAllDocuments(readFileSync(join(BASE, name), 'utf8')).map((document) => document.toJS());
}

const FILES = readdirSync(BASE).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml');
const pod = read('50-deployment.yaml').spec.template;
const [container] = pod.spec.containers;
const [mutating] = read('70-mutatingwebhookconfiguration.yaml').webhooks;
const [validating] = read('80-validatingwebhookconfiguration.yaml').webhooks;

t.test('every file is numbered and applied, save the registrations, which come with their certificates', async (t) => {
  const { resources } = read('kustomization.yaml');
  const listed = [...resources.filter((name: string) => name !== '../crds')];
  t.strictSame(listed, FILES.filter((name) => !/^(70|80)-/u.test(name)).sort());
  for (const name of FILES) t.match(name, /^\d\d-[a-z]+\.yaml$/u);
});

t.test('everything that has a namespace is in the one that is made first', async (t) => {
  t.equal(read('00-namespace.yaml').metadata.name, NAMESPACE);
  const global = [
    'Namespace',
    'ClusterRole',
    'ClusterRoleBinding',
    'MutatingWebhookConfiguration',
    'ValidatingWebhookConfiguration',
  ];
  for (const { kind, metadata } of FILES.flatMap(readAll)) {
    t.equal(metadata.namespace, global.includes(kind) ? undefined : NAMESPACE, `${kind} ${metadata.name}`);
    t.equal(metadata.labels?.['app.kubernetes.io/name'], 'lintel', `${kind} ${metadata.name}`);
  }
});

t.test('service, deployment, budget and network policy mean the same pods and port', async (t) => {
  const labels = pod.metadata.labels;
  const service = read('40-service.yaml').spec;
  t.match(labels, service.selector);
  t.match(labels, read('55-poddisruptionbudget.yaml').spec.selector.matchLabels);
  t.match(labels, read('60-networkpolicy.yaml').spec.podSelector.matchLabels);
  for (const spread of pod.spec.topologySpreadConstraints) t.match(labels, spread.labelSelector.matchLabels);
  t.equal(service.ports[0].port, 443);
  t.equal(service.ports[0].targetPort, container.ports[0].name);
  t.equal(container.ports[0].containerPort, 8443);
  t.equal(read('60-networkpolicy.yaml').spec.ingress[0].ports[0].port, 8443);
  t.ok(container.args.includes('--port=8443'));
});

t.test('the pods mount the Secret that the certificate script writes', async (t) => {
  const [volume] = pod.spec.volumes;
  const [mount] = container.volumeMounts;
  t.equal(volume.secret.secretName, SECRET_NAME);
  t.equal(volume.name, mount.name);
  t.ok(container.args.includes(`--tls-cert=${mount.mountPath}/tls.crt`));
  t.ok(container.args.includes(`--tls-key=${mount.mountPath}/tls.key`));
});

t.test('the pods need nothing that the restricted standard forbids', async (t) => {
  t.match(pod.spec.securityContext, { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  t.strictSame(container.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
});

t.test('an update or a drain never leaves fewer than one pod that answers', async (t) => {
  const { replicas, strategy } = read('50-deployment.yaml').spec;
  t.ok(replicas >= 2);
  t.equal(strategy.rollingUpdate.maxUnavailable, 0);
  t.ok(read('55-poddisruptionbudget.yaml').spec.maxUnavailable < replicas);
  t.ok(pod.spec.terminationGracePeriodSeconds >= 60);
  for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
    t.equal(container[probe].httpGet.scheme, 'HTTPS', probe);
  }
});

t.test('the registrations lead to the service, under a name that the certificate is good for', async (t) => {
  for (const webhook of [mutating, validating]) {
    const { name, namespace, port, path } = webhook.clientConfig.service;
    t.equal(port, 443);
    t.equal(path, webhook === mutating ? '/mutate' : '/validate');
    t.ok(listServiceHosts('lintel', NAMESPACE).includes(`${name}.${namespace}.svc`));
    t.equal(webhook.clientConfig.caBundle, undefined, 'an authority is never kept in the repository');
  }
  t.strictSame([mutating.name, validating.name], ['mutate.lintel.dev', 'validate.lintel.dev']);
});

t.test('they say what the protocol lets them say, and ask for the main resources only', async (t) => {
  t.match(mutating, { sideEffects: 'None', reinvocationPolicy: 'IfNeeded', timeoutSeconds: 5 });
  t.match(validating, { sideEffects: 'NoneOnDryRun', timeoutSeconds: 10 });
  for (const webhook of [mutating, validating]) {
    t.match(webhook, { admissionReviewVersions: ['v1'], matchPolicy: 'Equivalent', failurePolicy: 'Fail' });
    for (const rule of webhook.rules) {
      t.equal(rule.scope, '*', 'kinds with and without a namespace');
      t.ok(rule.resources.length > 0);
      for (const resource of rule.resources) t.match(resource, /^[a-z]+$/u);
    }
  }
  t.strictSame(mutating.rules[0].operations, ['CREATE', 'UPDATE']);
  t.strictSame(validating.rules[0].operations, ['CREATE', 'UPDATE', 'DELETE']);
  t.strictSame(mutating.rules[0].resources, validating.rules[0].resources);
});

t.test('the system, and the server itself, are never held up', async (t) => {
  for (const webhook of [mutating, validating]) {
    const [names] = webhook.namespaceSelector.matchExpressions;
    t.strictSame(names.values, ['kube-system', 'kube-node-lease', NAMESPACE]);
    t.equal(names.operator, 'NotIn');
    t.match(webhook.matchConditions[0].expression, `system:serviceaccount:${NAMESPACE}:${pod.spec.serviceAccountName}`);
  }
});

t.test('the server may read what it judges and write none of it', async (t) => {
  const writes = ['create', 'update', 'patch', 'delete', 'deletecollection', '*'];
  const written = readAll('20-rbac.yaml')
    .filter(({ kind }) => kind === 'ClusterRole')
    .flatMap((role) => ('rules' in role ? (role.rules as { resources: string[]; verbs: string[] }[]) : []))
    .filter(({ verbs }) => verbs.some((verb) => writes.includes(verb)))
    .flatMap(({ resources }) => resources);
  t.strictSame(written, ['policies/status', 'policyexemptions/status', 'policysettings/status', 'events']);
});
