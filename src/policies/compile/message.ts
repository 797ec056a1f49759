import type { Frame } from '../logic/frame.ts';
import { FRAME_NAME_SET } from '../logic/names.ts';
import { OPERATORS } from '../logic/operators/index.ts';
import { parseTemplate } from '../syntax/template.ts';
import type { ExpressionCompiler, Scope } from './expressions.ts';

/** Longest text one interpolation may give, in UTF-16 units; a whole object in a message helps nobody. */
const MAX_INTERPOLATION = 256;
/** Longest message, in UTF-16 units: four times what a kubectl warning should have, and far below a line of log. */
const MAX_MESSAGE = 1_024;

export interface Template {
  render(frame: Frame): string;
}

/** Compiles `text {{expression}} text`; problems are reported and the template then renders as written. */
export function compileTemplate(text: string, pointer: string, scope: Scope, compiler: ExpressionCompiler): Template {
  const parsed = parseTemplate(text, { roots: FRAME_NAME_SET, subject: [...scope.subject], operators: OPERATORS });
  if (!parsed.ok) {
    compiler.report.add(
      'bad-template',
      pointer,
      `\`${text}\`: ${parsed.message} (column ${parsed.column})`,
      parsed.hint ?? '',
    );
    return { render: () => text };
  }
  const parts = parsed.parts.map((part) => {
    if (typeof part === 'string') return part;
    return compiler.compileLogic(part.logic, pointer, scope, part.expression);
  });
  if (parts.every((part) => typeof part === 'string')) {
    const fixed = parts.join('');
    return { render: () => fixed };
  }
  return {
    render: (frame) => {
      const hidden = isSecret(frame);
      const message = parts
        .map((part) =>
          typeof part === 'string'
            ? part
            : hidden && showsData(part.reads)
              ? '(hidden)'
              : show(quietly(frame, part.run)),
        )
        .join('');
      return bound(message, MAX_MESSAGE);
    },
  };
}

/** A value as it stands in a message: strings bare, absent as a dash, the rest as JSON. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return '—';
  return bound(typeof value === 'string' ? value : JSON.stringify(value), MAX_INTERPOLATION);
}

function bound(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** Garbage met while a message is built was reported already, or is not the rule's business. */
function quietly(frame: Frame, run: (frame: Frame, data: unknown) => unknown): unknown {
  const notes = frame.notes;
  frame.notes = [];
  const trace = frame.trace;
  frame.trace = null;
  try {
    return run(frame, null);
  } finally {
    frame.notes = notes;
    frame.trace = trace;
  }
}

export function isSecret(frame: Frame): boolean {
  const object = (frame.object ?? frame.oldObject) as { kind?: unknown; apiVersion?: unknown } | null;
  return object?.kind === 'Secret' && object.apiVersion === 'v1';
}

function showsData(reads: readonly { name: string; keys: readonly string[] }[]): boolean {
  return reads.some((read) => !(read.name === 'object' && read.keys[0] === 'metadata') && !QUIET.has(read.name));
}

const QUIET: ReadonlySet<string> = new Set([
  'params',
  'environment',
  'cluster',
  'request',
  'namespaceObject',
  'index',
  'last',
  'key',
]);

/** Compiles a text value: null when one of its parts is absent. */
export function compileText(
  text: string,
  pointer: string,
  scope: Scope,
  compiler: ExpressionCompiler,
): (frame: Frame) => string | null {
  const parsed = parseTemplate(text, { roots: FRAME_NAME_SET, subject: [...scope.subject], operators: OPERATORS });
  if (!parsed.ok) {
    compiler.report.add(
      'bad-template',
      pointer,
      `\`${text}\`: ${parsed.message} (column ${parsed.column})`,
      parsed.hint ?? '',
    );
    return () => null;
  }
  const parts = parsed.parts.map((part) =>
    typeof part === 'string' ? part : compiler.compileLogic(part.logic, pointer, scope, part.expression),
  );
  return (frame) => {
    let out = '';
    for (const part of parts) {
      const value = typeof part === 'string' ? part : part.run(frame, null);
      if (value === null || value === undefined || typeof value === 'object') return null;
      out += String(value);
    }
    return out;
  };
}
