import { choice, closed, line, listOf, mapOf, type Schema, text } from './build.ts';
import { environments, requires } from './change.ts';
import { EXAMPLE } from './example.ts';
import { match } from './match.ts';
import { DOMAIN, LOOKUP } from './relations.ts';
import { RULE, variables } from './rule.ts';
import {
  DOMAIN_NAME,
  enforcementAction,
  expression,
  IDENTIFIER,
  kubernetesConstraint,
  path,
  severity,
  surfaces,
  value,
} from './slots.ts';

const PARAMETER = closed(
  'A value that can be overridden without touching the policy.',
  {
    type: choice('Type that the default and every override must have.', [
      'string',
      'number',
      'integer',
      'boolean',
      'array',
      'object',
    ]),
    description: { description: 'What it means, with its unit.', type: 'string' },
    default: value('Value where nothing else is said. Default null.'),
    enum: { description: 'The only values allowed.', type: 'array', minItems: 1, items: value('One value.') },
    items: { description: 'JSON Schema of the elements, for an array.', type: 'object' },
    byEnvironment: mapOf('Value for each environment, before the default.', value('Value there.')),
    since: mapOf('Value from this Kubernetes minor version on, such as `"1.34": 5`.', value('Value from there on.'), {
      propertyNames: {
        type: 'string',
        pattern: '^\\d+\\.\\d+$',
        $comment: 'a minor version in quotes, such as `"1.34"`',
      },
    }),
  },
  ['type'],
);

const DOCUMENT = closed(
  'A document inside a string of the object.',
  {
    from: path('Path of the string, such as `data["config.yaml"]`.'),
    as: choice('How it is written.', ['yaml', 'json']),
  },
  ['from', 'as'],
);

const PROPERTIES: { readonly [name: string]: Schema } = {
  title: line('What the policy wants, in a few words.', 200),
  category: line('Topic, such as networking or security; reports group by it. Default: none.', 63),
  severity: severity('How much findings matter. Default medium.'),
  rationale: text('Why the policy is there, and where it comes from.'),
  link: text('Address of a page that explains the policy.', { maxLength: 2048 }),
  match: match('What the policy is about. All clauses given must hold.'),
  exclude: match('What the policy leaves out. All clauses given must hold for an object to be left out.'),
  when: expression('The policy is asked only where this holds.'),
  enforcementAction: enforcementAction(
    'What a broken rule does: deny refuses, warn tells, audit only reports. One word, or one for each environment, where `default` is for all others. Default deny.',
  ),
  failurePolicy: choice(
    'What an error does, never a broken rule: Fail refuses, Ignore lets pass with a warning. Default Fail.',
    ['Fail', 'Ignore'],
  ),
  priority: {
    description: 'Order of rules that write, lower first. Default 100.',
    type: 'integer',
    minimum: 0,
    maximum: 10000,
  },
  subject: {
    ...IDENTIFIER,
    description:
      'What paths start from: `pod` for the pod of any workload, or the name of one of the documents. Default: the object.',
  },
  surfaces: surfaces('Where the policy is asked: admission, audit of stored objects, check of files. Default all.'),
  environments: environments('Environments the policy is asked in. Default all.'),
  environmentFrom: expression('For objects without a namespace: the environment they belong to.'),
  kubernetes: kubernetesConstraint('Kubernetes versions the policy is asked on, such as `>=1.34`. Default all.'),
  requires: requires('What the cluster must know; where it does not, the policy sleeps and says so.'),
  parameters: mapOf('Values named `params.<name>` that settings may override.', PARAMETER, {
    propertyNames: IDENTIFIER,
  }),
  variables: variables('Values computed on demand, named `variables.<name>`.'),
  lookups: mapOf('Questions about other objects, named `lookups.<name>`.', LOOKUP, { propertyNames: IDENTIFIER }),
  documents: mapOf('Documents inside strings, named `documents.<name>`.', DOCUMENT, { propertyNames: IDENTIFIER }),
  domains: mapOf('Spaces of keys, addresses or ranges that objects share, named `pack/name`.', DOMAIN, {
    propertyNames: DOMAIN_NAME,
  }),
  rules: listOf('The statements, judged one by one.', RULE, {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['id'],
  }),
  examples: {
    description: 'Objects with the answer they must get. The policy goes live only if every answer is right.',
    type: 'array',
    items: EXAMPLE,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
  },
};

/** `spec` of a Policy. */
export const POLICY_SPEC: Schema = closed('What the policy says.', PROPERTIES, ['title', 'match', 'rules']);
