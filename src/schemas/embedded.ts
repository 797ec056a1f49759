/** Objects inside objects (`x-kubernetes-embedded-resource`): they are named and labelled like any other. */
import type { Json, JsonObject } from '../policies/index.ts';
import { checkLabels, checkMetadataTypes, isText } from './metadata.ts';
import { type Report, type SchemaProblem, type Step, show } from './problem.ts';
import { isObject, type Structural, schemaOfKey } from './structural.ts';

/** Tells what is wrong with the apiVersion, kind and metadata of every embedded object. The root is not asked. */
export function checkEmbedded(value: Json, schema: Structural, steps: Step[], report: Report): void {
  if (!schema.holdsEmbedded) return;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === null) return;
    for (const [index, item] of value.entries()) enter(item, index, items, steps, report);
  } else if (isObject(value)) {
    if (schema.embedded && steps.length > 0) checkOne(value, steps, report);
    for (const key of Object.keys(value)) {
      const known = schemaOfKey(schema, key);
      if (known !== null) enter(value[key] as Json, key, known, steps, report);
    }
  }
}

function enter(value: Json, step: Step, schema: Structural, steps: Step[], report: Report): void {
  steps.push(step);
  checkEmbedded(value, schema, steps, report);
  steps.pop();
}

function checkOne(object: JsonObject, steps: readonly Step[], report: Report): void {
  const tell = (key: string, code: SchemaProblem['code'], message: string): void =>
    report({ code, steps: [...steps, key], message, remedy: '' });
  for (const key of ['apiVersion', 'kind']) {
    const value = object[key];
    if (value === undefined) tell(key, 'required', 'is missing, wanted a string');
    else if (!isText(value)) tell(key, 'type', `is ${show(value)}, wanted a string`);
    else if (key === 'kind' ? !isKind(value) : value.split('/').length > 2) {
      tell(key, 'metadata', `is ${show(value)}, which is no ${key}`);
    }
  }
  const { metadata } = object;
  if (metadata === undefined) return;
  checkMetadataTypes(metadata, [...steps, 'metadata'], report);
  if (!isObject(metadata)) return;
  const { name } = metadata;
  if (isText(name) && (/[/%]/.test(name) || name === '.' || name === '..')) {
    const message = `is ${show(name)}, wanted a name without \`/\` and \`%\``;
    report({ code: 'metadata', steps: [...steps, 'metadata', 'name'], message, remedy: '' });
  }
  checkLabels(metadata, [...steps, 'metadata'], report);
}

function isKind(text: string): boolean {
  return text.length <= 63 && /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/i.test(text);
}
