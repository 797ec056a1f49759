import type { Operand, Operator } from '../logic/operator.ts';
import type { Json } from '../types.ts';
import { SyntaxMistake } from './mistake.ts';
import { suggest } from './suggest.ts';

/** What is known of a value at load; null where nothing is. */
export type StaticType = 'string' | 'number' | 'boolean' | 'list' | 'null' | null;

/** An operand as the check sees it. */
export interface GivenOperand {
  /** Offset into the text. */
  at: number;
  type: StaticType;
  /** Undefined where it is not written out in the policy. */
  literal: Json | undefined;
}

/** Operators that JSON Logic has and the short form has not: it calls no function on elements. */
export const LONG_FORM: ReadonlySet<string> = new Set(
  'if min max cat substr merge map filter reduce all some none missing missing_some log'.split(' '),
);

const ARTICLES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list',
  map: 'a map',
  null: 'null',
};

/** Words for a static type, with an article. */
export function describeType(type: string | null): string {
  return (type === null ? undefined : ARTICLES[type]) ?? 'a value';
}

/** Finds the operator that a call names. Throws a SyntaxMistake that says which one may be meant. */
export function findOperator(operators: ReadonlyMap<string, Operator>, name: string, at: number): Operator {
  const operator = operators.get(name);
  if (operator) {
    return operator;
  }
  throw new SyntaxMistake(`there is no operator \`${name}\``, at, hintOperator(operators, name));
}

function hintOperator(operators: ReadonlyMap<string, Operator>, name: string): string {
  const dot = name.lastIndexOf('.');
  const last = name.slice(dot + 1);
  if (LONG_FORM.has(last)) {
    return `write it as JSON Logic: \`{${last}: […]}\``;
  }
  if (last === 'has' || last === 'exists') {
    return 'a path alone means set and not empty';
  }
  const meant = suggest(name, operators.keys());
  if (meant !== null) {
    return `did you mean \`${meant}\`?`;
  }
  const family = [...operators.keys()].find((known) => known.slice(known.indexOf('.') + 1) === last);
  if (family !== undefined) {
    return dot < 0 ? `did you mean \`${family}\`?` : `write \`${family}(${name.slice(0, dot)}, …)\``;
  }
  return 'operators are called by family and name: `cidr.contains(network, address)`';
}

/** Checks number and types of a call's operands, and what the operator says of its literals. Throws a SyntaxMistake. */
export function checkCall(operator: Operator, given: readonly GivenOperand[], at: number): void {
  checkArity(operator, given.length, at);
  given.forEach((operand, position) => {
    const wanted = operator.operands[Math.min(position, operator.operands.length - 1)];
    if (wanted) {
      checkOperand(operator, wanted, operand);
    }
  });
  const literals = given.map((operand) => operand.literal);
  if (operator.prepare && literals.some((literal) => literal !== undefined)) {
    const prepared = operator.prepare(literals);
    if (typeof prepared === 'string') {
      throw new SyntaxMistake(`\`${operator.name}\`: ${prepared}`, at);
    }
  }
}

function checkArity(operator: Operator, found: number, at: number): void {
  const least = operator.operands.filter((operand) => !operand.optional).length;
  const variadic = operator.operands.at(-1)?.variadic ?? false;
  const most = operator.operands.length;
  if (found >= least && (variadic || found <= most)) {
    return;
  }
  const count = variadic ? `${least} or more` : least === most ? String(least) : `${least} to ${most}`;
  const operands = operator.operands.map(
    (operand) => `${operand.name}${operand.optional ? '?' : ''}${operand.variadic ? '…' : ''}`,
  );
  const noun = count === '1' ? 'operand' : 'operands';
  const message = `\`${operator.name}\` takes ${count} ${noun}, found ${found}`;
  throw new SyntaxMistake(message, at, `write \`${operator.name}(${operands.join(', ')})\``);
}

function checkOperand(operator: Operator, wanted: Operand, given: GivenOperand): void {
  const slot = `\`${wanted.name}\` of \`${operator.name}\``;
  if (wanted.literal && given.literal === undefined) {
    throw new SyntaxMistake(`${slot} must be written out`, given.at, `write ${wanted.wanted} in place`);
  }
  if (given.type === null || (wanted.type === 'any' && given.type !== 'null')) {
    return;
  }
  if (given.type === 'null' ? wanted.nullable || wanted.optional : given.type === wanted.type) {
    return;
  }
  throw new SyntaxMistake(`${slot} is ${describeType(given.type)}, wanted ${wanted.wanted}`, given.at);
}
