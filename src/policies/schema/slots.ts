import { choice, listOf, type Schema, text } from './build.ts';

/**
 * The kinds of slot of the policy language: a path, an expression, a value; and the words that several places share.
 */

/** A path slot that takes one path. */
export function path(description: string): Schema {
  return text(description, { maxLength: 1024, $comment: 'a path such as `spec.rules[*].port`' });
}

/** A path slot that takes one path or a list of them. */
export function paths(description: string): Schema {
  return {
    description,
    type: ['string', 'array'],
    minLength: 1,
    maxLength: 1024,
    minItems: 1,
    items: path('One path.'),
    $comment: 'a path such as `spec.rules[*].port`, or a list of paths',
  };
}

/**
 * An expression slot: the short form as a string, JSON Logic as a map or list, or a literal. An empty slot is refused:
 * it is nearly always YAML that read `!spec.x` as a tag.
 */
export function expression(description: string): Schema {
  return {
    description,
    type: ['string', 'boolean', 'number', 'array', 'object'],
    minLength: 1,
    $comment: 'an expression: short form in quotes, JSON Logic, or a literal',
  };
}

/** A value slot: any literal, or a map with one operator as JSON Logic. */
export function value(description: string): Schema {
  return { description };
}

/** A resource as `plural.group`, or just the plural for the core group. */
export function resourceName(description: string): Schema {
  return text(description, {
    maxLength: 317,
    pattern: '^[a-z][a-z0-9-]*(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$',
    $comment: 'the lower-case plural and its group, such as `vitistacks.vitistack.io`, or `pods` in the core group',
  });
}

/** How a domain, member, variable or parameter may be called so that expressions can name it. */
export const IDENTIFIER: Schema = {
  type: 'string',
  pattern: '^[A-Za-z_][A-Za-z0-9_-]*$',
  maxLength: 63,
  $comment: 'a name of letters, digits, `_` and `-` that starts with a letter',
};

/** A domain is named `pack/name`, so that two packs cannot mean different things by one name. */
export const DOMAIN_NAME: Schema = {
  type: 'string',
  pattern: '^[A-Za-z_][A-Za-z0-9_-]*(/[A-Za-z_][A-Za-z0-9_-]*)?$',
  maxLength: 127,
  $comment: 'a domain name such as `vitistack/vpcs`',
};

export const ACTIONS = ['deny', 'warn', 'audit'] as const;
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export const OPERATIONS = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] as const;
export const SURFACES = ['admission', 'audit', 'check'] as const;

/** One action, or one for each environment. */
export function enforcementAction(description: string): Schema {
  const word = choice('What a broken rule does there.', ACTIONS);
  return {
    description,
    type: ['string', 'object'],
    pattern: `^(${ACTIONS.join('|')})$`,
    properties: { default: word },
    additionalProperties: word,
    minProperties: 1,
    $comment: '`deny`, `warn`, `audit`, or a map such as `{default: warn, production: deny}`',
  };
}

/** How much a finding matters. */
export function severity(description: string): Schema {
  return choice(description, SEVERITIES);
}

/** The verbs of admission. */
export function operations(description: string): Schema {
  return listOf(description, choice('One operation.', OPERATIONS), { uniqueItems: true });
}

/** The front doors a rule is asked at. */
export function surfaces(description: string): Schema {
  return listOf(description, choice('One surface.', SURFACES), { uniqueItems: true });
}

/** A Kubernetes version constraint. */
export function kubernetesConstraint(description: string): Schema {
  return text(description, {
    maxLength: 64,
    pattern: '^\\s*(>=|<=|>|<|=|\\^|~)?\\s*v?\\d+(\\.\\d+)*([\\s,]+(>=|<=|>|<|=|\\^|~)?\\s*v?\\d+(\\.\\d+)*)*\\s*$',
    $comment: 'a version constraint such as `>=1.34` or `>=1.30 <1.34`',
  });
}
