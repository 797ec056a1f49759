/** One run of `check`: from paths to a report. */
import type { ClusterInfo, EvaluationError, PolicySet } from '../../policies/index.ts';
import type { ManifestObject } from '../../reader/objects.ts';
import { type Catalog, createCatalog } from '../../schemas/catalog.ts';
import { readVersion } from '../version.ts';
import { type Batch, readBatch } from './batch.ts';
import { checkGeneration, listPackCrds, readNamedCrds, readPackCrds, toResourceSchema } from './crds.ts';
import { type Inputs, readInputs } from './files.ts';
import type { CheckFlags } from './flags.ts';
import { type JudgeContext, judge, type Verdict } from './judge.ts';
import { loadPolicies } from './policies.ts';
import { type CheckReport, isFailing, type Note, type Problem, type RuleInfo, type SkippedRule } from './report.ts';
import { createSubjects, type Subject } from './subjects.ts';

export interface CheckRun {
  report: CheckReport;
  /** Texts by file, without byte order marks. */
  texts: ReadonlyMap<string, string>;
  /** What each object would become, for `--fix`. */
  judged: { subject: Subject; verdict: Verdict }[];
}

export interface RunHooks {
  /** Milliseconds since the epoch. */
  now: number;
  /** Told how many objects are judged; may give a promise to be waited for, so that a terminal shows it. */
  onProgress: (done: number, total: number) => Promise<void> | undefined;
}

/**
 * Checks everything the flags name.
 * @throws ConfigError for flags that cannot be followed: an unknown pack, generation or commit
 */
export async function runBatch(flags: CheckFlags, hooks: RunHooks): Promise<CheckRun> {
  const batch = await readBatch(await readInputs(flags.paths));
  const old = await readOld(flags);
  const kinds = new Set([...batch.objects, ...(old?.objects ?? [])].map(({ kind }) => kind));
  const { catalog, resourceSchemas, problems } = await collectSchemas(flags, batch, kinds);
  const cluster: ClusterInfo = { name: '', version: flags.kubernetesVersion, environment: flags.environment };
  const policies = await loadPolicies({ packs: flags.packs, paths: flags.policies, cluster, schemas: resourceSchemas });
  const namespaces = new Map([...(old?.namespaces ?? []), ...batch.namespaces]);
  const options = { catalog, namespaces, namespace: flags.namespace };
  const made = createSubjects(batch.objects, old?.objects ?? null, options);
  const judged = await judgeAll(made.subjects, { set: policies.set, catalog, namespaces, now: hooks.now }, hooks);
  const report = createReport(flags, batch, judged, policies.set, policies.rules);
  report.problems.unshift(...problems, ...policies.problems);
  report.problems.push(...made.problems);
  // what was broken before may be what is mended now
  report.notes.push(...policies.notes, ...(old?.problems ?? []), ...noteKinds(made.subjects, catalog));
  report.exitCode = exitCodeOf(report);
  return { report, texts: new Map([...(old?.texts ?? []), ...batch.texts]), judged };
}

async function readOld({ old, git, paths }: CheckFlags): Promise<Batch | null> {
  if (old.length > 0) return await readBatch(await readInputs(old));
  if (git === '') return null;
  const { readCommit } = await import('./git.ts');
  const inputs: Inputs = await readCommit(git, paths);
  return await readBatch(inputs);
}

/** The batch's own CRDs come first, then those that were named, then those of the packs. */
async function collectSchemas(flags: CheckFlags, batch: Batch, kinds: ReadonlySet<string>) {
  const catalog = createCatalog();
  catalog.add(batch.crds);
  const named = flags.crds.length > 0 ? await readNamedCrds(flags.crds) : { schemas: [], problems: [] };
  catalog.add(named.schemas);
  const packCrds = listPackCrds(flags.packs);
  checkGeneration(packCrds, flags.generation);
  // policies of one's own may name paths of any kind, so all schemas are at hand for them
  const wanted = flags.policies.length > 0 ? null : kinds;
  const chosen = await readPackCrds(
    packCrds.filter(({ generation }) => generation === flags.generation),
    wanted,
  );
  const others = await readPackCrds(
    packCrds.filter(({ generation }) => generation !== flags.generation),
    wanted,
  );
  catalog.add(chosen);
  const installed = catalog.all().map((schema) => toResourceSchema(schema, 'cluster'));
  const resourceSchemas = [...installed, ...others.map((schema) => toResourceSchema(schema, schema.origin))];
  return { catalog, resourceSchemas, problems: named.problems };
}

/** So many objects are judged before anybody is told. */
const STRIDE = 200;

async function judgeAll(
  subjects: readonly Subject[],
  context: JudgeContext,
  hooks: RunHooks,
): Promise<{ subject: Subject; verdict: Verdict }[]> {
  const judged: { subject: Subject; verdict: Verdict }[] = [];
  for (const subject of subjects) {
    judged.push({ subject, verdict: judge(subject, context) });
    if (judged.length % STRIDE === 0) await hooks.onProgress(judged.length, subjects.length);
  }
  return judged;
}

// ---------------------------------------------------------------- the report

/** Rules that need more than files: not judged here, and no fault of anybody. */
const NEEDS_A_CLUSTER: ReadonlySet<EvaluationError['code']> = new Set([
  'relation-not-implemented',
  'inventory-unknown',
  'namespace-unknown',
]);

function createReport(
  flags: CheckFlags,
  batch: Batch,
  judged: readonly { subject: Subject; verdict: Verdict }[],
  set: PolicySet,
  rules: ReadonlyMap<string, RuleInfo>,
): CheckReport {
  const report: CheckReport = {
    version: readVersion(),
    files: batch.texts.size,
    objects: judged.length,
    evaluated: 0,
    issues: [],
    problems: [...batch.problems],
    notes: [...batch.notes],
    exempted: [],
    skipped: [],
    rules: [],
    judged: [],
    failOn: flags.failOn,
    exitCode: 0,
  };
  const skipped = new Map<string, SkippedRule>();
  for (const { subject, verdict } of judged) addVerdict(report, skipped, subject, verdict, flags);
  report.skipped = [...skipped.values(), ...findSleeping(set, judged)];
  if (flags.strict) report.problems.push(...[...skipped.values()].map(describeSkipped));
  report.issues.sort(byPlace(judged.map(({ subject }) => subject.object)));
  report.rules = collectRules(report, rules);
  return report;
}

function addVerdict(
  report: CheckReport,
  skipped: Map<string, SkippedRule>,
  subject: Subject,
  verdict: Verdict,
  { strict }: CheckFlags,
): void {
  const { object, namespace } = subject;
  const place = { file: object.file, ...placeOf(object) };
  report.evaluated += verdict.evaluated;
  report.issues.push(...verdict.issues);
  report.exempted.push(...verdict.exempted);
  const { apiVersion, kind, name } = object;
  report.judged.push({ apiVersion, kind, namespace, name, ...place, endLine: place.line, endColumn: place.column });
  for (const { issue, placeholder } of verdict.open) {
    const message = `\`${issue.path}\` is the placeholder \`${placeholder}\`, so ${issue.rule} was not held against it`;
    const told = {
      file: issue.file,
      line: issue.line,
      column: issue.column,
      message,
      hint: 'render it and check the result',
    };
    (strict ? report.problems : report.notes).push(told);
  }
  for (const error of verdict.errors) {
    if (NEEDS_A_CLUSTER.has(error.code)) countSkipped(skipped, error);
    else
      (error.failurePolicy === 'Fail' ? report.problems : report.notes).push({
        ...place,
        ...describeError(error, subject),
      });
  }
}

function placeOf(object: ManifestObject): { line: number; column: number } {
  return object.read.placeOf(object.node.start);
}

function describeError(
  { code, rule, policy, message }: EvaluationError,
  { object }: Subject,
): { message: string; hint: string } {
  const who = rule === '' ? `policy \`${policy}\`` : rule;
  return { message: `${who} could not be judged on ${object.kind} \`${object.name}\`: ${message} (${code})`, hint: '' };
}

function countSkipped(skipped: Map<string, SkippedRule>, { rule, policy, code, message }: EvaluationError): void {
  const key = `${policy} ${rule} ${code}`;
  const known = skipped.get(key);
  if (known !== undefined) known.objects++;
  else skipped.set(key, { rule, policy, code, message, objects: 1 });
}

function describeSkipped({ rule, policy, message, objects }: SkippedRule): Problem {
  const who = rule === '' ? `policy \`${policy}\`` : rule;
  const text = `${who} was not judged on ${objects} objects: ${message}`;
  return { file: '', line: 0, column: 0, message: text, hint: 'without --strict it is passed over and told' };
}

/** Rules that sleep in a cluster of this version and with these CRDs, of policies that some object was asked about. */
function findSleeping(set: PolicySet, judged: readonly { subject: Subject }[]): SkippedRule[] {
  const resources = new Set(
    judged.map(({ subject }) => `${subject.review.resource.resource}.${subject.review.resource.group}`),
  );
  return set.policies
    .filter((policy) => policy.resources.some(({ group, resource }) => resources.has(`${resource}.${group}`)))
    .flatMap(({ name, rules }) =>
      rules.flatMap(({ id, asleep }): SkippedRule[] =>
        asleep === null ? [] : [{ rule: id, policy: name, code: 'asleep', message: asleep, objects: 0 }],
      ),
    );
}

function byPlace(objects: readonly ManifestObject[]) {
  const order = new Map<string, number>();
  for (const { file } of objects) if (!order.has(file)) order.set(file, order.size);
  const rank = (file: string): number => order.get(file) ?? 0;
  return (
    a: { file: string; line: number; column: number; rule: string },
    b: { file: string; line: number; column: number; rule: string },
  ): number =>
    rank(a.file) - rank(b.file) ||
    a.line - b.line ||
    a.column - b.column ||
    (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0);
}

function collectRules(report: CheckReport, known: ReadonlyMap<string, RuleInfo>): RuleInfo[] {
  const rules = new Map<string, RuleInfo>();
  for (const issue of [...report.issues, ...report.exempted.map(({ issue: one }) => one)]) {
    const { rule: id, policy, category, severity, link } = issue;
    if (rules.has(id)) continue;
    const title = known.get(id)?.title ?? OWN_RULES[id.replace(/^schema\/.*/, 'schema')] ?? id;
    rules.set(id, { id, policy, title, category, severity, link });
  }
  return [...rules.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What Lintel checks without any policy. */
const OWN_RULES: { readonly [id: string]: string } = {
  schema: 'Objects fit the schema of their kind',
  'yaml/ambiguous': 'Plain scalars are what they look like',
  'yaml/duplicate-key': 'Each key stands once in a map',
  'manifest/duplicate-object': 'Each object stands once in a batch',
  'manifest/namespace': 'Cluster-scoped objects name no namespace',
};

function noteKinds(subjects: readonly Subject[], catalog: Catalog): Note[] {
  const unknown = new Set<string>();
  const guessed = new Set<string>();
  const notes: string[] = [];
  for (const { object, kind } of new Map(
    subjects.map((one) => [`${one.object.group}/${one.object.kind}`, one]),
  ).values()) {
    const name = object.group === '' ? object.kind : `${object.kind}.${object.group}`;
    if (kind !== null) {
      const rules = `${kind.rules} CEL rule${kind.rules === 1 ? '' : 's'} (x-kubernetes-validations)`;
      if (kind.rules > 0) notes.push(`${name} has ${rules} in its CRD, which only an API server judges`);
    } else if (catalog.nameResource(object.group, object.kind).sure) {
      unknown.add(name);
    } else {
      guessed.add(`${name} (taken for \`${catalog.nameResource(object.group, object.kind).resource}\`)`);
    }
  }
  if (unknown.size > 0) notes.push(`no schema is at hand for ${[...unknown].join(', ')}: only policies were asked`);
  if (guessed.size > 0) {
    notes.push(`no CRD is at hand for ${[...guessed].join(', ')}: only policies were asked; name one with --crds`);
  }
  return notes.map((message) => ({ file: '', line: 0, column: 0, message, hint: '' }));
}

function exitCodeOf({ problems, issues, failOn }: CheckReport): CheckReport['exitCode'] {
  if (problems.length > 0) return 2;
  return issues.some((issue) => isFailing(issue, failOn)) ? 1 : 0;
}
