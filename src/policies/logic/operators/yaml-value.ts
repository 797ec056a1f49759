/**
 * One YAML document as a JSON value. The library composes; turning its nodes into values is done here, because its own
 * way compares each key of a map with each other and leaves the growth of aliases to a ratio.
 */
import { Composer, isAlias, isMap, isScalar, isSeq, Parser, type Scalar, type YAMLMap } from 'yaml';
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

export type ParsedYaml = { ok: true; value: Json } | { ok: false; error: string };

class Refusal extends Error {}

/** Reads the one document of a text; null for an empty one. Total: whatever the text, it answers and does not throw. */
export function parseYaml(text: string): ParsedYaml {
  if (text.length > MAX_DOCUMENT) return { ok: false, error: `longer than ${MAX_DOCUMENT} characters` };
  try {
    return { ok: true, value: new Conversion().convert(composeOne(text), 0) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error: error.message };
    // The library recurses, and gives up by running out of stack.
    if (error instanceof RangeError) return { ok: false, error: 'nested too deeply' };
    throw error;
  }
}

function composeOne(text: string): unknown {
  const composer = new Composer({ uniqueKeys: false, merge: false, schema: 'core', version: '1.2' });
  let first: string | null = null;
  // Gives up at the first error: the library would go on, at some 20 µs for each of a hundred thousand errors. Should
  // a later version not call this, the errors are still found on the document.
  Object.defineProperty(composer, 'onError', {
    value: (_source: unknown, code: string, message: string) => {
      first ??= code === 'RESOURCE_EXHAUSTION' ? 'nested too deeply' : message;
      throw new Refusal(shorten(first));
    },
  });
  const documents = composer.compose(new Parser().parse(text), true, text.length);
  const document = documents.next().value;
  const problem = document?.errors[0] ?? document?.warnings[0];
  if (problem) throw new Refusal(shorten(problem.message));
  if (!documents.next().done) throw new Refusal('there is more than one');
  return document?.contents ?? null;
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
    this.count(1);
    if (depth > MAX_DEPTH) throw new Refusal(`more than ${MAX_DEPTH} levels deep`);
    if (node === null || node === undefined) return null;
    if (isAlias(node)) return this.recall(node.source);
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) throw new Refusal('a node of no JSON type');
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
    const merged: Json[] = [];
    const seen = new Set<string>();
    for (const pair of node.items) {
      if (isMergeKey(pair.key)) {
        merged.push(this.convert(pair.value, depth + 1));
        continue;
      }
      const key = this.readKey(pair.key, depth);
      if (seen.has(key)) throw new Refusal(`the key \`${key.slice(0, MAX_ERROR)}\` occurs twice`);
      seen.add(key);
      setOwn(result, key, this.convert(pair.value, depth + 1));
    }
    for (const source of merged.flat()) this.merge(result, source);
    return result;
  }

  /** Keys that are there already win, those of an earlier source too. */
  merge(target: JsonObject, source: Json): void {
    if (!isJsonMap(source)) throw new Refusal('`<<` takes a map or a list of maps');
    const keys = Object.keys(source);
    this.count(keys.length);
    for (const key of keys) {
      if (!Object.hasOwn(target, key)) setOwn(target, key, source[key] as Json);
    }
  }

  readKey(node: unknown, depth: number): string {
    const key = this.convert(node, depth + 1);
    if (typeof key === 'object' && key !== null) throw new Refusal('a key that is a list or a map');
    return String(key);
  }

  recall(anchor: string): Json {
    const known = this.anchors.get(anchor);
    if (known === undefined) throw new Refusal(`\`*${anchor}\` has no anchor before it`);
    if (known === null) throw new Refusal(`\`*${anchor}\` holds itself`);
    this.count(known.nodes);
    return known.value;
  }

  count(nodes: number): void {
    this.nodes += nodes;
    if (this.nodes > MAX_NODES) throw new Refusal(`more than ${MAX_NODES} nodes`);
  }
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
}

function readScalar({ value }: Scalar): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new Refusal(`\`${String(value).slice(0, MAX_ERROR)}\` is no JSON value`);
}
