import type { Operator } from '../operator.ts';
import { defineAccessor, type Form, need, Unreadable } from './define.ts';
import { MAX_DOCUMENT, MAX_NODES, parseYaml } from './yaml-value.ts';

/** What was read, in a box: a document may well be null. */
interface Parsed {
  value: unknown;
}

const yamlForm: Form<Parsed> = {
  type: 'string',
  wanted: 'one YAML document',
  read: (value) => {
    if (typeof value !== 'string') return new Unreadable(value);
    const parsed = parseYaml(value);
    return parsed.ok ? { value: parsed.value } : new Unreadable(value, `one YAML document: ${parsed.error}`);
  },
};

const jsonForm: Form<Parsed> = {
  type: 'string',
  wanted: 'a JSON text',
  read: (value) => {
    if (typeof value !== 'string') return new Unreadable(value);
    if (value.length > MAX_DOCUMENT) return new Unreadable(value, `a JSON text of at most ${MAX_DOCUMENT} characters`);
    try {
      return { value: JSON.parse(value) };
    } catch {
      return new Unreadable(value);
    }
  },
};

export const PARSE_OPERATORS: readonly Operator[] = [
  defineAccessor({
    name: 'yaml.parse',
    operands: [need('text', yamlForm)],
    returns: 'the value; null for an empty document',
    summary: `The one document in the text, of at most ${MAX_DOCUMENT} characters and ${MAX_NODES} nodes. Duplicate keys, unknown tags and values that JSON lacks are garbage; \`<<\` merges.`,
    source: 'YAML 1.2.2 core schema; merge keys as yaml.org/type/merge',
    examples: [
      [['a: [1, two]\n'], { a: [1, 'two'] }],
      [['base: &b {x: 1}\nmore: {<<: *b, y: 2}\n'], { base: { x: 1 }, more: { x: 1, y: 2 } }],
      [[''], null],
      [['yes'], 'yes'],
      [['a: 1\na: 2\n'], 'garbage'],
      [['a: {b'], 'garbage'],
      [['a: 1\n---\nb: 2\n'], 'garbage'],
      [['a: .nan'], 'garbage'],
    ],
    evaluate: (parsed) => parsed.value,
  }),
  defineAccessor({
    name: 'json.parse',
    operands: [need('text', jsonForm)],
    returns: 'the value',
    summary: `The value of the text, of at most ${MAX_DOCUMENT} characters; of equal keys the last counts.`,
    source: 'RFC 8259',
    examples: [
      [['{"a": [1, null]}'], { a: [1, null] }],
      [['"text"'], 'text'],
      [['null'], null],
      [["{'a': 1}"], 'garbage'],
      [[''], 'garbage'],
    ],
    evaluate: (parsed) => parsed.value,
  }),
];
