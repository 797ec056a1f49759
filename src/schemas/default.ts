/**
 * Structural defaulting: a missing field gets the default of its schema where its parent is there, and no parent is
 * ever made; a null that may not be is taken for missing.
 */
import type { Json, JsonObject } from '../policies/index.ts';
import { mapList, mapObject } from './copy.ts';
import { isObject, type Structural, schemaOfKey } from './structural.ts';

/** The object with all defaults; the very object when there was none to apply. Defaults are shared, not copied. */
export function applyDefaults(object: JsonObject, schema: Structural): JsonObject {
  return fill(object, schema) as JsonObject;
}

function fill(value: Json, schema: Structural | null): Json {
  if (schema === null) return value;
  if (Array.isArray(value)) return mapList(value, (item) => fill(orDefault(item, schema.items), schema.items));
  if (!isObject(value)) return value;
  return mapObject(addMissing(value, schema), (child, key) => {
    const known = schemaOfKey(schema, key);
    return fill(orDefault(child, known), known);
  });
}

function addMissing(object: JsonObject, schema: Structural): JsonObject {
  let copy: JsonObject | null = null;
  for (const [name, property] of schema.properties) {
    if (property.default === undefined || Object.hasOwn(object, name)) continue;
    copy ??= { ...object };
    copy[name] = property.default;
  }
  return copy ?? object;
}

/** null stays where the schema allows it, and where it has no default. */
function orDefault(value: Json, schema: Structural | null): Json {
  return value === null && schema !== null && !schema.nullable ? (schema.default ?? null) : value;
}
