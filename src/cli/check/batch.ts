/** All objects of a run, and what they say about each other. */
import type { JsonObject } from '../../policies/index.ts';
import type { Fault } from '../../reader/faults.ts';
import { locate } from '../../reader/locate.ts';
import { findObjects, type ManifestObject } from '../../reader/objects.ts';
import { readText } from '../../reader/read-text.ts';
import { isCrd, type KindSchema, readCrd } from '../../schemas/read-crd.ts';
import type { InputFile, Inputs } from './files.ts';
import type { Note, Problem } from './report.ts';

export interface Batch {
  objects: ManifestObject[];
  problems: Problem[];
  notes: Note[];
  /** Schemas of the CRDs that stand in it. */
  crds: KindSchema[];
  /** Namespace objects by name. */
  namespaces: ReadonlyMap<string, JsonObject>;
  /** Texts by file, for excerpts and for writing back. */
  texts: ReadonlyMap<string, string>;
}

/** Reads all texts; what cannot be read is told and the rest goes on. */
export async function readBatch({ files, failures, notes }: Inputs): Promise<Batch> {
  const batch = {
    objects: [] as ManifestObject[],
    problems: failures.map(({ path, reason }) => noPlace(path, `cannot be read: ${reason}`)),
    notes: notes.map(({ path, message }) => noPlace(path, message)),
    crds: [] as KindSchema[],
    namespaces: new Map<string, JsonObject>(),
    texts: new Map<string, string>(),
  };
  for (const file of files) await addFile(batch, file);
  return batch;
}

function noPlace(file: string, message: string): Problem {
  return { file, line: 0, column: 0, message, hint: '' };
}

async function addFile(
  batch: Batch & { namespaces: Map<string, JsonObject>; texts: Map<string, string> },
  { path, text }: InputFile,
): Promise<void> {
  const read = await readText(text);
  const found = findObjects(read, path);
  batch.texts.set(path, read.text);
  const toProblem = ({ offset, message, hint }: Fault): Problem => ({
    file: path,
    ...read.placeOf(offset),
    message,
    hint,
  });
  batch.problems.push(...found.faults.map(toProblem));
  batch.notes.push(...[...found.notes, ...read.cautions].map(toProblem));
  for (const object of found.objects) {
    batch.objects.push(object);
    if (isCrd(object.value)) batch.crds.push(...readCrd(object.value, path));
    else if (object.group === '' && object.kind === 'Namespace') batch.namespaces.set(object.name, object.value);
  }
}

/** What tells an object from all others in a cluster; `''` for one without a name. The version is no part of it. */
export function identify({ group, kind, name }: ManifestObject, namespace: string): string {
  return name === '' ? '' : [group, kind, namespace, name].join('\0');
}

/** `file:line` of an object, as people write it. */
export function describePlace(object: ManifestObject): string {
  return `${object.file}:${locate(object, ['metadata', 'name']).line}`;
}
