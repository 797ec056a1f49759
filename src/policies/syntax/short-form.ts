import type { Json } from '../types.ts';
import { parseNode } from './grammar.ts';
import { type ExpressionNames, lowerNode, type PathRead, type Position } from './lower.ts';
import { catchMistake, type SyntaxFailure } from './mistake.ts';

export type { ExpressionNames, PathRead, Position } from './lower.ts';

export interface ExpressionOptions extends ExpressionNames {
  /** Checks, `when` and `unless` are boolean; keys, variables and everything else are values. */
  position: Position;
}

export type ExpressionResult =
  | {
      ok: true;
      /** JSON Logic for json-logic-js with the operators of the language registered. */
      logic: Json;
      /** Each path that is read, in the order written. */
      paths: PathRead[];
    }
  | SyntaxFailure;

/**
 * Reads the short form. From loose to tight, all grouping to the left:
 * `||`, `&&`, `== != in`, `< <= > >=`, `??`, `+ -`, `* / %`, and `!` and the minus sign before one operand.
 * So `a ?? b == c` is `(a ?? b) == c`. Comparisons do not chain, and `!a == b` is refused: it reads two ways.
 *
 * The JSON Logic is strict: `==` with a scalar literal is `===`, otherwise `equal` (deep); an ordering is guarded by
 * the types of its operands, so that null and unlike types give false; arithmetic gives null unless all its operands
 * are numbers, and null for a division by zero. An operand of `&&`, `||`, `!`, and the whole text in a boolean
 * position, that is a bare path or `??` is wrapped in `set`: present and not empty.
 */
export function parseExpression(text: string, options: ExpressionOptions): ExpressionResult {
  return catchMistake(() => ({ ok: true as const, ...lowerNode(parseNode(text), options, options.position) }));
}
