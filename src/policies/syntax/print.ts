import type { Json, JsonObject } from '../types.ts';
import { LONG_FORM } from './check-call.ts';
import { ARITHMETIC } from './fold.ts';
import { BINDING, UNARY_BINDING } from './grammar.ts';
import { formatPath, parsePath } from './path.ts';

/** Deeper parts of a logic print as `…`. The short form itself nests less. */
const MAX_DEPTH = 200;
/** Maps of the value slots, and the loose `in`; like the long form they print as JSON. */
const VALUE_FORM: ReadonlySet<string> = new Set(['literal', 'text', 'in', 'var', 'val', 'get']);
/** A text that nothing can pull apart. */
const TIGHT = UNARY_BINDING + 1;

const ORDERING: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);
interface Printed {
  text: string;
  /** How tightly its outermost operator binds. */
  binding: number;
}

/**
 * Writes JSON Logic as short form, for traces and messages. What `parseExpression` made is parsed back to the same
 * logic, in either position. What the short form cannot say stands in the text as JSON.
 */
export function printLogic(logic: Json): string {
  return print(logic, false, 0).text;
}

/** `condition`: an operand of `&&`, `||` or `!`, where a bare path reads as set and not empty. */
function print(logic: Json, condition: boolean, depth: number): Printed {
  if (depth > MAX_DEPTH) {
    return tight('…');
  }
  if (typeof logic !== 'object' || logic === null) {
    return printScalar(logic);
  }
  if (Array.isArray(logic)) {
    return tight(`[${logic.map((item) => print(item, false, depth + 1).text).join(', ')}]`);
  }
  const keys = Object.keys(logic);
  const [operator] = keys;
  if (operator === undefined || keys.length !== 1) {
    return printJson(logic);
  }
  const value = logic[operator] as Json;
  return printOperation(operator, Array.isArray(value) ? value : [value], logic, condition, depth);
}

function printOperation(
  operator: string,
  operands: Json[],
  logic: JsonObject,
  condition: boolean,
  depth: number,
): Printed {
  const path = printPathOf(operator, operands);
  if (path !== null) {
    return tight(path);
  }
  const [first, second] = operands as [Json, Json];
  if (operator === 'set' && operands.length === 1 && condition && isBare(first)) {
    return print(first, false, depth);
  }
  if (operator === '!' && operands.length === 1) {
    return printNot(first, depth);
  }
  const guarded = operator === 'and' || operator === 'if' ? readGuarded(operator, operands) : null;
  if (guarded !== null) {
    return printRaw(guarded, depth);
  }
  const mark = operands.length === 2 ? markOf(operator, first, second) : null;
  if (mark !== null) {
    return mark === 'in' ? printPair(mark, second, first, depth) : printPair(mark, first, second, depth);
  }
  if (operator === 'and' || operator === 'or') {
    return operands.length < 2 ? printJson(logic) : printChain(operator === 'and' ? '&&' : '||', operands, depth);
  }
  if (operator === '??') {
    return operands.length < 2 ? printJson(logic) : printFallbacks(operands, depth);
  }
  return isCall(operator) ? printCall(operator, operands, depth) : printJson(logic);
}

/** The short form has `===` where one side is a scalar literal, and `equal` elsewhere. */
function markOf(operator: string, first: Json, second: Json): string | null {
  const scalar = isScalar(first) || isScalar(second);
  switch (operator) {
    case '===':
      return scalar ? '==' : null;
    case '!==':
      return scalar ? '!=' : null;
    case 'equal':
      return scalar ? null : '==';
    case 'list.has':
      return 'in';
    default:
      return null;
  }
}

function isScalar(logic: Json): boolean {
  return typeof logic !== 'object' || logic === null;
}

function printPathOf(operator: string, operands: Json[]): string | null {
  const [only] = operands;
  if (operator === 'get' && operands.length === 1 && typeof only === 'string' && parsePath(only).ok) {
    return only;
  }
  if (operator === 'var' && operands.length === 1 && typeof only === 'string' && only !== '') {
    return formatRooted(only.split('.').map((key) => (/^(?:0|[1-9]\d*)$/.test(key) ? Number(key) : key)));
  }
  if (
    operator === 'val' &&
    operands.length > 0 &&
    operands.every((key) => typeof key === 'string' || typeof key === 'number')
  ) {
    return formatRooted(operands as (string | number)[]);
  }
  return null;
}

/** An expression cannot start with a bracket, which would be a list. */
function formatRooted(keys: (string | number)[]): string | null {
  const text = formatPath(keys);
  return text.startsWith('[') ? null : text;
}

function printNot(operand: Json, depth: number): Printed {
  const equal = operandsOf('equal', operand);
  if (equal?.length === 2 && !equal.some(isScalar)) {
    return printPair('!=', equal[0] as Json, equal[1] as Json, depth);
  }
  return { text: `!${wrap(print(operand, true, depth + 1), UNARY_BINDING)}`, binding: UNARY_BINDING };
}

function printChain(mark: '&&' | '||', operands: Json[], depth: number): Printed {
  const binding = bindingOf(mark);
  const texts = operands.map((operand) => wrap(print(operand, true, depth + 1), binding + 1));
  return { text: texts.join(` ${mark} `), binding };
}

function printFallbacks(operands: Json[], depth: number): Printed {
  const binding = bindingOf('??');
  const texts = operands.map((operand, at) => {
    const printed = print(operand, false, depth + 1);
    return at === 0 ? wrapLeft(printed, binding) : wrap(printed, binding + 1);
  });
  return { text: texts.join(' ?? '), binding };
}

/** Comparisons do not chain, so both sides bind tighter. */
function printPair(mark: string, left: Json, right: Json, depth: number): Printed {
  const binding = bindingOf(mark);
  const before = wrapLeft(print(left, false, depth + 1), binding + 1);
  return { text: `${before} ${mark} ${wrap(print(right, false, depth + 1), binding + 1)}`, binding };
}

/** Arithmetic and orderings inside their guard. */
function printRaw(logic: Json, depth: number): Printed {
  const [operator, operands] = readOperation(logic) ?? ['', []];
  if (depth > MAX_DEPTH) {
    return tight('…');
  }
  if (operator === '-' && operands.length === 1) {
    const operand = printRaw(operands[0] as Json, depth + 1);
    return { text: `-${wrap(operand, UNARY_BINDING)}`, binding: UNARY_BINDING };
  }
  if (ORDERING.has(operator) && operands.length === 2) {
    return printPair(operator, operands[0] as Json, operands[1] as Json, depth);
  }
  if (ARITHMETIC.has(operator) && operands.length === 2) {
    const binding = bindingOf(operator);
    const left = wrap(printRaw(operands[0] as Json, depth + 1), binding);
    const right = wrap(printRaw(operands[1] as Json, depth + 1), binding + 1);
    return { text: `${left} ${operator} ${right}`, binding };
  }
  return print(logic, false, depth);
}

/** What a guard of the short form protects; null for any other `and` or `if`. */
function readGuarded(operator: string, operands: Json[]): Json | null {
  const [guard, body, otherwise] = operands;
  if (guard === undefined || body === undefined) {
    return null;
  }
  const [mark = ''] = readOperation(body) ?? [];
  if (operator === 'if') {
    const numbers =
      operandsOf('type.numbers', guard) ?? operandsOf('type.numbers', operandsOf('and', guard)?.[0] ?? null);
    return numbers && operands.length === 3 && otherwise === null && ARITHMETIC.has(mark) ? body : null;
  }
  const typed = operandsOf('type.is', guard) ?? operandsOf('type.comparable', guard);
  return typed && operands.length === 2 && ORDERING.has(mark) ? body : null;
}

function printCall(operator: string, operands: Json[], depth: number): Printed {
  return tight(`${operator}(${operands.map((operand) => print(operand, false, depth + 1).text).join(', ')})`);
}

function printScalar(value: string | number | boolean | null): Printed {
  const text = JSON.stringify(value);
  if (typeof value === 'string') {
    return tight(/['\\]/.test(text) ? text : `'${text.slice(1, -1)}'`);
  }
  // The parser refuses digits that a number cannot hold exactly.
  return tight(Number.isInteger(value) && !Number.isSafeInteger(value) ? (value as number).toExponential() : text);
}

function printJson(logic: Json): Printed {
  try {
    return tight(JSON.stringify(logic));
  } catch {
    // JSON.stringify recurses and gives up far below the depth that an object in the API may have.
    return tight('…');
  }
}

function isBare(logic: Json): boolean {
  const [operator = '', operands = []] = readOperation(logic) ?? [];
  return operator === '??' || printPathOf(operator, operands) !== null;
}

function isCall(operator: string): boolean {
  return (
    /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*$/.test(operator) && !LONG_FORM.has(operator) && !VALUE_FORM.has(operator)
  );
}

function readOperation(logic: Json): [operator: string, operands: Json[]] | null {
  if (typeof logic !== 'object' || logic === null || Array.isArray(logic)) {
    return null;
  }
  const keys = Object.keys(logic);
  const [operator] = keys;
  if (operator === undefined || keys.length !== 1) {
    return null;
  }
  const value = logic[operator] as Json;
  return [operator, Array.isArray(value) ? value : [value]];
}

function operandsOf(operator: string, logic: Json): Json[] | null {
  const operation = readOperation(logic);
  return operation?.[0] === operator ? operation[1] : null;
}

function bindingOf(mark: string): number {
  return BINDING.get(mark) ?? TIGHT;
}

function wrap(printed: Printed, least: number): string {
  return printed.binding < least ? `(${printed.text})` : printed.text;
}

/** `!a == b` is refused by the parser, as it reads two ways. */
function wrapLeft(printed: Printed, least: number): string {
  return printed.binding === UNARY_BINDING && printed.text.startsWith('!') ? `(${printed.text})` : wrap(printed, least);
}

function tight(text: string): Printed {
  return { text, binding: TIGHT };
}
