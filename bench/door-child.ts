/**
 * One of the servers that bench/door.ts compares, in a process of its own: `lintel` is the door with the whole VitiStack
 * pack, log and metrics on; `bare` is the least that answers an AdmissionReview: node:https, JSON.parse, a fixed answer.
 */
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createLog } from '../src/log.ts';
import { createMetrics } from '../src/metrics.ts';
import { compilePolicies } from '../src/policies/index.ts';
import { readPack, readPackSchemas } from '../src/sources/packs.ts';
import { createDoor } from '../src/webhook/door.ts';
import { createServer } from '../src/webhook/server.ts';
import { createFixedCertificate } from '../src/webhook/tls.ts';

/** From bench/door.ts: which server, and its certificate. Back go the port, then CPU time whenever asked. */
export interface Order {
  kind: 'lintel' | 'bare';
  cert: string;
  key: string;
}

async function startLintel({ cert, key }: Order): Promise<number> {
  const pack = await readPack('vitistack');
  const sources = pack.units.flatMap(({ documents }) => documents);
  const schemas = await readPackSchemas('vitistack');
  const { set, rejected } = compilePolicies(sources, {
    schemas,
    cluster: { name: 'bench', version: '1.36.3', environment: '' },
  });
  if (rejected.length > 0) throw new Error(`the pack does not compile: ${rejected.join(', ')}`);
  const log = createLog();
  const metrics = createMetrics();
  const door = createDoor({ getPolicySet: () => set, now: () => Date.now(), log, metrics, isReady: () => true });
  const server = createServer({
    certificate: createFixedCertificate({ cert, key }),
    handlers: door,
    log,
    metrics,
    checks: [],
  });
  return server.listen({ host: '127.0.0.1', port: 0 });
}

function startBare({ cert, key }: Order): Promise<number> {
  const server = createHttpsServer({ cert, key, ALPNProtocols: ['http/1.1'] }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const review = JSON.parse(Buffer.concat(chunks).toString()) as { request: { uid: string } };
      const answer = `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"${review.request.uid}","allowed":true}}`;
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
      response.end(answer);
    });
  });
  server.keepAliveTimeout = 95_000;
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

process.on('message', async (message: Order | 'cpu') => {
  if (message === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: user + system });
    return;
  }
  process.send?.({ port: await (message.kind === 'lintel' ? startLintel(message) : startBare(message)) });
});
process.on('disconnect', () => process.exit(0));
