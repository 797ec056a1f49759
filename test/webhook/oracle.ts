/**
 * What an API server accepts as the answer to an AdmissionReview, and what a person at kubectl then sees, stated from
 * the API server's observed behaviour and from nothing in src/. Every answer a test produces is judged by it.
 */

export type Phase = 'validate' | 'mutate';

/** Runes that one answer's warnings may hold before the API server cuts and drops. */
const WARNING_TOTAL = 4096;
const WARNING_CUT = 256;
const MESSAGE_BYTES = 8 * 1024;
const RESPONSE_FIELDS = ['uid', 'allowed', 'status', 'patch', 'patchType', 'auditAnnotations', 'warnings'];
const QUALIFIED_NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
/** C0 without line feed, DEL, C1, and what reorders text. */
const UNPRINTABLE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u;

/**
 * @param request the `request` that was posted, undefined when the body was not an AdmissionReview
 * @param body the text of the answer
 * @param headers of the answer, lower case
 * @returns what is wrong with the answer, in words; empty when nothing is
 */
export function judgeAnswer(
  request: unknown,
  phase: Phase,
  httpStatus: number,
  body: string,
  headers: { [name: string]: string | string[] | undefined } = {},
): string[] {
  const wrong: string[] = [];
  const answer = readJson(body);
  if (answer === undefined) return [`HTTP ${httpStatus} with a body that is not JSON: ${body.slice(0, 80)}`];
  if (httpStatus !== 200) {
    judgeHttpError(request, httpStatus, answer, headers, wrong);
    return wrong;
  }
  if (!isObject(answer)) return ['the answer is not an object'];
  if (answer.apiVersion !== 'admission.k8s.io/v1') wrong.push('apiVersion is not admission.k8s.io/v1: call error');
  if (answer.kind !== 'AdmissionReview') wrong.push('kind is not AdmissionReview: call error');
  const { response } = answer;
  if (!isObject(response)) return [...wrong, 'response is missing: call error'];
  if (!isObject(request) || response.uid !== request.uid)
    wrong.push('response.uid differs from request.uid: call error');
  if (typeof response.allowed !== 'boolean') wrong.push('allowed is missing: denied without explanation');
  for (const key of Object.keys(response))
    if (!RESPONSE_FIELDS.includes(key)) wrong.push(`unknown field response.${key}`);
  judgeStatus(response, wrong);
  judgePatch(isObject(request) ? request : {}, phase, response, wrong);
  judgeWarnings(response.warnings, wrong);
  judgeAnnotations(response.auditAnnotations, wrong);
  return wrong;
}

/** 4xx for what is no review; 429 and 503 only with Retry-After, because only then the API server tries again. */
function judgeHttpError(
  request: unknown,
  status: number,
  answer: unknown,
  headers: { [name: string]: string | string[] | undefined },
  wrong: string[],
): void {
  const retry = status === 429 || status === 503;
  if (retry && !/^[1-9]\d*$/.test(String(headers['retry-after'])))
    wrong.push(`HTTP ${status} without Retry-After: call error`);
  const wellFormed = isObject(request) && typeof request.uid === 'string' && request.uid !== '';
  if (wellFormed && !retry && isObject(request.kind) && isObject(request.resource)) {
    wrong.push(`HTTP ${status} for a request with a uid: the person sees no reason of ours`);
  }
  if (!retry && (status < 400 || status > 499)) wrong.push(`HTTP ${status} is neither an answer nor a client error`);
  if (!isObject(answer) || answer.kind !== 'Status' || answer.apiVersion !== 'v1')
    wrong.push('an HTTP error is not a v1 Status');
  else if (typeof answer.message !== 'string' || answer.message === '') wrong.push('an HTTP error has no message');
  else if (UNPRINTABLE.test(answer.message) || !answer.message.isWellFormed())
    wrong.push('an HTTP error message is unprintable');
}

function judgeStatus(response: { [key: string]: unknown }, wrong: string[]): void {
  const { status } = response;
  if (response.allowed === true) {
    if (status !== undefined && !isObject(status)) wrong.push('status is not an object');
    return;
  }
  if (!isObject(status)) {
    wrong.push('a denial without status: denied without explanation');
    return;
  }
  const { code, reason, message, details } = status;
  if (!Number.isInteger(code) || (code as number) < 400 || (code as number) > 599)
    wrong.push('status.code is not 4xx or 5xx: raised to 400');
  if (reason === 'Invalid') wrong.push('reason Invalid: kubectl drops the message');
  if (typeof message !== 'string' || message.trim() === '') wrong.push('a denial without message');
  else {
    if (UNPRINTABLE.test(message)) wrong.push('control characters in the message reach the terminal');
    if (!message.isWellFormed()) wrong.push('half a surrogate pair in the message');
    if (Buffer.byteLength(message) > MESSAGE_BYTES) wrong.push('the message is longer than 8 KiB');
    if ([...(message.split('\n')[0] ?? '')].length > 1024) wrong.push('the first line is longer than anyone reads');
  }
  if (details === undefined) return;
  if (!isObject(details)) {
    wrong.push('status.details is not an object');
    return;
  }
  for (const key of ['name', 'group', 'kind'])
    if (typeof details[key] !== 'string') wrong.push(`details.${key} is not a string`);
  const causes = details.causes ?? [];
  if (!Array.isArray(causes)) wrong.push('details.causes is not a list');
  else for (const cause of causes) judgeCause(cause, wrong);
}

function judgeCause(cause: unknown, wrong: string[]): void {
  if (!isObject(cause)) {
    wrong.push('a cause is not an object');
    return;
  }
  const { message, field = '', reason } = cause;
  if (typeof reason !== 'string' || reason === '') wrong.push('a cause without reason');
  for (const text of [message, field]) {
    if (typeof text !== 'string') wrong.push('a cause holds something that is not text');
    else if (text.includes('\n') || UNPRINTABLE.test(text) || !text.isWellFormed())
      wrong.push('a cause is not one printable line');
  }
  if (message === '') wrong.push('a cause without message');
}

function judgePatch(
  request: { [key: string]: unknown },
  phase: Phase,
  response: { [key: string]: unknown },
  wrong: string[],
): void {
  const { patch, patchType } = response;
  if (patch === undefined && patchType === undefined) return;
  if (phase === 'validate') {
    wrong.push('a validating answer with a patch: call error');
    return;
  }
  if (patch === undefined || patchType !== 'JSONPatch') {
    wrong.push('patch and patchType JSONPatch come both or not at all: call error');
    return;
  }
  if (response.allowed !== true) wrong.push('a denial with a patch');
  if (request.operation === 'DELETE') wrong.push('a patch on DELETE: InternalError');
  if (typeof patch !== 'string' || Buffer.from(patch, 'base64').toString('base64') !== patch) {
    wrong.push('patch is not base64: call failure');
    return;
  }
  const operations = readJson(Buffer.from(patch, 'base64').toString('utf8'));
  if (!Array.isArray(operations) || operations.length === 0) {
    wrong.push('patch is not a list of operations');
    return;
  }
  try {
    applyOperations(request.object, operations);
  } catch (error) {
    wrong.push(
      `the patch does not apply: 500 whatever the failurePolicy: ${error instanceof Error ? error.message : ''}`,
    );
  }
}

function judgeWarnings(warnings: unknown, wrong: string[]): void {
  if (warnings === undefined) return;
  if (!Array.isArray(warnings)) {
    wrong.push('warnings is not a list');
    return;
  }
  let total = 0;
  for (const warning of warnings) {
    if (typeof warning !== 'string' || warning === '') {
      wrong.push('a warning is not text');
      continue;
    }
    if (warning.includes('\n') || UNPRINTABLE.test(warning) || !warning.isWellFormed())
      wrong.push('a warning is dropped silently: unprintable');
    const runes = [...warning].length;
    if (runes > WARNING_CUT) wrong.push(`a warning of ${runes} runes may be cut`);
    total += runes;
  }
  if (total > WARNING_TOTAL) wrong.push(`warnings of ${total} runes: the rest is dropped`);
  if (new Set(warnings).size < warnings.length) wrong.push('the same warning twice');
}

function judgeAnnotations(annotations: unknown, wrong: string[]): void {
  if (annotations === undefined) return;
  if (!isObject(annotations)) {
    wrong.push('auditAnnotations is not a map');
    return;
  }
  for (const [key, value] of Object.entries(annotations)) {
    if (!QUALIFIED_NAME.test(key)) wrong.push(`audit annotation key ${key} is not the name part of a qualified name`);
    if (typeof value !== 'string') wrong.push(`audit annotation ${key} is not text`);
    else if (value.length > 4096 || UNPRINTABLE.test(value))
      wrong.push(`audit annotation ${key} is too long or unprintable`);
  }
}

// ---------------------------------------------------------------- RFC 6902, enough to see whether a patch applies

type Node = { [key: string]: unknown } | unknown[];

/** The document after all operations; throws where RFC 6902 says that one fails. */
export function applyOperations(document: unknown, operations: readonly unknown[]): unknown {
  const root = { value: copyOf(document) };
  for (const operation of operations) {
    if (!isObject(operation) || typeof operation.path !== 'string') throw new Error('an operation without path');
    const { op, path, from } = operation;
    if ((op === 'add' || op === 'replace' || op === 'test') && !Object.hasOwn(operation, 'value'))
      throw new Error(`${op} without value`);
    if (op === 'add') add(root, path, operation.value);
    else if (op === 'remove') remove(root, path);
    else if (op === 'replace') {
      read(root, path);
      if (path === '') root.value = operation.value;
      else {
        remove(root, path);
        add(root, path, operation.value);
      }
    } else if (op === 'move' || op === 'copy') {
      const value = copyOf(read(root, String(from)));
      if (op === 'move') remove(root, String(from));
      add(root, path, value);
    } else if (op === 'test') {
      if (!isSame(read(root, path), operation.value)) throw new Error(`test fails at ${path}`);
    } else throw new Error(`unknown op ${String(op)}`);
  }
  return root.value;
}

/** A deep copy without recursion: objects may be 10,000 levels deep. */
function copyOf(value: unknown): unknown {
  const root: { value: unknown } = { value };
  const open: [Node, string | number][] = [[root, 'value']];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [holder, key] = next;
    const original = (holder as { [key: string]: unknown })[key];
    if (typeof original !== 'object' || original === null) continue;
    const copy: Node = Array.isArray(original) ? [] : {};
    for (const [inner, held] of Object.entries(original)) {
      Object.defineProperty(copy, inner, { value: held, writable: true, enumerable: true, configurable: true });
      open.push([copy, inner]);
    }
    Object.defineProperty(holder, key, { value: copy, writable: true, enumerable: true, configurable: true });
  }
  return root.value;
}

function parsePointer(path: string): string[] {
  if (path === '') return [];
  if (!path.startsWith('/')) throw new Error(`not a pointer: ${path}`);
  return path
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(root: { value: unknown }, path: string): unknown {
  let value = root.value;
  for (const part of parsePointer(path)) {
    if (Array.isArray(value)) value = value[indexIn(value, part, value.length - 1)];
    else if (isObject(value) && Object.hasOwn(value, part)) value = value[part];
    else throw new Error(`nothing at ${path}`);
  }
  return value;
}

function parentOf(root: { value: unknown }, path: string): { parent: Node; last: string } {
  const cut = path.lastIndexOf('/');
  const parent = read(root, path.slice(0, cut));
  if (!Array.isArray(parent) && !isObject(parent)) throw new Error(`no parent for ${path}`);
  return { parent, last: parsePointer(path.slice(cut))[0] ?? '' };
}

function add(root: { value: unknown }, path: string, value: unknown): void {
  if (path === '') {
    root.value = value;
    return;
  }
  const { parent, last } = parentOf(root, path);
  if (Array.isArray(parent))
    parent.splice(last === '-' ? parent.length : indexIn(parent, last, parent.length), 0, value);
  else Object.defineProperty(parent, last, { value, writable: true, enumerable: true, configurable: true });
}

function remove(root: { value: unknown }, path: string): void {
  read(root, path);
  const { parent, last } = parentOf(root, path);
  if (Array.isArray(parent)) parent.splice(indexIn(parent, last, parent.length - 1), 1);
  else delete parent[last];
}

function indexIn(list: readonly unknown[], part: string, highest: number): number {
  if (!/^(?:0|[1-9]\d*)$/.test(part) || Number(part) > highest)
    throw new Error(`no index ${part} in a list of ${list.length}`);
  return Number(part);
}

function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => isSame(item, b[i]));
  if (isObject(a)) {
    const keys = Object.keys(a);
    return (
      isObject(b) &&
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
    );
  }
  return a === b;
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
