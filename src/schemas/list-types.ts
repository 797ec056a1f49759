/** `x-kubernetes-list-type`: the elements of a set differ, those of a map differ in their keys. */
import type { Json } from '../policies/index.ts';
import { type Report, type Step, show } from './problem.ts';
import { isObject, type Structural, schemaOfKey } from './structural.ts';

/** Tells each element that repeats another one, once however often it stands there. */
export function checkListTypes(value: Json, schema: Structural, steps: Step[], report: Report): void {
  if (!schema.holdsLists) return;
  if (Array.isArray(value)) {
    if (schema.listType === 'set')
      tellRepeated(value, steps, report, (item) => `repeats ${show(item)}, wanted all different`);
    if (schema.listType === 'map') checkKeys(value, schema, steps, report);
    const { items } = schema;
    if (items !== null) {
      for (const [index, item] of value.entries()) checkBelow(item, index, items, steps, report);
    }
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      const known = schemaOfKey(schema, key);
      if (known !== null) checkBelow(value[key] as Json, key, known, steps, report);
    }
  }
}

function checkBelow(value: Json, step: Step, schema: Structural, steps: Step[], report: Report): void {
  steps.push(step);
  checkListTypes(value, schema, steps, report);
  steps.pop();
}

function checkKeys(list: readonly Json[], schema: Structural, steps: readonly Step[], report: Report): void {
  const wrong = list.findIndex((item) => item !== null && !isObject(item));
  if (wrong >= 0) {
    const message = `is ${show(list[wrong])}, wanted a map: the list is told apart by ${schema.listKeys.join(', ')}`;
    report({ code: 'type', steps: [...steps, wrong], message, remedy: '' });
    return;
  }
  const keys = list.map((item): Json => {
    const own = isObject(item) ? item : {};
    return Object.fromEntries(
      schema.listKeys.filter((key) => Object.hasOwn(own, key)).map((key) => [key, own[key] as Json]),
    );
  });
  tellRepeated(keys, steps, report, (key) => {
    const named = Object.entries(isObject(key) ? key : {}).map(([name, value]) => `\`${name}\` ${show(value)}`);
    const what = named.length === 0 ? `an element without ${schema.listKeys.join(', ')}` : named.join(' and ');
    return `repeats ${what}, which only one element of the list may have`;
  });
}

function tellRepeated(
  list: readonly Json[],
  steps: readonly Step[],
  report: Report,
  describe: (item: Json) => string,
): void {
  const seen = new Map<string, number>();
  for (const [index, item] of list.entries()) {
    const key = JSON.stringify(item);
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    if (times === 2) report({ code: 'duplicate', steps: [...steps, index], message: describe(item), remedy: '' });
  }
}
