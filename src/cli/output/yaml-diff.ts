/** What a change to an object looks like as YAML: the lines that differ, and the keys they stand under. */
import { stringify } from 'yaml';
import type { Json } from '../../policies/index.ts';

export interface DiffLine {
  /** `+` only after, `-` only before, ` ` a line of both that says where the changed ones stand. */
  sign: '+' | '-' | ' ';
  text: string;
}

/**
 * Compares two values, written as YAML in one style. Of what is equal only the lines are kept under which something
 * changed, so that the result stays small however large the object is. Empty when the values are written alike.
 */
export function diffYaml(before: Json, after: Json): DiffLine[] {
  return keepChanges(compareLines(toLines(before), toLines(after)));
}

function toLines(value: Json): string[] {
  return stringify(value, { lineWidth: 0 }).trimEnd().split('\n');
}

/** All lines of both, in an order that serves both, with as many in common as there can be. */
function compareLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  const width = after.length + 1;
  // common[i * width + j]: how many lines before[i…] and after[j…] have in common
  const common = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const [old, now] = [before[i], after[j]];
    if (old !== undefined && old === now) {
      lines.push({ sign: ' ', text: old });
      i++;
      j++;
    } else if (old !== undefined && (now === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ sign: '-', text: old });
      i++;
    } else {
      lines.push({ sign: '+', text: now ?? '' });
      j++;
    }
  }
  return lines;
}

function keepChanges(lines: readonly DiffLine[]): DiffLine[] {
  const kept = new Set<number>();
  for (const [index, line] of lines.entries()) {
    if (line.sign !== ' ') {
      kept.add(index);
      for (const ancestor of findAncestors(lines, index)) kept.add(ancestor);
    }
  }
  return lines.filter((_line, index) => kept.has(index));
}

/** The lines above that hold this one: each the nearest one indented less, on the same side of the comparison. */
function findAncestors(lines: readonly DiffLine[], index: number): number[] {
  const found: number[] = [];
  const { sign, text } = lines[index] as DiffLine;
  let indent = indentOf(text);
  for (let above = index - 1; above >= 0 && indent > 0; above--) {
    const line = lines[above] as DiffLine;
    if ((line.sign === ' ' || line.sign === sign) && indentOf(line.text) < indent) {
      found.push(above);
      indent = indentOf(line.text);
    }
  }
  return found;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
