/** Checks values against a structural schema as an API server does. Every rule was read off its behaviour. */
import { RE2JS } from 're2js';
import type { Json, JsonObject } from '../policies/index.ts';
import { findFormat } from './formats.ts';
import { type Report, type SchemaProblem, type Step, show } from './problem.ts';
import { isObject, type Structural } from './structural.ts';

/** Tells everything the schema has against a value, with the steps that lead to it. */
export function validateValue(value: Json, schema: Structural, steps: Step[], report: Report): void {
  const tell: Tell = (code, message, remedy = '') => report({ code, steps: [...steps], message, remedy });
  checkType(value, schema, tell);
  checkEnum(value, schema, tell);
  if (value === null) return;
  checkChoices(value, schema, steps, report);
  if (typeof value === 'string') checkText(value, schema, tell);
  else if (typeof value === 'number') checkNumber(value, schema, tell);
  else if (Array.isArray(value)) checkList(value, schema, steps, report, tell);
  else if (isObject(value)) checkObject(value, schema, steps, report, tell);
}

type Tell = (code: SchemaProblem['code'], message: string, remedy?: string) => void;

// ---------------------------------------------------------------- types and choices

const TYPE_WORDS: { readonly [type: string]: string } = {
  object: 'a map',
  array: 'a list',
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

export function nameType(types: readonly string[]): string {
  return types.map((type) => TYPE_WORDS[type] ?? type).join(' or ');
}

function checkType(value: Json, schema: Structural, tell: Tell): void {
  const { types, nullable, format } = schema;
  if (types.length === 0 || (value === null ? nullable : types.some((type) => hasType(value, type)))) return;
  // an API server takes a list for a string that has a known format
  if (Array.isArray(value) && types.length === 1 && types[0] === 'string' && findFormat(format) !== null) return;
  tell('type', `is ${show(value)}, wanted ${nameType(types)}`);
}

function hasType(value: Json, type: string): boolean {
  switch (type) {
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2 ** 63;
    default:
      return typeof value === type;
  }
}

function checkEnum(value: Json, schema: Structural, tell: Tell): void {
  if (schema.enum === null || (value !== null && schema.enum.some((one) => isSame(one, value)))) return;
  const choices = schema.enum.map(show);
  tell('enum', `is ${show(value)}, wanted ${choices.length === 1 ? choices[0] : `one of ${choices.join(', ')}`}`);
}

function isSame(a: Json, b: Json): boolean {
  return typeof a === 'object' || typeof b === 'object' ? JSON.stringify(a) === JSON.stringify(b) : a === b;
}

function collect(value: Json, schema: Structural, steps: readonly Step[]): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  validateValue(value, schema, [...steps], (problem) => problems.push(problem));
  return problems;
}

function checkChoices(value: Json, schema: Structural, steps: readonly Step[], report: Report): void {
  const { allOf, anyOf, oneOf, not } = schema;
  for (const one of allOf) validateValue(value, one, [...steps], report);
  if (anyOf.length > 0) checkAlternatives(value, anyOf, steps, report, false);
  if (oneOf.length > 0) checkAlternatives(value, oneOf, steps, report, true);
  if (not !== null && collect(value, not, steps).length === 0) {
    const message = `is ${show(value)}, which its schema excludes${describeExcluded(not)}`;
    report({ code: 'alternatives', steps: [...steps], message, remedy: '' });
  }
}

function describeExcluded(schema: Structural): string {
  const { required, enum: values } = schema;
  if (required.length > 0) return ` together with ${required.map((name) => `\`${name}\``).join(', ')}`;
  return values === null ? '' : `: ${values.map(show).join(', ')}`;
}

/** Tells for each form the first thing that is wrong with it. */
function checkAlternatives(
  value: Json,
  alternatives: readonly Structural[],
  steps: readonly Step[],
  report: Report,
  exactlyOne: boolean,
): void {
  const results = alternatives.map((one) => collect(value, one, steps));
  const fitting = results.filter((problems) => problems.length === 0).length;
  if (exactlyOne ? fitting === 1 : fitting > 0) return;
  const reasons = [...new Set(results.flatMap(([first]) => (first ? [describeBelow(first, steps.length)] : [])))];
  const more = reasons.length > MAX_REASONS ? [`${reasons.length - MAX_REASONS} more`] : [];
  const message =
    fitting > 1
      ? `fits ${fitting} of the ${alternatives.length} forms that its schema knows, wanted exactly one`
      : `fits none of the forms that its schema knows: ${[...reasons.slice(0, MAX_REASONS), ...more].join(', or ')}`;
  report({ code: 'alternatives', steps: [...steps], message, remedy: '' });
}

/** So many forms are told apart; more are only counted. */
const MAX_REASONS = 4;

function describeBelow(problem: SchemaProblem, depth: number): string {
  const below = problem.steps.slice(depth);
  return below.length === 0 ? `it ${problem.message}` : `\`${below.join('.')}\` ${problem.message}`;
}

// ---------------------------------------------------------------- scalars

const patterns = new Map<string, RE2JS | null>();

/** RE2 like the API server's own: it never runs away. null for a pattern that cannot be read, which matches nothing. */
function findPattern(pattern: string): RE2JS | null {
  let known = patterns.get(pattern);
  if (known === undefined) {
    try {
      known = RE2JS.compile(pattern);
    } catch {
      known = null;
    }
    patterns.set(pattern, known);
  }
  return known;
}

/** Only the first of these is told, as the API server does. */
function checkText(text: string, schema: Structural, tell: Tell): void {
  const { minLength, maxLength, pattern, format } = schema;
  if (maxLength !== null && text.length > maxLength && countCharacters(text) > maxLength) {
    tell('length', `has ${countCharacters(text)} characters, wanted at most ${maxLength}`);
  } else if (minLength !== null && countCharacters(text) < minLength) {
    tell('length', text === '' ? 'is empty' : `has ${countCharacters(text)} characters, wanted at least ${minLength}`);
  } else if (pattern !== '' && findPattern(pattern)?.matcher(text).find() !== true) {
    tell('pattern', `is ${show(text)}, wanted a text that fits the pattern \`${pattern}\``);
  }
  const [only = 'string', ...others] = schema.types;
  if (format !== '' && (only === 'string' || others.length > 0) && findFormat(format)?.(text) === false) {
    tell('format', `is ${show(text)}, wanted the format \`${format}\``);
  }
}

function countCharacters(text: string): number {
  let count = 0;
  for (const _character of text) count++;
  return count;
}

function checkNumber(value: number, schema: Structural, tell: Tell): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, types, format } = schema;
  if (maximum !== null && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    tell('range', `is ${value}, wanted ${exclusiveMaximum ? 'less than' : 'at most'} ${maximum}`);
  }
  if (minimum !== null && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    tell('range', `is ${value}, wanted ${exclusiveMinimum ? 'more than' : 'at least'} ${minimum}`);
  }
  if (multipleOf !== null && !isMultiple(value, multipleOf)) {
    tell('range', `is ${value}, wanted a multiple of ${multipleOf}`);
  }
  const [only, ...more] = types;
  if (more.length > 0) return;
  if (only === 'integer' && format === 'int32' && (value > 2 ** 31 - 1 || value < -(2 ** 31))) {
    tell('range', `is ${value}, wanted a whole number of 32 bits`);
  }
  if (only === 'number' && format === 'float' && !Number.isFinite(Math.fround(value))) {
    tell('range', `is ${value}, wanted a number that a 32-bit float holds`);
  }
}

function isMultiple(value: number, factor: number): boolean {
  if (Number.isInteger(value) && Number.isInteger(factor)) return value % factor === 0;
  const times = factor < 1 ? (1 / factor) * value : value / factor;
  return factor > 0 && Math.abs(times - Math.round(times)) <= Number.EPSILON * Math.max(Math.abs(times), 1);
}

// ---------------------------------------------------------------- lists and maps

function checkList(list: Json[], schema: Structural, steps: Step[], report: Report, tell: Tell): void {
  const { items, minItems, maxItems, uniqueItems } = schema;
  if (items !== null) {
    for (const [index, item] of list.entries()) {
      steps.push(index);
      validateValue(item, items, steps, report);
      steps.pop();
    }
  }
  if (minItems !== null && list.length < minItems)
    tell('items', `has ${list.length} elements, wanted at least ${minItems}`);
  if (maxItems !== null && list.length > maxItems)
    tell('items', `has ${list.length} elements, wanted at most ${maxItems}`);
  if (uniqueItems && new Set(list.map((item) => JSON.stringify(item))).size < list.length) {
    tell('duplicate', 'has equal elements, wanted all different');
  }
}

function checkObject(object: JsonObject, schema: Structural, steps: Step[], report: Report, tell: Tell): void {
  const { properties, additional, required, minProperties, maxProperties } = schema;
  const keys = Object.keys(object);
  if (minProperties !== null && keys.length < minProperties) {
    tell('properties', `has ${keys.length} keys, wanted at least ${minProperties}`);
  }
  if (maxProperties !== null && keys.length > maxProperties) {
    tell('properties', `has ${keys.length} keys, wanted at most ${maxProperties}`);
  }
  for (const key of keys) {
    const known = properties.get(key) ?? (typeof additional === 'object' ? additional : null);
    if (known !== null) {
      steps.push(key);
      validateValue(object[key] as Json, known, steps, report);
      steps.pop();
    } else if (additional === false) {
      report({ code: 'properties', steps: [...steps, key], message: 'is a key that its schema forbids', remedy: '' });
    }
  }
  for (const name of required) {
    if (Object.hasOwn(object, name)) continue;
    const wanted = nameType(properties.get(name)?.types ?? []);
    const message = `is missing${wanted === '' ? '' : `, wanted ${wanted}`}`;
    report({ code: 'required', steps: [...steps, name], message, remedy: '' });
  }
}
