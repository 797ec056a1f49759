/** What an API server wants of `metadata`, in every object and in those embedded in others. */
import type { Json, JsonObject } from '../policies/index.ts';
import { mapObject } from './copy.ts';
import { type Report, type Step, show } from './problem.ts';
import { isObject } from './structural.ts';

type FieldType = 'string' | 'integer' | 'time' | 'strings' | 'list' | 'texts';

/** The fields of ObjectMeta (`meta/v1`); an API server drops any other. */
const FIELDS: ReadonlyMap<string, FieldType> = new Map<string, FieldType>([
  ['name', 'string'],
  ['generateName', 'string'],
  ['namespace', 'string'],
  ['selfLink', 'string'],
  ['uid', 'string'],
  ['resourceVersion', 'string'],
  ['generation', 'integer'],
  ['creationTimestamp', 'time'],
  ['deletionTimestamp', 'time'],
  ['deletionGracePeriodSeconds', 'integer'],
  ['labels', 'strings'],
  ['annotations', 'strings'],
  ['ownerReferences', 'list'],
  ['finalizers', 'texts'],
  ['managedFields', 'list'],
]);

const WANTED: { readonly [type in FieldType]: string } = {
  string: 'a string',
  integer: 'a whole number',
  time: 'a time such as `2026-01-02T03:04:05Z`',
  strings: 'a map of strings',
  list: 'a list of maps',
  texts: 'a list of strings',
};

/** Tells fields that are none of ObjectMeta and values of the wrong type. */
export function checkMetadataTypes(metadata: Json, steps: readonly Step[], report: Report): void {
  if (metadata === null) return;
  if (!isObject(metadata)) {
    report({ code: 'type', steps, message: `is ${show(metadata)}, wanted a map`, remedy: '' });
    return;
  }
  for (const [key, value] of Object.entries(metadata)) {
    const type = FIELDS.get(key);
    const at = [...steps, key];
    if (type === undefined) {
      const message = 'is no field of metadata, and an API server drops it';
      report({ code: 'unknown-field', steps: at, message, remedy: '', known: [...FIELDS.keys()] });
    } else if (value !== null) {
      checkField(value, type, at, report);
    }
  }
}

function checkField(value: Json, type: FieldType, steps: readonly Step[], report: Report): void {
  const tell = (at: readonly Step[], found: Json, wanted: string): void =>
    report({ code: 'type', steps: at, message: `is ${show(found)}, wanted ${wanted}`, remedy: '' });
  if (type === 'strings' && isObject(value)) {
    for (const [key, text] of Object.entries(value)) {
      if (typeof text !== 'string' && text !== null) tell([...steps, key], text, 'a string');
    }
  } else if ((type === 'list' || type === 'texts') && Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (type === 'list' ? !isObject(item) : typeof item !== 'string') {
        tell([...steps, index], item, type === 'list' ? 'a map' : 'a string');
      }
    }
  } else if (!isScalarOf(value, type)) {
    tell(steps, value, WANTED[type]);
  }
}

function isScalarOf(value: Json, type: FieldType): boolean {
  if (type === 'string') return typeof value === 'string';
  if (type === 'integer') return Number.isInteger(value);
  return type === 'time' && typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

/** `metadata` as an API server keeps it: known fields that say something, null labels as empty ones. */
export function cleanMetadata(metadata: JsonObject): JsonObject {
  return mapObject(metadata, (value, key) => {
    const type = FIELDS.get(key);
    if (type === undefined || isZero(value)) return undefined;
    if (type !== 'strings' || !isObject(value)) return value;
    return mapObject(value, (text) => text ?? '');
  });
}

function isZero(value: Json): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === null || value === '' || value === 0;
}

// ---------------------------------------------------------------- names and labels

const LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
const DNS_LABEL = new RegExp(`^${LABEL}$`);
const QUALIFIED_PART = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
/** All keys and values together. */
const MAX_ANNOTATIONS = 256 * 1024;

const NAME_FORM = 'lower-case letters, digits, `-` and `.`, beginning and ending with a letter or digit';

/**
 * Tells what is wrong with the name, namespace, labels and annotations of a custom resource, or of any object whose
 * kind has the same rules for its name.
 */
export function checkNames(metadata: JsonObject, steps: readonly Step[], report: Report): void {
  const { name, generateName, namespace } = metadata;
  const tell = (key: string, message: string): void =>
    report({ code: 'metadata', steps: [...steps, key], message, remedy: '' });
  if (isText(generateName) && !isName(`${generateName.replace(/-$/, '')}a`)) {
    tell('generateName', `is ${show(generateName)}, wanted ${NAME_FORM}`);
  }
  if (isText(name) && !isName(name)) tell('name', `is ${show(name)}, wanted at most 253 ${NAME_FORM}`);
  if (!isText(name) && !isText(generateName)) tell('name', 'is missing, wanted a name or a `generateName`');
  if (isText(namespace) && (namespace.length > 63 || !DNS_LABEL.test(namespace))) {
    tell('namespace', `is ${show(namespace)}, wanted at most 63 lower-case letters, digits and \`-\``);
  }
  checkLabels(metadata, steps, report);
}

/** Tells labels and annotations that no kind may have. */
export function checkLabels(metadata: JsonObject, steps: readonly Step[], report: Report): void {
  const tell = (at: Step[], message: string): void =>
    report({ code: 'metadata', steps: [...steps, ...at], message, remedy: '' });
  const { labels, annotations } = metadata;
  for (const [key, value] of Object.entries(isObject(labels) ? labels : {})) {
    if (!isQualified(key)) tell(['labels', key], describeKey('label'));
    if (isText(value) && (value.length > 63 || !LABEL_VALUE.test(value))) {
      tell(['labels', key], `is ${show(value)}, wanted at most 63 letters, digits, \`-\`, \`_\` and \`.\``);
    }
  }
  let size = 0;
  for (const [key, value] of Object.entries(isObject(annotations) ? annotations : {})) {
    if (!isQualified(key.toLowerCase())) tell(['annotations', key], describeKey('annotation'));
    size += key.length + (isText(value) ? value.length : 0);
  }
  if (size > MAX_ANNOTATIONS) tell(['annotations'], `hold ${size} characters, wanted at most ${MAX_ANNOTATIONS}`);
}

function describeKey(what: string): string {
  return `is no key of a ${what}, wanted a name of at most 63 letters, digits, \`-\`, \`_\` and \`.\`, behind an optional domain and \`/\``;
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isName(text: string): boolean {
  return text.length <= 253 && SUBDOMAIN.test(text);
}

function isQualified(key: string): boolean {
  const [first = '', second, ...rest] = key.split('/');
  if (rest.length > 0 || (second !== undefined && !isName(first))) return false;
  const name = second ?? first;
  return name.length <= 63 && QUALIFIED_PART.test(name);
}
