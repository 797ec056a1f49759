/** One object on its way into a cluster: the reviews that an API server would send, in the order it sends them. */
import { randomUUID } from 'node:crypto';
import { applyPatch, type JsonObject, type ResourceSchema } from '../../policies/index.ts';
import type { WebhookClient } from './client.ts';

/** Names of the webhooks in manifests/base; an API server puts them before a denial. */
export const WEBHOOKS = { '/mutate': 'mutate.lintel.dev', '/validate': 'validate.lintel.dev' } as const;
/** Where kubectl puts an object that names no namespace. */
const DEFAULT_NAMESPACE = 'default';

/** How it ended. */
export interface Admission {
  /** As it was sent. */
  object: JsonObject;
  /** As it would be stored; the object itself when no rule wrote anything. */
  stored: JsonObject;
  /** Rules that wrote what was added. */
  writtenBy: string[];
  warnings: string[];
  /** null when it was let in. */
  denial: { webhook: string; reason: string; message: string } | null;
}

/**
 * Sends an object through /mutate and, with the patch applied, through /validate.
 * @throws Error when a call fails or the patch cannot be applied
 */
export async function admitObject(
  client: WebhookClient,
  schemas: readonly ResourceSchema[],
  written: JsonObject,
): Promise<Admission> {
  const place = findPlace(schemas, written);
  const object = place.schema.scope === 'Namespaced' ? withMetadata(written, { namespace: place.namespace }) : written;
  const mutated = await client.ask('/mutate', createReview(place, object));
  if (!mutated.allowed) {
    const denial = { webhook: WEBHOOKS['/mutate'], reason: mutated.reason, message: mutated.message };
    return { object, stored: object, writtenBy: [], warnings: mutated.warnings, denial };
  }
  const patched = applyPatch(object, mutated.patch);
  if (!patched.ok) throw new Error(`the patch of /mutate does not apply: ${patched.error}`);
  const stored = patched.document as JsonObject;
  const judged = await client.ask('/validate', createReview(place, stamp(stored)));
  const denial = judged.allowed
    ? null
    : { webhook: WEBHOOKS['/validate'], reason: judged.reason, message: judged.message };
  // each warning reaches the person once, whoever gave it
  const warnings = [...new Set([...mutated.warnings, ...judged.warnings])];
  return { object, stored, writtenBy: mutated.rules, warnings, denial };
}

/** The review of a new object for /validate, as an API server would write it. */
export function createValidationReview(schemas: readonly ResourceSchema[], object: JsonObject): JsonObject {
  return createReview(findPlace(schemas, object), stamp(object));
}

/** Which resource an object is of, and where it lies. */
interface Place {
  schema: ResourceSchema;
  /** '' for cluster-scoped objects. */
  namespace: string;
  name: string;
}

function findPlace(schemas: readonly ResourceSchema[], object: JsonObject): Place {
  const [group = '', version = ''] = String(object.apiVersion).split('/');
  const schema = schemas.find((one) => one.group === group && one.version === version && one.kind === object.kind);
  if (schema === undefined) {
    throw new Error(`no CRD at hand declares ${String(object.apiVersion)} ${String(object.kind)}`);
  }
  const { name, namespace } = readMetadata(object);
  const own = typeof namespace === 'string' && namespace !== '' ? namespace : DEFAULT_NAMESPACE;
  return { schema, name: String(name), namespace: schema.scope === 'Namespaced' ? own : '' };
}

/** Field for field and in the order of the API server. */
function createReview({ schema, name, namespace }: Place, object: JsonObject): JsonObject {
  const kind = { group: schema.group, version: schema.version, kind: schema.kind };
  const resource = { group: schema.group, version: schema.version, resource: schema.resource };
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: randomUUID(),
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name,
      ...(namespace !== '' && { namespace }),
      operation: 'CREATE',
      userInfo: { username: 'kari', groups: ['platform', 'system:authenticated'] },
      object,
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    },
  };
}

/** Between the two phases the API server gives a new object what makes it one. */
function stamp(object: JsonObject): JsonObject {
  const creationTimestamp = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  return withMetadata(object, { uid: randomUUID(), generation: 1, creationTimestamp });
}

function withMetadata(object: JsonObject, more: JsonObject): JsonObject {
  return { ...object, metadata: { ...readMetadata(object), ...more } };
}

function readMetadata(object: JsonObject): JsonObject {
  const { metadata } = object;
  return typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata) ? metadata : {};
}
