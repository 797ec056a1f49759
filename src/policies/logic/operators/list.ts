import { canonicalText, deepEqual } from '../../deep-equal.ts';
import type { Operator } from '../operator.ts';
import { isMap } from '../own.ts';
import { defineAccessor, definePredicate, type Form, need, orNull, Unreadable } from './define.ts';
import { anything, finiteNumber, integer, list, listOf } from './forms.ts';

const countedForm: Form<number> = {
  type: 'any',
  wanted: 'a list or a map',
  read: (value) => {
    if (Array.isArray(value)) return value.length;
    return isMap(value) ? Object.keys(value).length : new Unreadable(value);
  },
};

const SOURCE = 'this project: elements are equal as `==` has it, deep on lists and maps';

/** Elements as keys of a set, so that two long lists cost their sum and not their product. */
function keyOf(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) return canonicalText(value);
  // Marked, so that a string is never taken for the text of a list or a map.
  return typeof value === 'string' ? `"${value}` : (value ?? null);
}

function setOf(values: readonly unknown[]): ReadonlySet<unknown> {
  return new Set(values.map(keyOf));
}

function isSubset(part: readonly unknown[], whole: readonly unknown[]): boolean {
  const known = setOf(whole);
  return part.every((value) => known.has(keyOf(value)));
}

export const LIST_OPERATORS: readonly Operator[] = [
  defineAccessor({
    name: 'list.count',
    operands: [need('list', countedForm)],
    returns: 'a number',
    summary: 'How many elements the list has, or how many keys the map.',
    source: SOURCE,
    examples: [
      [[['a', 'b']], 2],
      [[[]], 0],
      [[{ ceph: {}, trident: {} }], 2],
      [[null], null],
      [['ab'], 'garbage'],
    ],
    evaluate: (count) => count,
  }),
  defineAccessor({
    name: 'list.sum',
    operands: [need('numbers', listOf('a list of numbers', finiteNumber))],
    returns: 'a number',
    summary: 'The sum of the numbers; absent elements count nothing, and an empty list is 0.',
    source: SOURCE,
    examples: [
      [[[1, 2, 3]], 6],
      [[[1, null]], 1],
      [[[]], 0],
      [[[1, '2']], 'garbage'],
    ],
    evaluate: (numbers) => numbers.reduce((sum, number) => sum + number, 0),
  }),
  defineAccessor({
    name: 'list.at',
    operands: [need('list', list), need('index', integer)],
    returns: 'the element; null outside the list',
    summary: 'The element at the index, from 0; -1 is the last.',
    source: SOURCE,
    examples: [
      [[['a', 'b', 'c'], 1], 'b'],
      [[['a', 'b', 'c'], -1], 'c'],
      [[['a'], 5], null],
      [[['a'], 0.5], 'garbage'],
      [['abc', 0], 'garbage'],
    ],
    evaluate: (values, index) => values.at(index) ?? null,
  }),
  definePredicate({
    name: 'list.has',
    operands: [need('list', list), orNull(need('value', anything))],
    returns: 'true or false',
    summary: 'Some element equals the value; an absent value equals a null element only.',
    source: SOURCE,
    examples: [
      [[['a', 'b'], 'b'], true],
      [[[1], '1'], false],
      [[[{ a: [1] }], { a: [1] }], true],
      [[[null], null], true],
      [[['a'], null], false],
      [[null, 'a'], false],
      [['abc', 'a'], 'garbage'],
    ],
    evaluate: (values, wanted) => values.some((value) => deepEqual(value ?? null, wanted)),
  }),
  defineAccessor({
    name: 'list.minus',
    operands: [need('list', list), need('others', list)],
    returns: 'a list',
    summary: 'The elements of the list that equal none of the others, in order.',
    source: SOURCE,
    examples: [
      [
        [['a', 'b', 'c'], ['b']],
        ['a', 'c'],
      ],
      [[[{ a: 1 }, { a: 2 }], [{ a: 2 }]], [{ a: 1 }]],
      [
        [['a', 'a'], []],
        ['a', 'a'],
      ],
      [[['a'], 'a'], 'garbage'],
    ],
    evaluate: (values, others) => {
      const known = setOf(others);
      return values.filter((value) => !known.has(keyOf(value)));
    },
  }),
  definePredicate({
    name: 'list.intersects',
    operands: [need('a', list), need('b', list)],
    returns: 'true or false',
    summary: 'Some element of a equals some element of b.',
    source: SOURCE,
    examples: [
      [
        [
          ['a', 'b'],
          ['b', 'c'],
        ],
        true,
      ],
      [[['a'], ['c']], false],
      [[[], []], false],
      [[[1], ['1']], false],
      [[['a'], { a: 1 }], 'garbage'],
    ],
    evaluate: (a, b) => {
      const known = setOf(b);
      return a.some((value) => known.has(keyOf(value)));
    },
  }),
  definePredicate({
    name: 'list.subset',
    operands: [need('part', list), need('whole', list)],
    returns: 'true or false',
    summary: 'Every element of part equals some element of whole; true when part is empty.',
    source: SOURCE,
    examples: [
      [[['a'], ['a', 'b']], true],
      [
        [
          ['a', 'c'],
          ['a', 'b'],
        ],
        false,
      ],
      [[[], ['a']], true],
      [['a', ['a']], 'garbage'],
    ],
    evaluate: (part, whole) => isSubset(part, whole),
  }),
  definePredicate({
    name: 'list.containsAll',
    operands: [need('whole', list), need('part', list)],
    returns: 'true or false',
    summary: 'Every element of part equals some element of whole: `list.subset` the other way round.',
    source: SOURCE,
    examples: [
      [[['Ingress', 'Egress'], ['Egress']], true],
      [[['Ingress'], ['Ingress', 'Egress']], false],
      [[['Ingress'], []], true],
      [['Ingress', ['Ingress']], 'garbage'],
    ],
    evaluate: (whole, part) => isSubset(part, whole),
  }),
  defineAccessor({
    name: 'list.replace',
    operands: [need('list', list), need('from', anything), need('to', anything)],
    returns: 'a list',
    summary: 'The list with `to` in the place of each element that equals `from`.',
    source: SOURCE,
    examples: [
      [
        [['.', 'istio-system'], '.', 'web'],
        ['web', 'istio-system'],
      ],
      [[['a'], 'b', 'c'], ['a']],
      [[[{ a: 1 }], { a: 1 }, 0], [0]],
      [['.', '.', 'web'], 'garbage'],
    ],
    evaluate: (values, from, to) => values.map((value) => (deepEqual(value, from) ? to : value)),
  }),
];
