/** `lintel serve`: the composition root of the server. Everything is made here and handed to those who need it. */
import { type Config, ConfigError, readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { createMetrics, type Metrics } from '../metrics.ts';
import type { ClusterInfo } from '../policies/index.ts';
import { createDirectoryOrigin } from '../sources/directory.ts';
import { createPackOrigin, listPacks, readPackSchemas } from '../sources/packs.ts';
import { createPolicyStore, type PolicyStore } from '../sources/policy-store.ts';
import { createDoor } from '../webhook/door.ts';
import { createDrain } from '../webhook/drain.ts';
import type { Check } from '../webhook/probes.ts';
import { createProbeServer, createServer, type Listener } from '../webhook/server.ts';
import { type CertificateSource, checkCertificate } from '../webhook/tls.ts';
import { waitForNamespace } from './namespace-wait.ts';
import { openCertificate } from './serve-certificate.ts';
import type { ClusterParts } from './serve-cluster.ts';
import { createReportWriter } from './serve-report.ts';

type ServeLog = ReturnType<typeof createLog>;

/**
 * Serves until SIGTERM or SIGINT, then drains.
 * @returns 0 after an orderly end, 2 when it could not begin; why is then on stderr
 */
export async function runServe(args: string[]): Promise<number> {
  try {
    const config = readConfig(args, { packs: await listPacks() });
    const parts = await assemble(config, createLog({ level: config.logLevel }));
    return await serve(parts);
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    process.stderr.write(`lintel: ${error.message}\n`);
    return 2;
  }
}

interface Parts {
  config: Config;
  log: ServeLog;
  metrics: Metrics;
  certificate: CertificateSource;
  store: PolicyStore;
  cluster: ClusterParts | null;
}

async function assemble(config: Config, log: ServeLog): Promise<Parts> {
  const metrics = createMetrics();
  const certificate = await openCertificate(config.tls, log);
  const cluster = await openCluster(config, log, metrics);
  const info: ClusterInfo = { name: config.clusterName, version: '', environment: config.environment };
  const store = createPolicyStore({
    origins: [
      ...config.packs.map(createPackOrigin),
      ...config.policies.map((folder) => createDirectoryOrigin(folder)),
      ...(cluster === null ? [] : [cluster.origin]),
    ],
    cluster: info,
    schemas: (await Promise.all(config.packs.map(readPackSchemas))).flat(),
    onFailure: (error) => log.error({ problem: describe(error) }, 'policies could not be compiled'),
  });
  store.onReport(createReportWriter(log, metrics));
  cluster?.connect(store, info);
  return { config, log, metrics, certificate, store, cluster };
}

/** The client library is loaded for this alone: half a second and 100 MB that serving without a cluster saves. */
async function openCluster(config: Config, log: ServeLog, metrics: Metrics): Promise<ClusterParts | null> {
  if (config.cluster === null) {
    return null;
  }
  const { createClusterParts } = await import('./serve-cluster.ts');
  try {
    return createClusterParts({ access: config.cluster, configMapNamespace: config.configMapNamespace, log, metrics });
  } catch (error) {
    throw new ConfigError(describe(error));
  }
}

async function serve(parts: Parts): Promise<number> {
  const { config, log, metrics, certificate, store, cluster } = parts;
  const loaded = checkPolicies(store);
  const door = createDoor({
    getPolicySet: () => store.current(),
    now: () => Date.now(),
    log,
    metrics,
    ...(cluster && { namespaces: (name) => cluster.namespaces.get(name) }),
    isReady: () => loaded.problem() === null,
  });
  const checks: Check[] = [
    loaded,
    checkCertificate(certificate, () => Date.now()),
    ...(cluster ? [cluster.check] : []),
  ];
  const server = createServer({
    certificate,
    handlers: cluster ? waitForNamespace(door, (name) => cluster.namespaces.ensure(name)) : door,
    log,
    metrics,
    checks,
    probes: config.metricsPort === null,
    ...(config.maxInFlight !== null && { limits: { maxInFlight: config.maxInFlight } }),
  });
  const drain = createDrain({ server, log, delayMs: config.shutdownDelayMs });
  checks.push(drain.check);
  metrics.setCertificateNotAfter(certificate.notAfter());
  certificate.onChange(() => metrics.setCertificateNotAfter(certificate.notAfter()));

  store.start();
  const probes = config.metricsPort === null ? null : createProbeServer({ checks, metrics, log });
  try {
    const metricsPort = probes && (await listen(probes, config.address, config.metricsPort ?? 0, '--metrics-port'));
    const port = await listen(server, config.address, config.port, '--port');
    log.info({ port, address: config.address, ...(metricsPort !== null && { metricsPort }) }, 'listening');
    await waitForSignal(log);
    await drain.begin();
  } finally {
    await probes?.close();
    await Promise.all([store.stop(), cluster?.stop()]);
    certificate.close();
    log.flush();
  }
  return 0;
}

/** Once loaded, always: what breaks later leaves a set in force. */
function checkPolicies(store: PolicyStore): Check {
  let loaded = false;
  return {
    name: 'policies',
    problem() {
      const missing = loaded ? [] : store.waitingFor();
      loaded ||= missing.length === 0;
      return loaded ? null : `not loaded yet: ${missing.join(', ')}`;
    },
  };
}

async function listen(listener: Listener, host: string, port: number, flag: string): Promise<number> {
  try {
    return await listener.listen({ host, port });
  } catch (error) {
    throw new ConfigError(`cannot listen on ${host}:${port} (${flag}): ${describe(error)}`);
  }
}

/** The first signal asks for an orderly end; a second one is somebody who will not wait. */
function waitForSignal(log: ServeLog): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (asked) {
          process.exit(1);
        }
        asked = true;
        log.info({ signal }, 'asked to stop');
        resolve();
      });
    }
  });
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
