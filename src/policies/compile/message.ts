import { type Frame, Halt } from '../logic/frame.ts';
import type { Read } from '../logic/normalise.ts';
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
  const parsed = parseTemplate(text, { roots: scope.roots, subject: [...scope.subject], operators: OPERATORS });
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

/** A value as it stands in a message: strings bare, absent as a dash, the rest as JSON; cut where it is long. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return '—';
  return bound(typeof value === 'string' ? value : writeJson(value, MAX_INTERPOLATION), MAX_INTERPOLATION);
}

function bound(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** The start of the JSON of a value, a little more than `most` units: large and deep values cost no more than small ones. */
function writeJson(value: unknown, most: number): string {
  let text = '';
  const pending: unknown[] = [value];
  while (pending.length > 0 && text.length <= most) {
    const next = pending.pop();
    if (next instanceof Verbatim) text += next.text;
    else if (typeof next === 'string') text += JSON.stringify(next.slice(0, most));
    else if (typeof next !== 'object' || next === null) text += JSON.stringify(next) ?? 'null';
    else pending.push(...takeApart(next, most).reverse());
  }
  return text;
}

/** Text that is written as it is, among values yet to be written. */
class Verbatim {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** The parts of a list or map in order, no more of them than can be seen. */
function takeApart(value: object, most: number): unknown[] {
  const parts: unknown[] = [];
  if (Array.isArray(value)) {
    for (const [i, element] of value.slice(0, most).entries()) parts.push(new Verbatim(i === 0 ? '[' : ','), element);
    return [...(parts.length === 0 ? [new Verbatim('[')] : parts), new Verbatim(']')];
  }
  for (const [i, key] of Object.keys(value).slice(0, most).entries()) {
    const name = `${i === 0 ? '{' : ','}${JSON.stringify(key)}:`;
    parts.push(new Verbatim(name), (value as Record<string, unknown>)[key]);
  }
  return [...(parts.length === 0 ? [new Verbatim('{')] : parts), new Verbatim('}')];
}

/** A value as it stands in a message about this object: hidden where it may be a Secret's. */
export function showHere(frame: Frame, value: unknown): string {
  return isSecret(frame) ? '(hidden)' : show(value);
}

/**
 * Garbage met while a message is built was reported already, or is not the rule's business; and what cannot be told
 * costs the message a word, never the finding.
 */
function quietly(frame: Frame, run: (frame: Frame, data: unknown) => unknown): unknown {
  const notes = frame.notes;
  frame.notes = [];
  const trace = frame.trace;
  frame.trace = null;
  try {
    return run(frame, null);
  } catch (caught) {
    if (caught instanceof Halt) return null;
    throw caught;
  } finally {
    frame.notes = notes;
    frame.trace = trace;
  }
}

export function isSecret(frame: Frame): boolean {
  const object = (frame.object ?? frame.oldObject) as { kind?: unknown; apiVersion?: unknown } | null;
  return object?.kind === 'Secret' && object.apiVersion === 'v1';
}

/**
 * Whether an interpolation may show data of a Secret. Its name, namespace and labels are open; its annotations are not:
 * kubectl keeps the whole object in one of them.
 */
function showsData(reads: readonly Read[]): boolean {
  return reads.some(({ name, keys, fanOut }) => {
    if (QUIET.has(name)) return false;
    return name !== 'object' || fanOut || keys[0] !== 'metadata' || !OPEN_METADATA.has(keys[1] ?? '');
  });
}

const OPEN_METADATA: ReadonlySet<string> = new Set(['name', 'namespace', 'labels', 'uid', 'generation']);

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
  const parsed = parseTemplate(text, { roots: scope.roots, subject: [...scope.subject], operators: OPERATORS });
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
