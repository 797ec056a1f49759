import { MAX_STRING } from '../builtins.ts';
import { Garbage, type Operator } from '../operator.ts';
import { defineAccessor, definePredicate, type Form, need, Unreadable } from './define.ts';
import { text, textWithin } from './forms.ts';

const separatorForm: Form<string> = {
  type: 'string',
  wanted: 'a separator of at least one character',
  read: (value) => (typeof value === 'string' && value !== '' ? value : new Unreadable(value)),
};

const SOURCE = 'ECMA-262 §22.1, independent of any locale';

export const STR_OPERATORS: readonly Operator[] = [
  defineAccessor({
    name: 'str.split',
    operands: [need('text', textWithin(MAX_STRING)), need('separator', separatorForm)],
    returns: 'a list of strings',
    summary: 'The parts between the separators, as they are: blanks stay, and an empty text has one empty part.',
    source: SOURCE,
    examples: [
      [
        ['a,b,c', ','],
        ['a', 'b', 'c'],
      ],
      [['a', ','], ['a']],
      [['', ','], ['']],
      [
        ['a, b', ','],
        ['a', ' b'],
      ],
      [['abc', ''], 'garbage'],
    ],
    evaluate: (value, separator) => value.split(separator),
  }),
  defineAccessor({
    name: 'str.lower',
    operands: [need('text', textWithin(MAX_STRING))],
    returns: 'a string',
    summary: 'The text in small letters.',
    source: SOURCE,
    examples: [
      [['Ceph-RBD'], 'ceph-rbd'],
      [[5], 'garbage'],
    ],
    evaluate: (value) => value.toLowerCase(),
  }),
  defineAccessor({
    name: 'str.length',
    operands: [need('text', text)],
    returns: 'a number',
    summary: 'Its number of Unicode code points, as maxLength counts.',
    source: 'JSON Schema validation §6.3.1',
    examples: [
      [['abc'], 3],
      [[''], 0],
      [['né'], 2],
      [['😀'], 1],
      [[['a']], 'garbage'],
    ],
    evaluate: countCodePoints,
  }),
  definePredicate({
    name: 'str.startsWith',
    operands: [need('text', text), need('prefix', text)],
    returns: 'true or false',
    summary: 'The text begins with the prefix; case matters.',
    source: SOURCE,
    examples: [
      [['kube-system', 'kube-'], true],
      [['system', 'kube-'], false],
      [['any', ''], true],
      [[1, '1'], 'garbage'],
    ],
    evaluate: (value, prefix) => value.startsWith(prefix),
  }),
  definePredicate({
    name: 'str.endsWith',
    operands: [need('text', text), need('suffix', text)],
    returns: 'true or false',
    summary: 'The text ends with the suffix; case matters.',
    source: SOURCE,
    examples: [
      [['web-virtual-service', '-virtual-service'], true],
      [['web', '-virtual-service'], false],
      [[null, 'x'], false],
    ],
    evaluate: (value, suffix) => value.endsWith(suffix),
  }),
  defineAccessor({
    name: 'str.trimSuffix',
    operands: [need('text', text), need('suffix', text)],
    returns: 'a string',
    summary: 'The text without the suffix, once; the text itself where it does not end with it.',
    source: "Go's strings.TrimSuffix",
    examples: [
      [['web-virtual-service', '-virtual-service'], 'web'],
      [['web', '-virtual-service'], 'web'],
      [['aa', 'a'], 'a'],
      [['web', ''], 'web'],
    ],
    evaluate: (value, suffix) => {
      const trimmed = suffix !== '' && value.endsWith(suffix) ? value.slice(0, -suffix.length) : value;
      return trimmed.length > MAX_STRING ? new Garbage(0, value, textWithin(MAX_STRING).wanted) : trimmed;
    },
  }),
];

/** Linear, without taking the text apart. */
function countCodePoints(value: string): number {
  let count = 0;
  for (let i = 0; i < value.length; i += 1) {
    const unit = value.charCodeAt(i);
    const next = unit >= 0xd800 && unit <= 0xdbff ? value.charCodeAt(i + 1) : 0;
    if (next >= 0xdc00 && next <= 0xdfff) i += 1;
    count += 1;
  }
  return count;
}
