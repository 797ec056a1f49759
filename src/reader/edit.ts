/** Writes changes into a text and leaves everything else as it stands: comments, order, quotes, blank lines. */
import { stringify, type ToStringOptions } from 'yaml';
import type { Json } from '../policies/index.ts';
import type { Change } from './changes.ts';
import {
  type FoundNode,
  findNode,
  type MapEntry,
  type MapNode,
  type ScalarNode,
  type Step,
  setOwn,
  type YamlNode,
} from './nodes.ts';

/** Replaces what stands between two offsets. */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

/** A change that has no edit of its own; a whole document has to be written anew. */
export class CannotEdit extends Error {}

/** Text that kubectl reads as what it was: words of YAML 1.1 in quotes, no line broken, nothing shared. */
const STYLE: ToStringOptions & { version: '1.1'; aliasDuplicateObjects: false } = {
  version: '1.1',
  aliasDuplicateObjects: false,
  lineWidth: 0,
};

/**
 * The edits that make changes in one object.
 * @param root its node in the text
 * @throws CannotEdit when one of them cannot be made so
 */
export function createEdits(text: string, root: MapNode, changes: readonly Change[]): TextEdit[] {
  const style = readStyle(text, root);
  return joinAtOnePlace(fillEmpty(root, changes).map((change) => createEdit(text, root, change, style)));
}

/** Several keys for one empty map (`{}`, or nothing at all) are one change: the map is written whole. */
function fillEmpty(root: MapNode, changes: readonly Change[]): Change[] {
  const filled: Change[] = [];
  const byPlace = new Map<string, { [key: string]: Json }>();
  for (const { steps, value } of changes) {
    const above = steps.slice(0, -1);
    const { node, depth } = findNode(root, above);
    if (value === undefined || depth < above.length || steps.length === 0 || !isEmpty(node)) {
      filled.push({ steps, value } as Change);
      continue;
    }
    const place = JSON.stringify(above);
    const known = byPlace.get(place) ?? {};
    if (!byPlace.has(place)) filled.push({ steps: above, value: known });
    byPlace.set(place, known);
    setOwn(known, String(steps.at(-1)), value);
  }
  return filled;
}

function isEmpty(node: YamlNode): boolean {
  return node.type === 'scalar' ? node.value === null : node.type === 'map' && node.entries.length === 0;
}

/** A text with edits made, which must not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let made = '';
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    if (edit.start < at) throw new CannotEdit('two changes meet in one place');
    made += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return made + text.slice(at);
}

/** What is inserted at one place stays in order. */
function joinAtOnePlace(edits: readonly TextEdit[]): TextEdit[] {
  const joined: TextEdit[] = [];
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    const insertions =
      last !== undefined && last.start === edit.start && last.end === last.start && edit.end === edit.start;
    if (insertions) last.text += edit.text;
    else joined.push({ ...edit });
  }
  return joined;
}

interface Style {
  /** Whether block lists stand deeper than their key. */
  indentSeq: boolean;
  eol: string;
}

function readStyle(text: string, root: MapNode): Style {
  return { indentSeq: findListIndent(text, root) ?? true, eol: /\r\n/.test(text) ? '\r\n' : '\n' };
}

function findListIndent(text: string, node: YamlNode): boolean | null {
  if (node.type === 'scalar') return null;
  for (const child of node.type === 'list' ? node.items : node.entries) {
    const value = 'node' in child ? child.node : child;
    if ('node' in child && value.type === 'list' && !value.flow && value.items.length > 0) {
      return columnOf(text, value.start) > columnOf(text, child.start);
    }
    const found = findListIndent(text, value);
    if (found !== null) return found;
  }
  return null;
}

function createEdit(text: string, root: MapNode, { steps, value }: Change, style: Style): TextEdit {
  const found = findNode(root, steps);
  if (value === undefined) return removeEntry(text, found, steps.length);
  if (found.depth === steps.length) return replaceNode(text, root, found, steps, value, style);
  if (found.depth < steps.length - 1) throw new CannotEdit('the place of the change is not there');
  const key = String(steps.at(-1));
  const parent = found.node;
  if (parent.type !== 'map') throw new CannotEdit('a key cannot be added there');
  return parent.flow ? addToFlow(text, parent, key, value) : addToBlock(text, parent, key, value, style);
}

// ---------------------------------------------------------------- adding

function addToBlock(text: string, parent: MapNode, key: string, value: Json, style: Style): TextEdit {
  const own = ownEntries(parent);
  const [first, last] = [own[0], own.at(-1)];
  if (first === undefined || last === undefined) throw new CannotEdit('the map is not written here');
  const at = lineEnd(text, last.node.end);
  const indent = ' '.repeat(columnOf(text, first.start));
  return { start: at, end: at, text: style.eol + indentLines(writeBlock({ [key]: value }, style), indent, style.eol) };
}

/** Merged maps bring entries of other places along. */
function ownEntries(parent: MapNode): MapEntry[] {
  return parent.entries.filter(({ start }) => start >= parent.start && start <= parent.end);
}

function addToFlow(text: string, parent: MapNode, key: string, value: Json): TextEdit {
  const last = ownEntries(parent).at(-1);
  if (last === undefined) throw new CannotEdit('the map is not written here');
  const json = text[last.start] === '"';
  const written = json
    ? `${JSON.stringify(key)}: ${JSON.stringify(value)}`
    : unwrap(writeFlow({ [key]: value }, false));
  const lineStart = text.lastIndexOf('\n', last.start - 1) + 1;
  const before = text.slice(lineStart, last.start);
  const ownLine = before.trim() === '' && lineStart > parent.start;
  return { start: last.node.end, end: last.node.end, text: ownLine ? `,\n${before}${written}` : `, ${written}` };
}

/** `{ a: 1 }` to `a: 1`. */
function unwrap(flow: string): string {
  return flow.replace(/^\{\s*/, '').replace(/\s*\}$/, '');
}

// ---------------------------------------------------------------- replacing and removing

function replaceNode(
  text: string,
  root: MapNode,
  { node, entry }: FoundNode,
  steps: readonly Step[],
  value: Json,
  style: Style,
): TextEdit {
  const absent = node.start === node.end;
  const parent = findNode(root, steps.slice(0, -1)).node;
  const inBlock = entry !== null && parent.type === 'map' && !parent.flow;
  if (inBlock && isEmpty(node) && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const indent = ' '.repeat(columnOf(text, entry.start) + 2);
    const start = text.indexOf(':', entry.end) + 1;
    // a comment behind the colon stays where it is
    const at = absent ? lineEnd(text, start) : start;
    return {
      start: at,
      end: absent ? at : node.end,
      text: style.eol + indentLines(writeBlock(value, style), indent, style.eol),
    };
  }
  const json = !inBlock && parent.type === 'map' && text[parent.entries[0]?.start ?? 0] === '"';
  const written = typeof value === 'object' && value !== null ? writeFlow(value, json) : writeScalar(value, node, json);
  return { start: node.start, end: node.end, text: absent ? ` ${written}` : written };
}

function removeEntry(text: string, { entry, node, depth }: FoundNode, wanted: number): TextEdit {
  if (entry === null || depth < wanted) throw new CannotEdit('what is to be removed is not there');
  const start = text.lastIndexOf('\n', entry.start - 1) + 1;
  if (text.slice(start, entry.start).trim() !== '') throw new CannotEdit('other things stand in the same line');
  const end = lineEnd(text, node.end);
  const behind = text.slice(node.end, end).trim();
  if (behind !== '' && !behind.startsWith('#')) throw new CannotEdit('other things stand in the same line');
  return { start, end: Math.min(text.indexOf('\n', end) + 1 || text.length, text.length), text: '' };
}

// ---------------------------------------------------------------- writing

function writeBlock(value: Json, { indentSeq }: Style): string {
  return stringify(value, { ...STYLE, indentSeq }).trimEnd();
}

function writeFlow(value: Json, json: boolean): string {
  return json ? JSON.stringify(value) : stringify(value, { ...STYLE, collectionStyle: 'flow' }).trimEnd();
}

function writeScalar(value: Json, before: YamlNode, json: boolean): string {
  const quoted = before.type === 'scalar' && (before as ScalarNode).style === 'quoted';
  if (json || (typeof value === 'string' && (quoted || value.includes('\n')))) return JSON.stringify(value);
  return stringify(value, STYLE).trimEnd();
}

function indentLines(text: string, indent: string, eol: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : indent + line))
    .join(eol);
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

/** Where the line of an offset ends, before its line break. */
function lineEnd(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  if (at < 0) return text.length;
  return text[at - 1] === '\r' ? at - 1 : at;
}
