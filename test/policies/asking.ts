/** What the tests of the core share: a policy in a few words, compiled, and an object asked of it. */
import {
  type CompileOptions,
  type CompileResult,
  compilePolicies,
  type Decision,
  type EvaluateOptions,
  type Json,
  type JsonObject,
  type Mutation,
  mutateReview,
  type PolicyDocument,
  type PolicySet,
  type PolicySource,
  type PolicySpec,
  type Problem,
  type Review,
  type RuleDocument,
  type Surface,
  validateReview,
} from '../../src/policies/index.ts';

/** A policy over widgets.example.com with these rules. */
export function policyOf(rules: RuleDocument[], spec: Partial<PolicySpec> = {}, name = 'widgets'): PolicyDocument {
  return {
    apiVersion: 'lintel.dev/v1alpha1',
    kind: 'Policy',
    metadata: { name },
    spec: { title: name, match: { resources: ['widgets.example.com'] }, ...spec, rules },
  };
}

export function sourceOf(document: unknown, name?: string): PolicySource {
  const { kind, metadata } = document as { kind?: string; metadata?: { name?: string } };
  return { name: name ?? `${kind}/${metadata?.name}`, document };
}

export function compile(documents: readonly unknown[], options: CompileOptions = {}): CompileResult {
  return compilePolicies(
    documents.map((document) => sourceOf(document)),
    options,
  );
}

/** The set of documents that must all be fine; says what is wrong with them otherwise. */
export function setOf(documents: readonly unknown[], options: CompileOptions = {}): PolicySet {
  const { set, problems, rejected } = compile(documents, options);
  if (rejected.length > 0)
    throw new Error(problems.map((one) => `${one.source} ${one.pointer} ${one.message}`).join('\n'));
  return set;
}

/** Problems as `code pointer`, in order. */
export function codes(problems: readonly Problem[]): string[] {
  return problems.map(({ code, pointer }) => `${code} ${pointer}`);
}

export interface Asked {
  oldObject?: JsonObject;
  operation?: Review['operation'];
  surface?: Surface;
  environment?: string;
  namespaceObject?: JsonObject | null | undefined;
  user?: string;
  groups?: string[];
  resource?: string;
  subresource?: string;
  file?: string;
  request?: JsonObject | null;
}

/** A review of an object as the API server would ask: CREATE, UPDATE where there is a stored one, DELETE of null. */
export function reviewOf(object: JsonObject | null, asked: Asked = {}): Review {
  const { oldObject = null, surface = 'admission' } = asked;
  const described = object ?? oldObject ?? {};
  const apiVersion = String(described.apiVersion ?? 'example.com/v1');
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const kind = String(described.kind ?? 'Widget');
  const metadata = (described.metadata ?? {}) as { name?: string; namespace?: string };
  const operation = asked.operation ?? (object === null ? 'DELETE' : oldObject ? 'UPDATE' : 'CREATE');
  const userInfo = { username: asked.user ?? 'kari', groups: asked.groups ?? ['system:authenticated'] };
  const request = surface === 'admission' ? { operation, userInfo } : null;
  return {
    surface,
    operation,
    kind: { group, version, kind },
    resource: { group, version, resource: asked.resource ?? pluralOf(kind) },
    subresource: asked.subresource ?? '',
    name: metadata.name ?? '',
    namespace: metadata.namespace ?? '',
    object,
    oldObject,
    dryRun: false,
    userInfo: surface === 'admission' ? userInfo : null,
    request: asked.request === undefined ? request : asked.request,
    namespaceObject: 'namespaceObject' in asked ? asked.namespaceObject : null,
    ...(asked.environment !== undefined && { environment: asked.environment }),
    ...(asked.file !== undefined && { file: asked.file }),
  };
}

function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  return lower.endsWith('s') ? `${lower}es` : `${lower}s`;
}

/** A widget with this spec. */
export function widget(spec: Json, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', ...metadata }, spec };
}

/** Findings as `rule path`, in order. */
export function tell(decision: Decision): string[] {
  return decision.findings.map(({ rule, path }) => `${rule} ${path}`.trim());
}

/** Mutates, then judges what came out, as the two webhooks do. */
export function admit(
  set: PolicySet,
  review: Review,
  options: EvaluateOptions = {},
): { mutation: Mutation; decision: Decision } {
  const mutation = mutateReview(set, review, options);
  return { mutation, decision: validateReview(set, { ...review, object: mutation.object }, options) };
}
