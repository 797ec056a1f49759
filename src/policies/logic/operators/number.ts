import type { Operator } from '../operator.ts';
import { defineAccessor, need } from './define.ts';
import { finiteNumber } from './forms.ts';

export const NUMBER_OPERATORS: readonly Operator[] = [
  defineAccessor({
    name: 'number.percent',
    operands: [need('used', finiteNumber), need('total', finiteNumber)],
    returns: 'a number; null where the total is absent, 0 or less',
    summary: 'used as a percentage of total; a total of 0 is not known to be full or empty.',
    source: 'this project: VitiStack reports totals of 0 before the first measurement',
    examples: [
      [[30, 40], 75],
      [[50, 40], 125],
      [[0, 40], 0],
      [[30, 0], null],
      [[30, null], null],
      [[30, -1], null],
      [['30', 40], 'garbage'],
    ],
    evaluate: (used, total) => (total > 0 ? (used * 100) / total : null),
  }),
];
