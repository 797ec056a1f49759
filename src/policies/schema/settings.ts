import { closed, flag, listOf, mapOf, type Schema, text } from './build.ts';
import { enforcementAction, IDENTIFIER, value } from './slots.ts';

/** `spec` of a PolicySettings. */
export const SETTINGS_SPEC: Schema = closed(
  'Overrides for policies that stay as they are.',
  {
    policies: listOf(
      'Names of policies or rule ids that this is about; globs such as `VITI-SEC-*` are allowed.',
      text('Name, id or glob.', { maxLength: 253 }),
    ),
    parameters: mapOf('New values of parameters; each policy takes those it declares.', value('Value.'), {
      propertyNames: IDENTIFIER,
    }),
    enforcementAction: enforcementAction('What a broken rule does, instead of what the policy says.'),
    enabled: flag('False switches the policies or rules off. Default true.'),
  },
  ['policies'],
);
