import { access, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import {
  compilePolicies,
  type Example,
  type Json,
  type JsonObject,
  mutateReview,
  type PolicyDocument,
  type PolicySet,
  type PolicySource,
  type Review,
  type RuleDocument,
  validateReview,
} from '../../../src/policies/index.ts';
import { admit, compilePack, openPack, readYaml, reviewOf, tell } from './ask.ts';

const pack = await openPack('vitistack');
const compiled = compilePack(pack);
const { set } = compiled;
const rules = pack.documents.flatMap((document) => document.spec.rules.map((rule) => ({ rule, document })));

/** The ids the pack promises; parts behind a slash belong to the id before it. */
const IDS = [
  ...numbered('VITI-SEC', 11),
  ...numbered('VITI-DEF', 5),
  ...['001', '002', '003', '005', '006', '007'].map((n) => `VITI-NET-${n}`),
  ...numbered('VITI-NN', 2),
  'VITI-REF-005',
  ...['001', '003', '004'].map((n) => `VITI-PROV-${n}`),
  ...numbered('VITI-KP', 2),
  ...['001', '002', '004'].map((n) => `VITI-KC-${n}`),
  'VITI-EB-001',
  'VITI-BAK-001',
  'VITI-CAP-001',
];

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}-${String(i + 1).padStart(3, '0')}`);
}

t.test('the pack loads without a single problem, its examples included', async (t) => {
  t.strictSame(
    compiled.problems.map(({ source, line, code, message }) => `${source}:${line} ${code} ${message}`),
    [],
  );
  t.strictSame(compiled.rejected, []);
  t.equal(set.policies.length, pack.documents.length);
});

t.test('the pack has the rules it promises and no others', async (t) => {
  const found = new Set(rules.map(({ rule }) => rule.id.replace(/\/.*/, '')));
  t.strictSame([...found].sort(), [...IDS].sort());
});

t.test('every rule that judges says what it found and how to mend it', async (t) => {
  for (const { rule, document } of rules) {
    if (isMutating(rule)) continue;
    t.ok(rule.message ?? rule.monotonic, `${rule.id} has a message`);
    t.ok(rule.remedy, `${rule.id} has a remedy`);
    t.match(rule.message ?? 'a', /^[a-z`{]|^(VPC|RBAC|DNS|Kubernetes)\b/, `${rule.id} starts in lower case`);
    t.notMatch(rule.message ?? '', /\.$/, `${rule.id} ends without a period`);
    t.match(
      document.spec.rationale,
      /VitiStack operational guide, section|Kubernetes version skew|in the schema|schema promises/,
    );
  }
});

t.test('every rule fails an example and passes another', async (t) => {
  for (const { rule, document } of rules) {
    const { spec } = document;
    const examples = spec.examples ?? [];
    if (isMutating(rule)) {
      const wrote = examples.map((example) => changesOf(document, example).includes(rule.id));
      t.ok(wrote.includes(true), `${rule.id} writes in an example`);
      t.ok(wrote.includes(false), `${rule.id} leaves an example alone`);
    } else {
      const breaks = (example: Example) => expectedRules(example).includes(rule.id);
      t.ok(examples.some(breaks), `${rule.id} fails an example`);
      t.ok(
        examples.some((example) => !breaks(example)),
        `${rule.id} passes an example`,
      );
    }
  }
});

t.test('a check that never held would be caught: each is asked in an example that it passes', async (t) => {
  for (const { rule, document } of rules) {
    if (rule.check === undefined) continue;
    const never = { ...rule, check: { '==': [1, 2] } };
    const changed = {
      ...document,
      spec: { ...document.spec, rules: document.spec.rules.map((one) => (one === rule ? never : one)) },
    };
    const caught = (document.spec.examples ?? []).filter((example) => {
      if (!example.object || expectedRules(example).includes(rule.id)) return false;
      const own = compileAlone(changed, example.parameters);
      return validateReview(own, exampleReview(example), { anySurface: true }).findings.some(
        (finding) => finding.rule === rule.id,
      );
    });
    t.ok(caught.length > 0, `${rule.id} is judged in an example that it passes`);
  }
});

function isMutating(rule: RuleDocument): boolean {
  return rule.default !== undefined || rule.set !== undefined;
}

function expectedRules(example: Example): string[] {
  const { expect } = example;
  const findings = Array.isArray(expect) ? expect : expect === 'pass' ? [] : (expect.findings ?? []);
  return findings.map((finding) => finding.rule);
}

/** Ids of the rules that write something in the example, with the example's own parameters. */
function changesOf(document: PolicyDocument, example: Example): string[] {
  const own = compileAlone(document, example.parameters);
  return mutateReview(own, exampleReview(example)).changes.map((change) => change.rule);
}

/** One policy alone, with the parameters of one example; its examples are not run again. */
function compileAlone(document: PolicyDocument, parameters: Example['parameters']): PolicySet {
  const { settings = [] } = settingsFor(document.metadata.name, parameters);
  return compilePolicies([{ name: 'alone', document }, ...settings], { schemas: pack.schemas, verifyExamples: false })
    .set;
}

function exampleReview(example: Example): Review {
  return reviewOf(
    example.object as JsonObject,
    pack.schemas,
    example.oldObject ? { oldObject: example.oldObject } : {},
  );
}

function settingsFor(policy: string, parameters: Example['parameters']): { settings?: PolicySource[] } {
  if (!parameters) return {};
  const document = {
    apiVersion: 'lintel.dev/v1alpha1',
    kind: 'PolicySettings',
    metadata: { name: 'case' },
    spec: { policies: [policy], parameters },
  };
  return { settings: [{ name: 'case', document }] };
}

t.test('cases for a real API server', async (t) => {
  const folder = 'test/e2e/cases/vitistack';
  const files = await readdir(fileURLToPath(new URL(`../../../${folder}`, import.meta.url)));
  const seen: string[] = [];
  for (const file of files.sort()) {
    const [cases] = (await readYaml(`${folder}/${file}`)) as unknown as [Case[]];
    for (const one of cases) {
      seen.push(one.rule);
      t.test(`${one.rule} answers its case as it says`, async (t) => judgeCase(t, one));
    }
  }
  t.strictSame(seen.sort(), rules.map(({ rule }) => rule.id).sort(), 'there is a case for each rule');
});

interface Case {
  rule: string;
  action: string;
  denied?: JsonObject;
  allowed?: JsonObject;
  update?: { old: JsonObject; new: JsonObject };
  stored?: JsonObject;
  also?: string[];
  parameters?: { [name: string]: Json };
  unreachable?: string;
}

function judgeCase(t: Test, one: Case): void {
  if (one.unreachable !== undefined) {
    t.ok(one.unreachable, 'says why it cannot be reached');
    return;
  }
  const asked = one.parameters ? compilePack(pack, settingsFor('vitistack-network-defaults', one.parameters)).set : set;
  const old = one.update?.old;
  const bad = one.update?.new ?? one.denied;
  if (bad) {
    const { decision } = admit(asked, reviewOf(bad, pack.schemas, old ? { oldObject: old } : {}));
    t.strictSame(decision.errors, []);
    t.strictSame(
      [...new Set(decision.findings.map((finding) => finding.rule))].sort(),
      [one.rule, ...(one.also ?? [])].sort(),
    );
    t.ok(
      decision.findings.every((finding) => finding.action === one.action),
      `answers ${one.action}`,
    );
    t.equal(decision.allowed, one.action !== 'deny');
  }
  const good = one.allowed as JsonObject;
  const { mutation, decision } = admit(asked, reviewOf(good, pack.schemas, old ? { oldObject: old } : {}));
  t.strictSame(decision.errors, []);
  if (one.stored) {
    t.ok(
      mutation.changes.some((change) => change.rule === one.rule),
      'the rule wrote something',
    );
    t.match(mutation.object, one.stored);
    t.ok(decision.allowed);
  } else {
    t.strictSame(tell(decision), [], 'the other object breaks nothing');
  }
}

t.test('the good example breaks nothing, and nothing is written into it', async (t) => {
  for (const object of await readYaml('examples/vitistack/good.yaml')) {
    const { mutation, decision } = admit(set, reviewOf(object, pack.schemas));
    t.strictSame(tell(decision), [], `${object.kind} breaks nothing`);
    t.strictSame(decision.errors, []);
    t.strictSame(mutation.patch, [], `${object.kind} is complete`);
  }
});

t.test('the bad example breaks what its comment says', async (t) => {
  const answers: { [kind: string]: string[] } = {};
  for (const object of await readYaml('examples/vitistack/bad.yaml')) {
    answers[String(object.kind)] = tell(admit(set, reviewOf(object, pack.schemas)).decision);
  }
  t.strictSame(answers, {
    Vitistack: [
      'deny VITI-BAK-001/destinations spec.backup.destinations',
      'deny VITI-BAK-001/enabled spec.backup.enabled',
      'deny VITI-BAK-001/objectives spec.backup.disasterRecovery.rpoMinutes',
      'deny VITI-BAK-001/schedule spec.backup.schedule',
      'deny VITI-BAK-001/target spec.backup.disasterRecovery.targetVitistack',
      'deny VITI-NET-001/valid spec.networking.vpcs[2].cidr',
      'deny VITI-NET-002/ranges spec.networking.vpcs[1].cidr',
      'deny VITI-NET-002/ranges spec.networking.vpcs[2].cidr',
      'deny VITI-NET-003/inside spec.networking.vpcs[0].subnets[1].cidr',
      'deny VITI-NET-006/dns spec.networking.dns.servers[0]',
      'deny VITI-REF-005/machine-names spec.machineProviders[1].name',
      'deny VITI-REF-005/machine-priorities spec.machineProviders[1].priority',
      'deny VITI-SEC-001 spec.security.encryption.atRest',
      'deny VITI-SEC-009 spec.networking.firewall.rules[0].source',
      'deny VITI-SEC-009 spec.networking.firewall.rules[1].source',
      'warn VITI-SEC-005 spec.security.accessControl.mfa',
      'warn VITI-SEC-007 spec.networking.firewall.defaultPolicy',
      'warn VITI-SEC-008 spec.security.auditLogging.retentionDays',
      'warn VITI-SEC-011 spec.security.encryption.keyManagement',
    ],
    MachineProvider: [
      'deny VITI-PROV-001/namespace spec.authentication.credentialsRef.namespace',
      'deny VITI-PROV-003/certificate spec.endpoint.insecureSkipVerify',
      'deny VITI-PROV-003/scheme spec.endpoint.url',
      'warn VITI-PROV-004/storage spec.storage.defaultEncryption',
    ],
    NetworkNamespace: ['deny VITI-NN-002/gateway spec.ipAllocation.static.ipv4Gateway'],
    KubernetesCluster: [
      'deny VITI-KC-001/workers spec.topology.workers.nodePools',
      'warn VITI-KC-004/ceiling spec.topology.workers.nodePools[0].version',
    ],
    EtcdBackup: [
      'deny VITI-EB-001/bucket spec.storageLocation.bucket',
      'deny VITI-EB-001/schedule spec.schedule',
      'deny VITI-EB-001/secret spec.storageLocation.secretRef',
    ],
  });
});

t.test('the terse example is completed and let in, and a second pass writes nothing', async (t) => {
  const site = (await readYaml('examples/vitistack/terse.yaml')).find(
    (object) => object.kind === 'Vitistack',
  ) as JsonObject;
  const { mutation, decision } = admit(set, reviewOf(site, pack.schemas));
  t.ok(decision.allowed);
  t.strictSame(mutation.object?.spec, {
    ...(site.spec as JsonObject),
    machineProviders: [
      { name: 'proxmox-tromso', priority: 1, enabled: true },
      { name: 'kubevirt-tromso', priority: 2, enabled: true },
    ],
    security: {
      encryption: { atRest: true, inTransit: true },
      accessControl: { rbac: true },
      auditLogging: { enabled: true },
    },
    backup: { enabled: true, schedule: '0 2 * * *', retentionPolicy: { daily: 7, weekly: 4, monthly: 12 } },
    monitoring: { enabled: true, metricsRetentionDays: 30, alertingEnabled: true },
  });
  t.strictSame(mutateReview(set, reviewOf(mutation.object as JsonObject, pack.schemas)).patch, []);
});

t.test('the network and provider examples break what their comments say', async (t) => {
  const answers: { [name: string]: string[] } = {};
  for (const file of ['network', 'providers']) {
    for (const object of await readYaml(`examples/vitistack/${file}.yaml`)) {
      answers[String((object.metadata as JsonObject).name)] = tell(admit(set, reviewOf(object, pack.schemas)).decision);
    }
  }
  t.strictSame(answers, {
    trondheim: [],
    bodo: [],
    alta: [
      'deny VITI-NET-001/host-bits spec.networking.vpcs[0].cidr',
      'deny VITI-NET-003/inside spec.networking.vpcs[0].subnets[0].cidr',
      'warn VITI-NET-007 spec.networking.vpcs[0].subnets[1].zone',
    ],
    'proxmox-lillestrom': [],
    'aks-norway-east': [],
    'vsphere-kristiansand': [
      'deny VITI-PROV-001/secret spec.authentication.credentialsRef.secretName',
      'warn VITI-PROV-004/storage spec.storage.defaultEncryption',
    ],
    'talos-kristiansand': [
      'deny VITI-KP-002/maximum spec.nodePools[1].maxNodes',
      'deny VITI-KP-002/minimum spec.nodePools[0].minNodes',
      'deny VITI-KP-002/odd spec.cluster.controlPlane.replicas',
      'warn VITI-KP-001/encryption-at-rest spec.cluster.apiServer.encryptionAtRest',
      'warn VITI-KP-001/etcd spec.cluster.etcd.encryption',
      'warn VITI-KP-001/network-policies spec.security.networkPolicies',
      'warn VITI-KP-001/pod-security spec.security.podSecurityLevel',
    ],
  });
});

t.test('a rule on fields of the newer generation sleeps where the older one is installed', async (t) => {
  const asleepIn = (generation: string): string[] => {
    const schemas = pack.schemas.filter((schema) => schema.generation === generation);
    const installed = schemas.map((schema) => ({ ...schema, generation: 'cluster' }));
    const { policies } = compilePack(pack, { schemas: [...pack.schemas, ...installed] }).set;
    return policies.flatMap((policy) => policy.rules.filter((rule) => rule.asleep !== null).map((rule) => rule.id));
  };
  t.strictSame(asleepIn('common'), []);
  t.strictSame(
    asleepIn('crds').sort(),
    rules
      .map(({ rule }) => rule.id)
      .filter((id) => id.startsWith('VITI-NN-'))
      .sort(),
  );
});

t.test('capacity is a matter of the audit and of no other door', async (t) => {
  const full = {
    apiVersion: 'vitistack.io/v1alpha1',
    kind: 'Vitistack',
    metadata: { name: 'oslo' },
    status: { resourceUsage: { cpuCoresUsed: 95, cpuCoresTotal: 100 } },
  };
  const capacity = (surface: 'audit' | 'admission' | 'check') =>
    tell(validateReview(set, reviewOf(full, pack.schemas, { surface }))).filter((line) => line.includes('CAP'));
  t.strictSame(capacity('audit'), ['audit VITI-CAP-001/cpu status.resourceUsage.cpuCoresUsed']);
  t.strictSame(capacity('admission'), []);
  t.strictSame(capacity('check'), []);
});

const SAMPLES = '../shared/data/vitistack/crds-86c93d9/examples';
const absent = await access(fileURLToPath(new URL(`../../../${SAMPLES}`, import.meta.url))).then(
  () => false,
  () => `the published samples are not there (${SAMPLES})`,
);

t.test('the published samples answer as their faults say', { skip: absent }, async (t) => {
  const answers: { [name: string]: string[] } = {};
  for (const file of ['datacenter-example', 'machine-provider-example']) {
    for (const object of await readYaml(`${SAMPLES}/${file}.yaml`)) {
      if (object === null) continue;
      answers[String((object.metadata as JsonObject).name)] = tell(validateReview(set, reviewOf(object, pack.schemas)));
    }
  }
  t.strictSame(answers, {
    'enterprise-vitistack-east': [],
    'edge-vitistack-west': [
      'deny VITI-SEC-004 spec.security.auditLogging.enabled',
      'warn VITI-SEC-005 spec.security.accessControl.mfa',
      'warn VITI-SEC-006 spec.security.complianceFrameworks',
      'warn VITI-SEC-007 spec.networking.firewall.defaultPolicy',
      'warn VITI-SEC-010 spec.backup.destinations[0].encryption',
    ],
    'onprem-vitistack-hq': [],
    'aws-us-east-1': ['deny VITI-PROV-001/secret spec.authentication.credentialsRef.secretName'],
    'azure-eastus': [],
    'vsphere-vitistack-1': ['deny VITI-PROV-001/secret spec.authentication.credentialsRef.secretName'],
  });
});
