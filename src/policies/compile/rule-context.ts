import type { Frame, GarbageNote, Segments } from '../logic/frame.ts';
import type { Read } from '../logic/normalise.ts';
import { readOwnPath, truthy } from '../logic/own.ts';
import { formatPath } from '../syntax/path.ts';
import type { Json, RuleDocument } from '../types.ts';
import type { Emit, Failure } from './compiled.ts';
import type { Compiled, ExpressionCompiler, Scope } from './expressions.ts';
import type { FanOut } from './fan-out.ts';
import { isSecret, show } from './message.ts';
import type { Programs } from './scope.ts';

/** What a rule kind gets to compile itself from. */
export interface RuleContext {
  rule: RuleDocument;
  /** JSON pointer of the rule in its document. */
  pointer: string;
  /** Names and slots inside the rule's fan-out. */
  scope: Scope;
  compiler: ExpressionCompiler;
  programs: Programs;
  fanOut: FanOut;
  when: Compiled | null;
  /** Segments of the finding where the rule says so itself. */
  pathOf: ((frame: Frame) => Segments) | null;
  document: string;
}

/**
 * Works out those variables of the element that the expressions below a pointer read. A rule that walks further inside
 * its element needs it before: a variable is about the element of `forEach`, whoever is the item when it is first read.
 */
export function compileSettle(context: RuleContext, pointer: string): ((frame: Frame) => void) | null {
  const { compiler, scope, fanOut } = context;
  if (!fanOut.active) return null;
  const slots = compiler.readsUnder(pointer).flatMap((read) => {
    const slot = read.name === 'variables' ? scope.slots.get(`variables.${memberOf(read)}`) : undefined;
    return slot === undefined ? [] : [slot];
  });
  if (slots.length === 0) return null;
  return (frame) => {
    for (const slot of slots) frame.variable(slot);
    frame.notes.length = 0;
  };
}

/** The member of `variables` or `documents` that a read names. */
function memberOf(read: Read): string {
  return (read.keys[0] ?? '').replace(/[.[].*$/, '');
}

/** `when` holds here. Emits garbage that stands in it. */
export function applies(frame: Frame, when: Compiled | null, context: RuleContext, emit: Emit): boolean {
  if (!when) return true;
  if (frame.notes.length > 0) frame.notes.length = 0;
  const holds = truthy(when.run(frame, null));
  return !emitGarbage(frame, context, emit) && holds;
}

/** Turns the first note of garbage into a finding; true when there was one. */
export function emitGarbage(frame: Frame, context: RuleContext, emit: Emit): boolean {
  if (frame.notes.length === 0) return false;
  const note = frame.notes[0] as GarbageNote;
  frame.notes.length = 0;
  emit(garbageFailure(frame, note, context));
  return true;
}

function garbageFailure(frame: Frame, note: GarbageNote, context: RuleContext): Failure {
  const segments = note.segments ?? context.pathOf?.(frame) ?? frame.itemSegments;
  const failure = failureOfGarbage(frame, note, segments);
  if (!context.document || note.root === 'object' || note.root === 'pod') return failure;
  if (note.document && note.document.name !== context.document) return failure;
  // A finding in a document says where by line and column.
  const text = `is \`${showGarbage(frame, note)}\`, wanted ${note.garbage.wanted}`;
  return { ...failure, inObject: false, text: () => text };
}

/** What garbage found at these segments of the object comes to. */
export function failureOfGarbage(frame: Frame, note: GarbageNote, segments: Segments): Failure {
  const { found, wanted } = note.garbage;
  const place = note.document?.place ?? null;
  const where = place ? ` (line ${place.line}, column ${place.column})` : '';
  const text = `\`${formatPath([...segments])}\` is \`${showGarbage(frame, note)}\`, wanted ${wanted}${where}`;
  return { segments, evidence: ['garbage', found, wanted + where], inObject: true, text: () => text, ownText: true };
}

function showGarbage(frame: Frame, note: GarbageNote): string {
  return isSecret(frame) ? '(hidden)' : show(note.garbage.found);
}

/** Readers of everything a judgement rests on in the object itself. */
export function compileEvidence(parts: readonly (Compiled | null)[], scope: Scope): (frame: Frame) => unknown[] {
  const readers: ((frame: Frame) => unknown)[] = [];
  const seen = new Set<string>();
  for (const part of parts) {
    for (const read of part?.reads ?? []) {
      const id = `${read.name}.${read.keys.join('.')}`;
      if (NOT_EVIDENCE.has(read.name) || seen.has(id)) continue;
      seen.add(id);
      if (read.name === 'variables' || read.name === 'documents') {
        const slot = scope.slots.get(`${read.name}.${memberOf(read)}`);
        if (slot !== undefined) readers.push((frame) => frame.variable(slot));
      } else if (read.fanOut) {
        readers.push((frame) => frame[read.name as 'object']);
      } else {
        readers.push((frame) => readOwnPath(frame[read.name as 'object'], read.keys));
      }
    }
  }
  return (frame) => readers.map((read) => read(frame) as Json);
}

/** Parameters and other objects never un-ratchet; an index moves when its list does. */
const NOT_EVIDENCE: ReadonlySet<string> = new Set([
  'params',
  'request',
  'lookups',
  'environment',
  'cluster',
  'namespaceObject',
  'oldObject',
  'oldItem',
  'index',
  'last',
  'target',
]);
