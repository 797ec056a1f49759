import type { Frame, GarbageNote, Segments } from '../logic/frame.ts';
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
  /** Reads evidence for the ratchet. */
  evidence: (frame: Frame) => unknown[];
  document: string;
}

/** `when` holds here. Emits garbage that stands in it. */
export function applies(frame: Frame, when: Compiled | null, context: RuleContext, emit: Emit): boolean {
  if (!when) return true;
  frame.notes.length = 0;
  const holds = truthy(when.run(frame, null));
  return !emitGarbage(frame, context, emit) && holds;
}

/** Turns the first note of garbage into a finding; true when there was one. */
export function emitGarbage(frame: Frame, context: RuleContext, emit: Emit): boolean {
  const note = frame.notes[0];
  if (!note) return false;
  frame.notes.length = 0;
  emit(garbageFailure(frame, note, context));
  return true;
}

function garbageFailure(frame: Frame, note: GarbageNote, context: RuleContext): Failure {
  const segments = note.segments ?? context.pathOf?.(frame) ?? frame.itemSegments;
  const found = isSecret(frame) ? '(hidden)' : show(note.garbage.found);
  const where = context.document ? '' : `\`${formatPath([...segments])}\` `;
  const text = `${where}is \`${found}\`, wanted ${note.garbage.wanted}`;
  return { segments, evidence: ['garbage', note.garbage.found, note.garbage.wanted], text: () => text, ownText: true };
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
        const slot = scope.slots.get(`${read.name}.${(read.keys[0] ?? '').replace(/[.[].*$/, '')}`);
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
