import type { ErrorObject } from 'ajv/dist/2020.js';
import { suggest } from '../syntax/suggest.ts';
import type { Schema } from './build.ts';
import { extendPointer, names, pointerToPath, quote, show } from './wording.ts';

/** Something in a document that the schema refuses. */
export interface SchemaProblem {
  /** JSON pointer (RFC 6901) into the document; `''` for the whole. */
  pointer: string;
  /** One line: the path, what was found, what is wanted. */
  message: string;
  /** The likely mend; `''` when there is none to offer. */
  hint: string;
}

/** One error in words; null where another error of the list says it better. */
export function describeError(error: ErrorObject, all: readonly ErrorObject[]): SchemaProblem | null {
  if (error.propertyName !== undefined) return describeKey(error, error.propertyName);
  switch (error.keyword) {
    case 'additionalProperties':
      return describeUnknown(error);
    case 'required':
      return describeMissing(error, all);
    case 'oneOf':
    case 'anyOf':
      return describeChoice(error, all);
    default:
      return describeValue(error);
  }
}

function schemaOf(error: ErrorObject): Schema {
  return (error.parentSchema ?? {}) as Schema;
}

function place(pointer: string): string {
  return pointer === '' ? 'the document' : quote(pointerToPath(pointer));
}

function param(error: ErrorObject, name: string): string {
  const params: Record<string, unknown> = error.params;
  return String(params[name]);
}

function describeKey(error: ErrorObject, key: string): SchemaProblem {
  return {
    pointer: extendPointer(error.instancePath, key),
    message: `${place(error.instancePath)} has the key ${quote(key)}, wanted ${wanted(error)}`,
    hint: '',
  };
}

function describeUnknown(error: ErrorObject): SchemaProblem {
  const field = param(error, 'additionalProperty');
  const known = Object.keys(schemaOf(error).properties ?? {});
  const guess = suggest(field, known);
  return {
    pointer: extendPointer(error.instancePath, field),
    message: `${place(error.instancePath)} has the unknown field ${quote(field)}`,
    hint: guess === null ? `known fields are ${names(known, 'and')}` : `did you mean \`${guess}\`?`,
  };
}

/** The unknown fields of one map whose likely meaning is known: they explain what is missing. */
function misspelt(pointer: string, all: readonly ErrorObject[]): Set<string> {
  const meant = new Set<string>();
  for (const error of all) {
    if (error.keyword !== 'additionalProperties' || error.instancePath !== pointer) continue;
    const guess = suggest(param(error, 'additionalProperty'), Object.keys(schemaOf(error).properties ?? {}));
    if (guess !== null) meant.add(guess);
  }
  return meant;
}

function describeMissing(error: ErrorObject, all: readonly ErrorObject[]): SchemaProblem | null {
  const field = param(error, 'missingProperty');
  if (misspelt(error.instancePath, all).has(field)) return null;
  const about = schemaOf(error).properties?.[field]?.description;
  return {
    pointer: error.instancePath,
    message: `${place(error.instancePath)} lacks \`${field}\``,
    hint:
      about === undefined
        ? ''
        : `add \`${field}\`: ${about.slice(0, 1).toLowerCase()}${about.slice(1).replace(/\.$/u, '')}`,
  };
}

/** A choice between fields: `oneOf` or `anyOf` over lists of required names. */
function describeChoice(error: ErrorObject, all: readonly ErrorObject[]): SchemaProblem | null {
  const branches = (error.keyword === 'oneOf' ? schemaOf(error).oneOf : schemaOf(error).anyOf) ?? [];
  const options = branches.flatMap((branch) => branch.required ?? []);
  const data: unknown = error.data;
  const present = options.filter((name) => typeof data === 'object' && data !== null && Object.hasOwn(data, name));
  if (present.length === 0 && options.some((name) => misspelt(error.instancePath, all).has(name))) return null;
  const amount = error.keyword === 'oneOf' ? 'exactly one' : 'at least one';
  const message =
    present.length === 0
      ? `has none of ${names(options, 'or')}, wanted ${amount}`
      : `has ${names(present, 'and')}, wanted ${amount} of ${names(options, 'or')}`;
  return {
    pointer: error.instancePath,
    message: `${place(error.instancePath)}${label(data)} ${message}`,
    hint: present.length > 1 && options.length > 2 ? 'write one rule for each, such as `ID/a` and `ID/b`' : '',
  };
}

/** The id of a rule, since an index alone is hard to find by eye. */
function label(data: unknown): string {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, 'id')) return '';
  const id: unknown = Reflect.get(data, 'id');
  return typeof id === 'string' ? ` (${quote(id)})` : '';
}

function describeValue(error: ErrorObject): SchemaProblem {
  const schema = schemaOf(error);
  const data: unknown = error.data;
  const guess =
    error.keyword === 'enum' && typeof data === 'string' ? suggest(data, (schema.enum ?? []).map(String)) : null;
  return {
    pointer: error.instancePath,
    message: `${place(error.instancePath)} is ${found(error)}, wanted ${wanted(error)}`,
    hint: guess === null ? hintFor(error) : `did you mean \`${guess}\`?`,
  };
}

function found(error: ErrorObject): string {
  if (error.keyword === 'maxLength' && typeof error.data === 'string') return `${error.data.length} characters long`;
  return show(error.data);
}

function hintFor(error: ErrorObject): string {
  if (error.keyword !== 'type') return '';
  const types = [schemaOf(error).type ?? []].flat();
  if (error.data === null && types.length >= 5) {
    return 'a value such as `!spec.x` without quotes is a YAML tag and reads as nothing; put the expression in quotes';
  }
  if (types.length === 1 && types[0] === 'string') return 'put it in quotes';
  if (types.length === 1 && types[0] === 'array' && typeof error.data === 'string') return `write \`[${error.data}]\``;
  return '';
}

const TYPE_NAMES: { readonly [type: string]: string } = {
  null: 'null',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  string: 'a string',
  array: 'a list',
  object: 'a map',
};

/** What the failed keyword asks for. */
function wanted(error: ErrorObject): string {
  const schema = schemaOf(error);
  switch (error.keyword) {
    case 'type':
      return (
        schema.$comment ??
        [schema.type ?? []]
          .flat()
          .map((type) => TYPE_NAMES[type] ?? type)
          .join(' or ')
      );
    case 'enum':
      return `one of ${names((schema.enum ?? []).map(String), 'or')}`;
    case 'const':
      return `\`${String(schema.const)}\``;
    case 'pattern':
      return schema.$comment ?? `text that matches \`${String(schema.pattern)}\``;
    case 'minLength':
      return schema.$comment ?? 'some text';
    case 'maxLength':
      return `at most ${String(schema.maxLength)} characters`;
    case 'minItems':
      return schema.minItems === 1 ? 'at least one element' : `${String(schema.minItems)} elements`;
    case 'maxItems':
      return `at most ${String(schema.maxItems)} elements`;
    case 'minProperties':
      return 'at least one field';
    case 'uniqueItems':
      return 'a list without repetitions';
    case 'minimum':
      return `at least ${String(schema.minimum)}`;
    case 'maximum':
      return `at most ${String(schema.maximum)}`;
    default:
      return error.message ?? `something that satisfies \`${error.keyword}\``;
  }
}
