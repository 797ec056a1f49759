import { stringify } from 'yaml';
import type { Schema, SchemaType } from '../src/policies/schema/build.ts';
import { EXEMPTION_SPEC } from '../src/policies/schema/exemption.ts';
import { POLICY_SPEC } from '../src/policies/schema/policy.ts';
import { SETTINGS_SPEC } from '../src/policies/schema/settings.ts';

/** CustomResourceDefinitions for the three kinds of documents, made from the one schema. */

/** A structural schema, as apiextensions.k8s.io/v1 takes it. */
export interface StructuralSchema {
  [keyword: string]: unknown;
}

interface Column {
  name: string;
  type: 'string' | 'integer' | 'date';
  jsonPath: string;
  description: string;
  priority?: number;
}

interface CrdSource {
  kind: string;
  singular: string;
  plural: string;
  shortNames: string[];
  description: string;
  spec: Schema;
  status: { [name: string]: StructuralSchema };
  columns: Column[];
}

/** Keywords that mean the same in a structural schema. */
const KEPT = [
  'enum',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'required',
  'minProperties',
  // Of choices the schema has only those between required fields, which structural schemas allow.
  'oneOf',
  'anyOf',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
] as const;

/**
 * A JSON Schema as a structural schema. A slot that takes values of several types keeps its description only: structural
 * schemas know no unions, so the server checks those when it reads the document, and says so in `status`.
 */
export function toStructuralSchema(schema: Schema): StructuralSchema {
  const types = [schema.type ?? []].flat();
  const [type, ...others] = types.filter((name) => name !== 'null');
  const out: StructuralSchema = schema.description === undefined ? {} : { description: schema.description };
  if (types.length === 0 || types.includes('null')) out.nullable = true;
  if (type === undefined || others.length > 0) return { ...out, 'x-kubernetes-preserve-unknown-fields': true };
  out.type = type;
  for (const keyword of KEPT) {
    if (schema[keyword] !== undefined) out[keyword] = schema[keyword];
  }
  return { ...out, ...structuralContent(schema, type) };
}

function structuralContent(schema: Schema, type: SchemaType): StructuralSchema {
  if (type === 'array') return schema.items === undefined ? {} : { items: toStructuralSchema(schema.items) };
  if (type !== 'object') return {};
  if (schema.properties !== undefined) {
    const entries = Object.entries(schema.properties).map(([name, property]) => [name, toStructuralSchema(property)]);
    return { properties: Object.fromEntries(entries) };
  }
  const values = schema.additionalProperties;
  return typeof values === 'object'
    ? { additionalProperties: toStructuralSchema(values) }
    : { 'x-kubernetes-preserve-unknown-fields': true };
}

/** The fields of a condition and their limits are those of `metav1.Condition`. */
const CONDITIONS: StructuralSchema = {
  description: 'Ready is True while the document is in force, and else says what is wrong with it.',
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
  items: {
    description: 'One condition.',
    type: 'object',
    required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
    properties: {
      type: { description: 'What is said something of.', type: 'string', maxLength: 316 },
      status: { description: 'Whether it is so.', type: 'string', enum: ['True', 'False', 'Unknown'] },
      observedGeneration: {
        description: '`metadata.generation` this was found for.',
        type: 'integer',
        format: 'int64',
        minimum: 0,
      },
      lastTransitionTime: { description: 'When `status` last changed.', type: 'string', format: 'date-time' },
      reason: { description: 'Why, in one word.', type: 'string', minLength: 1, maxLength: 1024 },
      message: { description: 'Why, in words.', type: 'string', maxLength: 32768 },
    },
  },
};

const OBSERVED_GENERATION: StructuralSchema = {
  description: '`metadata.generation` this status was found for.',
  type: 'integer',
  format: 'int64',
};

function count(description: string): StructuralSchema {
  return { description, type: 'integer', format: 'int64', minimum: 0 };
}

const READY: Column = {
  name: 'Ready',
  type: 'string',
  jsonPath: '.status.conditions[?(@.type=="Ready")].status',
  description: 'Whether the document is in force.',
};
const WHY: Column = {
  name: 'Message',
  type: 'string',
  jsonPath: '.status.conditions[?(@.type=="Ready")].message',
  description: 'What is wrong with it.',
  priority: 1,
};
const AGE: Column = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Time since it was made.',
};

const SOURCES: readonly CrdSource[] = [
  {
    kind: 'Policy',
    singular: 'policy',
    plural: 'policies',
    shortNames: ['pol'],
    description: 'Constraints on Kubernetes objects, declared as data.',
    spec: POLICY_SPEC,
    status: {
      rules: count('Number of rules in force.'),
      hits: count('Number of findings since the server that writes this was started.'),
    },
    columns: [
      { name: 'Title', type: 'string', jsonPath: '.spec.title', description: 'What the policy wants.' },
      { name: 'Action', type: 'string', jsonPath: '.spec.enforcementAction', description: 'What a broken rule does.' },
      { name: 'Severity', type: 'string', jsonPath: '.spec.severity', description: 'How much findings matter.' },
      { name: 'Rules', type: 'integer', jsonPath: '.status.rules', description: 'Rules in force.', priority: 1 },
      READY,
      AGE,
      WHY,
    ],
  },
  {
    kind: 'PolicyExemption',
    singular: 'policyexemption',
    plural: 'policyexemptions',
    shortNames: ['polex'],
    description: 'Lets objects break rules until a day, for a reason, on somebody’s word.',
    spec: EXEMPTION_SPEC,
    status: { hits: count('Number of findings let pass since the server that writes this was started.') },
    columns: [
      { name: 'Rules', type: 'string', jsonPath: '.spec.rules', description: 'Rules that may be broken.' },
      { name: 'Owner', type: 'string', jsonPath: '.spec.owner', description: 'Who answers for it.' },
      { name: 'Expires', type: 'string', jsonPath: '.spec.expires', description: 'From then on it does nothing.' },
      { name: 'Hits', type: 'integer', jsonPath: '.status.hits', description: 'Findings let pass.' },
      READY,
      AGE,
      WHY,
    ],
  },
  {
    kind: 'PolicySettings',
    singular: 'policysettings',
    plural: 'policysettings',
    shortNames: ['polset'],
    description: 'Overrides parameters and actions of policies without touching them.',
    spec: SETTINGS_SPEC,
    status: {},
    columns: [
      { name: 'Policies', type: 'string', jsonPath: '.spec.policies', description: 'Policies this is about.' },
      { name: 'Action', type: 'string', jsonPath: '.spec.enforcementAction', description: 'What a broken rule does.' },
      READY,
      AGE,
      WHY,
    ],
  },
];

function buildCrd(source: CrdSource): StructuralSchema {
  const status: StructuralSchema = {
    description: 'Written by the server.',
    type: 'object',
    properties: { observedGeneration: OBSERVED_GENERATION, ...source.status, conditions: CONDITIONS },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${source.plural}.lintel.dev`, labels: { 'app.kubernetes.io/name': 'lintel' } },
    spec: {
      group: 'lintel.dev',
      scope: 'Cluster',
      names: {
        kind: source.kind,
        listKind: `${source.kind}List`,
        plural: source.plural,
        singular: source.singular,
        shortNames: source.shortNames,
        categories: ['lintel'],
      },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: source.columns,
          schema: {
            openAPIV3Schema: {
              description: source.description,
              type: 'object',
              required: ['spec'],
              properties: {
                apiVersion: { description: 'Version of the policy language.', type: 'string' },
                kind: { description: 'Kind of document.', type: 'string' },
                metadata: { type: 'object' },
                spec: toStructuralSchema(source.spec),
                status,
              },
            },
          },
        },
      ],
    },
  };
}

/** The CustomResourceDefinitions, as file name and YAML. */
export function renderCrds(): { name: string; content: string }[] {
  return SOURCES.map((source) => ({
    name: `lintel.dev_${source.plural}.yaml`,
    content: `# Written by \`npm run generate\` from src/policies/schema; edit there.\n${stringify(buildCrd(source), {
      aliasDuplicateObjects: false,
      lineWidth: 120,
    })}`,
  }));
}
