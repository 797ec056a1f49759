import { choice, closed, mapOf, type Schema, text } from './build.ts';
import { OPERATIONS, path, value } from './slots.ts';

/** Examples: objects with the answer they must get. */

const OBJECT: Schema = { type: ['object', 'null'], $comment: 'an object' };

const FINDING = closed(
  'One finding.',
  {
    rule: text('Id of the rule that is broken.', { maxLength: 128 }),
    path: { ...path('Where. Left out: anywhere.'), minLength: 0 },
    message: text('What the finding says, word for word. Left out: anything.'),
  },
  ['rule'],
);

const FINDINGS: Schema = { description: 'The exact set of findings, in any order.', type: 'array', items: FINDING };

/** One example. */
export const EXAMPLE: Schema = closed(
  'One object, or a change of one, with the answer it must get.',
  {
    name: text('What the example shows, as a sentence.', { maxLength: 200 }),
    operation: choice('What is done. Default CREATE, or UPDATE where there is an oldObject.', OPERATIONS),
    object: { ...OBJECT, description: 'The object; partial objects are fine. Null under DELETE.' },
    oldObject: { ...OBJECT, description: 'The stored object, for UPDATE and DELETE.' },
    request: { description: 'What expressions see as `request`, such as `{userInfo: {username: …}}`.', type: 'object' },
    environment: text('The environment. Default: derived as for any object.', { maxLength: 63 }),
    namespaceObject: { description: "The object's namespace.", type: 'object' },
    inventory: {
      description: 'Other objects that are there.',
      type: 'array',
      items: { description: 'One object, with apiVersion, kind and metadata.', type: 'object' },
    },
    file: text('File the object is read from.', { maxLength: 1024 }),
    parameters: mapOf('Parameters for this example only.', value('Value of the parameter.')),
    expect: {
      description:
        '`pass` for no finding, a list with the exact set of findings, or a map with the mutated `object`, `findings`, or both.',
      type: ['string', 'array', 'object'],
      pattern: '^pass$',
      items: FINDING,
      properties: {
        findings: FINDINGS,
        object: { description: 'The whole object after all rules that write.', type: 'object' },
      },
      additionalProperties: false,
      $comment: '`pass`, a list of findings `{rule, path}`, or a map with `object` or `findings`',
    },
  },
  ['name', 'expect'],
);
