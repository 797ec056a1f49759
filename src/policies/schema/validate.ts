import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { suggest } from '../syntax/suggest.ts';
import type { LintelDocument } from '../types.ts';
import { API_VERSION, DOCUMENT_KINDS, DOCUMENT_SCHEMAS } from './documents.ts';
import { describeError, type SchemaProblem } from './problem.ts';
import { show } from './wording.ts';

export type { SchemaProblem } from './problem.ts';

const validators = new Map<string, ValidateFunction>();

function getValidator(kind: LintelDocument['kind']): ValidateFunction {
  const known = validators.get(kind);
  if (known !== undefined) return known;
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strictTypes: false,
    // A test holds the schemas against the meta-schema. Both save a second at start, and these run only at load.
    validateSchema: false,
    code: { optimize: false },
    keywords: ['x-kubernetes-list-type', 'x-kubernetes-list-map-keys'],
  });
  const validator = ajv.compile(DOCUMENT_SCHEMAS[kind]);
  validators.set(kind, validator);
  return validator;
}

/**
 * Everything the schema has against a document; empty when it is fine. Never throws, whatever the document is.
 * The schema of a kind is compiled when its first document is seen.
 */
export function validateDocument(document: unknown): SchemaProblem[] {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return [
      { pointer: '', message: `the document is ${show(document)}, wanted a map with apiVersion and kind`, hint: '' },
    ];
  }
  const kind: unknown = Object.hasOwn(document, 'kind') ? Reflect.get(document, 'kind') : undefined;
  const known = DOCUMENT_KINDS.find((candidate) => candidate === kind);
  if (known === undefined) return [describeKind(kind)];
  const validator = getValidator(known);
  if (validator(document)) return [];
  return collect(validator.errors ?? []);
}

function describeKind(kind: unknown): SchemaProblem {
  const kinds = DOCUMENT_KINDS.map((name) => `\`${name}\``).join(', ');
  const guess = typeof kind === 'string' ? suggest(kind, DOCUMENT_KINDS) : null;
  const found = kind === undefined ? 'is missing' : `is ${show(kind)}`;
  return {
    pointer: kind === undefined ? '' : '/kind',
    message: `\`kind\` ${found}, wanted one of ${kinds} of \`${API_VERSION}\``,
    hint: guess === null ? '' : `did you mean \`${guess}\`?`,
  };
}

/**
 * ajv tells on a choice once for each branch, and on a value of the wrong type once for each keyword it then fails;
 * one problem says it all.
 */
function collect(errors: readonly ErrorObject[]): SchemaProblem[] {
  const choices = errors.filter((error) => error.keyword === 'oneOf' || error.keyword === 'anyOf');
  const mistyped = new Set(errors.filter((error) => error.keyword === 'type').map((error) => error.instancePath));
  const problems: SchemaProblem[] = [];
  for (const error of errors) {
    if (error.keyword === 'propertyNames') continue;
    if (error.keyword !== 'type' && mistyped.has(error.instancePath)) continue;
    if (choices.some((choice) => choice !== error && isBranchOf(error, choice))) continue;
    const problem = describeError(error, errors);
    if (problem !== null) problems.push(problem);
  }
  return problems;
}

function isBranchOf(error: ErrorObject, choice: ErrorObject): boolean {
  return error.instancePath === choice.instancePath && error.schemaPath.startsWith(`${choice.schemaPath}/`);
}
