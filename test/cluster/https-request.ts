// Plain HTTPS to a server with a certificate authority of its own, for looking at exactly what it answers.

import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';

/** An answer: `body` is parsed where it is JSON, text otherwise. */
export interface HttpsAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: unknown;
}

/** What else a request may carry. */
export interface HttpsOptions {
  /** Bearer token; without one, or with an empty one, no Authorization header is sent. */
  token?: string;
  /** Of the request's body. Default `application/json`. */
  contentType?: string;
  headers?: Record<string, string>;
  /** Milliseconds of silence until it is given up. Default 90,000: longer than any write may take in the API server. */
  timeout?: number;
  /** Aborts the request; the promise rejects. */
  signal?: AbortSignal;
}

/** Sends one request. A string or Buffer body goes as it is, anything else as JSON, undefined as no body. */
export type HttpsRequest = (
  method: string,
  path: string,
  body?: unknown,
  options?: HttpsOptions,
) => Promise<HttpsAnswer>;

/** A client for one server; `close` drops its idle connections. Rejects only when no answer came. */
export function createHttpsClient(url: string, ca: string): { request: HttpsRequest; close(): void } {
  const agent = new Agent({ keepAlive: true, ca });
  const request: HttpsRequest = (method, path, body, options = {}) => {
    const { token, contentType = 'application/json', headers, timeout = 90_000, signal } = options;
    const payload =
      body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const sent: Record<string, string> = { accept: 'application/json', ...headers };
    if (token) sent.authorization = `Bearer ${token}`;
    if (payload !== undefined) {
      sent['content-type'] = contentType;
      sent['content-length'] = String(Buffer.byteLength(payload));
    }
    return new Promise((done, fail) => {
      const call = httpsRequest(new URL(path, url), { method, agent, headers: sent, timeout, signal }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', fail);
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          done({ status: response.statusCode ?? 0, headers: response.headers, body: readBody(text, response.headers) });
        });
      });
      call.once('timeout', () => call.destroy(new Error(`${method} ${path}: no answer for ${timeout} ms`)));
      call.once('error', fail);
      call.end(payload);
    });
  };
  return { request, close: () => agent.destroy() };
}

function readBody(text: string, headers: IncomingHttpHeaders): unknown {
  if (!headers['content-type']?.includes('json')) return text;
  const body: unknown = JSON.parse(text);
  return body;
}
