import type { Operator } from '../operator.ts';
import { readOwn } from '../own.ts';
import { defineAccessor, need } from './define.ts';
import { map, text } from './forms.ts';

const SOURCE = 'this project: own keys only';

export const MAP_OPERATORS: readonly Operator[] = [
  defineAccessor({
    name: 'map.keys',
    operands: [need('map', map)],
    returns: 'a list of strings',
    summary: 'Its keys, in the order they stand.',
    source: SOURCE,
    examples: [
      [[{ ceph: {}, trident: {} }], ['ceph', 'trident']],
      [[{}], []],
      [[null], null],
      [[['a']], 'garbage'],
    ],
    evaluate: (value) => Object.keys(value),
  }),
  defineAccessor({
    name: 'map.get',
    operands: [need('map', map), need('key', text)],
    returns: 'the value; null where the key is absent',
    summary: 'The value of a key that is computed, or that has dots in it.',
    source: SOURCE,
    examples: [
      [[{ 'rbd.csi.ceph.com': ['pool'] }, 'rbd.csi.ceph.com'], ['pool']],
      [[{ a: 1 }, 'b'], null],
      [[{}, 'constructor'], null],
      [['a', 'a'], 'garbage'],
      [[{ 1: 'x' }, 1], 'garbage'],
    ],
    evaluate: (value, key) => readOwn(value, key),
  }),
];
