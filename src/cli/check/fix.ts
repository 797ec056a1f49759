/** `--fix`: what defaults and mutating rules add to the objects, written into their files. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { deepEqual, type Json } from '../../policies/index.ts';
import { applyChanges, type Change, findChanges } from '../../reader/changes.ts';
import { applyEdits, CannotEdit, createEdits, type TextEdit } from '../../reader/edit.ts';
import { findObjects, type ManifestObject } from '../../reader/objects.ts';
import { readText } from '../../reader/read-text.ts';
import type { Verdict } from './judge.ts';
import type { Note } from './report.ts';
import type { Subject } from './subjects.ts';

export interface FileFix {
  file: string;
  before: string;
  after: string;
  edits: TextEdit[];
}

interface ObjectFix {
  object: ManifestObject;
  changes: Change[];
  /** What the object must read as afterwards. */
  wanted: Json;
}

/** What would be written, file by file, and why some of it cannot be. Nothing is written that does not read back right. */
export async function planFixes(
  judged: readonly { subject: Subject; verdict: Verdict }[],
): Promise<{ fixes: FileFix[]; notes: Note[] }> {
  const byFile = Map.groupBy(judged.flatMap(toFix), ({ object }) => object.file);
  const fixes: FileFix[] = [];
  const notes: Note[] = [];
  for (const [file, objects] of byFile) {
    const fix = await planFile(file, objects);
    if (fix === null) {
      const message = 'what defaults and mutating rules add could not be written without harm to the file';
      notes.push({ file, line: 0, column: 0, message, hint: 'anchors and aliases are in the way: write it by hand' });
    } else {
      fixes.push(fix);
    }
  }
  return { fixes, notes };
}

function toFix({ subject, verdict }: { subject: Subject; verdict: Verdict }): ObjectFix[] {
  const { object, recorded } = subject;
  const { before, after } = verdict;
  if (recorded || before === null || after === null) return [];
  const changes = findChanges(before, after);
  return changes.length === 0 ? [] : [{ object, changes, wanted: applyChanges(object.value, changes) }];
}

async function planFile(file: string, objects: readonly ObjectFix[]): Promise<FileFix | null> {
  const [first] = objects;
  if (first === undefined) return null;
  const before = first.object.read.text;
  for (const create of [editInPlace, rewriteDocuments]) {
    const edits = create(before, objects);
    const after = edits === null ? null : tryEdits(before, edits);
    if (edits !== null && after !== null && (await readsBack(first.object, after, objects))) {
      return { file, before, after, edits };
    }
  }
  return null;
}

function tryEdits(before: string, edits: readonly TextEdit[]): string | null {
  try {
    return applyEdits(before, edits);
  } catch (error) {
    if (error instanceof CannotEdit) return null;
    throw error;
  }
}

function editInPlace(before: string, objects: readonly ObjectFix[]): TextEdit[] | null {
  try {
    return objects.flatMap(({ object, changes }) => createEdits(before, object.node, changes));
  } catch (error) {
    if (error instanceof CannotEdit) return null;
    throw error;
  }
}

/** The document written anew from its tree: comments stay, the layout is the writer's. */
function rewriteDocuments(before: string, objects: readonly ObjectFix[]): TextEdit[] | null {
  const byDocument = Map.groupBy(objects, ({ object }) => object.document);
  return [...byDocument].map(([{ start, end }, fixes]) => {
    const tree = parseDocument(before.slice(start, end), { version: '1.1', logLevel: 'silent' });
    for (const { object, changes } of fixes) {
      for (const { steps, value } of changes) {
        const path = [...object.base, ...steps];
        if (value === undefined) tree.deleteIn(path);
        else tree.setIn(path, tree.createNode(value, { aliasDuplicateObjects: false }));
      }
    }
    return { start, end, text: tree.toString({ lineWidth: 0 }) };
  });
}

/** Every object of the file must read as it did, or as it was to become. */
async function readsBack({ file, read }: ManifestObject, after: string, fixes: readonly ObjectFix[]): Promise<boolean> {
  const wanted = new Map(fixes.map(({ object, wanted: value }) => [object.node, value]));
  const old = findObjects(read, file).objects;
  const now = findObjects(await readText(after), file).objects;
  return (
    old.length === now.length &&
    old.every((object, index) => deepEqual(wanted.get(object.node) ?? object.value, now[index]?.value ?? null))
  );
}

/**
 * Writes the fixes.
 * @returns notes about files that have changed since they were read, or cannot be written
 */
export function writeFixes(fixes: readonly FileFix[]): { written: string[]; notes: Note[] } {
  const written: string[] = [];
  const notes: Note[] = [];
  for (const { file, before, after } of fixes) {
    const reason = tryWrite(file, before, after);
    if (reason === null) written.push(file);
    else notes.push({ file, line: 0, column: 0, message: `was not completed: ${reason}`, hint: '' });
  }
  return { written, notes };
}

const MARK = '\ufeff';

function tryWrite(file: string, before: string, after: string): string | null {
  try {
    const text = readFileSync(file, 'utf8');
    const mark = text.startsWith(MARK) ? MARK : '';
    if (text !== mark + before) return 'it is not in UTF-8, or has changed since it was read';
    writeFileSync(file, mark + after);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
