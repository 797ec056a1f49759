import type { LintelDocument } from '../types.ts';
import { closed, mapOf, type Schema } from './build.ts';
import { EXEMPTION_SPEC } from './exemption.ts';
import { POLICY_SPEC } from './policy.ts';
import { SETTINGS_SPEC } from './settings.ts';

export const API_VERSION: LintelDocument['apiVersion'] = 'lintel.dev/v1alpha1';

const METADATA: Schema = {
  description: 'Name and labels; whatever else Kubernetes keeps here is left alone.',
  type: 'object',
  required: ['name'],
  properties: {
    name: {
      description: 'Name of the document, unique in its kind.',
      type: 'string',
      // RFC 1123 subdomain, as Kubernetes names objects.
      pattern: '^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$',
      maxLength: 253,
      $comment: 'lower-case letters, digits, `-` and `.`, such as `vitistack-address-plan`',
    },
    namespace: { description: 'Not used: the document is about the whole cluster.', type: 'string' },
    labels: mapOf('Labels.', { description: 'Value of the label.', type: 'string' }),
    annotations: mapOf('Annotations.', { description: 'Value of the annotation.', type: 'string' }),
  },
};

function document(kind: LintelDocument['kind'], description: string, spec: Schema): Schema {
  return closed(
    description,
    {
      apiVersion: { description: 'Version of the policy language.', const: API_VERSION },
      kind: { description: 'Kind of document.', const: kind },
      metadata: METADATA,
      spec,
      status: { description: 'Written by the server, never read by it.', type: 'object' },
    },
    ['apiVersion', 'kind', 'metadata', 'spec'],
  );
}

/** The schema of each kind of document. */
export const DOCUMENT_SCHEMAS: { readonly [kind in LintelDocument['kind']]: Schema } = {
  Policy: document('Policy', 'Constraints on Kubernetes objects, declared as data.', POLICY_SPEC),
  PolicyExemption: document(
    'PolicyExemption',
    'Lets objects break rules until a day, for a reason, on somebody’s word.',
    EXEMPTION_SPEC,
  ),
  PolicySettings: document(
    'PolicySettings',
    'Overrides parameters and actions of policies without touching them.',
    SETTINGS_SPEC,
  ),
};

/** The kinds, in the order they are documented. */
export const DOCUMENT_KINDS: readonly LintelDocument['kind'][] = ['Policy', 'PolicyExemption', 'PolicySettings'];
