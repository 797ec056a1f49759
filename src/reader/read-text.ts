/** A text of manifests to documents whose places are known. What cannot be read is told, and the rest is read. */

import type { ReadRules } from './fast-text.ts';
import { readFast, readFlowStream } from './fast-yaml.ts';
import type { Fault, Place } from './faults.ts';
import { createPlaces } from './faults.ts';
import type { MapEntry, YamlNode } from './nodes.ts';
import { fillPlaceholders, findPlaceholder } from './placeholders.ts';
import { resolveAsCore, resolveAsKubectl, resolveKey } from './plain-scalars.ts';
import { type Chunk, splitStream } from './split.ts';
import type { WholeRead } from './whole-yaml.ts';

export interface ReadDocument {
  root: YamlNode;
  /** The piece of the text between two `---` in which it stands. */
  start: number;
  end: number;
  /** Entries whose key stands in their map already; kubectl takes the last one. */
  repeated: MapEntry[];
}

/** A document that only a template tool can read. */
export interface Template {
  offset: number;
  placeholder: string;
}

export interface TextRead {
  /** Without a byte order mark; every offset is one into it. */
  text: string;
  documents: ReadDocument[];
  /** Why a piece could not be read. */
  faults: Fault[];
  /** What kubectl passes over in silence. */
  cautions: Fault[];
  templates: Template[];
  placeOf: (offset: number) => Place;
}

/** Longest text that is read, in characters: a stream of ten thousand large objects, and far below what memory holds. */
export const MAX_TEXT = 256 * 1024 * 1024;

/** Scalars as kubectl reads them. */
const KUBECTL: ReadRules = { resolve: resolveAsKubectl, resolveKey };
/** Scalars as YAML 1.2 has them, in which policies are written; keys stay what was written. */
const CORE: ReadRules = { resolve: resolveAsCore, resolveKey: (text) => text };

/** Control characters, separators and marks that the fast reader knows nothing of. */
const UNUSUAL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)/;

type Whole = (text: string, start: number, end: number, rules: ReadRules) => WholeRead;

/**
 * Reads a stream of YAML documents and JSON values as kubectl does.
 * The whole YAML reader is loaded only where the fast one gives up.
 */
export async function readText(source: string): Promise<TextRead> {
  return await readStream(source, KUBECTL);
}

/** Reads YAML 1.2 documents, as policies and CRDs are written. */
export async function readCoreText(source: string): Promise<TextRead> {
  return await readStream(source, CORE);
}

async function readStream(source: string, rules: ReadRules): Promise<TextRead> {
  if (source.length > MAX_TEXT) {
    const message = `the text has ${source.length} characters, at most ${MAX_TEXT} are read`;
    const faults = [{ offset: 0, message, hint: '' }];
    return { text: '', documents: [], faults, cautions: [], templates: [], placeOf: createPlaces('') };
  }
  const text = source.charCodeAt(0) === 0xfeff ? source.slice(1) : source;
  const { chunks, faults } = splitStream(text);
  const read: TextRead = { text, documents: [], faults, cautions: [], templates: [], placeOf: createPlaces(text) };
  const unusual = UNUSUAL.test(text);
  let whole: Whole | undefined;
  for (const chunk of chunks) {
    if (!unusual && readQuickly(read, chunk, rules)) continue;
    whole ??= (await import('./whole-yaml.ts')).readWhole;
    readSlowly(read, chunk, rules, whole);
  }
  read.faults.sort((a, b) => a.offset - b.offset);
  return read;
}

function readQuickly(read: TextRead, { start, end }: Chunk, rules: ReadRules): boolean {
  const repeated: MapEntry[] = [];
  if (beginsWithBrace(read.text, start)) {
    const roots = readFlowStream(read.text, start, end, rules, repeated);
    for (const root of roots ?? []) {
      const own = repeated.filter((entry) => entry.start >= root.start && entry.start < root.end);
      read.documents.push({ root, start, end, repeated: own });
    }
    return roots !== undefined;
  }
  const root = readFast(read.text, start, end, rules, repeated);
  if (root) read.documents.push({ root, start, end, repeated });
  return root !== undefined;
}

function beginsWithBrace(text: string, start: number): boolean {
  let at = start;
  while (/\s/.test(text.charAt(at))) at++;
  return text.charCodeAt(at) === 0x7b;
}

function readSlowly(read: TextRead, { start, end }: Chunk, rules: ReadRules, whole: Whole): void {
  const { root, repeated, faults, cautions } = whole(read.text, start, end, rules);
  read.cautions.push(...cautions);
  const [fault] = faults;
  if (fault === undefined) {
    if (root !== null) read.documents.push({ root, start, end, repeated });
    return;
  }
  const template = findTemplate(read.text, { start, end }, fault, (text) => whole(text, 0, text.length, rules));
  if (template === null) read.faults.push(...faults);
  else read.templates.push(template);
}

/** A document that cannot be read, and can once its placeholders are filled, or whose fault stands at a placeholder. */
function findTemplate(
  text: string,
  { start, end }: Chunk,
  fault: Fault,
  reread: (text: string) => WholeRead,
): Template | null {
  const chunk = text.slice(start, end);
  const placeholder = findPlaceholder(chunk);
  if (placeholder === null) return null;
  const offset = start + chunk.indexOf(placeholder.replace(/…$/, ''));
  const lineStart = text.lastIndexOf('\n', fault.offset - 1) + 1;
  const lineEnd = text.indexOf('\n', fault.offset);
  const line = text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd);
  const atFault = /\{\{|\}\}|\$\{/.test(line);
  return atFault || reread(fillPlaceholders(chunk)).faults.length === 0 ? { offset, placeholder } : null;
}
