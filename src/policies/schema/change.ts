import { choice, closed, listOf, mapOf, type Schema } from './build.ts';
import { expression, path, paths, value } from './slots.ts';

/** Rule kinds that are about old and new, and those that write. */

/** Visits elements one by one. */
export const FOR_EACH: Schema = {
  description:
    'Judge each element these paths reach, called `item`; nothing there is nothing to judge. As a map, `key` pairs each element with its former self, `oldItem`.',
  type: ['string', 'array', 'object'],
  minLength: 1,
  minItems: 1,
  items: path('One path.'),
  properties: {
    path: paths('The elements.'),
    key: expression('What makes an element the same one after a change, such as `item.name`.'),
  },
  required: ['path'],
  additionalProperties: false,
  $comment: 'a path, a list of paths, or a map `{path, key}`',
};

/** A state machine as a table. */
export const TRANSITION = closed(
  'Which value may follow which.',
  {
    field: path('The field that holds the state.'),
    from: expression('The state come from. Default: the field in oldObject.'),
    initial: {
      description: 'States an object may be created in. Default: any.',
      type: 'array',
      items: value('One state.'),
    },
    allowed: mapOf('For each state, the states that may follow; a state may always stay as it is.', {
      description: 'States that may follow.',
      type: 'array',
      items: value('One state.'),
    }),
  },
  ['field', 'allowed'],
);

/** A value only moves one way. */
export const MONOTONIC = closed(
  'A value that only grows, or only shrinks.',
  {
    forEach: FOR_EACH,
    field: paths('The fields that hold the value.'),
    as: choice('How values are compared. Default number.', ['number', 'quantity', 'version', 'duration']),
    direction: choice('Which way it may go. Default up.', ['up', 'down']),
    step: {
      description:
        'How far one change may go: `minor` is one minor version, a number is at most that much. Default: any distance.',
      type: ['string', 'number'],
      pattern: '^minor$',
      minimum: 0,
      $comment: '`minor` or a number',
    },
  },
  ['field'],
);

/** Writes where nothing is. */
export const DEFAULT = mapOf(
  'Values written where the path is absent; missing parents are made, list elements never. Null writes nothing.',
  value('A literal, or a map with one operator as JSON Logic, `{text: …}` or `{literal: …}`.'),
  { minProperties: 1 },
);

/** Writes whatever is there. */
export const SET = mapOf(
  'Values written whatever the path holds. Null writes nothing.',
  value('A literal, or a map with one operator as JSON Logic, `{text: …}` or `{literal: …}`.'),
  { minProperties: 1 },
);

/** Moves a value. */
export const MOVE = closed(
  'A value that is moved to another field.',
  {
    from: path('Where it is.'),
    to: path('Where it goes.'),
    ifPresent: choice('What wins where both are there. Default keep.', ['keep', 'replace']),
  },
  ['from', 'to'],
);

/** Fields that do not change once set. */
export const IMMUTABLE = paths('Fields that may be set once and neither changed nor cleared after that.');

/** Fields that are taken out. */
export const REMOVE = paths('Fields that are taken out.');

/** Fields or kinds a cluster must know before something is asked there. */
export function requires(description: string): Schema {
  return { ...paths(description), $comment: 'a path, a resource or a CRD generation, or a list of them' };
}

/** Names of environments. */
export function environments(description: string): Schema {
  return listOf(description, { description: 'Name of an environment.', type: 'string', minLength: 1, maxLength: 63 });
}
