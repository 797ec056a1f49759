/**
 * The one way to the API server: who and where from @kubernetes/client-node's KubeConfig, requests over node:https.
 * Importing this module costs about 0.5 s and 100 MB, so only those that use a cluster may import it.
 */
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { KubeError, toKubeError } from './kube-error.ts';
import type { ClusterAccess, KubeClient, KubeRequest, KubeStream } from './ports.ts';

/** A request that brings no answer for this long has failed; the API server itself gives up after 60 s. */
const REQUEST_TIMEOUT_MS = 70_000;
/** Probes of the operating system on idle connections: a dead peer is noticed though nothing is sent. */
const KEEP_ALIVE_MS = 30_000;

/**
 * Opens a client for one cluster. No connection is made yet.
 * @throws Error with one line that says what to mend, when the configuration cannot be used
 */
export function createKubeClient(access: ClusterAccess): KubeClient {
  const config = loadConfig(access);
  const server = config.getCurrentCluster()?.server ?? '';
  if (!URL.canParse(server)) {
    const context = config.getCurrentContext();
    const reason = context ? `its context \`${context}\` names no cluster with a server` : 'it has no current context';
    throw new Error(`${describeAccess(access)}: ${reason}`);
  }
  const open = async (call: KubeRequest | KubeStream): Promise<IncomingMessage> => send(config, server, call);
  return {
    server,
    async request(call) {
      const response = await open(call);
      const text = await readText(response);
      const status = response.statusCode ?? 0;
      if (status < 200 || status >= 300) {
        throw toKubeError(status, text, `${call.method ?? 'GET'} ${call.path}`);
      }
      return text === '' ? null : (JSON.parse(text) as unknown);
    },
    stream: (call) => readStream(open, call),
  };
}

function loadConfig(access: ClusterAccess): KubeConfig {
  const config = new KubeConfig();
  try {
    if (access.kind === 'in-cluster') {
      config.loadFromCluster();
      return config;
    }
    const [first = '', ...more] = access.files;
    config.loadFromFile(first);
    for (const file of more) {
      const other = new KubeConfig();
      other.loadFromFile(file);
      config.mergeConfig(other, true);
    }
    return config;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${describeAccess(access)} cannot be used: ${reason.split('\n', 1)[0]}`);
  }
}

function describeAccess(access: ClusterAccess): string {
  return access.kind === 'in-cluster' ? 'the service account of this pod' : `the kubeconfig ${access.files.join(', ')}`;
}

async function send(config: KubeConfig, server: string, call: KubeRequest | KubeStream): Promise<IncomingMessage> {
  const { method = 'GET', path, query = {}, body, contentType = 'application/json', signal } = call;
  const silenceMs = 'idleMs' in call ? call.idleMs : REQUEST_TIMEOUT_MS;
  const url = new URL(server.replace(/\/+$/, '') + path);
  for (const [name, value] of Object.entries(query)) {
    url.searchParams.set(name, String(value));
  }
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const options: RequestOptions = { method };
  // Gives the authorization header (tokens of files and exec plugins are renewed here) and a kept agent.
  await config.applyToHTTPSOptions(options);
  options.agent = options.agent as Agent;
  options.headers = {
    ...(options.headers as Record<string, string>),
    accept: 'application/json',
    'user-agent': 'lintel',
    ...(payload !== undefined && { 'content-type': contentType, 'content-length': Buffer.byteLength(payload) }),
  };
  return new Promise((resolve, reject) => {
    const start = url.protocol === 'http:' ? httpRequest : httpsRequest;
    let answer: IncomingMessage | undefined;
    const request: ClientRequest = start(url, { ...options, ...(signal && { signal }) }, (response) => {
      answer = response;
      resolve(response);
    });
    request.setTimeout(silenceMs, () => {
      // Whoever reads the answer is told why it ends; a destroyed request would only say that it did.
      (answer ?? request).destroy(new Error(`nothing came for ${silenceMs / 1000} s`));
    });
    request.on('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS));
    request.on('error', (error) =>
      reject(new KubeError(0, 'ConnectionFailed', `${url.origin}: ${describeError(error)}`)),
    );
    request.end(payload);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) {
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw new KubeError(0, 'ConnectionFailed', `the answer was cut: ${describeError(error)}`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function readStream(open: (call: KubeStream) => Promise<IncomingMessage>, call: KubeStream): Promise<void> {
  const response = await open(call);
  const status = response.statusCode ?? 0;
  if (status !== 200) {
    throw toKubeError(status, await readText(response), `GET ${call.path}`);
  }
  try {
    await readLines(response, call.onLine);
  } catch (error) {
    throw error instanceof KubeError
      ? error
      : new KubeError(0, 'ConnectionFailed', `the watch was cut: ${describeError(error)}`);
  } finally {
    response.destroy();
  }
}

/** Lines end with `\n` and nothing else: node:readline would also split at U+2028, which JSON allows inside a string. */
async function readLines(response: IncomingMessage, onLine: (line: string) => void): Promise<void> {
  let pending: Buffer[] = [];
  for await (const chunk of response) {
    let rest = chunk as Buffer;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const line = Buffer.concat([...pending, rest.subarray(0, end)]).toString('utf8');
      pending = [];
      rest = rest.subarray(end + 1);
      if (line !== '') {
        onLine(line);
      }
    }
    pending.push(rest);
  }
}

function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return describeError(error.errors[0]);
  }
  return error instanceof Error ? error.message : String(error);
}
