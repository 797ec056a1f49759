import type { Operator } from '../operator.ts';
import { isMap } from '../own.ts';
import { definePredicate, type Form, need, orNull, Unreadable, writtenOut } from './define.ts';
import { anything } from './forms.ts';

const TYPES: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['string', (value) => typeof value === 'string'],
  ['number', (value) => typeof value === 'number'],
  ['integer', (value) => Number.isInteger(value)],
  ['boolean', (value) => typeof value === 'boolean'],
  ['list', (value) => Array.isArray(value)],
  ['map', (value) => isMap(value)],
  ['null', (value) => value === null],
]);

const typeForm: Form<(value: unknown) => boolean> = {
  type: 'string',
  wanted: `one of ${[...TYPES.keys()].join(', ')}`,
  read: (value) => (typeof value === 'string' ? TYPES.get(value) : undefined) ?? new Unreadable(value),
};

const SOURCE = 'RFC 8259 §3; JSON Schema validation §6.1.1 for integer';

export const TYPE_OPERATORS: readonly Operator[] = [
  definePredicate({
    name: 'type.is',
    operands: [orNull(need('value', anything)), writtenOut(need('type', typeForm))],
    returns: 'true or false',
    summary: 'The value is of the JSON type; 1.0 is an integer, and an absent value is null.',
    source: SOURCE,
    examples: [
      [['a', 'string'], true],
      [['1', 'number'], false],
      [[1, 'integer'], true],
      [[1.5, 'integer'], false],
      [[false, 'boolean'], true],
      [[[], 'list'], true],
      [[[], 'map'], false],
      [[{}, 'map'], true],
      [[null, 'null'], true],
      [['a', 'text'], 'garbage'],
    ],
    evaluate: (value, isOfType) => isOfType(value),
  }),
  definePredicate({
    name: 'type.comparable',
    operands: [need('a', anything), need('b', anything)],
    returns: 'true or false',
    summary: 'Both are numbers, or both are strings: what `<` of the short form can order.',
    source: 'this project: guards the ordering of the short form',
    examples: [
      [[1, 2.5], true],
      [['a', 'b'], true],
      [[1, '2'], false],
      [[null, 10], false],
      [[[1], [2]], false],
    ],
    evaluate: (a, b) =>
      (typeof a === 'number' && typeof b === 'number') || (typeof a === 'string' && typeof b === 'string'),
  }),
  {
    name: 'type.numbers',
    kind: 'predicate',
    operands: [{ name: 'value', type: 'any', wanted: 'any value', variadic: true }],
    returns: 'true or false',
    summary: 'Every value is a finite number: what the arithmetic of the short form can reckon with.',
    source: 'this project: guards the arithmetic of the short form',
    examples: [
      [[1, 2.5, -3], true],
      [[1, '2'], false],
      [[1, null], false],
      [[Number.POSITIVE_INFINITY], false],
    ],
    apply: (values) => values.every((value) => Number.isFinite(value)),
  },
];
