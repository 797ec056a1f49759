import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { generate } from 'selfsigned';
import { createLog } from '../../src/log.ts';
import { createMetrics, type Metrics } from '../../src/metrics.ts';
import type { JsonObject, PolicySet } from '../../src/policies/index.ts';
import type { Handlers } from '../../src/webhook/admission-routes.ts';
import { createDoor, type DoorOptions } from '../../src/webhook/door.ts';
import { createServer, type ServerOptions } from '../../src/webhook/server.ts';
import { type CertificatePair, createFixedCertificate } from '../../src/webhook/tls.ts';
import { judgeAnswer, type Phase } from './oracle.ts';

export interface Reply {
  status: number;
  text: string;
  headers: IncomingHttpHeaders;
}

/** A real server on a loopback port, and a client that trusts only its certificate. */
export interface LiveDoor {
  port: number;
  pair: CertificatePair;
  server: ReturnType<typeof createServer>;
  metrics: Metrics;
  /** Lines written to the log so far, parsed. */
  lines: JsonObject[];
  send(method: string, path: string, body?: string | Buffer, headers?: { [name: string]: string }): Promise<Reply>;
  /** Posts a review and gives back what came and what the oracle says of it. */
  ask(phase: Phase, body: unknown, query?: string): Promise<Reply & { wrong: string[]; response: JsonObject }>;
  stop(): Promise<void>;
}

/** A short-lived certificate for 127.0.0.1 and localhost with an EC key. */
export async function issueCertificate(
  commonName = 'localhost',
): Promise<CertificatePair & { cert: string; key: string }> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { cert, key };
}

/** A log that keeps its lines. */
export function createCapturedLog(): { log: ReturnType<typeof createLog>; lines: JsonObject[] } {
  const lines: JsonObject[] = [];
  const log = createLog({
    level: 'debug',
    destination: { write: (line: string) => void lines.push(JSON.parse(line) as JsonObject) },
  });
  return { log, lines };
}

/** What a test may want otherwise than a plain server has it. */
export interface LiveOptions {
  server?: Partial<ServerOptions>;
  door?: Partial<DoorOptions>;
  wrap?: (handlers: Handlers) => Handlers;
}

export async function startDoor(getPolicySet: () => PolicySet, options: LiveOptions = {}): Promise<LiveDoor> {
  const pair = await issueCertificate();
  const { log, lines } = createCapturedLog();
  const metrics = createMetrics({ processMetrics: false });
  const door = createDoor({ getPolicySet, now: () => 0, log, metrics, isReady: () => true, ...options.door });
  const server = createServer({
    certificate: createFixedCertificate(pair),
    handlers: options.wrap?.(door) ?? door,
    log,
    metrics,
    checks: [],
    ...options.server,
  });
  const port = await server.listen({ host: '127.0.0.1', port: 0 });
  const agent = new Agent({ keepAlive: true, maxSockets: 8, ca: pair.cert, ALPNProtocols: ['http/1.1'] });
  const send: LiveDoor['send'] = (method, path, body, headers = {}) => {
    const type: { [name: string]: string | number } =
      body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    return exchange({ agent, port, method, path, headers: { ...type, ...headers } }, body);
  };
  return {
    port,
    pair,
    server,
    metrics,
    lines,
    send,
    async ask(phase, body, query = '?timeout=10s') {
      const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
      const reply = await send('POST', `/${phase}${query}`, text);
      const wrong = judgeAnswer(requestIn(body), phase, reply.status, reply.text, reply.headers);
      const answer = JSON.parse(reply.text) as { response?: JsonObject };
      return { ...reply, wrong, response: answer.response ?? {} };
    },
    async stop() {
      agent.destroy();
      server.destroy();
      await server.close();
    },
  };
}

/** One HTTPS request with its answer read to the end. */
export function exchange(
  options: {
    agent?: Agent;
    port: number;
    method: string;
    path: string;
    headers?: { [name: string]: string | number };
    ca?: string;
  },
  body?: string | Buffer,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest({ host: '127.0.0.1', ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString('utf8'),
          headers: response.headers,
        });
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** The request of a v1 AdmissionReview; undefined for everything else, which may be refused by HTTP. */
function requestIn(body: unknown): unknown {
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    try {
      return requestIn(JSON.parse(body.toString()));
    } catch {
      return undefined;
    }
  }
  if (typeof body !== 'object' || body === null) return undefined;
  const { apiVersion, kind, request } = body as { [key: string]: unknown };
  return apiVersion === 'admission.k8s.io/v1' && kind === 'AdmissionReview' ? request : undefined;
}
