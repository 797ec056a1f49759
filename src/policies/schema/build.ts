import type { Json } from '../types.ts';

/**
 * A JSON Schema (draft 2020-12) as plain data. The subset used here has no `$ref`, so that an error's place in the
 * schema says where it comes from, and unions are written as a list of types: every other keyword then speaks only to
 * the type it belongs to, which spares the reader the noise of `anyOf`.
 * `$comment` says in words what a `pattern` wants; messages quote it.
 */
export interface Schema {
  readonly $comment?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: SchemaType | readonly SchemaType[];
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly propertyNames?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly 'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

export type SchemaType = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';

/** A string that is not empty. */
export function text(description: string, extra: Schema = {}): Schema {
  return { description, type: 'string', minLength: 1, ...extra };
}

/** A string of one line: API servers silently drop a warning that contains a line break. */
export function line(description: string, maxLength: number): Schema {
  return text(description, { maxLength, pattern: '^[^\\n\\r]*$', $comment: 'one line without a line break' });
}

/** One word of a closed list. */
export function choice(description: string, words: readonly string[]): Schema {
  return { description, type: 'string', enum: words };
}

/** True or false. */
export function flag(description: string): Schema {
  return { description, type: 'boolean' };
}

/** A list with at least one element. */
export function listOf(description: string, items: Schema, extra: Schema = {}): Schema {
  return { description, type: 'array', minItems: 1, items, ...extra };
}

/** A map from free names to values of one shape. */
export function mapOf(description: string, values: Schema, extra: Schema = {}): Schema {
  return { description, type: 'object', additionalProperties: values, ...extra };
}

/** A map of known fields, which refuses every other. */
export function closed(
  description: string,
  properties: { readonly [name: string]: Schema },
  required: readonly string[] = [],
  extra: Schema = {},
): Schema {
  const needed = required.length > 0 ? { required } : {};
  return { description, type: 'object', properties, ...needed, additionalProperties: false, ...extra };
}

/** Exactly one of these fields; goes into a map's `oneOf`. */
export function exactlyOne(names: readonly string[]): Schema {
  return { oneOf: names.map((name) => ({ required: [name] })) };
}

/** At least one of these fields; goes into a map's `anyOf`. */
export function atLeastOne(names: readonly string[]): Schema {
  return { anyOf: names.map((name) => ({ required: [name] })) };
}
