import type { Node } from './grammar.ts';
import { SyntaxMistake } from './mistake.ts';

/** Operators between numbers. */
export const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%']);

/** The value of arithmetic over literals: a number, null for a division by zero, undefined where a path takes part. */
export function foldNumbers(node: Node): number | null | undefined {
  if (node.type === 'literal') {
    return typeof node.value === 'number' ? node.value : undefined;
  }
  if (node.type === 'unary' && node.mark === '-') {
    const value = foldNumbers(node.operand);
    return typeof value === 'number' ? tidy(-value, node.at) : value;
  }
  if (node.type !== 'binary' || !ARITHMETIC.has(node.mark)) {
    return undefined;
  }
  const [left, right] = node.operands.map(foldNumbers);
  if (left === undefined || right === undefined) {
    return undefined;
  }
  return left === null || right === null ? null : calculate(node.mark, left, right, node.at);
}

function calculate(mark: string, left: number, right: number, at: number): number | null {
  switch (mark) {
    case '+':
      return tidy(left + right, at);
    case '-':
      return tidy(left - right, at);
    case '*':
      return tidy(left * right, at);
    case '/':
      return right === 0 ? null : tidy(left / right, at);
    default:
      return right === 0 ? null : tidy(left % right, at);
  }
}

/** JSON knows neither Infinity nor a negative zero. */
function tidy(value: number, at: number): number {
  if (!Number.isFinite(value)) {
    throw new SyntaxMistake('the result is too large for a number', at);
  }
  return value === 0 ? 0 : value;
}

/** An ordering of two literals; unlike types, and null, are in no order. */
export function orderLiterals(
  mark: string,
  left: string | number | boolean | null,
  right: string | number | boolean | null,
): boolean {
  if (left === null || right === null || typeof left !== typeof right) {
    return false;
  }
  switch (mark) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    default:
      return left >= right;
  }
}
