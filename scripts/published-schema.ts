import type { Schema } from '../src/policies/schema/build.ts';
import { FOR_EACH } from '../src/policies/schema/change.ts';
import { DOCUMENT_KINDS, DOCUMENT_SCHEMAS } from '../src/policies/schema/documents.ts';
import { labelSelector, match } from '../src/policies/schema/match.ts';
import { exists, within } from '../src/policies/schema/relations.ts';
import { enforcementAction, expression, path, paths } from '../src/policies/schema/slots.ts';

/** The one JSON Schema that editors are pointed at. */

/** Where it says it lives; editors take it as a name. */
export const SCHEMA_ID = 'https://lintel.dev/schemas/v1alpha1/policy.schema.json';

/** Parts that occur in many places: told once, the file stays readable. */
const SHARED: { readonly [name: string]: Schema } = {
  expression: expression(''),
  path: path(''),
  paths: paths(''),
  enforcementAction: enforcementAction(''),
  forEach: FOR_EACH,
  labelSelector: labelSelector(''),
  match: match(''),
  existence: exists(''),
  ranges: within(''),
};

function fingerprint(schema: object): string {
  return JSON.stringify({ ...schema, description: '' });
}

const nameByFingerprint = new Map(Object.entries(SHARED).map(([name, schema]) => [fingerprint(schema), name]));

function publish(node: unknown, isWhole = false): unknown {
  if (Array.isArray(node)) return node.map((element) => publish(element));
  if (typeof node !== 'object' || node === null) return node;
  const shared = isWhole ? undefined : nameByFingerprint.get(fingerprint(node));
  if (shared !== undefined) {
    const description: unknown = Reflect.get(node, 'description');
    return { ...(description === undefined ? {} : { description }), $ref: `#/$defs/${shared}` };
  }
  const entries = Object.entries(node).filter(([key]) => !key.startsWith('x-kubernetes-'));
  return Object.fromEntries(entries.map(([key, child]) => [key, publish(child)]));
}

function define(schema: Schema): unknown {
  const { description: _, ...rest } = schema;
  return publish(rest, true);
}

/** The published schema as text. */
export function renderPublishedSchema(): string {
  const kinds = DOCUMENT_KINDS.map((kind) => [kind, publish(DOCUMENT_SCHEMAS[kind])]);
  const shared = Object.entries(SHARED).map(([name, schema]) => [name, define(schema)]);
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: SCHEMA_ID,
    $comment: 'Written by `npm run generate` from src/policies/schema; edit there.',
    title: 'Lintel documents',
    description: 'A Policy, PolicyExemption or PolicySettings.',
    type: 'object',
    required: ['apiVersion', 'kind'],
    properties: { kind: { description: 'Kind of document.', enum: DOCUMENT_KINDS } },
    oneOf: DOCUMENT_KINDS.map((kind) => ({ $ref: `#/$defs/${kind}` })),
    $defs: Object.fromEntries([...kinds, ...shared]),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
