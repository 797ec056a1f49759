/**
 * json-logic-js with our operators: the reference that each compiled expression must agree with on its policy's own
 * examples before the policy goes live.
 */
import jsonLogic from 'json-logic-js';
import type { Json } from '../types.ts';
import { Garbage, type Operator } from './operator.ts';
import { readOwnPath } from './own.ts';

const registered = new Set<string>();

function register(
  operators: ReadonlyMap<string, Operator>,
  compileRead: (path: string) => (root: unknown) => unknown,
): void {
  if (registered.size > 0) return;
  for (const operator of operators.values()) {
    jsonLogic.add_operation(operator.name, (...operands: unknown[]) => callOperator(operator, operands));
    registered.add(operator.name);
  }
  jsonLogic.add_operation(
    '??',
    (...operands: unknown[]) => operands.find((value) => value !== null && value !== undefined) ?? null,
  );
  jsonLogic.add_operation('val', function (this: unknown, ...keys: (string | number)[]) {
    return readOwnPath(this, keys);
  });
  jsonLogic.add_operation('get', function (this: unknown, path: string, fallback: unknown = null) {
    return compileRead(path)(this) ?? fallback;
  });
}

function callOperator(operator: Operator, operands: unknown[]): unknown {
  const absent = operator.kind === 'predicate' ? false : null;
  for (let i = 0; i < operands.length; i++) {
    const operand = operator.operands[Math.min(i, operator.operands.length - 1)];
    if ((operands[i] === null || operands[i] === undefined) && !operand?.nullable && !operand?.optional) return absent;
  }
  const result = operator.apply(operands);
  return result instanceof Garbage ? absent : (result ?? null);
}

/** Evaluates normalised logic with json-logic-js. */
export function createReference(
  operators: ReadonlyMap<string, Operator>,
  compileRead: (path: string) => (root: unknown) => unknown,
): (logic: Json, data: unknown) => unknown {
  register(operators, compileRead);
  return (logic, data) => jsonLogic.apply(logic as never, data) ?? null;
}
