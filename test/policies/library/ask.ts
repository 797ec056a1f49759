/** What the tests of a pack share: its policies compiled, and an object asked of them. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import {
  type ClusterInfo,
  type CompileResult,
  compilePolicies,
  type Decision,
  type JsonObject,
  type Mutation,
  mutateReview,
  type PolicyDocument,
  type PolicySet,
  type PolicySource,
  type ResourceSchema,
  type Review,
  type Surface,
  validateReview,
} from '../../../src/policies/index.ts';
import { readPack, readPackSchemas } from '../../../src/sources/packs.ts';

export interface Pack {
  sources: PolicySource[];
  documents: PolicyDocument[];
  schemas: ResourceSchema[];
}

/** Reads a pack as the program does, and refuses to go on when a file of it cannot be read. */
export async function openPack(name: string): Promise<Pack> {
  const snapshot = await readPack(name);
  const broken = [...snapshot.problems, ...snapshot.units.flatMap((unit) => unit.problems)];
  if (broken.length > 0) throw new Error(JSON.stringify(broken, null, 2));
  const sources = snapshot.units.flatMap((unit) => unit.documents);
  const documents = sources.map((source) => source.document as PolicyDocument);
  return { sources, documents, schemas: await readPackSchemas(name) };
}

export interface CompileWishes {
  schemas?: readonly ResourceSchema[];
  settings?: readonly PolicySource[];
  cluster?: ClusterInfo;
}

/** Compiles the pack with its examples run. */
export function compilePack(pack: Pack, wishes: CompileWishes = {}): CompileResult {
  return compilePolicies([...pack.sources, ...(wishes.settings ?? [])], {
    schemas: wishes.schemas ?? pack.schemas,
    verifyExamples: true,
    ...(wishes.cluster && { cluster: wishes.cluster }),
  });
}

/** A review of one object: CREATE, or UPDATE where there is a stored one. */
export function reviewOf(
  object: JsonObject,
  schemas: readonly ResourceSchema[],
  more: { oldObject?: JsonObject; surface?: Surface } = {},
): Review {
  const { oldObject = null, surface = 'admission' } = more;
  const [group = '', version = ''] = String(object.apiVersion).split('/');
  const schema = schemas.find((one) => one.kind === object.kind && one.group === group);
  if (!schema) throw new Error(`no CRD of the pack has kind ${String(object.kind)}`);
  const metadata = object.metadata as JsonObject;
  const operation = oldObject ? 'UPDATE' : 'CREATE';
  return {
    surface,
    operation,
    kind: { group, version, kind: schema.kind },
    resource: { group, version, resource: schema.resource },
    subresource: '',
    name: String(metadata.name ?? ''),
    namespace: schema.scope === 'Namespaced' ? String(metadata.namespace ?? '') : '',
    object,
    oldObject,
    dryRun: false,
    userInfo: surface === 'admission' ? { username: 'kari', groups: ['system:authenticated'] } : null,
    request: surface === 'admission' ? { operation, userInfo: { username: 'kari' } } : null,
    namespaceObject: null,
  };
}

/** Mutates, then validates what came out, as admission does. */
export function admit(set: PolicySet, review: Review): { mutation: Mutation; decision: Decision } {
  const mutation = mutateReview(set, review);
  const decision = validateReview(set, { ...review, object: mutation.object });
  return { mutation, decision };
}

/** Findings as `action rule path`, in order. */
export function tell(decision: Decision): string[] {
  return decision.findings.map((finding) => `${finding.action} ${finding.rule} ${finding.path}`).sort();
}

/** All documents of a YAML file, its path from the root of the repository. */
export async function readYaml(path: string): Promise<JsonObject[]> {
  const text = await readFile(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS() as JsonObject;
  });
}
