/** YAML or JSON text to documents whose places are known. */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  visit,
} from 'yaml';
import type { Problem } from '../policies/index.ts';
import { createProblem } from './unit.ts';
import { explainYamlError } from './yaml-errors.ts';

export interface Place {
  /** From 1. */
  line: number;
  /** From 1, in characters. */
  column: number;
}

export type Locate = (pointer: string) => Place | undefined;

/** One document of a text. */
export interface TextDocument {
  value: unknown;
  /** JSON pointer to the place of what it names, or of its nearest ancestor that is there. */
  locate: Locate;
  /**
   * Where a line and column of the text inside a string stand in the whole text, for strings written as a
   * literal block (`|`), whose lines stand there one for one; undefined for any other string.
   */
  locateInside: (pointer: string, inner: Place) => Place | undefined;
  /** The parsed tree, for those who look at how a thing was written. */
  tree: Document.Parsed;
  /** Any offset in the text to its place. */
  placeOf: (offset: number) => Place;
  /** Whether this document has errors of its own; its value is then null. */
  broken: boolean;
}

export interface TextDocuments {
  documents: TextDocument[];
  /** Syntax errors, the first of each document and every doubled key. */
  problems: Problem[];
}

/** Longest text that is read, in characters. A ConfigMap holds 1 MiB; nobody writes longer policies by hand. */
export const MAX_TEXT_LENGTH = 4 * 1024 * 1024;

/**
 * Reads a text of any number of YAML documents (JSON is one of them) after YAML 1.2, with anchors and merge keys.
 * Keys stay the strings that were written (`1.30` is not 1.3). Documents that hold nothing are left out.
 */
export function readTextDocuments(text: string, unit: string): TextDocuments {
  if (text.length > MAX_TEXT_LENGTH) {
    const message = `the text has ${text.length} characters, at most ${MAX_TEXT_LENGTH} are read`;
    return { documents: [], problems: [createProblem({ code: 'not-yaml', source: unit, message })] };
  }
  const lines = new LineCounter();
  const trees = parseAllDocuments(text.replace(/^\uFEFF/, ''), {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    stringKeys: true,
    resolveKnownTags: false,
    keepSourceTokens: true,
    logLevel: 'silent',
  });
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const documents: TextDocument[] = [];
  const problems: Problem[] = [];
  for (const tree of trees) {
    const found = findErrors(tree, unit, text, placeOf);
    const read = found.length > 0 ? { value: null, failure: null } : toValue(tree);
    if (read.failure !== null) {
      found.push(createProblem({ code: 'not-yaml', source: unit, ...placeOf(tree.range[0]), message: read.failure }));
    }
    problems.push(...found);
    if (found.length > 0 || (read.value !== null && read.value !== undefined)) {
      const locate = (pointer: string): Place | undefined => locatePointer(tree, pointer, placeOf);
      const locateInside = (pointer: string, inner: Place): Place | undefined =>
        locateInBlock(tree, pointer, inner, text, placeOf);
      documents.push({ value: read.value, locate, locateInside, tree, placeOf, broken: found.length > 0 });
    }
  }
  return { documents, problems };
}

function toValue(tree: Document.Parsed): { value: unknown; failure: string | null } {
  try {
    return { value: tree.toJS({ maxAliasCount: 1000 }), failure: null };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { value: null, failure: `the document could not be read: ${reason.toLowerCase()}` };
  }
}

/** One syntax error breeds others behind it, so only the first is told; doubled keys are each their own. */
function findErrors(tree: Document.Parsed, unit: string, text: string, placeOf: (offset: number) => Place): Problem[] {
  const found: Problem[] = [];
  let told = false;
  for (const error of tree.errors) {
    const independent = error.code === 'DUPLICATE_KEY';
    if (independent || !told) {
      found.push(
        createProblem({
          source: unit,
          ...placeOf(error.pos[0]),
          ...explainYamlError(error.code, error.message, error.pos[0], text),
        }),
      );
    }
    told ||= !independent;
  }
  if (told) {
    return found;
  }
  visit(tree, {
    Alias(_key, alias) {
      if (alias.resolve(tree) === undefined) {
        found.push(
          createProblem({
            code: 'not-yaml',
            source: unit,
            ...placeOf(alias.range?.[0] ?? 0),
            message: `\`*${alias.source}\` reads as an alias, and no anchor has that name`,
            hint: `a value that begins with \`*\` needs quotes: "*${alias.source}"`,
          }),
        );
      }
    },
  });
  return found;
}

function decodePointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

interface Found {
  node: Node | null;
  /** Offset of the key, or of the list item. */
  start: number;
  complete: boolean;
}

function findNode(tree: Document.Parsed, pointer: string): Found {
  let found: Found = { node: tree.contents, start: tree.contents?.range?.[0] ?? tree.range[0], complete: true };
  for (const token of decodePointer(pointer)) {
    const next = stepInto(tree, found.node, token);
    if (next === null) {
      return { ...found, complete: false };
    }
    found = next;
  }
  return found;
}

function stepInto(tree: Document.Parsed, node: Node | null, token: string): Found | null {
  const at = isAlias(node) ? (node.resolve(tree) ?? null) : node;
  if (isSeq(at)) {
    const item = at.items[Number(token)];
    return isNode(item) ? { node: item, start: item.range?.[0] ?? 0, complete: true } : null;
  }
  if (!isMap(at)) {
    return null;
  }
  let merged: Found | null = null;
  for (const pair of at.items as Pair[]) {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    if (key === token) {
      const start = isNode(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
      return { node: isNode(pair.value) ? pair.value : null, start, complete: true };
    }
    if (key === '<<' && isNode(pair.value)) {
      merged ??= stepInto(tree, pair.value, token);
    }
  }
  return merged;
}

/** A scalar is pointed at itself; a map or list, and what is missing, at the key it stands under. */
function locatePointer(tree: Document.Parsed, pointer: string, placeOf: (offset: number) => Place): Place | undefined {
  const found = findNode(tree, pointer);
  const scalar = found.complete && isScalar(found.node) && found.node.source !== '' && found.node.range;
  return placeOf(scalar ? scalar[0] : found.start);
}

function locateInBlock(
  tree: Document.Parsed,
  pointer: string,
  inner: Place,
  text: string,
  placeOf: (offset: number) => Place,
): Place | undefined {
  const found = findNode(tree, pointer);
  if (!found.complete || !isScalar(found.node) || found.node.type !== 'BLOCK_LITERAL' || !found.node.range) {
    return undefined;
  }
  const written = text.slice(found.node.range[0], found.node.range[1]).split('\n');
  const value = String(found.node.value).split('\n');
  const at = value.findIndex((line) => line !== '');
  const indent = at < 0 ? 0 : (written[at + 1]?.length ?? 0) - (value[at]?.length ?? 0);
  return { line: placeOf(found.node.range[0]).line + inner.line, column: inner.column + Math.max(indent, 0) };
}
