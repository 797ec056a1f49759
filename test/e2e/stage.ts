// What every end-to-end test stands on: a real API server with the VitiStack CRDs, and Lintel registered with it from
// the shipped manifests.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Minor } from '../cluster/go-modules.ts';
import type { KubectlOptions, KubectlResult } from '../cluster/kubectl.ts';
import { type Lintel, startLintel } from '../cluster/lintel.ts';
import { applyFiles, type Cluster, startCluster, waitFor } from '../cluster/start.ts';
import { registerWebhooks } from '../cluster/webhooks.ts';

export const REPOSITORY = join(import.meta.dirname, '..', '..');
const PACK = join(REPOSITORY, 'src', 'policies', 'library', 'vitistack');
const MANIFESTS = join(REPOSITORY, 'manifests');
const WEBHOOKS = ['70-mutatingwebhookconfiguration.yaml', '80-validatingwebhookconfiguration.yaml'].map((file) =>
  join(MANIFESTS, 'base', file),
);

/** A Kubernetes object as a test writes it. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name?: string; generateName?: string; namespace?: string; [key: string]: unknown };
  [key: string]: unknown;
}

export interface Stage {
  cluster: Cluster;
  lintel: Lintel;
  /** kubectl with these arguments; objects go in on standard input as YAML. */
  kubectl(args: string[], objects?: Manifest | Manifest[], options?: KubectlOptions): Promise<KubectlResult>;
  /** `kubectl apply -f -`. */
  apply(objects: Manifest | Manifest[], args?: string[]): Promise<KubectlResult>;
  /** The stored object; null when there is none. */
  read(kind: string, name: string, namespace?: string): Promise<Manifest | null>;
  /** Registers the webhooks (again) and waits until the API server asks. */
  register(): Promise<void>;
  stop(): Promise<void>;
}

export interface StageOptions {
  minor?: Minor;
  replicas?: number;
  /** Flags of `serve` beside the usual ones. */
  args?: string[];
  /** CRD generation of the pack. */
  generation?: 'common' | 'crds';
  controllers?: boolean;
}

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const cluster = await startCluster({ minor: options.minor, controllers: options.controllers ?? true });
  try {
    const folder = join(PACK, 'crds', options.generation ?? 'common');
    await applyFiles(cluster, [folder]);
    const applied = await cluster.kubectl(['apply', '-k', join(MANIFESTS, 'crds')]);
    if (applied.code !== 0) throw new Error(`applying the CRDs of Lintel: ${applied.stderr}`);
    await waitForKinds(
      cluster,
      readdirSync(folder).map((file) => `${file.replace(/\.yaml$/, '')}.vitistack.io`),
    );
    const lintel = await startLintel(cluster, {
      replicas: options.replicas ?? 1,
      args: ['--config-map-namespace', 'default', ...(options.args ?? [])],
    });
    const stage = createStage(cluster, lintel);
    await stage.register();
    return stage;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function waitForKinds(cluster: Cluster, names: string[]): Promise<void> {
  const args = ['wait', '--for=condition=Established', '--timeout=60s', ...names.map((name) => `crd/${name}`)];
  const { code, stderr } = await cluster.kubectl(args);
  if (code !== 0) throw new Error(`waiting for the CRDs: ${stderr}`);
}

function createStage(cluster: Cluster, lintel: Lintel): Stage {
  const kubectl: Stage['kubectl'] = (args, objects, options = {}) =>
    cluster.kubectl(args, objects === undefined ? options : { ...options, stdin: toYaml(objects) });
  const stage: Stage = {
    cluster,
    lintel,
    kubectl,
    apply: (objects, args = []) => kubectl(['apply', '-f', '-', ...args], objects),
    async read(kind, name, namespace) {
      const { code, stdout } = await cluster.kubectl([
        'get',
        kind,
        name,
        ...(namespace ? ['-n', namespace] : []),
        '-o',
        'json',
      ]);
      return code === 0 ? (JSON.parse(stdout) as Manifest) : null;
    },
    async register() {
      await registerWebhooks(cluster, { yamlFiles: WEBHOOKS, url: lintel.url, caBundle: lintel.caBundle });
      await waitUntilAsked(stage);
    },
    async stop() {
      await lintel.stop();
      await cluster.stop();
    },
  };
  return stage;
}

function toYaml(objects: Manifest | Manifest[]): string {
  return (Array.isArray(objects) ? objects : [objects]).map((object) => stringify(object)).join('---\n');
}

/** A webhook configuration takes some milliseconds to be in force: asks until a bad object is refused. */
async function waitUntilAsked(stage: Stage): Promise<void> {
  const probe = vitistack('probe', { security: { encryption: { atRest: false } } });
  await waitFor(async () => (await stage.apply(probe, ['--dry-run=server'])).stderr.includes('VITI-SEC-001'), {
    timeout: 30_000,
    what: 'the API server to ask Lintel',
  });
}

/** A Vitistack that satisfies the schema and every rule, with `spec` laid over it. */
export function vitistack(name: string, spec: Record<string, unknown> = {}): Manifest {
  return {
    apiVersion: 'vitistack.io/v1alpha1',
    kind: 'Vitistack',
    metadata: { name },
    spec: {
      displayName: 'Oslo',
      infrastructure: 'test',
      region: 'no-east',
      zone: 'no-east-az1',
      networking: { firewall: { defaultPolicy: 'deny' } },
      security: {
        complianceFrameworks: ['GDPR'],
        encryption: { atRest: true, inTransit: true, keyManagement: 'vault' },
        accessControl: { rbac: true, mfa: true },
        auditLogging: { enabled: true, retentionDays: 90 },
      },
      ...spec,
    },
  };
}
