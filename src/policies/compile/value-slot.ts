import { BUILTIN_ARITY } from '../logic/builtins.ts';
import type { Frame } from '../logic/frame.ts';
import { OPERATORS } from '../logic/operators/index.ts';
import { isLogic, isMap, readLogic } from '../logic/own.ts';
import type { Json } from '../types.ts';
import type { ExpressionCompiler, Scope } from './expressions.ts';
import { compileText } from './message.ts';

/** A value to write: leaves of a map are written one by one. */
export type ValueSlot =
  | { type: 'leaf'; literal: Json | undefined; run(frame: Frame): unknown }
  | { type: 'map'; entries: [string, ValueSlot][] };

/** `{literal: …}`, `{text: …}`, JSON Logic, a map of more of these, or a literal. */
export function compileValue(value: Json, pointer: string, scope: Scope, compiler: ExpressionCompiler): ValueSlot {
  if (!isMap(value)) return { type: 'leaf', literal: value, run: () => value };
  if (isLogic(value)) {
    const { operator } = readLogic(value);
    const body = value[operator] as Json;
    if (operator === 'literal') return { type: 'leaf', literal: body, run: () => body };
    if (operator === 'text') {
      if (typeof body !== 'string') {
        compiler.report.add(
          'bad-value',
          `${pointer}/text`,
          `text is ${JSON.stringify(body)}, wanted a string with {{expressions}}`,
        );
        return { type: 'leaf', literal: null, run: () => null };
      }
      const text = compileText(body, `${pointer}/text`, scope, compiler);
      return { type: 'leaf', literal: undefined, run: text };
    }
    if (isComputed(value)) {
      const compiled = compiler.compileLogic(value, pointer, scope, null);
      return { type: 'leaf', literal: undefined, run: (frame) => compiled.run(frame, null) };
    }
  }
  const entries = Object.entries(value as { [key: string]: Json }).map(([key, entry]): [string, ValueSlot] => [
    key,
    compileValue(entry, `${pointer}/${key}`, scope, compiler),
  ]);
  return { type: 'map', entries };
}

/** A map that stands for one value, and is not written leaf by leaf: `{literal: …}`, `{text: …}`, JSON Logic. */
export function isComputed(value: unknown): boolean {
  if (!isLogic(value)) return false;
  const { operator } = readLogic(value);
  return SLOT_OPERATORS.has(operator) || operator in BUILTIN_ARITY || OPERATORS.has(operator);
}

const SLOT_OPERATORS: ReadonlySet<string> = new Set([
  'literal',
  'text',
  'var',
  'val',
  'get',
  'missing',
  'missing_some',
]);
