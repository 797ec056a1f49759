import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { ADMISSION_PATHS, addAdmissionRoutes, type Handlers } from './admission-routes.ts';
import type { Drainable } from './drain.ts';
import { addErrorAnswers, type Paths } from './error-answers.ts';
import type { GateLimits } from './overload.ts';
import { addProbeRoutes, PROBE_PATHS } from './probe-routes.ts';
import type { Check } from './probes.ts';
import type { CertificateSource } from './tls.ts';

/**
 * Milliseconds. The API server keeps an idle connection for 90 s and does not repeat a call on one that we closed, so
 * it has to be the one that closes.
 */
const KEEP_ALIVE_TIMEOUT = 95_000;
/** Has to be above the keep-alive timeout. */
const HEADERS_TIMEOUT = 100_000;
/** Above headersTimeout by Node's rule, and above the 30 s that a call may take. */
const REQUEST_TIMEOUT = 120_000;

const TLS_MINIMUM = 'TLSv1.2';

export interface ServerOptions {
  certificate: CertificateSource;
  handlers: Handlers;
  log: Log;
  metrics: Metrics;
  /** What `/readyz` asks. */
  checks: readonly Check[];
  /** Bytes; default 32 MiB. */
  bodyLimit?: number;
  /** Milliseconds for a body to arrive; default 10,000. */
  bodyTimeoutMs?: number;
  /** What may be in work at once. */
  limits?: GateLimits;
  /** False when probes and metrics have a port of their own (`createProbeServer`). Default true. */
  probes?: boolean;
}

interface Address {
  host: string;
  /** 0 takes a free one. */
  port: number;
}

/** A port with its routes. */
export interface Listener {
  /** Resolves with the port that was bound; rejects when it cannot be. */
  listen(address: Address): Promise<number>;
  close(): Promise<void>;
}

/**
 * The HTTPS server: POST /validate and /mutate, and the probes. HTTP/1.1 only: the API server would take HTTP/2 on some
 * addresses and not on others, and one connection for all calls cannot be drained.
 */
export function createServer(options: ServerOptions): Listener & Drainable {
  const probes = options.probes ?? true;
  const server = createTlsServer(options.certificate);
  const app = fastify<HttpsServer>({
    serverFactory: (handler) => server.on('request', handler),
    return503OnClosing: false,
    exposeHeadRoutes: false,
  });
  let draining = false;
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (draining) reply.header('connection', 'close');
    done(null, payload);
  });
  addErrorAnswers(app, {
    log: options.log,
    paths: probes ? { ...admissionPaths(), ...probePaths() } : admissionPaths(),
  });
  addAdmissionRoutes(app, options);
  if (probes) addProbeRoutes(app, options);
  const unfollow = options.certificate.onChange((pair) => {
    server.setSecureContext({ ...pair, minVersion: TLS_MINIMUM });
  });
  return {
    listen: (address) => listen(app, server, address),
    startDraining() {
      draining = true;
    },
    countConnections: () => countConnections(server),
    async close() {
      unfollow();
      await app.close();
    },
    destroy: () => server.closeAllConnections(),
  };
}

/** Probes and metrics over plain HTTP, for a port that only the kubelet and Prometheus reach. */
export function createProbeServer(options: Pick<ServerOptions, 'checks' | 'metrics' | 'log'>): Listener {
  const server = createHttpServer();
  const app = fastify<HttpServer>({
    serverFactory: (handler) => server.on('request', handler),
    exposeHeadRoutes: false,
  });
  addErrorAnswers(app, { log: options.log, paths: probePaths() });
  addProbeRoutes(app, options);
  return {
    listen: (address) => listen(app, server, address),
    async close() {
      await app.close();
    },
  };
}

function createTlsServer(certificate: CertificateSource): HttpsServer {
  const server = createHttpsServer({
    ...certificate.current(),
    ALPNProtocols: ['http/1.1'],
    minVersion: TLS_MINIMUM,
    requestTimeout: REQUEST_TIMEOUT,
    headersTimeout: HEADERS_TIMEOUT,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    noDelay: true,
  });
  return server;
}

async function listen<Server extends HttpServer | HttpsServer>(
  app: FastifyInstance<Server>,
  server: Server,
  { host, port }: Address,
): Promise<number> {
  await app.listen({ host, port });
  return (server.address() as AddressInfo).port;
}

function countConnections(server: HttpsServer): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}

function admissionPaths(): Paths {
  return Object.fromEntries(ADMISSION_PATHS.map((path) => [path, 'POST'] as const));
}

function probePaths(): Paths {
  return Object.fromEntries(PROBE_PATHS.map((path) => [path, 'GET'] as const));
}
