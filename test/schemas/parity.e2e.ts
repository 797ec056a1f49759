// Our schema engine and a real API server must say the same of the same objects: which are taken, which fields are
// unknown, which fields are wrong, and what the object is with its defaults.

import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { parseAllDocuments } from 'yaml';
import type { Json, JsonObject } from '../../src/policies/index.ts';
import { writeSteps } from '../../src/reader/path-steps.ts';
import { BUILT_IN_KINDS } from '../../src/schemas/built-in-kinds.ts';
import { dropStatus, prepareObject, validateObject } from '../../src/schemas/check-schema.ts';
import type { SchemaProblem } from '../../src/schemas/problem.ts';
import { type KindSchema, readCrd } from '../../src/schemas/read-crd.ts';
import { minors } from '../cluster/go-modules.ts';
import { type Cluster, startCluster, waitFor } from '../cluster/start.ts';
import { createRandom, type Random, sampleMetadata, sampleValue } from './sample.ts';

t.setTimeout(1_800_000);

const ROOT = join(import.meta.dirname, '../..');
const LIBRARY = join(ROOT, 'src/policies/library/vitistack/crds');
/** Objects made for each kind. */
const OBJECTS = Number(process.env.LINTEL_PARITY_OBJECTS ?? 60);
const SEED = Number(process.env.LINTEL_PARITY_SEED ?? 1);

function readDefinitions(folder: string): JsonObject[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => readFile(join(folder, name)));
}

function readFile(file: string): JsonObject[] {
  const documents = parseAllDocuments(readFileSync(file, 'utf8'));
  return Array.isArray(documents) ? documents.map((document) => document.toJS() as JsonObject) : [];
}

/** CEL rules are the server's alone. */
function dropRules(value: Json): Json {
  if (Array.isArray(value)) return value.map(dropRules);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key !== 'x-kubernetes-validations');
  return Object.fromEntries(kept.map(([key, child]) => [key, dropRules(child)]));
}

/** Specs that are taken: samples grow around them. */
const EXAMPLES = new Map(
  globSync('examples/vitistack/*.yaml', { cwd: ROOT }).flatMap((file) =>
    readFile(join(ROOT, file)).map(({ kind, spec }) => [String(kind), spec as JsonObject] as const),
  ),
);

interface Answer {
  status: number;
  body: JsonObject;
}

async function ask(cluster: Cluster, kind: KindSchema, object: JsonObject, fieldValidation: string): Promise<Answer> {
  const { group, version, resource, scope } = kind;
  const where = scope === 'Namespaced' ? `namespaces/default/${resource}` : resource;
  const path = `/apis/${group}/${version}/${where}?dryRun=All&fieldValidation=${fieldValidation}`;
  const { status, body } = await cluster.request('POST', path, object);
  return { status, body: body as JsonObject };
}

/** What the server adds that no file has. */
function strip(object: JsonObject): JsonObject {
  const {
    namespace: _namespace,
    uid: _uid,
    creationTimestamp: _time,
    generation: _generation,
    managedFields: _fields,
    ...metadata
  } = (object.metadata ?? {}) as JsonObject;
  return { ...object, metadata };
}

function isUnknownField({ code }: SchemaProblem): boolean {
  return code === 'unknown-field';
}

async function compare(t: Test, cluster: Cluster, kind: KindSchema, object: JsonObject): Promise<'taken' | 'refused'> {
  const text = JSON.stringify(object);
  const prepared = prepareObject(object, kind);
  const stored = dropStatus(prepared.object, kind);
  // that numbers fit their 32 bits is asked since 1.36
  const older = !cluster.version.startsWith('1.36');
  const problems = [...prepared.problems, ...validateObject(stored, kind)].filter(
    ({ message }) => !(older && /32[ -]bit/.test(message)),
  );
  const wrong = problems.filter((problem) => !isUnknownField(problem));
  const unknown = problems.filter(isUnknownField);

  const answer = await ask(cluster, kind, object, 'Ignore');
  const causes = readCauses(answer.body);
  const ours = wrong.map(({ steps, message }) => `${writeSteps(steps)} ${message}`).join('; ');
  const said = String(answer.body.message ?? answer.status);
  t.equal(wrong.length === 0, answer.status === 201, `${text}\n  we: ${ours || 'fine'}\n  it: ${said}`);
  if (answer.status === 201 && wrong.length === 0) {
    t.same(stored, strip(answer.body), `${text}: the same object`);
  } else if (answer.status === 422 && wrong.length > 0) {
    const fields = new Set(wrong.map(({ steps }) => writeSteps(steps).replace(/\[".*$/, '')));
    for (const cause of causes) t.ok(covers(fields, cause), `${text}\n  it finds ${cause}, we: ${ours}`);
  }
  if (unknown.length > 0 && answer.status === 201) {
    const strict = await ask(cluster, kind, object, 'Strict');
    t.equal(strict.status, 400, `${text}: unknown fields are refused where strictness is asked for`);
    for (const { steps } of unknown) {
      t.match(String(strict.body.message), `unknown field "${writeServerPath(steps)}"`, text);
    }
  }
  return answer.status === 201 ? 'taken' : 'refused';
}

/** A field is covered when we tell it, something below it (a choice fails for what is in it) or the map around it. */
function covers(fields: ReadonlySet<string>, cause: string): boolean {
  const bare = cause.replace(/\[[^\d\]][^\]]*\]$/, '');
  return [...fields].some(
    (field) =>
      field === bare ||
      field.startsWith(`${bare}.`) ||
      field.startsWith(`${bare}[`) ||
      bare.startsWith(`${field}.`) ||
      bare === '<nil>',
  );
}

function readCauses(body: JsonObject): string[] {
  const details = body.details as { causes?: { field?: string; message?: string }[] } | undefined;
  const own = (details?.causes ?? []).filter(
    ({ message }) => !/some validation rules were not checked/.test(message ?? ''),
  );
  return [...new Set(own.map(({ field }) => field ?? ''))].filter((field) => field !== '');
}

/** The server writes keys bare, whatever is in them. */
function writeServerPath(steps: readonly (string | number)[]): string {
  return steps.map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`)).join('');
}

function makeObject(kind: KindSchema, base: JsonObject, random: Random): JsonObject {
  const { group, version, kind: name } = kind;
  const schema = kind.schema();
  const wild = random() < 0.5 ? 0 : 0.04;
  const object: JsonObject = { apiVersion: `${group}/${version}`, kind: name, metadata: { name: 'fine' } };
  for (const part of ['spec', 'status']) {
    const known = schema.properties.get(part);
    if (known !== undefined && (part === 'spec' || random() < 0.2)) object[part] = sampleValue(known, random, wild);
  }
  if (random() < 0.5) object.spec = { ...base, ...pickSome(object.spec as JsonObject, random) };
  if (random() < 0.15) object.metadata = sampleMetadata(random);
  if (random() < 0.03) object.surplus = 1;
  return object;
}

function pickSome(object: JsonObject, random: Random): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(() => random() < 0.3));
}

/** Where a whole object is mostly wrong somewhere, single fields are asked one by one. */
function makeSingle(kind: KindSchema, field: string, base: JsonObject, random: Random): JsonObject {
  const { group, version, kind: name } = kind;
  const schema = kind.schema().properties.get('spec')?.properties.get(field) ?? null;
  const value: Json = sampleValue(schema, random, 0.25, 1);
  return {
    apiVersion: `${group}/${version}`,
    kind: name,
    metadata: { name: 'fine' },
    spec: { ...base, [field]: value },
  };
}

async function runKinds(t: Test, cluster: Cluster, definitions: readonly JsonObject[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: definitions.map(dropRules) } as unknown as JsonObject;
  const applied = await cluster.kubectl(['replace', '--force', '-f', '-'], { stdin: JSON.stringify(list) });
  t.equal(applied.code, 0, applied.stderr);
  for (const kind of definitions.flatMap((definition) => readCrd(definition, 'test'))) {
    await waitFor(
      async () => (await cluster.request('GET', `/apis/${kind.group}/${kind.version}/${kind.resource}`)).status === 200,
      { what: kind.kind },
    );
    await t.test(`${kind.kind} of ${kind.group}/${kind.version}`, async (tt) => {
      const random = createRandom(SEED + kind.kind.length * 1_000);
      const base = EXAMPLES.get(kind.kind) ?? { name: 'ab' };
      const counts = { taken: 0, refused: 0 };
      for (let n = 0; n < OBJECTS; n++) counts[await compare(tt, cluster, kind, makeObject(kind, base, random))]++;
      for (const field of kind.schema().properties.get('spec')?.properties.keys() ?? []) {
        for (let n = 0; n < OBJECTS / 4; n++)
          counts[await compare(tt, cluster, kind, makeSingle(kind, field, base, random))]++;
      }
      tt.ok(counts.taken > 0 && counts.refused > 0, `${counts.taken} taken, ${counts.refused} refused`);
    });
  }
}

for (const minor of minors) {
  t.test(`${minor}: everything a structural schema can say`, async (t) => {
    const cluster = await startCluster({ minor });
    t.teardown(() => cluster.stop());
    await runKinds(t, cluster, readFile(join(import.meta.dirname, 'everything.crd.yaml')));
  });

  t.test(`${minor}: every built-in kind has the plural and scope that the table says`, async (t) => {
    const cluster = await startCluster({ minor });
    t.teardown(() => cluster.stop());
    const { stdout, code } = await cluster.kubectl(['api-resources', '--no-headers']);
    t.equal(code, 0);
    let known = 0;
    for (const line of stdout.trim().split('\n')) {
      const [, resource = '', apiVersion = '', namespaced = '', kind = ''] =
        /^(\S+)\s+(?:\S+\s+)?((?:\S+\/)?v\d\S*)\s+(true|false)\s+(\S+)/.exec(line) ?? [];
      const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
      const scope = namespaced === 'true' ? 'Namespaced' : 'Cluster';
      t.same(BUILT_IN_KINDS.get(`${group}/${kind}`), { resource, scope }, line);
      known++;
    }
    t.ok(known > 50, `${known} kinds`);
  });
}

for (const generation of ['common', 'crds']) {
  t.test(`the CRDs of the generation ${generation}`, async (t) => {
    const cluster = await startCluster({});
    t.teardown(() => cluster.stop());
    await runKinds(t, cluster, readDefinitions(join(LIBRARY, generation)));
  });
}
