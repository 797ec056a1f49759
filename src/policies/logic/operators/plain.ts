import { deepEqual } from '../../deep-equal.ts';
import type { Operator } from '../operator.ts';
import { isMap } from '../own.ts';
import { definePredicate, need, orNull } from './define.ts';
import { anything } from './forms.ts';

/** null, the empty string, the empty list and the empty map. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  if (!isMap(value)) return false;
  for (const key in value) if (Object.hasOwn(value, key)) return false;
  return true;
}

const value = orNull(need('value', anything));
const a = orNull(need('a', anything));
const b = orNull(need('b', anything));

/** Operators without a family. */
export const PLAIN_OPERATORS: readonly Operator[] = [
  definePredicate({
    name: 'empty',
    operands: [value],
    returns: 'true or false',
    summary: 'It is absent, the empty string, the empty list or the empty map; 0 and false are not empty.',
    source: 'this project',
    examples: [
      [[null], true],
      [[''], true],
      [[[]], true],
      [[{}], true],
      [[0], false],
      [[false], false],
      [[[null]], false],
    ],
    evaluate: isEmpty,
  }),
  definePredicate({
    name: 'set',
    operands: [value],
    returns: 'true or false',
    summary: 'What a bare path means as a check: present, not empty and not false; 0 is set.',
    source: 'this project',
    examples: [
      [[null], false],
      [[false], false],
      [[''], false],
      [[[]], false],
      [[{}], false],
      [[0], true],
      [['no'], true],
      [[[false]], true],
    ],
    evaluate: (found) => found !== false && !isEmpty(found),
  }),
  definePredicate({
    name: 'equal',
    operands: [a, b],
    returns: 'true or false',
    summary: 'What `==` of the short form means: strict on scalars, deep on lists and maps, null equals absent.',
    source: 'this project',
    examples: [
      [[1, 1], true],
      [[1, '1'], false],
      [[null, null], true],
      [[null, false], false],
      [
        [
          ['a', { b: 1 }],
          ['a', { b: 1 }],
        ],
        true,
      ],
      [
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
        true,
      ],
      [
        [
          ['a', 'b'],
          ['b', 'a'],
        ],
        false,
      ],
    ],
    evaluate: deepEqual,
  }),
  definePredicate({
    name: 'changed',
    operands: [a, b],
    returns: 'true or false',
    summary: 'The two differ somewhere: the opposite of `equal`, for a field of object and of oldObject.',
    source: 'this project',
    examples: [
      [[{ a: [1] }, { a: [2] }], true],
      [[{ a: [1] }, { a: [1] }], false],
      [[null, 'a'], true],
      [[null, null], false],
    ],
    evaluate: (before, after) => !deepEqual(before, after),
  }),
  {
    name: '??',
    kind: 'accessor',
    operands: [{ name: 'value', type: 'any', wanted: 'any value', variadic: true, nullable: true }],
    returns: 'the first value that is present; null when none is',
    summary: 'Falls back where a value is absent. Values after the first that is present are not evaluated.',
    source: 'ECMA-262 §13.13, without undefined',
    examples: [
      [['a', 'b'], 'a'],
      [[null, 'b'], 'b'],
      [[null, false, 'c'], false],
      [[0, 1], 0],
      [[null, null], null],
    ],
    apply: (values) => values.find((candidate) => candidate !== null && candidate !== undefined) ?? null,
  },
];
