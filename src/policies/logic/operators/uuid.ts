import type { Operator } from '../operator.ts';
import { definePredicate, need } from './define.ts';
import { anything } from './forms.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const UUID_OPERATORS: readonly Operator[] = [
  definePredicate({
    name: 'uuid.valid',
    operands: [need('value', anything)],
    returns: 'true or false',
    summary: 'It is a UUID of any version, in small or capital letters, with its hyphens.',
    source: 'RFC 9562 §4',
    examples: [
      [['f81d4fae-7dec-11d0-a765-00a0c91e6bf6'], true],
      [['F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6'], true],
      [['f81d4fae7dec11d0a76500a0c91e6bf6'], false],
      [['urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6'], false],
      [[7], false],
    ],
    evaluate: (value) => typeof value === 'string' && UUID.test(value),
  }),
];
