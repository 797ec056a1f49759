/** RFC 6902: applying a patch, and finding one. Neither function recurses nor changes what it is given. */
import { deepEqual } from './deep-equal.ts';
import { setOwn } from './set-own.ts';
import type { Json, JsonObject, PatchOperation } from './types.ts';

export type PatchResult = { ok: true; document: Json } | { ok: false; error: string };

/** Why a patch cannot be applied; never leaves this file. */
class PatchRefusal extends Error {}

const INDEX = /^(0|[1-9][0-9]*)$/;
const BAD_ESCAPE = /~(?![01])/;

/**
 * Applies the operations in order, all or none of them. `patch` may be anything: what is no operation is an error.
 * The result shares with `document` and `patch` what did not change.
 */
export function applyPatch(document: Json, patch: readonly unknown[]): PatchResult {
  const draft = new Draft(document);
  for (const [i, operation] of patch.entries()) {
    try {
      applyOperation(draft, operation);
    } catch (error) {
      if (!(error instanceof PatchRefusal)) throw error;
      return { ok: false, error: `operation ${i}: ${error.message}` };
    }
  }
  return { ok: true, document: draft.root };
}

/** Puts a key into a JSON pointer (RFC 6901 §3). */
export function escapePointerKey(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Takes a JSON pointer apart; null when it is not one. */
export function parsePointer(pointer: string): string[] | null {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || BAD_ESCAPE.test(pointer)) return null;
  return pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function applyOperation(draft: Draft, operation: unknown): void {
  const path = readPointer(operation, 'path');
  const op = readMember(operation, 'op');
  switch (op) {
    case 'add':
      draft.add(path, readValue(operation));
      break;
    case 'replace':
      draft.replace(path, readValue(operation));
      break;
    case 'remove':
      draft.remove(path);
      break;
    case 'test':
      if (!deepEqual(draft.read(path), readValue(operation))) refuse(`the value at ${show(path)} is another one`);
      break;
    case 'copy':
      draft.copy(readPointer(operation, 'from'), path);
      break;
    case 'move':
      moveValue(draft, readPointer(operation, 'from'), path);
      break;
    default:
      refuse(`op is \`${String(op)}\`, wanted add, remove, replace, move, copy or test`);
  }
}

function moveValue(draft: Draft, from: readonly string[], path: readonly string[]): void {
  const value = draft.read(from);
  const inside = from.length <= path.length && from.every((key, i) => key === path[i]);
  if (inside && from.length === path.length) return;
  if (inside) refuse(`${show(from)} cannot move into itself`);
  draft.remove(from);
  draft.add(path, value);
}

function refuse(message: string): never {
  throw new PatchRefusal(message);
}

function show(path: readonly string[]): string {
  return `\`${path.map((key) => `/${escapePointerKey(key)}`).join('')}\``;
}

function readMember(operation: unknown, key: string): unknown {
  if (typeof operation !== 'object' || operation === null) refuse('it is not a map');
  if (!Object.hasOwn(operation, key)) refuse(`\`${key}\` is missing`);
  return (operation as Record<string, unknown>)[key];
}

function readValue(operation: unknown): Json {
  return readMember(operation, 'value') as Json;
}

function readPointer(operation: unknown, key: 'path' | 'from'): string[] {
  const pointer = readMember(operation, key);
  const keys = typeof pointer === 'string' ? parsePointer(pointer) : null;
  return keys ?? refuse(`${key} is \`${String(pointer)}\`, wanted a JSON pointer such as \`/spec/replicas\``);
}

type Container = Json[] | JsonObject;

function isContainer(value: Json | undefined): value is Container {
  return typeof value === 'object' && value !== null;
}

function readChild(container: Container, key: string): Json | undefined {
  if (!Array.isArray(container)) return Object.hasOwn(container, key) ? container[key] : undefined;
  return INDEX.test(key) ? container[Number(key)] : undefined;
}

/** A document being patched: a list or map is copied before its first change, and only then. */
class Draft {
  root: Json;
  /** Copies made here, which nobody else holds. */
  #own = new Set<Container>();

  constructor(root: Json) {
    this.root = root;
  }

  read(path: readonly string[]): Json {
    let at: Json | undefined = this.root;
    for (const key of path) at = isContainer(at) ? readChild(at, key) : undefined;
    return at === undefined ? refuse(`nothing is at ${show(path)}`) : at;
  }

  add(path: readonly string[], value: Json): void {
    const key = path.at(-1);
    if (key === undefined) {
      this.root = value;
      return;
    }
    const parent = this.openParent(path);
    if (!Array.isArray(parent)) {
      setOwn(parent, key, value);
      return;
    }
    const index = key === '-' ? parent.length : INDEX.test(key) ? Number(key) : -1;
    if (index < 0 || index > parent.length) refuse(`${show(path)} is no place in a list of ${parent.length}`);
    parent.splice(index, 0, value);
  }

  copy(from: readonly string[], path: readonly string[]): void {
    const value = this.read(from);
    // From here on parts of it are held twice.
    this.#own.clear();
    this.add(path, value);
  }

  replace(path: readonly string[], value: Json): void {
    this.read(path);
    const key = path.at(-1);
    if (key === undefined) this.root = value;
    else this.write(this.openParent(path), key, value);
  }

  remove(path: readonly string[]): void {
    this.read(path);
    const key = path.at(-1);
    if (key === undefined) {
      this.root = null;
      return;
    }
    const parent = this.openParent(path);
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  }

  write(parent: Container, key: string, value: Json): void {
    if (Array.isArray(parent)) parent[Number(key)] = value;
    else setOwn(parent, key, value);
  }

  /** The list or map that holds the last key, and all above it, as copies that may be changed. */
  openParent(path: readonly string[]): Container {
    let at = this.copyOnce(this.root, path, 0);
    this.root = at;
    for (let i = 0; i < path.length - 1; i += 1) {
      const child = this.copyOnce(readChild(at, path[i] as string), path, i + 1);
      this.write(at, path[i] as string, child);
      at = child;
    }
    return at;
  }

  copyOnce(value: Json | undefined, path: readonly string[], depth: number): Container {
    if (!isContainer(value)) refuse(`${show(path.slice(0, depth))} is no list and no map`);
    if (this.#own.has(value)) return value;
    const copy = Array.isArray(value) ? [...value] : { ...value };
    this.#own.add(copy);
    return copy;
  }
}

/** Deeper differences are replaced whole: a patch that names each level of a deep chain grows with its square. */
const MAX_DIFF_DEPTH = 256;
/** A list that gains or loses more elements than this is replaced whole: it is shorter, and quicker to apply. */
const MAX_SHIFTED = 1_000;

interface Pair {
  before: Json;
  after: Json;
  path: string;
  depth: number;
}

/**
 * A patch that turns `before` into `after`: empty when they are deeply equal. Maps are compared member by member; of
 * lists the equal start and end are kept, and what is between them is compared in order.
 */
export function diff(before: Json, after: Json): PatchOperation[] {
  const operations: PatchOperation[] = [];
  const pending: Pair[] = [{ before, after, path: '', depth: 0 }];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const { before: left, after: right, path, depth } = pair;
    if (left === right) continue;
    const children =
      depth < MAX_DIFF_DEPTH && isContainer(left) && isContainer(right)
        ? diffContainers(pair, left, right, operations)
        : null;
    if (children) {
      for (let child = children.pop(); child !== undefined; child = children.pop()) pending.push(child);
    } else if (!deepEqual(left, right)) {
      operations.push({ op: 'replace', path, value: right });
    }
  }
  return operations;
}

/** What is left to compare, after what was added and removed has been written; null to replace the whole. */
function diffContainers(pair: Pair, left: Container, right: Container, operations: PatchOperation[]): Pair[] | null {
  if (Array.isArray(left)) return Array.isArray(right) ? diffLists(pair, left, right, operations) : null;
  return Array.isArray(right) ? null : diffMaps(pair, left, right, operations);
}

function diffMaps({ path, depth }: Pair, left: JsonObject, right: JsonObject, operations: PatchOperation[]): Pair[] {
  const children: Pair[] = [];
  for (const key of Object.keys(left)) {
    if (!Object.hasOwn(right, key)) operations.push({ op: 'remove', path: `${path}/${escapePointerKey(key)}` });
  }
  for (const [key, value] of Object.entries(right)) {
    const at = `${path}/${escapePointerKey(key)}`;
    if (!Object.hasOwn(left, key)) operations.push({ op: 'add', path: at, value });
    else children.push({ before: left[key] as Json, after: value, path: at, depth: depth + 1 });
  }
  return children;
}

function diffLists({ path, depth }: Pair, left: Json[], right: Json[], operations: PatchOperation[]): Pair[] | null {
  if (Math.abs(left.length - right.length) > MAX_SHIFTED) return null;
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && deepEqual(left[start], right[start])) start += 1;
  let end = 0;
  while (end < shorter - start && deepEqual(left[left.length - 1 - end], right[right.length - 1 - end])) end += 1;
  const paired = shorter - end;
  for (let i = left.length - end - 1; i >= paired; i -= 1) operations.push({ op: 'remove', path: `${path}/${i}` });
  for (let i = paired; i < right.length - end; i += 1) {
    operations.push({ op: 'add', path: `${path}/${i}`, value: right[i] as Json });
  }
  const children: Pair[] = [];
  for (let i = start; i < paired; i += 1) {
    children.push({ before: left[i] as Json, after: right[i] as Json, path: `${path}/${i}`, depth: depth + 1 });
  }
  return children;
}
