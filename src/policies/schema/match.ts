import { choice, closed, listOf, mapOf, type Schema, text } from './build.ts';
import { operations } from './slots.ts';

const GLOB = text('One name or glob: `*` any run of characters, `?` any one.', { maxLength: 253 });

function globs(description: string): Schema {
  return listOf(description, GLOB);
}

const RESOURCE: Schema = {
  description:
    'One resource: a map with group and plural, or the short form `vitistacks.vitistack.io` (`pods` in the core group, `*` for all).',
  type: ['string', 'object'],
  pattern: '^(\\*|[a-z][a-z0-9-]*)(\\.(\\*|[a-z0-9]([a-z0-9.-]*[a-z0-9])?))?$',
  $comment:
    'the lower-case plural and its group, such as `vitistacks.vitistack.io`, or a map with `group` and `resource`',
  properties: {
    group: {
      description: 'API group; empty for the core group, `*` for any. Default: the core group.',
      type: 'string',
      pattern: '^(\\*|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$',
      maxLength: 253,
      $comment: 'an API group such as `vitistack.io`, the empty string for core, or `*`',
    },
    resource: text('Plural name in lower case, as in the URL; `*` for any.', {
      pattern: '^(\\*|[a-z][a-z0-9-]*)$',
      maxLength: 63,
      $comment: 'the plural in lower case, such as `vitistacks`, or `*`',
    }),
    version: text('API version the paths of this policy are written for. Default: the one the request comes in.', {
      pattern: '^(\\*|v[0-9]+((alpha|beta)[0-9]+)?)$',
      maxLength: 63,
      $comment: 'an API version such as `v1` or `v1alpha1`',
    }),
  },
  required: ['resource'],
  additionalProperties: false,
};

const SELECTOR_REQUIREMENT = closed(
  'One condition on a label.',
  {
    key: text('Label key.', { maxLength: 317 }),
    operator: choice('How the label is compared.', ['In', 'NotIn', 'Exists', 'DoesNotExist']),
    values: {
      description: 'Values for In and NotIn; empty for Exists and DoesNotExist.',
      type: 'array',
      items: { description: 'One value.', type: 'string', maxLength: 63 },
    },
  },
  ['key', 'operator'],
);

/** A Kubernetes label selector. */
export function labelSelector(description: string): Schema {
  return closed(description, {
    matchLabels: mapOf('Labels that must be there with exactly these values.', {
      description: 'Value of the label.',
      type: 'string',
      maxLength: 63,
    }),
    matchExpressions: { description: 'Conditions that must all hold.', type: 'array', items: SELECTOR_REQUIREMENT },
  });
}

/** What a policy, rule or exemption is about; `exclude` has the same shape. */
export function match(description: string): Schema {
  return closed(description, {
    resources: listOf('Resources, any of which will do.', RESOURCE),
    preset: choice(
      'A ready-made list of resources. `workloads` is Pod and every built-in kind that carries a pod template.',
      ['workloads'],
    ),
    operations: operations('Operations, any of which will do. Default CREATE and UPDATE.'),
    subresources: globs('Sub-resources this looks at beside the main resource, such as `scale`. Default none.'),
    names: globs('Names or globs of names of objects, any of which will do.'),
    namespaces: globs('Names or globs of namespaces; an object without a namespace matches none.'),
    namespaceSelector: labelSelector("Labels of the object's namespace."),
    objectSelector: labelSelector('Labels of the object itself.'),
    users: globs('User names or globs, such as `system:serviceaccount:argocd:*`. Only where there is a request.'),
    groups: globs('Groups or globs, any of which the user must be in. Only where there is a request.'),
    files: globs('Globs over file names, for objects read from files. `**` crosses folders.'),
  });
}
