import type {
  GroupVersionKind,
  GroupVersionResource,
  JsonObject,
  Operation,
  Review,
  UserInfo,
} from '../policies/index.ts';
import { quote } from './clean-text.ts';

/** The one version we read and write. */
export const ADMISSION_API_VERSION = 'admission.k8s.io/v1';

export type ParsedReview =
  | { ok: true; uid: string; review: Review }
  /** Not a review that can be judged; `status` is the HTTP status (always 400), `message` names path, found and wanted. */
  | { ok: false; status: number; message: string };

const OPERATIONS: readonly Operation[] = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'];
/** What policies see as `request`: everything but the objects, which have names of their own. */
const REQUEST_FIELDS = [
  'uid',
  'kind',
  'resource',
  'subResource',
  'requestKind',
  'requestResource',
  'requestSubResource',
  'name',
  'namespace',
  'operation',
  'userInfo',
  'options',
  'dryRun',
] as const;

class MalformedReview extends Error {}

/**
 * An AdmissionReview as posted → a Review. The sender is trusted in nothing: any pod may reach the port.
 * The objects are passed on as they are, never copied.
 * @param namespaceOf finds a Namespace object by name; undefined where it is not known
 */
export function parseAdmissionReview(
  body: unknown,
  namespaceOf: (name: string) => JsonObject | undefined = () => undefined,
): ParsedReview {
  try {
    const request = readEnvelope(body);
    const uid = readString(request, 'uid', true);
    return { ok: true, uid, review: readReview(request, namespaceOf) };
  } catch (error) {
    if (error instanceof MalformedReview) return { ok: false, status: 400, message: error.message };
    throw error;
  }
}

/**
 * The uid in the first bytes of a body that is too large to be read whole.
 * The API server writes kind, apiVersion, request.uid first; undefined when the text does not begin like that.
 */
export function findUid(head: string): string | undefined {
  return /"request"\s*:\s*\{\s*"uid"\s*:\s*"([0-9A-Za-z-]{1,64})"/.exec(head)?.[1];
}

function readEnvelope(body: unknown): JsonObject {
  if (!isObject(body)) throw malformed('the body', body, 'an AdmissionReview object');
  if (body.kind !== 'AdmissionReview') throw malformed('kind', body.kind, '`AdmissionReview`');
  if (body.apiVersion !== ADMISSION_API_VERSION) {
    throw malformed(
      'apiVersion',
      body.apiVersion,
      `\`${ADMISSION_API_VERSION}\`; set admissionReviewVersions: ["v1"] in the webhook configuration`,
    );
  }
  if (!isObject(body.request)) throw malformed('request', body.request, 'an object');
  return body.request;
}

function readReview(request: JsonObject, namespaceOf: (name: string) => JsonObject | undefined): Review {
  const kind = readKind(request);
  const resource = readResource(request);
  const operation = readOperation(request);
  const object = readObject(request, 'object', operation === 'CREATE' || operation === 'UPDATE');
  const oldObject = readObject(request, 'oldObject', operation === 'UPDATE' || operation === 'DELETE');
  const isNamespace = resource.group === '' && resource.resource === 'namespaces';
  const namespace = readString(request, 'namespace');
  return {
    surface: 'admission',
    operation,
    kind,
    resource,
    subresource: readString(request, 'subResource'),
    name: readString(request, 'name') || nameOf(oldObject),
    // the API server gives a Namespace its own name here, yet it lies in no namespace
    namespace: isNamespace ? '' : namespace,
    object: operation === 'DELETE' ? null : object,
    oldObject,
    dryRun: readBoolean(request, 'dryRun'),
    userInfo: readUserInfo(request),
    request: pickRequest(request),
    namespaceObject: findNamespace(),
  };

  function findNamespace(): JsonObject | null | undefined {
    // namespace selectors look at a Namespace's own labels: the stored ones on DELETE
    if (isNamespace) return operation === 'DELETE' ? oldObject : object;
    return namespace === '' ? null : namespaceOf(namespace);
  }
}

function readKind(request: JsonObject): GroupVersionKind {
  const kind = readPart(request, 'kind');
  return {
    group: readString(kind, 'group', false, 'request.kind'),
    version: readString(kind, 'version', true, 'request.kind'),
    kind: readString(kind, 'kind', true, 'request.kind'),
  };
}

function readResource(request: JsonObject): GroupVersionResource {
  const resource = readPart(request, 'resource');
  return {
    group: readString(resource, 'group', false, 'request.resource'),
    version: readString(resource, 'version', true, 'request.resource'),
    resource: readString(resource, 'resource', true, 'request.resource'),
  };
}

function readOperation(request: JsonObject): Operation {
  const found = OPERATIONS.find((operation) => operation === request.operation);
  if (found === undefined)
    throw malformed('request.operation', request.operation, 'one of CREATE, UPDATE, DELETE, CONNECT');
  return found;
}

function readUserInfo(request: JsonObject): UserInfo | null {
  const path = 'request.userInfo';
  const user = request.userInfo;
  if (user === undefined || user === null) return null;
  if (!isObject(user)) throw malformed(path, user, 'an object');
  const info: UserInfo = {
    username: readString(user, 'username', false, path),
    groups: readStrings(user.groups, `${path}.groups`),
  };
  const uid = readString(user, 'uid', false, path);
  if (uid !== '') info.uid = uid;
  const extra = user.extra;
  if (extra !== undefined && extra !== null) {
    if (!isObject(extra)) throw malformed(`${path}.extra`, extra, 'a map of lists of strings');
    for (const [key, values] of Object.entries(extra)) readStrings(values, `${path}.extra[${quote(key)}]`);
    info.extra = extra as { [key: string]: string[] };
  }
  return info;
}

function pickRequest(request: JsonObject): JsonObject {
  const picked: JsonObject = {};
  for (const field of REQUEST_FIELDS) {
    const value = request[field];
    if (value !== undefined) picked[field] = value;
  }
  return picked;
}

function readObject(request: JsonObject, field: 'object' | 'oldObject', required: boolean): JsonObject | null {
  const value = request[field] ?? null;
  if (value === null) {
    if (required) throw malformed(`request.${field}`, request[field], `an object under ${String(request.operation)}`);
    return null;
  }
  // what stands there is not shown: it may be a secret
  if (!isObject(value))
    throw malformed(`request.${field}`, Array.isArray(value) ? [] : typeof value, 'an object or null');
  return value;
}

function nameOf(object: JsonObject | null): string {
  const metadata = object?.metadata;
  return isObject(metadata) && typeof metadata.name === 'string' ? metadata.name : '';
}

function readPart(request: JsonObject, field: string): JsonObject {
  const value = request[field];
  if (!isObject(value)) throw malformed(`request.${field}`, value, 'an object');
  return value;
}

/** Absent and null read as '' unless the field is required. */
function readString(holder: JsonObject, field: string, required = false, parent = 'request'): string {
  const value = holder[field] ?? '';
  if (typeof value !== 'string') throw malformed(`${parent}.${field}`, value, 'a string');
  if (required && value === '') throw malformed(`${parent}.${field}`, holder[field], 'a non-empty string');
  // These become log fields, labels of metrics and keys of the index: a sender must not fill the memory with them.
  const most = LONG_NAMES.has(field) ? MAXIMUM_NAME : MAXIMUM_PART;
  if (value.length > most)
    throw malformed(`${parent}.${field}`, `${value.slice(0, 40)}…`, `at most ${most} characters`);
  return value;
}

/** Groups, versions, kinds and plurals are DNS names or parts of them (RFC 1123: 253 characters at most). */
const MAXIMUM_PART = 253;
/** Names of RBAC objects are path segments without a limit of their own; etcd keys of this length are far from usual. */
const MAXIMUM_NAME = 1_024;
const LONG_NAMES: ReadonlySet<string> = new Set(['name', 'namespace']);

function readBoolean(holder: JsonObject, field: string): boolean {
  const value = holder[field] ?? false;
  if (typeof value !== 'boolean') throw malformed(`request.${field}`, value, 'true or false');
  return value;
}

function readStrings(value: unknown, path: string): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw malformed(path, value, 'a list of strings');
  const wrong = value.findIndex((item) => typeof item !== 'string');
  if (wrong >= 0) throw malformed(`${path}[${wrong}]`, value[wrong], 'a string');
  return value;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Scalars are shown, containers only named: the objects may hold secrets. */
function malformed(path: string, found: unknown, wanted: string): MalformedReview {
  return new MalformedReview(`${path}: found ${describe(found)}, wanted ${wanted}`);
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return quote(value);
}
