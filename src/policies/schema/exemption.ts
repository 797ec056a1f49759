import { closed, listOf, type Schema, text } from './build.ts';
import { match } from './match.ts';

/** `spec` of a PolicyExemption. */
export const EXEMPTION_SPEC: Schema = closed(
  'What may break which rules, until when, why and on whose word.',
  {
    rules: listOf(
      'Rule ids or names of policies that may be broken. `VITI-NET-003` covers its parts.',
      text('Rule id or name of a policy.', { maxLength: 253 }),
    ),
    match: match('Objects that may break them. Default: all.'),
    reason: text('Why; shown wherever the exemption is used.', { maxLength: 1000 }),
    owner: text('Who answers for it: a person or a team.', { maxLength: 253 }),
    expires: text('Day or moment in RFC 3339, such as `2027-01-31`. From then on the exemption does nothing.', {
      pattern:
        '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])([Tt]\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?([Zz]|[+-]\\d{2}:\\d{2}))?$',
      $comment: 'a date such as `2027-01-31` or a date-time such as `2027-01-31T12:00:00Z`',
    }),
  },
  ['rules', 'reason', 'owner', 'expires'],
);
