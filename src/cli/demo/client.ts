/** The API server's side of a call: HTTPS with one connection kept, and an answer that is not believed unread. */
import { Agent, request } from 'node:https';
import type { Json, JsonObject } from '../../policies/index.ts';

/** What a webhook's answer comes to. */
export interface Verdict {
  allowed: boolean;
  /** Why not, in the words of a Kubernetes Status; empty when allowed. */
  reason: string;
  message: string;
  warnings: string[];
  /** RFC 6902; empty when there is none. */
  patch: Json[];
  /** `auditAnnotations.rules`: the rules that found or wrote something. */
  rules: string[];
}

export interface WebhookClient {
  /**
   * Posts a review.
   * @throws Error when there is no answer, or one that an API server would not take
   */
  ask(path: '/mutate' | '/validate', review: JsonObject): Promise<Verdict>;
  close(): void;
}

/** What the manifests give the two webhooks, in seconds; the API server sends it along. */
const TIMEOUTS = { '/mutate': 5, '/validate': 10 } as const;

/** A client for one door. @param ca PEM: the server's certificate has to be signed by it, as by a caBundle */
export function createWebhookClient(address: { host: string; port: number }, ca: string): WebhookClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca, ALPNProtocols: ['http/1.1'] });
  return {
    async ask(path, review) {
      const { status, text } = await post({ ...address, agent, path }, JSON.stringify(review));
      if (status !== 200) throw new Error(`POST ${path}: found HTTP ${status}, wanted 200: ${text}`);
      return readVerdict(path, JSON.parse(text), readRecord(review.request).uid);
    },
    close: () => agent.destroy(),
  };
}

interface Target {
  host: string;
  port: number;
  agent: Agent;
  path: '/mutate' | '/validate';
}

function post({ path, ...target }: Target, body: string): Promise<{ status: number; text: string }> {
  const seconds = TIMEOUTS[path];
  return new Promise((resolve, reject) => {
    const call = request({
      ...target,
      method: 'POST',
      path: `${path}?timeout=${seconds}s`,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      timeout: seconds * 1000,
    });
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    call.on('timeout', () => call.destroy(new Error(`POST ${path}: no answer within ${seconds} s`)));
    call.on('error', reject);
    call.end(body);
  });
}

/** What an API server asks of an answer: version and kind, the uid of the request, a patch only with its type. */
function readVerdict(path: string, answer: unknown, uid: unknown): Verdict {
  const { apiVersion, kind, response } = readRecord(answer);
  if (apiVersion !== 'admission.k8s.io/v1' || kind !== 'AdmissionReview') {
    throw new Error(`POST ${path}: the answer is no AdmissionReview of admission.k8s.io/v1`);
  }
  const { allowed, status, warnings, patch, patchType, auditAnnotations, ...rest } = readRecord(response);
  if (rest.uid !== uid) throw new Error(`POST ${path}: the answer is to \`${String(rest.uid)}\`, wanted \`${uid}\``);
  if (typeof allowed !== 'boolean') throw new Error(`POST ${path}: the answer does not say whether it allows`);
  const { reason, message } = readRecord(status);
  const { rules } = readRecord(auditAnnotations);
  return {
    allowed,
    reason: typeof reason === 'string' ? reason : '',
    message: typeof message === 'string' ? message : '',
    warnings: Array.isArray(warnings) ? warnings.map(String) : [],
    patch: patch === undefined ? [] : readPatch(path, patch, patchType),
    rules: typeof rules === 'string' ? rules.split(',') : [],
  };
}

function readPatch(path: string, patch: unknown, patchType: unknown): Json[] {
  if (path !== '/mutate' || typeof patch !== 'string' || patchType !== 'JSONPatch') {
    throw new Error(`POST ${path}: the answer has a patch that an API server would not take`);
  }
  const operations: unknown = JSON.parse(Buffer.from(patch, 'base64').toString('utf8'));
  if (!Array.isArray(operations)) throw new Error(`POST ${path}: the patch is no list`);
  return operations;
}

function readRecord(value: unknown): { [key: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { [key: string]: unknown }) : {};
}
