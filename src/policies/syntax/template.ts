import type { Json } from '../types.ts';
import { MAX_LENGTH } from './grammar.ts';
import { catchMistake, type SyntaxFailure, SyntaxMistake } from './mistake.ts';
import { scanQuoted } from './quoted.ts';
import { type ExpressionNames, type PathRead, parseExpression } from './short-form.ts';

/** An interpolation: the short form between the braces and what it means. */
export interface TemplateExpression {
  expression: string;
  logic: Json;
  /** Columns count into the template. */
  paths: PathRead[];
}

export type TemplateResult = { ok: true; parts: (string | TemplateExpression)[] } | SyntaxFailure;

/**
 * Reads a message such as ``rule `{{item.name}}` is open``: plain texts, which are never empty, and the expressions
 * between `{{` and `}}`, in value position. `\{{` stands for a plain `{{`; every other character stands for itself.
 */
export function parseTemplate(text: string, names: ExpressionNames): TemplateResult {
  return catchMistake(() => ({ ok: true as const, parts: readParts(text, names) }));
}

function readParts(text: string, names: ExpressionNames): (string | TemplateExpression)[] {
  if (text.length > MAX_LENGTH) {
    throw new SyntaxMistake(`the text is ${text.length} characters long, at most ${MAX_LENGTH} are read`, 0);
  }
  const parts: (string | TemplateExpression)[] = [];
  let plain = '';
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{{', at);
    if (open < 0) {
      break;
    }
    if (text.charAt(open - 1) === '\\') {
      plain += `${text.slice(at, open - 1)}{{`;
      at = open + 2;
      continue;
    }
    plain += text.slice(at, open);
    if (plain !== '') {
      parts.push(plain);
      plain = '';
    }
    const close = findClose(text, open);
    parts.push(readExpression(text, open + 2, close, names));
    at = close + 2;
  }
  plain += text.slice(at);
  return plain === '' ? parts : [...parts, plain];
}

function readExpression(text: string, from: number, to: number, names: ExpressionNames): TemplateExpression {
  const written = text.slice(from, to);
  if (written.trim() === '') {
    throw new SyntaxMistake(
      'nothing stands between `{{` and `}}`',
      from - 2,
      'write `{{object.metadata.name}}`, or `\\{{` for plain braces',
    );
  }
  const parsed = parseExpression(written, { ...names, position: 'value' });
  if (!parsed.ok) {
    throw new SyntaxMistake(parsed.message, from + parsed.column - 1, parsed.hint);
  }
  const paths = parsed.paths.map((read) => ({ path: read.path, column: read.column + from }));
  return { expression: written.trim(), logic: parsed.logic, paths };
}

/** Offset of the `}}` that closes: braces of `{a,b}` and whatever stands in quotes do not count. */
function findClose(text: string, open: number): number {
  let depth = 0;
  for (let at = open + 2; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"' || char === "'") {
      at = scanQuoted(text, at).end - 1;
    } else if (char === '{') {
      depth++;
    } else if (char === '}' && depth > 0) {
      depth--;
    } else if (char === '}' && text.charAt(at + 1) === '}') {
      return at;
    }
  }
  throw new SyntaxMistake('`{{` is never closed', open, 'close it with `}}`, or write `\\{{` for plain braces');
}
