// A webhook that admits everything and keeps what it was sent.

import { createServer } from 'node:https';
import { issueLoopbackCertificate } from './certificates.ts';

/** One call, in the order of arrival. */
export interface RecordedCall {
  /** Path it came to, without the query. */
  path: string;
  /** The AdmissionReview as sent, parsed. */
  review: unknown;
  /** Of the review's request: what picking a call needs. */
  request: { uid: string; operation: string; username: string };
}

/** A listening recorder. */
export interface Recorder {
  url: string;
  /** PEM of the authority that signed its certificate. */
  ca: string;
  /** Gives the calls since the last time, and forgets them. */
  take(): RecordedCall[];
  stop(): Promise<void>;
}

/**
 * Starts it on a free loopback port. It offers HTTP/1.1 only: towards loopback the API server takes HTTP/2 where
 * offered, which a webhook behind a Service never sees.
 */
export async function createRecorder(): Promise<Recorder> {
  const { ca, cert, key } = await issueLoopbackCertificate('recorder');
  let calls: RecordedCall[] = [];
  const server = createServer({ cert, key, ALPNProtocols: ['http/1.1'] }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const path = new URL(request.url ?? '/', 'https://localhost').pathname;
      const call = readCall(path, Buffer.concat(chunks).toString('utf8'));
      calls.push(call);
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          apiVersion: 'admission.k8s.io/v1',
          kind: 'AdmissionReview',
          response: { uid: call.request.uid, allowed: true },
        }),
      );
    });
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the recorder has no port');
  return {
    url: `https://127.0.0.1:${address.port}`,
    ca,
    take() {
      const taken = calls;
      calls = [];
      return taken;
    },
    async stop() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

function readCall(path: string, body: string): RecordedCall {
  const review: unknown = JSON.parse(body);
  const request = fieldOf(review, 'request');
  return {
    path,
    review,
    request: {
      uid: String(fieldOf(request, 'uid')),
      operation: String(fieldOf(request, 'operation')),
      username: String(fieldOf(fieldOf(request, 'userInfo'), 'username')),
    },
  };
}

/** An own property of something unknown. */
export function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}
