/** What is judged: each object with the change it stands for. */
import type { JsonObject, Operation, Review } from '../../policies/index.ts';
import { toSpan } from '../../reader/locate.ts';
import type { MapEntry } from '../../reader/nodes.ts';
import type { ManifestObject } from '../../reader/objects.ts';
import type { Catalog } from '../../schemas/catalog.ts';
import type { KindSchema } from '../../schemas/read-crd.ts';
import { parseAdmissionReview } from '../../webhook/admission-review.ts';
import { describePlace, identify } from './batch.ts';
import { createIssue, type Draft, type IssueContext } from './issues.ts';
import type { Issue, Problem } from './report.ts';

export interface Subject {
  object: ManifestObject;
  /** Its schema; null where none is known. */
  kind: KindSchema | null;
  /** In which it would lie; `''` for cluster-scoped objects. */
  namespace: string;
  review: Review;
  /** Whether it stood in an AdmissionReview: then it came through an API server, and is judged as it came. */
  recorded: boolean;
  /** What is wrong with how it is written. */
  issues: Issue[];
}

export interface SubjectOptions {
  catalog: Catalog;
  namespaces: ReadonlyMap<string, JsonObject>;
  /** Of objects that name none. */
  namespace: string;
}

export interface Subjects {
  subjects: Subject[];
  problems: Problem[];
}

/**
 * Makes subjects of all objects.
 * @param old the objects as they are now; null where nobody asked, and then everything is new
 */
export function createSubjects(
  objects: readonly ManifestObject[],
  old: readonly ManifestObject[] | null,
  options: SubjectOptions,
): Subjects {
  const made: Subjects = { subjects: [], problems: [] };
  const before = new Map<string, { object: ManifestObject; value: JsonObject }>();
  for (const object of old ?? []) {
    const { namespace, value } = place(object, options);
    const identity = identify(object, namespace);
    if (identity !== '' && object.review === null) before.set(identity, { object, value });
  }
  const seen = new Map<string, ManifestObject>();
  for (const object of objects) {
    if (object.review !== null) {
      addRecorded(made, object, options);
      continue;
    }
    const placed = place(object, options);
    const identity = identify(object, placed.namespace);
    const previous = before.get(identity);
    const subject = createSubject(object, placed, options, previous?.value ?? null);
    subject.issues.push(
      ...findWritingIssues(subject, seen.get(identity)),
      ...findVersionIssue(subject, options.catalog),
    );
    if (identity !== '' && !seen.has(identity)) seen.set(identity, object);
    made.subjects.push(subject);
  }
  for (const [identity, { object }] of before) {
    if (!seen.has(identity)) made.subjects.push(createDeletion(object, options));
  }
  return made;
}

interface Placed {
  value: JsonObject;
  namespace: string;
  kind: KindSchema | null;
  resource: string;
  /** Whether it names a namespace that an API server takes away. */
  stripped: boolean;
}

/** Where an object lies. An API server takes the namespace from cluster-scoped objects, and kubectl adds its own to others. */
function place(object: ManifestObject, { catalog, namespace: usual }: SubjectOptions): Placed {
  const { group, version, kind: name, value } = object;
  const kind = catalog.find(group, version, name);
  const { resource, scope } = catalog.nameResource(group, name);
  const common = { kind, resource: kind?.resource ?? resource };
  const metadata = isObject(value.metadata) ? value.metadata : {};
  if (scope === 'Cluster') {
    if (!Object.hasOwn(metadata, 'namespace')) return { ...common, value, namespace: '', stripped: false };
    const { namespace: _namespace, ...rest } = metadata;
    return { ...common, value: { ...value, metadata: rest }, namespace: '', stripped: true };
  }
  // of a kind that nobody knows, only what is written is certain
  const namespace = object.namespace !== '' || scope === null ? object.namespace : usual;
  const written = metadata.namespace === namespace || namespace === '' || !isObject(value.metadata);
  const placed = written ? value : { ...value, metadata: { ...metadata, namespace } };
  return { ...common, value: placed, namespace, stripped: false };
}

function createSubject(
  object: ManifestObject,
  { value, namespace, kind, resource, stripped }: Placed,
  options: SubjectOptions,
  oldObject: JsonObject | null,
): Subject {
  const review = createReview(
    object,
    { namespace, resource, operation: oldObject === null ? 'CREATE' : 'UPDATE' },
    options,
  );
  const subject: Subject = {
    object,
    kind,
    namespace,
    review: { ...review, object: value, oldObject },
    recorded: false,
    issues: [],
  };
  if (stripped) subject.issues.push(describeStripped(contextOf(subject)));
  return subject;
}

function createDeletion(object: ManifestObject, options: SubjectOptions): Subject {
  const { value, namespace, kind, resource } = place(object, options);
  const review = createReview(object, { namespace, resource, operation: 'DELETE' }, options);
  return { object, kind, namespace, review: { ...review, oldObject: value }, recorded: false, issues: [] };
}

function createReview(
  { file, group, version, kind, name, value }: ManifestObject,
  { namespace, resource, operation }: { namespace: string; resource: string; operation: Operation },
  { namespaces }: SubjectOptions,
): Review {
  const isNamespace = group === '' && kind === 'Namespace';
  const holder = isNamespace ? value : namespace === '' ? null : namespaces.get(namespace);
  return {
    surface: 'check',
    operation,
    kind: { group, version, kind },
    resource: { group, version, resource },
    subresource: '',
    name,
    namespace,
    object: null,
    oldObject: null,
    dryRun: false,
    userInfo: null,
    request: null,
    namespaceObject: holder,
    file,
  };
}

/** A recorded review says itself what is done by whom, so rules that read the request are asked too. */
function addRecorded(made: Subjects, object: ManifestObject, { catalog, namespaces }: SubjectOptions): void {
  const parsed = parseAdmissionReview(object.review, (name) => namespaces.get(name));
  if (!parsed.ok) {
    const { line, column } = object.read.placeOf(object.document.root.start);
    const message = `the AdmissionReview cannot be judged: ${parsed.message}`;
    made.problems.push({ file: object.file, line, column, message, hint: '' });
    return;
  }
  const { review } = parsed;
  const { group, version, kind } = review.kind;
  made.subjects.push({
    object: review.name === '' ? object : { ...object, name: review.name },
    kind: catalog.find(group, version, kind),
    namespace: review.namespace,
    review: { ...review, surface: 'check', file: object.file },
    recorded: true,
    issues: [],
  });
}

// ---------------------------------------------------------------- how it is written

function contextOf({ object, namespace, review }: Subject): IssueContext {
  return { object, namespace, operation: review.operation };
}

function findWritingIssues(subject: Subject, first: ManifestObject | undefined): Issue[] {
  const context = contextOf(subject);
  const issues = subject.object.document.repeated
    .filter(({ start, end }) => start >= subject.object.node.start && end <= subject.object.node.end)
    .map((entry) => describeRepeated(context, entry));
  return first === undefined ? issues : [...issues, describeDuplicate(context, first)];
}

function describeRepeated(context: IssueContext, entry: MapEntry): Issue {
  const issue = createIssue(context, {
    rule: 'yaml/duplicate-key',
    action: 'deny',
    severity: 'high',
    category: 'yaml',
    steps: [],
    side: 'key',
    message: `the key \`${entry.key}\` stands twice in one map, and kubectl takes the last one`,
    remedy: 'remove one of the two',
  });
  return { ...issue, ...toSpan(context.object, entry.start, entry.end) };
}

function describeDuplicate(context: IssueContext, first: ManifestObject): Issue {
  return createIssue(context, {
    rule: 'manifest/duplicate-object',
    action: 'warn',
    severity: 'medium',
    category: 'manifest',
    steps: ['metadata', 'name'],
    side: 'value',
    message: `${context.object.kind} \`${context.object.name}\` stands already in ${describePlace(first)}, and the last one wins`,
    remedy: 'give one of them another name, or remove it',
  });
}

/** A version that no CRD at hand serves is most likely a slip, or the CRDs are older than the manifest. */
function findVersionIssue(subject: Subject, catalog: Catalog): Issue[] {
  const { object, kind } = subject;
  const known = kind === null ? catalog.versionsOf(object.group, object.kind) : [];
  if (known.length === 0) return [];
  const names = known.map((version) => `\`${object.group}/${version}\``).join(', ');
  const draft: Draft = {
    rule: 'schema/version',
    action: 'warn',
    severity: 'high',
    category: 'schema',
    steps: ['apiVersion'],
    side: 'value',
    message: `\`apiVersion\` is \`${object.apiVersion}\`, and the CRD of ${object.kind} at hand serves ${names}`,
    remedy: 'write a version that is served, or name the newer CRD with --crds',
  };
  return [createIssue(contextOf(subject), draft)];
}

function describeStripped(context: IssueContext): Issue {
  return createIssue(context, {
    rule: 'manifest/namespace',
    action: 'warn',
    severity: 'low',
    category: 'manifest',
    steps: ['metadata', 'namespace'],
    side: 'value',
    message: `\`metadata.namespace\` is \`${context.object.namespace}\`, and ${context.object.kind} is cluster-scoped: an API server takes it away`,
    remedy: 'remove the line',
  });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
