import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import t from 'tap';
import { parseAllDocuments } from 'yaml';
import type { Schema } from '../../../src/policies/schema/build.ts';
import { DOCUMENT_KINDS, DOCUMENT_SCHEMAS } from '../../../src/policies/schema/documents.ts';
import { validateDocument } from '../../../src/policies/schema/validate.ts';
import type * as types from '../../../src/policies/types.ts';

const POLICY_SPEC = DOCUMENT_SCHEMAS.Policy.properties?.spec;
const RULE = POLICY_SPEC?.properties?.rules?.items;
const DOMAIN = valuesOf(POLICY_SPEC?.properties?.domains);

function valuesOf(schema: Schema | undefined): Schema | undefined {
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/** The fields of a type, which the compiler holds complete. */
type Fields<T> = { [name in keyof Required<T>]: true };

const policyFields: Fields<types.PolicySpec> = {
  title: true,
  category: true,
  severity: true,
  rationale: true,
  link: true,
  match: true,
  exclude: true,
  when: true,
  enforcementAction: true,
  failurePolicy: true,
  priority: true,
  subject: true,
  surfaces: true,
  environments: true,
  environmentFrom: true,
  kubernetes: true,
  requires: true,
  parameters: true,
  variables: true,
  lookups: true,
  documents: true,
  domains: true,
  rules: true,
  examples: true,
};
const ruleFields: Fields<types.RuleDocument> = {
  id: true,
  title: true,
  rationale: true,
  severity: true,
  match: true,
  exclude: true,
  operations: true,
  when: true,
  forEach: true,
  subject: true,
  variables: true,
  enforcementAction: true,
  surfaces: true,
  environments: true,
  kubernetes: true,
  requires: true,
  message: true,
  remedy: true,
  path: true,
  ratchet: true,
  announce: true,
  check: true,
  schema: true,
  default: true,
  set: true,
  remove: true,
  move: true,
  transition: true,
  immutable: true,
  monotonic: true,
  reference: true,
  unique: true,
  disjoint: true,
  within: true,
  outside: true,
  limit: true,
  exists: true,
  absent: true,
};
const matchFields: Fields<types.Match> = {
  resources: true,
  preset: true,
  operations: true,
  subresources: true,
  names: true,
  namespaces: true,
  namespaceSelector: true,
  objectSelector: true,
  users: true,
  groups: true,
  files: true,
};
const parameterFields: Fields<types.ParameterSpec> = {
  type: true,
  description: true,
  default: true,
  enum: true,
  items: true,
  byEnvironment: true,
  since: true,
};
const domainFields: Fields<types.Domain> = { type: true, exact: true, scope: true, description: true, members: true };
const memberFields: Fields<types.DomainMember> = {
  as: true,
  resource: true,
  constants: true,
  each: true,
  key: true,
  range: true,
  ip: true,
  scope: true,
  attributes: true,
  when: true,
  observe: true,
  home: true,
};
const uniqueFields: Fields<types.UniqueRule> = {
  each: true,
  key: true,
  within: true,
  domain: true,
  between: true,
  scope: true,
  when: true,
  unless: true,
  exact: true,
};
const disjointFields: Fields<types.DisjointRule> = {
  each: true,
  range: true,
  within: true,
  domain: true,
  between: true,
  scope: true,
  when: true,
  unless: true,
  exact: true,
};
const withinFields: Fields<types.WithinRule> = { each: true, value: true, ranges: true, domain: true };
const referenceFields: Fields<types.ReferenceRule> = {
  from: true,
  name: true,
  to: true,
  require: true,
  onMissing: true,
  onDelete: true,
  onUpdate: true,
  exact: true,
  deferred: true,
};
const limitFields: Fields<types.LimitRule> = { count: true, sum: true, of: true, to: true, max: true, exact: true };
const existsFields: Fields<types.ExistsRule> = { resource: true, namespace: true, where: true };
const transitionFields: Fields<types.TransitionRule> = { field: true, from: true, initial: true, allowed: true };
const monotonicFields: Fields<types.MonotonicRule> = {
  forEach: true,
  field: true,
  as: true,
  direction: true,
  step: true,
};
const lookupFields: Fields<types.Lookup> = { resource: true, namespace: true, where: true, select: true };
const documentFields: Fields<types.DocumentSpec> = { from: true, as: true };
const exampleFields: Fields<types.Example> = {
  name: true,
  operation: true,
  object: true,
  oldObject: true,
  request: true,
  environment: true,
  namespaceObject: true,
  inventory: true,
  file: true,
  parameters: true,
  expect: true,
};
const findingFields: Fields<types.ExpectedFinding> = { rule: true, path: true, message: true };
const exemptionFields: Fields<types.PolicyExemptionDocument['spec']> = {
  rules: true,
  match: true,
  reason: true,
  owner: true,
  expires: true,
};
const settingsFields: Fields<types.PolicySettingsDocument['spec']> = {
  policies: true,
  parameters: true,
  enforcementAction: true,
  enabled: true,
};

t.test('the schema and the types know the same fields', async (t) => {
  const spec = POLICY_SPEC?.properties;
  const kinds = RULE?.properties;
  const pairs: [string, Schema | undefined, object][] = [
    ['policy', POLICY_SPEC, policyFields],
    ['rule', RULE, ruleFields],
    ['match', spec?.match, matchFields],
    ['exclude', kinds?.exclude, matchFields],
    ['parameter', valuesOf(spec?.parameters), parameterFields],
    ['domain', DOMAIN, domainFields],
    ['member', DOMAIN?.properties?.members?.items, memberFields],
    ['unique', kinds?.unique, uniqueFields],
    ['disjoint', kinds?.disjoint, disjointFields],
    ['within', kinds?.within, withinFields],
    ['outside', kinds?.outside, withinFields],
    ['reference', kinds?.reference, referenceFields],
    ['limit', kinds?.limit, limitFields],
    ['exists', kinds?.exists, existsFields],
    ['absent', kinds?.absent, existsFields],
    ['transition', kinds?.transition, transitionFields],
    ['monotonic', kinds?.monotonic, monotonicFields],
    ['lookup', valuesOf(spec?.lookups), lookupFields],
    ['document', valuesOf(spec?.documents), documentFields],
    ['example', spec?.examples?.items, exampleFields],
    ['finding', spec?.examples?.items?.properties?.expect?.items, findingFields],
    ['exemption', DOCUMENT_SCHEMAS.PolicyExemption.properties?.spec, exemptionFields],
    ['settings', DOCUMENT_SCHEMAS.PolicySettings.properties?.spec, settingsFields],
  ];
  for (const [name, schema, fields] of pairs) {
    t.strictSame(Object.keys(schema?.properties ?? {}).sort(), Object.keys(fields).sort(), name);
  }
});

/** Every schema below one, with the path of fields that leads there. */
function* walk(schema: Schema, path: string): Generator<[string, Schema]> {
  yield [path, schema];
  for (const [name, child] of Object.entries(schema.properties ?? {})) yield* walk(child, `${path}.${name}`);
  if (schema.items !== undefined) yield* walk(schema.items, `${path}[]`);
  if (typeof schema.additionalProperties === 'object') yield* walk(schema.additionalProperties, `${path}{}`);
}

t.test('every field says what it is, in a sentence', async (t) => {
  let fields = 0;
  for (const kind of DOCUMENT_KINDS) {
    for (const [path, { description = '' }] of walk(DOCUMENT_SCHEMAS[kind], kind)) {
      fields += 1;
      if (!/^\S.{3,}\.$/u.test(description)) t.fail(`${path} says \`${description}\``);
    }
  }
  t.ok(fields > 400, `${fields} fields`);
});

t.test('every pattern says in words what it wants', async (t) => {
  for (const kind of DOCUMENT_KINDS) {
    for (const [path, schema] of walk(DOCUMENT_SCHEMAS[kind], kind)) {
      if (schema.pattern !== undefined && schema.$comment === undefined) t.fail(path);
      const keys = schema.propertyNames;
      if (keys !== undefined && keys.$comment === undefined) t.fail(`keys of ${path}`);
    }
  }
  t.pass();
});

t.test('the schemas are valid by the meta-schema of draft 2020-12', async (t) => {
  const ajv = new Ajv2020();
  for (const kind of DOCUMENT_KINDS) t.equal(ajv.validateSchema(DOCUMENT_SCHEMAS[kind]), true, kind);
});

t.test('the policies that are shipped are valid', async (t) => {
  const library = join(import.meta.dirname, '../../../src/policies/library');
  let documents = 0;
  for (const entry of readdirSync(library, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith('.yaml') || /\/crds(\/|$)/u.test(entry.parentPath)) continue;
    for (const document of parseAllDocuments(readFileSync(join(entry.parentPath, entry.name), 'utf8'))) {
      t.strictSame(validateDocument(document.toJS()), [], entry.name);
      documents += 1;
    }
  }
  t.ok(documents > 0, `${documents} documents`);
});
