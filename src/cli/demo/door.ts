/** A whole door on loopback: certificate, the pack compiled, the HTTPS server. The very parts that `serve` is made of. */
import { issueCertificates } from '../../../certs-scripts/issue-certificates.ts';
import { ConfigError } from '../../config.ts';
import type { Log } from '../../log.ts';
import { createMetrics } from '../../metrics.ts';
import type { PolicySet, ResourceSchema } from '../../policies/index.ts';
import { createPackOrigin, readPackSchemas } from '../../sources/packs.ts';
import { createPolicyStore, type PolicyStore } from '../../sources/policy-store.ts';
import { createDoor } from '../../webhook/door.ts';
import { createDrain } from '../../webhook/drain.ts';
import { createServer } from '../../webhook/server.ts';
import { type CertificateSource, checkCertificate, createFixedCertificate } from '../../webhook/tls.ts';
import { formatProblem } from '../serve-report.ts';

export const PACK = 'vitistack';
export const HOST = '127.0.0.1';
/** Tried first, since it is what `serve` takes and what the documentation shows. */
export const USUAL_PORT = 8443;
/** Answers under way may take this long when the demo ends; a person is waiting for the prompt. */
const LAST_ANSWERS_MS = 1_000;

export interface DemoDoor {
  port: number;
  /** PEM of the authority that a client has to trust. */
  ca: string;
  set: PolicySet;
  schemas: readonly ResourceSchema[];
  close(): Promise<void>;
}

/**
 * Opens the door.
 * @param port null takes 8443, or any free one where that is taken
 * @throws ConfigError when it cannot listen on the port that was asked for
 * @throws Error when the pack does not compile: it ships with the program, so this is a bug
 */
export async function openDemoDoor(port: number | null, log: Log): Promise<DemoDoor> {
  const [{ ca, leaf }, schemas] = await Promise.all([
    issueCertificates({ hosts: ['localhost', HOST] }),
    readPackSchemas(PACK),
  ]);
  const store = await loadPack(schemas, log);
  try {
    const listening = await listen(port, () => createParts(createFixedCertificate(leaf), store, log));
    return {
      port: listening.port,
      ca: ca.cert,
      set: store.current(),
      schemas,
      async close() {
        await listening.drain.begin();
        await store.stop();
      },
    };
  } catch (error) {
    await store.stop();
    throw error;
  }
}

async function loadPack(schemas: readonly ResourceSchema[], log: Log): Promise<PolicyStore> {
  const store = createPolicyStore({
    origins: [createPackOrigin(PACK)],
    schemas,
    debounceMs: 0,
    onFailure: (error) => log.error({ problem: String(error) }, 'policies could not be compiled'),
  });
  const report = await new Promise<NonNullable<ReturnType<PolicyStore['report']>>>((resolve) => {
    store.onReport(resolve);
    store.start();
  });
  const broken = report.problems.filter(({ severity }) => severity === 'error');
  if (broken.length > 0) {
    await store.stop();
    throw new Error(`the pack \`${PACK}\` does not load:\n${broken.map(formatProblem).join('\n')}`);
  }
  return store;
}

type Parts = { server: ReturnType<typeof createServer>; drain: ReturnType<typeof createDrain> };

function createParts(certificate: CertificateSource, store: PolicyStore, log: Log): Parts {
  const metrics = createMetrics();
  const now = (): number => Date.now();
  metrics.setPolicies(store.current().policies.length);
  metrics.setCertificateNotAfter(certificate.notAfter());
  const door = createDoor({
    getPolicySet: () => store.current(),
    now,
    log,
    metrics,
    // every namespace is there, and carries the label that each one carries
    namespaces: (name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    }),
    isReady: () => true,
  });
  const checks = [{ name: 'policies', problem: () => null }, checkCertificate(certificate, now)];
  const server = createServer({ certificate, handlers: door, log, metrics, checks });
  const drain = createDrain({ server, log, delayMs: 0, emptyMs: 0, answerMs: LAST_ANSWERS_MS });
  checks.push(drain.check);
  return { server, drain };
}

/** A server whose listening failed is spent, so each port gets parts of its own. */
async function listen(port: number | null, create: () => Parts): Promise<Parts & { port: number }> {
  const parts = create();
  try {
    return { ...parts, port: await parts.server.listen({ host: HOST, port: port ?? USUAL_PORT }) };
  } catch (error) {
    await parts.server.close();
    if (port !== null) {
      throw new ConfigError(`cannot listen on ${HOST}:${port} (--port): ${tell(error)}`);
    }
  }
  const free = create();
  return { ...free, port: await free.server.listen({ host: HOST, port: 0 }) };
}

function tell(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
