/** An openAPIV3Schema of a CRD, made ready to be asked many times. */
import type { Json, JsonObject } from '../policies/index.ts';

/** What a value must fulfil, wherever in the schema it is said (also inside `allOf`, `anyOf`, `oneOf`, `not`). */
export interface Constraints {
  /** Empty for any; `integer` and `string` under x-kubernetes-int-or-string. */
  types: readonly string[];
  nullable: boolean;
  format: string;
  enum: readonly Json[] | null;
  pattern: string;
  minLength: number | null;
  maxLength: number | null;
  minimum: number | null;
  maximum: number | null;
  exclusiveMinimum: boolean;
  exclusiveMaximum: boolean;
  multipleOf: number | null;
  minItems: number | null;
  maxItems: number | null;
  uniqueItems: boolean;
  minProperties: number | null;
  maxProperties: number | null;
  required: readonly string[];
  allOf: readonly Structural[];
  anyOf: readonly Structural[];
  oneOf: readonly Structural[];
  not: Structural | null;
}

export interface Structural extends Constraints {
  default: Json | undefined;
  properties: ReadonlyMap<string, Structural>;
  /** Schema of the keys that are no properties; true for anything, false for none, null when nothing is said. */
  additional: Structural | boolean | null;
  items: Structural | null;
  /** x-kubernetes-preserve-unknown-fields. */
  preserve: boolean;
  /** x-kubernetes-embedded-resource; also the root. */
  embedded: boolean;
  /** x-kubernetes-list-type. */
  listType: 'atomic' | 'set' | 'map' | '';
  listKeys: readonly string[];
  /** Whether an embedded resource, or a list that is a set or map, is at this place or below it. */
  holdsEmbedded: boolean;
  holdsLists: boolean;
}

/** Prepares the schema of a whole resource. */
export function compileSchema(schema: JsonObject): Structural {
  return { ...compile(schema), embedded: true };
}

function compile(schema: JsonObject): Structural {
  const compiled = compileNode(schema);
  const below = [...compiled.properties.values()];
  if (compiled.items !== null) below.push(compiled.items);
  if (typeof compiled.additional === 'object' && compiled.additional !== null) below.push(compiled.additional);
  const { listType, embedded } = compiled;
  const holdsLists = listType === 'set' || listType === 'map' || below.some((one) => one.holdsLists);
  return { ...compiled, holdsLists, holdsEmbedded: embedded || below.some((one) => one.holdsEmbedded) };
}

function compileNode(schema: JsonObject): Structural {
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  const type = readText(schema.type);
  return {
    types: intOrString ? ['integer', 'string'] : type === '' ? [] : [type],
    nullable: schema.nullable === true,
    format: readText(schema.format),
    enum: Array.isArray(schema.enum) && schema.enum.length > 0 ? schema.enum : null,
    pattern: readText(schema.pattern),
    minLength: readNumber(schema.minLength),
    maxLength: readNumber(schema.maxLength),
    minimum: readNumber(schema.minimum),
    maximum: readNumber(schema.maximum),
    exclusiveMinimum: schema.exclusiveMinimum === true,
    exclusiveMaximum: schema.exclusiveMaximum === true,
    multipleOf: readNumber(schema.multipleOf),
    minItems: readNumber(schema.minItems),
    maxItems: readNumber(schema.maxItems),
    uniqueItems: schema.uniqueItems === true,
    minProperties: readNumber(schema.minProperties),
    maxProperties: readNumber(schema.maxProperties),
    required: readTexts(schema.required),
    allOf: compileAll(schema.allOf),
    anyOf: compileAll(schema.anyOf),
    oneOf: compileAll(schema.oneOf),
    not: isObject(schema.not) ? compile(schema.not) : null,
    default: schema.default ?? undefined,
    properties: compileProperties(schema.properties),
    additional: compileAdditional(schema.additionalProperties),
    items: isObject(schema.items) ? compile(schema.items) : null,
    preserve: schema['x-kubernetes-preserve-unknown-fields'] === true,
    embedded: schema['x-kubernetes-embedded-resource'] === true,
    listType: readListType(schema['x-kubernetes-list-type']),
    listKeys: readTexts(schema['x-kubernetes-list-map-keys']),
    holdsEmbedded: false,
    holdsLists: false,
  };
}

function compileProperties(properties: Json | undefined): Map<string, Structural> {
  const compiled = new Map<string, Structural>();
  if (!isObject(properties)) return compiled;
  for (const [name, schema] of Object.entries(properties)) {
    if (isObject(schema)) compiled.set(name, compile(schema));
  }
  return compiled;
}

function compileAdditional(additional: Json | undefined): Structural | boolean | null {
  if (typeof additional === 'boolean') return additional;
  return isObject(additional) ? compile(additional) : null;
}

function compileAll(schemas: Json | undefined): Structural[] {
  return Array.isArray(schemas) ? schemas.filter(isObject).map(compile) : [];
}

function readListType(value: Json | undefined): Structural['listType'] {
  return value === 'set' || value === 'map' || value === 'atomic' ? value : '';
}

function readText(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function readTexts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function readNumber(value: Json | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Schema of a key: its property, else that of additional keys; null when the schema says nothing of it. */
export function schemaOfKey(schema: Structural, key: string): Structural | null {
  const property = schema.properties.get(key);
  if (property !== undefined) return property;
  return typeof schema.additional === 'object' ? schema.additional : null;
}
