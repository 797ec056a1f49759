/**
 * One YAML document as a JSON value. The library composes; turning its nodes into values is done here, because its own
 * way compares each key of a map with each other and leaves the growth of aliases to a ratio.
 */
import {
  type Alias,
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  Parser,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { setOwn } from '../../set-own.ts';
import type { Json, JsonObject } from '../../types.ts';
import { isMap as isJsonMap } from '../own.ts';

/** Longest document read, in UTF-16 units: a quarter of what a ConfigMap may hold (k8s.io/api/core/v1, MaxSecretSize). */
export const MAX_DOCUMENT = 262_144;
/** Most nodes a document may have with its aliases filled in: a few lines of aliases can stand for billions. */
export const MAX_NODES = 100_000;
/** Deepest nesting of lists and maps. */
const MAX_DEPTH = 256;
/** Longest error text passed on, in characters. */
const MAX_ERROR = 120;

/** Line and column in the text, both from 1. */
export interface TextPlace {
  line: number;
  column: number;
}

export type ParsedYaml =
  | {
      ok: true;
      value: Json /** Place of the value at these keys, or of the nearest one around it. */;
      locate(keys: readonly (string | number)[]): TextPlace;
    }
  | { ok: false; error: string; place: TextPlace };

/** How plain scalars are read: `core` is YAML 1.2, `yaml-1.1` is what Go's sigs.k8s.io/yaml knows (`no` is false). */
export type YamlSchema = 'core' | 'yaml-1.1';

class Refusal extends Error {
  readonly offset: number;
  constructor(message: string, offset = 0) {
    super(message);
    this.offset = offset;
  }
}

/** Reads the one document of a text; null for an empty one. Total: whatever the text, it answers and does not throw. */
export function parseYaml(text: string, schema: YamlSchema = 'core'): ParsedYaml {
  const start = { line: 1, column: 1 };
  if (text.length > MAX_DOCUMENT) return { ok: false, error: `longer than ${MAX_DOCUMENT} characters`, place: start };
  const lines = new LineCounter();
  const placeAt = (offset: number): TextPlace => {
    const { line, col } = lines.linePos(offset);
    return line === 0 ? start : { line, column: col };
  };
  try {
    const root = composeOne(text, schema, lines);
    const value = new Conversion().convert(root, 0);
    return { ok: true, value, locate: (keys) => placeAt(findOffset(root, keys)) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error: error.message, place: placeAt(error.offset) };
    // The library recurses, and gives up by running out of stack.
    if (error instanceof RangeError) return { ok: false, error: 'nested too deeply', place: start };
    throw error;
  }
}

/** Offset of the node at these keys, or of the last one on the way that is there. */
function findOffset(root: unknown, keys: readonly (string | number)[]): number {
  let node = root;
  let offset = startOf(root);
  for (const key of keys) {
    if (isSeq(node)) node = node.items[Number(key)];
    else if (isMap(node))
      node = node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key))?.value;
    else return offset;
    const next = startOf(node);
    if (next < 0) return offset;
    offset = next;
  }
  return offset;
}

function startOf(node: unknown): number {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? (node.range?.[0] ?? -1) : -1;
}

function composeOne(text: string, schema: YamlSchema, lines: LineCounter): unknown {
  const version = schema === 'core' ? '1.2' : '1.1';
  const composer = new Composer({ uniqueKeys: false, merge: false, schema, version });
  let first: Refusal | null = null;
  // Gives up at the first error: the library would go on, at some 20 µs for each of a hundred thousand errors. Should
  // a later version not call this, the errors are still found on the document.
  Object.defineProperty(composer, 'onError', {
    value: (source: unknown, code: string, message: string) => {
      // The library catches what is thrown here and comes back with the collection around it: the first one tells.
      first ??= new Refusal(shorten(code === 'RESOURCE_EXHAUSTION' ? 'nested too deeply' : message), offsetOf(source));
      throw first;
    },
  });
  const documents = composer.compose(new Parser(lines.addNewLine).parse(text), true, text.length);
  const document = documents.next().value;
  const problem = document?.errors[0] ?? document?.warnings[0];
  if (problem) throw new Refusal(shorten(problem.message), problem.pos[0]);
  if (!documents.next().done) throw new Refusal('there is more than one');
  return document?.contents ?? null;
}

/** The library names a place by an offset, a pair of offsets or a token. */
function offsetOf(source: unknown): number {
  if (typeof source === 'number') return source;
  if (Array.isArray(source)) return Number(source[0]);
  return typeof source === 'object' && source !== null && 'offset' in source ? Number(source.offset) : 0;
}

function shorten(message: string): string {
  const [line = ''] = message.split('\n');
  return (line.charAt(0).toLowerCase() + line.slice(1)).replace(/[.:]$/, '').slice(0, MAX_ERROR);
}

interface Anchored {
  value: Json;
  nodes: number;
}

class Conversion {
  /** What each anchor met so far stands for; null while it is being read, so that no value holds itself. */
  readonly anchors = new Map<string, Anchored | null>();
  nodes = 0;

  convert(node: unknown, depth: number): Json {
    this.count(1, node);
    if (depth > MAX_DEPTH) throw refuse(`more than ${MAX_DEPTH} levels deep`, node);
    if (node === null || node === undefined) return null;
    if (isAlias(node)) return this.recall(node);
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) throw refuse('a node of no JSON type', node);
    const { anchor } = node;
    if (anchor === undefined) return this.convertPlain(node, depth);
    this.anchors.set(anchor, null);
    const before = this.nodes;
    const value = this.convertPlain(node, depth);
    this.anchors.set(anchor, { value, nodes: this.nodes - before });
    return value;
  }

  convertPlain(node: unknown, depth: number): Json {
    if (isSeq(node)) return node.items.map((item) => this.convert(item, depth + 1));
    if (isMap(node)) return this.convertMap(node, depth);
    return readScalar(node as Scalar);
  }

  convertMap(node: YAMLMap, depth: number): JsonObject {
    const result: JsonObject = {};
    const merged: { source: Json; node: unknown }[] = [];
    const seen = new Set<string>();
    for (const pair of node.items) {
      if (isMergeKey(pair.key)) {
        const source = this.convert(pair.value, depth + 1);
        for (const one of Array.isArray(source) ? source : [source]) merged.push({ source: one, node: pair.value });
        continue;
      }
      const key = this.readKey(pair.key, depth);
      if (seen.has(key)) throw refuse(`the key \`${key.slice(0, MAX_ERROR)}\` occurs twice`, pair.key);
      seen.add(key);
      setOwn(result, key, this.convert(pair.value, depth + 1));
    }
    for (const { source, node: at } of merged) this.merge(result, source, at);
    return result;
  }

  /** Keys that are there already win, those of an earlier source too. */
  merge(target: JsonObject, source: Json, node: unknown): void {
    if (!isJsonMap(source)) throw refuse('`<<` takes a map or a list of maps', node);
    const keys = Object.keys(source);
    this.count(keys.length, node);
    for (const key of keys) {
      if (!Object.hasOwn(target, key)) setOwn(target, key, source[key] as Json);
    }
  }

  readKey(node: unknown, depth: number): string {
    const key = this.convert(node, depth + 1);
    if (typeof key === 'object' && key !== null) throw refuse('a key that is a list or a map', node);
    return String(key);
  }

  recall(alias: Alias): Json {
    const known = this.anchors.get(alias.source);
    if (known === undefined) throw refuse(`\`*${alias.source}\` has no anchor before it`, alias);
    if (known === null) throw refuse(`\`*${alias.source}\` holds itself`, alias);
    this.count(known.nodes, alias);
    return known.value;
  }

  count(nodes: number, node: unknown): void {
    this.nodes += nodes;
    if (this.nodes > MAX_NODES) throw refuse(`more than ${MAX_NODES} nodes`, node);
  }
}

/** A refusal that stands where the node does. */
function refuse(message: string, node: unknown): Refusal {
  return new Refusal(message, Math.max(0, startOf(node)));
}

/** A plain `<<`, which the YAML 1.1 schema reads as a symbol. */
function isMergeKey(key: unknown): boolean {
  if (!isScalar(key) || key.type !== 'PLAIN') return false;
  return typeof key.value === 'symbol' ? key.value.description === '<<' : key.value === '<<';
}

/** Sixties, such as `22:22`: numbers in YAML 1.1, and texts to gopkg.in/yaml.v2, which leaves them out. */
const BASE_60 = /^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/;

function readScalar(node: Scalar): Json {
  const { value, source } = node;
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) {
    return source !== undefined && BASE_60.test(source) ? source : value;
  }
  // gopkg.in/yaml.v2 leaves a time as it is written where nobody asks for a time.
  if (value instanceof Date && source !== undefined) return source;
  throw refuse(`\`${String(value).slice(0, MAX_ERROR)}\` is no JSON value`, node);
}
