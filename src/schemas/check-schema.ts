/** One object through the schema of its kind, in the order of an API server. */
import type { JsonObject } from '../policies/index.ts';
import { applyDefaults } from './default.ts';
import { checkEmbedded } from './embedded.ts';
import { checkListTypes } from './list-types.ts';
import { checkMetadataTypes, checkNames, cleanMetadata } from './metadata.ts';
import type { SchemaProblem } from './problem.ts';
import { dropNulls, pruneUnknown } from './prune.ts';
import type { KindSchema } from './read-crd.ts';
import { isObject } from './structural.ts';
import { validateValue } from './validate.ts';

export interface PreparedObject {
  /** Without what an API server drops, before defaults. */
  pruned: JsonObject;
  /** With the defaults: what mutating webhooks see. */
  object: JsonObject;
  /** Unknown fields, and metadata that cannot be decoded. */
  problems: SchemaProblem[];
}

/**
 * What an API server makes of a new object before anybody is asked: unknown fields and wrong nulls dropped, defaults
 * filled in. The object is not touched.
 */
export function prepareObject(written: JsonObject, kind: KindSchema): PreparedObject {
  const problems: SchemaProblem[] = [];
  const report = (problem: SchemaProblem): void => void problems.push(problem);
  const { metadata } = written;
  if (metadata !== undefined) checkMetadataTypes(metadata, ['metadata'], report);
  const schema = kind.schema();
  let pruned = dropNulls(pruneUnknown(written, schema, report), schema);
  if (isObject(metadata)) pruned = withKey(pruned, 'metadata', cleanMetadata(metadata));
  return { pruned, object: applyDefaults(pruned, schema), problems };
}

/** The defaults again, as after every mutating webhook. */
export function completeObject(object: JsonObject, kind: KindSchema): JsonObject {
  const schema = kind.schema();
  return applyDefaults(
    dropNulls(
      pruneUnknown(object, schema, () => {}),
      schema,
    ),
    schema,
  );
}

/** Everything the schema of its kind has against a complete object. */
export function validateObject(object: JsonObject, kind: KindSchema): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  const report = (problem: SchemaProblem): void => void problems.push(problem);
  const schema = kind.schema();
  if (object.metadata !== undefined) checkMetadataTypes(object.metadata, ['metadata'], report);
  if (isObject(object.metadata)) checkNames(object.metadata, ['metadata'], report);
  validateValue(object, schema, [], report);
  checkEmbedded(object, schema, [], report);
  checkListTypes(object, schema, [], report);
  return problems;
}

/** What is created or applied has no status where the kind has a status subresource. */
export function dropStatus(object: JsonObject, kind: KindSchema): JsonObject {
  if (!kind.hasStatus || !Object.hasOwn(object, 'status')) return object;
  const { status: _status, ...rest } = object;
  return rest;
}

function withKey(object: JsonObject, key: string, value: JsonObject): JsonObject {
  return object[key] === value ? object : { ...object, [key]: value };
}
