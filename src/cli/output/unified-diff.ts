/** Edits of a text as a unified diff, which `git apply` and `patch` take. */
import type { TextEdit } from '../../reader/edit.ts';
import type { Paint } from './paint.ts';

/** Lines around a change. */
const CONTEXT = 3;

interface LineChange {
  /** Index of the first line replaced, from 0. */
  start: number;
  removed: string[];
  added: string[];
}

/** The diff of one file; empty when the edits change nothing. */
export function formatUnifiedDiff(file: string, text: string, edits: readonly TextEdit[], paint: Paint): string {
  const lines = text.split('\n');
  const changes = toLineChanges(text, edits);
  if (changes.length === 0) return '';
  const name = file.replace(/^(?:\.\/|\/)+/, '');
  const out = [paint('strong', `--- a/${name}`), paint('strong', `+++ b/${name}`)];
  let shift = 0;
  for (const hunk of toHunks(changes)) {
    out.push(...formatHunk(hunk, lines, shift, paint));
    shift += hunk.reduce((sum, { added, removed }) => sum + added.length - removed.length, 0);
  }
  return `${out.join('\n')}\n`;
}

/** Whole lines that change, where edits touch only parts of them. */
function toLineChanges(text: string, edits: readonly TextEdit[]): LineChange[] {
  const changes: LineChange[] = [];
  const sorted = edits.toSorted((a, b) => a.start - b.start);
  for (let at = 0; at < sorted.length; ) {
    const from = text.lastIndexOf('\n', (sorted[at] as TextEdit).start - 1) + 1;
    let to = lineEnd(text, (sorted[at] as TextEdit).end);
    let next = at + 1;
    while (next < sorted.length && (sorted[next] as TextEdit).start <= to) {
      to = lineEnd(text, (sorted[next] as TextEdit).end);
      next++;
    }
    for (const change of compareLines(text, from, to, sorted.slice(at, next))) addChange(changes, change);
    at = next;
  }
  return changes;
}

/** Lines that follow each other change as one. */
function addChange(changes: LineChange[], change: LineChange): void {
  const last = changes.at(-1);
  if (last === undefined || last.start + last.removed.length !== change.start) {
    changes.push(change);
    return;
  }
  last.removed.push(...change.removed);
  last.added.push(...change.added);
}

function lineEnd(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  return at < 0 ? text.length : at;
}

function compareLines(text: string, from: number, to: number, edits: readonly TextEdit[]): LineChange[] {
  let made = '';
  let at = from;
  for (const { start, end, text: put } of edits) {
    made += text.slice(at, start) + put;
    at = end;
  }
  const before = text.slice(from, to).split('\n');
  const after = (made + text.slice(at, Math.max(to, at))).split('\n');
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail))
    tail++;
  const removed = before.slice(head, before.length - tail);
  const added = after.slice(head, after.length - tail);
  if (removed.length === 0 && added.length === 0) return [];
  return [{ start: text.slice(0, from).split('\n').length - 1 + head, removed, added }];
}

function toHunks(changes: readonly LineChange[]): LineChange[][] {
  const hunks: LineChange[][] = [];
  for (const change of changes) {
    const hunk = hunks.at(-1);
    const last = hunk?.at(-1);
    if (hunk !== undefined && last !== undefined && change.start - last.start - last.removed.length <= 2 * CONTEXT) {
      hunk.push(change);
    } else hunks.push([change]);
  }
  return hunks;
}

function formatHunk(hunk: readonly LineChange[], lines: readonly string[], shift: number, paint: Paint): string[] {
  const first = hunk[0] as LineChange;
  const last = hunk.at(-1) as LineChange;
  // the piece behind the last line break is no line
  const total = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  const from = Math.max(first.start - CONTEXT, 0);
  const to = Math.min(last.start + last.removed.length + CONTEXT, total);
  const body: string[] = [];
  let at = from;
  for (const { start, removed, added } of hunk) {
    body.push(...lines.slice(at, start).map((line) => ` ${line}`));
    body.push(
      ...removed.map((line) => paint('removed', `-${line}`)),
      ...added.map((line) => paint('added', `+${line}`)),
    );
    at = start + removed.length;
  }
  body.push(...lines.slice(at, to).map((line) => ` ${line}`));
  const grown = hunk.reduce((sum, { added, removed }) => sum + added.length - removed.length, 0);
  const range = (start: number, length: number): string => `${length === 0 ? start : start + 1},${length}`;
  return [paint('faint', `@@ -${range(from, to - from)} +${range(from + shift, to - from + grown)} @@`), ...body];
}
