import { access, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import t from 'tap';
import type { JsonObject } from '../../../src/policies/index.ts';
import { readYaml } from './ask.ts';

const OURS = 'src/policies/library/vitistack/crds';
const GENERATIONS = { crds: 'crds-86c93d9', common: 'common-26fba3f' } as const;
const THEIRS = '../shared/data/vitistack';

interface Definition {
  metadata: { name: string };
  spec: { group: string; scope: string; names: JsonObject; versions: Version[] };
}
interface Version {
  name: string;
  served: boolean;
  storage: boolean;
  subresources: JsonObject;
  schema: { openAPIV3Schema: Schema };
}
interface Schema {
  [keyword: string]: unknown;
  properties?: { [name: string]: Schema };
  items?: Schema;
}

async function readDefinitions(generation: string): Promise<Map<string, Definition>> {
  const folder = `${OURS}/${generation}`;
  const files = await readdir(fileURLToPath(new URL(`../../../${folder}`, import.meta.url)));
  const definitions = new Map<string, Definition>();
  for (const file of files) {
    const [definition] = (await readYaml(`${folder}/${file}`)) as unknown as [Definition];
    definitions.set(definition.metadata.name, definition);
  }
  return definitions;
}

for (const generation of Object.keys(GENERATIONS)) {
  t.test(`every definition of generation ${generation} is named after what it defines`, async (t) => {
    for (const [name, { spec }] of await readDefinitions(generation)) {
      t.equal(name, `${String(spec.names.plural)}.${spec.group}`);
      t.equal(spec.names.listKind, `${String(spec.names.kind)}List`);
      const [version] = spec.versions as [Version];
      t.match(version, { name: 'v1alpha1', served: true, storage: true, subresources: { status: {} } });
      t.ok(version.schema.openAPIV3Schema.properties?.spec?.properties, `${name} says what its spec holds`);
    }
  });
}

t.test('the two generations differ where the pack says they do', async (t) => {
  const older = await readDefinitions('crds');
  const newer = await readDefinitions('common');
  const only = (a: Map<string, Definition>, b: Map<string, Definition>) =>
    [...a.keys()].filter((name) => !b.has(name)).sort();
  t.strictSame(only(older, newer), ['loadbalancers.vitistack.io']);
  t.strictSame(only(newer, older), [
    'controlplanevirtualsharedips.vitistack.io',
    'etcdbackups.vitistack.io',
    'machineclasses.vitistack.io',
  ]);
  const specOf = (all: Map<string, Definition>, name: string): Schema =>
    all.get(`${name}.vitistack.io`)?.spec.versions[0]?.schema.openAPIV3Schema.properties?.spec ?? {};
  t.notOk(specOf(older, 'vitistacks').properties?.infrastructure);
  t.match(specOf(newer, 'vitistacks').required, ['displayName', 'infrastructure', 'region', 'zone']);
  t.notOk(specOf(older, 'networknamespaces').properties?.ipAllocation);
  t.ok(specOf(newer, 'networknamespaces').properties?.ipAllocation);
});

t.test(
  'every example and case object fits the newer generation, so that an API server asks the policies',
  async (t) => {
    const validators = new Map<unknown, ReturnType<Ajv['compile']>>();
    for (const { spec } of (await readDefinitions('common')).values()) {
      const ajv = new Ajv({ strict: false, validateFormats: false, useDefaults: true, allErrors: true });
      validators.set(spec.names.kind, ajv.compile(closeSchema(spec.versions[0]?.schema.openAPIV3Schema ?? {})));
    }
    const objects = [
      ...(await readAll('examples/vitistack')),
      ...(await readAll('test/e2e/cases/vitistack')).flatMap(caseObjects),
    ];
    t.ok(objects.length > 100, `${objects.length} objects`);
    for (const object of objects) {
      const validate = validators.get(object.kind);
      const name = `${String(object.kind)} ${String((object.metadata as JsonObject).name)}`;
      validate?.(structuredClone(object));
      t.strictSame(validate ? (validate.errors ?? []) : 'no such kind', [], name);
    }
  },
);

async function readAll(folder: string): Promise<JsonObject[]> {
  const files = await readdir(fileURLToPath(new URL(`../../../${folder}`, import.meta.url)));
  return (await Promise.all(files.map((file) => readYaml(`${folder}/${file}`)))).flat();
}

function caseObjects(document: unknown): JsonObject[] {
  return (document as { [slot: string]: JsonObject }[]).flatMap(({ denied, allowed, update }) =>
    [denied, allowed, update?.old, update?.new].filter((object) => object !== undefined),
  ) as JsonObject[];
}

/** The schema with unknown fields refused, as strict field validation of the API server does. */
function closeSchema(schema: Schema): Schema {
  const { properties, items, additionalProperties, ...rest } = schema;
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true || !properties;
  return {
    ...rest,
    ...(items && { items: closeSchema(items) }),
    ...(typeof additionalProperties === 'object' &&
      additionalProperties !== null && { additionalProperties: closeSchema(additionalProperties as Schema) }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, below]) => [name, closeSchema(below)])),
    }),
    ...(!open && { additionalProperties: false }),
  };
}

const absent = await access(fileURLToPath(new URL(`../../../${THEIRS}`, import.meta.url))).then(
  () => false,
  () => `the published definitions are not there (${THEIRS})`,
);

t.test('every definition has the fields of the published one', { skip: absent }, async (t) => {
  for (const [generation, folder] of Object.entries(GENERATIONS)) {
    for (const [name, ours] of await readDefinitions(generation)) {
      const file = `${THEIRS}/${folder}/crds/vitistack.io_${String(ours.spec.names.plural)}.yaml`;
      const [theirs] = (await readYaml(file)) as unknown as [Definition];
      t.ok(theirs.spec.versions.length === 1, `${file} has one version`);
      t.strictSame(frameOf(ours), frameOf(theirs), `${generation}: frame of ${name}`);
      t.strictSame(flatten(ours, 'spec'), flatten(theirs, 'spec'), `${generation}: spec of ${name}`);
      const status = flatten(theirs, 'status');
      for (const [path, constraints] of Object.entries(flatten(ours, 'status'))) {
        if (path !== '') t.strictSame(constraints, status[path], `${generation}: status${path} of ${name}`);
      }
    }
  }
});

function frameOf({ spec }: Definition): unknown {
  const { kind, listKind, plural, singular, shortNames } = spec.names;
  const versions = spec.versions.map(({ name, served, storage, subresources }) => ({
    name,
    served,
    storage,
    subresources,
  }));
  return { group: spec.group, scope: spec.scope, names: { kind, listKind, plural, singular, shortNames }, versions };
}

/** Path to what the schema says there, words left out, for all fields below a part of the object. */
function flatten(definition: Definition, part: 'spec' | 'status'): { [path: string]: unknown } {
  const into: { [path: string]: unknown } = {};
  const walk = (schema: Schema, path: string): void => {
    const { description: _words, properties = {}, items, additionalProperties, ...rest } = schema;
    const said: { [keyword: string]: unknown } = { ...rest };
    if (Array.isArray(said.required)) said.required = [...said.required].sort();
    if (Array.isArray(said.enum)) said.enum = [...new Set(said.enum)];
    const rules = said['x-kubernetes-validations'];
    if (Array.isArray(rules)) said['x-kubernetes-validations'] = rules.map((rule: { rule: string }) => rule.rule);
    into[path] = said;
    for (const [name, below] of Object.entries(properties)) walk(below, `${path}.${name}`);
    if (items) walk(items, `${path}[]`);
    if (typeof additionalProperties === 'object' && additionalProperties !== null)
      walk(additionalProperties as Schema, `${path}{}`);
  };
  walk(definition.spec.versions[0]?.schema.openAPIV3Schema.properties?.[part] ?? {}, '');
  return into;
}
