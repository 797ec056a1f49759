/** What makes one value of another, and doing so. */
import { deepEqual, type Json, type JsonObject } from '../policies/index.ts';
import { type Step, setOwn } from './nodes.ts';

export type Change = { steps: Step[]; value: Json } | { steps: Step[]; value: undefined };

/**
 * The changes from one value to another, each as deep as it can be. A list whose length changes is set whole; a value
 * of undefined removes the key.
 */
export function findChanges(before: Json, after: Json): Change[] {
  const changes: Change[] = [];
  compare(before, after, [], changes);
  return changes;
}

function compare(before: Json, after: Json, steps: Step[], changes: Change[]): void {
  if (before === after) return;
  if (isMap(before) && isMap(after)) {
    for (const key of Object.keys(before)) {
      if (!Object.hasOwn(after, key)) changes.push({ steps: [...steps, key], value: undefined });
    }
    for (const [key, value] of Object.entries(after)) {
      const at = [...steps, key];
      if (Object.hasOwn(before, key)) compare(before[key] as Json, value, at, changes);
      else changes.push({ steps: at, value });
    }
  } else if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (const [index, value] of after.entries()) compare(before[index] as Json, value, [...steps, index], changes);
  } else if (!deepEqual(before, after)) {
    changes.push({ steps, value: after });
  }
}

/** The value with the changes made; the value itself is not touched. */
export function applyChanges(value: Json, changes: readonly Change[]): Json {
  return changes.reduce<Json>((made, change) => applyAt(made, change.steps, change.value), value);
}

function applyAt(value: Json, [step, ...rest]: readonly Step[], put: Json | undefined): Json {
  if (step === undefined) return put ?? null;
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === step ? applyAt(item, rest, put) : item));
  }
  const copy: JsonObject = isMap(value) ? { ...value } : {};
  const key = String(step);
  if (rest.length === 0 && put === undefined) delete copy[key];
  else setOwn(copy, key, applyAt(Object.hasOwn(copy, key) ? (copy[key] as Json) : {}, rest, put));
  return copy;
}

function isMap(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
