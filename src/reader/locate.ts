/** Where the element that a path names stands in its file. */
import type { Place } from './faults.ts';
import { type FoundNode, findNode, type Step, type YamlNode } from './nodes.ts';
import type { ManifestObject } from './objects.ts';

/** A stretch of one or more lines; ends are behind the last character. */
export interface Span extends Place {
  endLine: number;
  endColumn: number;
}

/**
 * The place of an element: a scalar is pointed at itself, a map or list at its key, an element of a list at its
 * beginning, and what is missing at the key under which it would stand.
 * @param side `key` points at the key also of a scalar
 */
export function locate(object: ManifestObject, steps: readonly Step[], side: 'value' | 'key' = 'value'): Span {
  const found = findNode(object.node, steps);
  const { start, end } = rangeOf(found, found.depth === steps.length ? side : 'key');
  return toSpan(object, start, end);
}

function rangeOf({ node, entry }: FoundNode, side: 'value' | 'key'): { start: number; end: number } {
  const absent = node.type === 'scalar' && node.start === node.end;
  if (node.type === 'scalar' && side === 'value' && !absent) return { start: node.start, end: node.end };
  if (entry !== null) return { start: entry.start, end: entry.end };
  if (node.type === 'scalar') return { start: node.start, end: node.end };
  return { start: node.start, end: endOfFirst(node) };
}

/** Of a map the first key; of a list its first character. */
function endOfFirst(node: YamlNode): number {
  const [first] = node.type === 'map' && !node.flow ? node.entries : [];
  return first !== undefined && first.start === node.start ? first.end : Math.min(node.start + 1, node.end);
}

/** A stretch between two offsets of the object's text. */
export function toSpan(object: ManifestObject, start: number, end: number): Span {
  const from = object.read.placeOf(start);
  const to = object.read.placeOf(Math.max(end, start));
  return { ...from, endLine: to.line, endColumn: to.column };
}

/**
 * The place of a line and column inside a string that holds a document; null for a string that is not written as a
 * literal block, whose lines do not stand in the file one for one.
 */
export function locateInside(object: ManifestObject, steps: readonly Step[], inner: Place): Span | null {
  const { node, depth } = findNode(object.node, steps);
  if (depth < steps.length || node.type !== 'scalar' || node.style !== 'literal') return null;
  const line = object.read.placeOf(node.start).line + inner.line;
  const column = node.indent + inner.column;
  return { line, column, endLine: line, endColumn: column };
}
