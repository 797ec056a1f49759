import type { Operator } from '../logic/operator.ts';
import type { Json } from '../types.ts';
import { checkCall, describeType, findOperator, type StaticType } from './check-call.ts';
import { ARITHMETIC, foldNumbers, orderLiterals } from './fold.ts';
import type { Node } from './grammar.ts';
import { SyntaxMistake } from './mistake.ts';
import { isSingle, type Path, printPath } from './path.ts';

/** A path that an expression reads, from its name on: `object.spec.x` also where `spec.x` was written. */
export interface PathRead {
  path: Path;
  /** From 1, into the text of the expression. */
  column: number;
}

/** What an expression may name, and what it may call. */
export interface ExpressionNames {
  /** The names that a path can start from: `object`, `params`, `item`. */
  roots: ReadonlySet<string>;
  /** Where any other path starts: `['object']`, `['pod']`, `['documents', 'config']`. */
  subject: readonly string[];
  operators: ReadonlyMap<string, Operator>;
}

/** In a boolean place a bare path means "set and not empty"; in a value place it means what stands there. */
export type Position = 'boolean' | 'value';

interface Lowered {
  logic: Json;
  /** Nodes of the logic, written out. Guards name their operands twice, so nesting could double without end. */
  size: number;
}

/** Most nodes of the JSON Logic of one expression, written out. */
const MAX_SIZE = 20_000;

const ORDERING: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);
const LOGICAL: ReadonlyMap<string, string> = new Map([
  ['&&', 'and'],
  ['||', 'or'],
]);
/** `var` walks prototypes in json-logic-js, so such keys are read by `val`, which reads own keys only. */
const INHERITED: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), 'length']);

/** Turns a parsed short form into JSON Logic. Throws a SyntaxMistake. */
export function lowerNode(node: Node, names: ExpressionNames, position: Position): { logic: Json; paths: PathRead[] } {
  const lowering = new Lowering(names);
  const { logic } = lowering.lower(node, position);
  return { logic, paths: lowering.paths };
}

class Lowering {
  readonly names: ExpressionNames;
  readonly paths: PathRead[] = [];

  constructor(names: ExpressionNames) {
    this.names = names;
  }

  lower(node: Node, position: Position): Lowered {
    if (position === 'boolean') {
      return this.lowerCondition(node);
    }
    const lowered = this.lowerValue(node);
    if (lowered.size > MAX_SIZE) {
      throw new SyntaxMistake('the expression is too large', node.at, 'name parts of it as `variables`');
    }
    return lowered;
  }

  lowerCondition(node: Node): Lowered {
    const type = this.typeOf(node);
    if (type !== null && type !== 'boolean') {
      throw new SyntaxMistake(
        `${describeType(type)} stands where a condition is wanted`,
        node.at,
        'compare it with something',
      );
    }
    const lowered = this.lower(node, 'value');
    const bare = node.type === 'path' || (node.type === 'binary' && node.mark === '??');
    return bare ? apply('set', lowered) : lowered;
  }

  lowerValue(node: Node): Lowered {
    switch (node.type) {
      case 'literal':
        return { logic: node.value, size: 1 };
      case 'list':
        return joinList(node.items.map((item) => this.lower(item, 'value')));
      case 'path':
        return this.lowerPath(node.path, node.at);
      case 'call':
        return this.lowerCall(node);
      case 'unary':
        return node.mark === '!' ? apply('!', this.lower(node.operand, 'boolean')) : this.lowerArithmetic(node);
      case 'binary':
        return this.lowerBinary(node);
    }
  }

  lowerBinary(node: Node & { type: 'binary' }): Lowered {
    const { mark } = node;
    if (ARITHMETIC.has(mark)) {
      return this.lowerArithmetic(node);
    }
    const logical = LOGICAL.get(mark);
    if (logical !== undefined) {
      return apply(logical, ...node.operands.map((operand) => this.lower(operand, 'boolean')));
    }
    const [leftNode, rightNode] = node.operands as [Node, Node];
    const left = this.lower(leftNode, 'value');
    const right = this.lower(rightNode, 'value');
    if (ORDERING.has(mark)) {
      return this.lowerOrdering(mark, leftNode, rightNode, left, right);
    }
    switch (mark) {
      case '==':
        return apply(isScalar(left.logic) || isScalar(right.logic) ? '===' : 'equal', left, right);
      case '!=':
        return isScalar(left.logic) || isScalar(right.logic)
          ? apply('!==', left, right)
          : apply('!', apply('equal', left, right));
      case 'in':
        this.checkList(rightNode);
        return apply('list.has', right, left);
      default:
        return apply(mark, left, right);
    }
  }

  checkList(node: Node): void {
    const type = this.typeOf(node);
    if (type !== null && type !== 'list') {
      const message = `a list is wanted behind \`in\`, found ${describeType(type)}`;
      throw new SyntaxMistake(message, node.at, "write a list: `x in ['a', 'b']`");
    }
  }

  lowerOrdering(mark: string, leftNode: Node, rightNode: Node, left: Lowered, right: Lowered): Lowered {
    for (const [node, lowered] of [
      [leftNode, left],
      [rightNode, right],
    ] as const) {
      const type = lowered.logic === null ? 'null' : this.typeOf(node);
      if (type !== null && type !== 'number' && type !== 'string') {
        const message = `\`${mark}\` compares numbers or texts, found ${describeType(type)}`;
        throw new SyntaxMistake(message, node.at);
      }
    }
    if (isScalar(left.logic) && isScalar(right.logic)) {
      return { logic: orderLiterals(mark, left.logic, right.logic), size: 1 };
    }
    const comparison = apply(mark, left, right);
    if (isScalar(left.logic)) {
      return apply('and', apply('type.is', right, scalar(typeof left.logic)), comparison);
    }
    if (isScalar(right.logic)) {
      return apply('and', apply('type.is', left, scalar(typeof right.logic)), comparison);
    }
    return apply('and', apply('type.comparable', left, right), comparison);
  }

  /** One guard over all operands of nested arithmetic: a guard at each level would double the size at each level. */
  lowerArithmetic(node: Node): Lowered {
    const constant = foldNumbers(node);
    if (constant !== undefined) {
      return { logic: constant, size: 1 };
    }
    const operands: Lowered[] = [];
    const guards: Lowered[] = [];
    const raw = this.lowerRaw(node, operands, guards);
    if (raw === null) {
      return { logic: null, size: 1 };
    }
    const numbers = apply('type.numbers', ...operands);
    return apply('if', guards.length === 0 ? numbers : apply('and', numbers, ...guards), raw, scalar(null));
  }

  /** Arithmetic without guards; null where it divides by a literal zero. */
  lowerRaw(node: Node, operands: Lowered[], guards: Lowered[]): Lowered | null {
    const constant = foldNumbers(node);
    if (constant !== undefined) {
      operands.push(scalar(constant));
      return constant === null ? null : scalar(constant);
    }
    if (node.type === 'unary' && node.mark === '-') {
      const raw = this.lowerRaw(node.operand, operands, guards);
      return raw && apply('-', raw);
    }
    if (node.type !== 'binary' || !ARITHMETIC.has(node.mark)) {
      this.checkNumber(node);
      const operand = this.lower(node, 'value');
      operands.push(operand);
      return operand;
    }
    const [leftNode, rightNode] = node.operands as [Node, Node];
    const left = this.lowerRaw(leftNode, operands, guards);
    const right = this.lowerRaw(rightNode, operands, guards);
    if (left === null || right === null) {
      return null;
    }
    if (node.mark === '/' || node.mark === '%') {
      if (right.logic === 0) {
        return null;
      }
      if (typeof right.logic !== 'number') {
        guards.push(apply('!==', right, scalar(0)));
      }
    }
    return apply(node.mark, left, right);
  }

  checkNumber(node: Node): void {
    const type = this.typeOf(node);
    if (type !== null && type !== 'number') {
      throw new SyntaxMistake(`arithmetic is done with numbers, found ${describeType(type)}`, node.at);
    }
  }

  lowerCall(node: Node & { type: 'call' }): Lowered {
    const operands = node.operands.map((operand) => this.lower(operand, 'value'));
    const operator = findOperator(this.names.operators, node.name, node.at);
    const given = node.operands.map((operand, position) => {
      const logic = operands[position]?.logic ?? null;
      const type = logic === null ? 'null' : this.typeOf(operand);
      return { at: operand.at, type, literal: holdsLogic(logic) ? undefined : logic };
    });
    checkCall(operator, given, node.at);
    return apply(node.name, ...operands);
  }

  lowerPath(written: Path, at: number): Lowered {
    const [first] = written;
    const rooted = first?.type === 'field' && this.names.roots.has(first.name);
    const path: Path = rooted
      ? written
      : [...this.names.subject.map((name) => ({ type: 'field' as const, name })), ...written];
    this.paths.push({ path, column: at + 1 });
    if (!isSingle(path)) {
      return { logic: { get: printPath(path) }, size: 2 };
    }
    const keys = path.map((segment) =>
      segment.type === 'index' ? segment.index : segment.type === 'field' ? segment.name : '',
    );
    return { logic: keys.every(isPlainKey) ? { var: keys.join('.') } : { val: keys }, size: 2 };
  }

  typeOf(node: Node): StaticType {
    switch (node.type) {
      case 'literal':
        return node.value === null ? 'null' : (typeof node.value as 'string' | 'number' | 'boolean');
      case 'list':
        return 'list';
      case 'path':
        return null;
      case 'call':
        return this.names.operators.get(node.name)?.kind === 'predicate' ? 'boolean' : null;
      case 'unary':
        return node.mark === '!' ? 'boolean' : 'number';
      case 'binary':
        return node.mark === '??' ? null : ARITHMETIC.has(node.mark) ? 'number' : 'boolean';
    }
  }
}

function isPlainKey(key: string | number): boolean {
  return typeof key === 'number' || (key !== '' && !key.includes('.') && !/^\d+$/.test(key) && !INHERITED.has(key));
}

function isScalar(logic: Json): logic is string | number | boolean | null {
  return typeof logic !== 'object' || logic === null;
}

/** The short form has no literal maps: every map in its JSON Logic is an operation. */
function holdsLogic(logic: Json): boolean {
  return Array.isArray(logic) ? logic.some(holdsLogic) : !isScalar(logic);
}

function scalar(value: string | number | null): Lowered {
  return { logic: value, size: 1 };
}

function joinList(items: readonly Lowered[]): Lowered {
  return { logic: items.map((item) => item.logic), size: items.reduce((sum, item) => sum + item.size, 1) };
}

function apply(operator: string, ...operands: Lowered[]): Lowered {
  const list = joinList(operands);
  return { logic: { [operator]: list.logic }, size: list.size };
}
