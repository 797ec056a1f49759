/**
 * What an API server drops before anything else: fields that the schema does not declare, and nulls where none may be.
 * It does so for custom resources whenever it decodes one; kubectl asks it to refuse unknown fields instead.
 */
import type { Json, JsonObject } from '../policies/index.ts';
import { mapList, mapObject } from './copy.ts';
import type { Report, Step } from './problem.ts';
import { isObject, type Structural, schemaOfKey } from './structural.ts';

/** Kept in every object; metadata is checked by itself. */
const META_FIELDS = new Set(['apiVersion', 'kind', 'metadata']);

/** Drops fields that the schema does not declare, and tells each of them. */
export function pruneUnknown(object: JsonObject, schema: Structural, report: Report): JsonObject {
  return prune(object, schema, [], report) as JsonObject;
}

/** @param keep whether a list above keeps unknown fields: then its elements do too, but nothing that they declare */
function prune(value: Json, schema: Structural | null, steps: Step[], report: Report, keep = false): Json {
  if (Array.isArray(value)) return pruneList(value, schema, steps, report, keep || schema?.preserve === true);
  return isObject(value) ? pruneObject(value, schema, steps, report, keep || schema?.preserve === true) : value;
}

function pruneList(list: Json[], schema: Structural | null, steps: Step[], report: Report, kept: boolean): Json[] {
  const items = schema?.items ?? null;
  if (kept && items === null) return list;
  return mapList(list, (item, index) => {
    steps.push(index);
    const pruned = prune(item, items, steps, report, kept);
    steps.pop();
    return pruned;
  });
}

function pruneObject(
  object: JsonObject,
  schema: Structural | null,
  steps: Step[],
  report: Report,
  kept: boolean,
): JsonObject {
  return mapObject(object, (child, key) => {
    if (schema?.embedded && META_FIELDS.has(key)) return child;
    const known = schema === null ? null : schemaOfKey(schema, key);
    // `additionalProperties: true` lets the key in, and knows nothing of what is below it
    if (known !== null || schema?.additional === true) {
      if (typeof child !== 'object') return child;
      steps.push(key);
      const pruned = prune(child, known, steps, report);
      steps.pop();
      return pruned;
    }
    if (kept) return child;
    if (steps.length > 0 || !META_FIELDS.has(key)) tellUnknown(schema, [...steps, key], report);
    return undefined;
  });
}

function tellUnknown(schema: Structural | null, steps: Step[], report: Report): void {
  const known = schema === null ? [] : [...schema.properties.keys()];
  const message = 'is no field of this kind, and an API server drops it';
  report({ code: 'unknown-field', steps, message, remedy: '', known });
}

/** Drops nulls where the schema allows none and has no default; those with a default are replaced by `applyDefaults`. */
export function dropNulls(object: JsonObject, schema: Structural): JsonObject {
  return drop(object, schema) as JsonObject;
}

function drop(value: Json, schema: Structural | null): Json {
  if (schema === null) return value;
  if (Array.isArray(value)) return mapList(value, (item) => drop(item, schema.items));
  if (!isObject(value)) return value;
  return mapObject(value, (child, key) => {
    const known = schemaOfKey(schema, key);
    if (child === null && known !== null && !known.nullable && known.default === undefined) return undefined;
    return drop(child, known);
  });
}
