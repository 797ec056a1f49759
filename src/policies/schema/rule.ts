import { RULE_KINDS } from '../types.ts';
import { closed, exactlyOne, flag, line, mapOf, type Schema, text } from './build.ts';
import {
  DEFAULT,
  environments,
  FOR_EACH,
  IMMUTABLE,
  MONOTONIC,
  MOVE,
  REMOVE,
  requires,
  SET,
  TRANSITION,
} from './change.ts';
import { match } from './match.ts';
import { DISJOINT, exists, LIMIT, REFERENCE, UNIQUE, within } from './relations.ts';
import {
  enforcementAction,
  expression,
  IDENTIFIER,
  kubernetesConstraint,
  operations,
  path,
  severity,
  surfaces,
} from './slots.ts';

/** A rule id, or a part of one behind a slash. */
export const RULE_ID: Schema = {
  type: 'string',
  pattern: '^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(/[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$',
  maxLength: 128,
  $comment: 'an id such as `VITI-NET-003` or `VITI-NET-003/inside`',
};

/** Named expressions. */
export function variables(description: string): Schema {
  return mapOf(description, expression('What the variable is, computed at most once and only when asked for.'), {
    propertyNames: IDENTIFIER,
  });
}

const FRAME: { readonly [name: string]: Schema } = {
  id: { ...RULE_ID, description: 'Stable id, such as `VITI-NET-003`; exemptions, settings and reports name it.' },
  title: line('What the rule wants, in a few words. Default: the title of the policy.', 200),
  rationale: text('Why the rule is there, and where it comes from.'),
  severity: severity("How much a finding matters. Default: the policy's."),
  match: match('Narrows what the policy matches; it never widens it.'),
  exclude: match('What this rule leaves out.'),
  operations: operations("Operations this rule is about. Default: the policy's."),
  when: expression('The rule is asked only where this holds; elsewhere it passes.'),
  forEach: FOR_EACH,
  subject: {
    ...IDENTIFIER,
    description:
      'What paths start from: `pod` for the pod of any workload, or the name of one of the documents. Default: the object.',
  },
  variables: variables('Values computed on demand, named `variables.<name>` in this rule.'),
  enforcementAction: enforcementAction("What a broken rule does. Default: the policy's."),
  surfaces: surfaces("Where the rule is asked. Default: the policy's."),
  environments: environments("Environments the rule is asked in. Default: the policy's."),
  kubernetes: kubernetesConstraint('Kubernetes versions the rule is asked on, such as `>=1.34`. Default: all.'),
  requires: requires('What the cluster must know; where it does not, the rule sleeps and says so.'),
  message: line(
    'What a finding says, in one line; `{{expression}}` is filled in. Default: path, found and wanted.',
    1000,
  ),
  remedy: text('How to mend a finding; `{{expression}}` is filled in.', { maxLength: 1000 }),
  path: path('Where a finding points. Default: the first field the check reads.'),
  ratchet: flag(
    'Let an update pass that breaks the rule no more than the stored object did. Default true; false judges every write.',
  ),
  announce: flag('A rule that writes tells what it wrote as a warning. Default false.'),
};

const KINDS: { readonly [kind in (typeof RULE_KINDS)[number]]: Schema } = {
  check: expression('What must hold (CHECK). A list of expressions must hold one and all; a bare path must be set.'),
  schema: { description: 'JSON Schema (draft 2020-12) that the subject must satisfy.', type: 'object' },
  default: DEFAULT,
  set: SET,
  remove: REMOVE,
  move: MOVE,
  transition: TRANSITION,
  immutable: IMMUTABLE,
  monotonic: MONOTONIC,
  reference: REFERENCE,
  unique: UNIQUE,
  disjoint: DISJOINT,
  within: within('A value that must lie inside ranges.'),
  outside: within('A value that must not touch any of the ranges.'),
  limit: LIMIT,
  exists: exists('Another object that must be there.'),
  absent: exists('Another object that must not be there.'),
};

/** One statement of a policy; carries exactly one rule kind. */
export const RULE: Schema = closed(
  `One statement of the policy. Beside its frame it carries exactly one of ${RULE_KINDS.join(', ')}.`,
  { ...FRAME, ...KINDS },
  ['id'],
  exactlyOne(RULE_KINDS),
);
