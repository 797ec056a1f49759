/**
 * How the operators are built: each operand has a form that reads it, and the operator's own function sees only what
 * could be read. Absent operands, garbage and load-time literals are settled here, once for all families.
 */
import { Garbage, type Operand, type OperandType, type Operator } from '../operator.ts';

/** A value that is present and is not what a form wants; `wanted` where the form's own words are too general. */
export class Unreadable {
  readonly found: unknown;
  readonly wanted: string | null;
  constructor(found: unknown, wanted: string | null = null) {
    this.found = found;
    this.wanted = wanted;
  }
}

/** How a present value is read. `read` is total: it never throws. */
export interface Form<T> {
  type: OperandType;
  /** What it must look like, for messages and the table: `an IPv4 or IPv6 CIDR`. */
  wanted: string;
  read: (value: unknown) => T | Unreadable;
}

/** One operand of a definition: the contract's description of it, and its form. */
export interface Slot<T> {
  operand: Operand;
  read: (value: unknown) => T | Unreadable;
}

/** An operand that must be present. */
export function need<T>(name: string, form: Form<T>): Slot<T> {
  return { operand: { name, type: form.type, wanted: form.wanted }, read: form.read };
}

/** An operand that may be left out; `evaluate` gets undefined for it. */
export function allow<T>(slot: Slot<T>): Slot<T | undefined> {
  return { ...slot, operand: { ...slot.operand, optional: true } };
}

/** An operand that `evaluate` gets also when it is absent, as null. */
export function orNull<T>(slot: Slot<T>): Slot<T | null> {
  return { ...slot, operand: { ...slot.operand, nullable: true } };
}

/** An operand that must be written out in the policy. */
export function writtenOut<T>(slot: Slot<T>): Slot<T> {
  return { ...slot, operand: { ...slot.operand, literal: true } };
}

interface Definition<T extends unknown[]> {
  name: string;
  operands: [...{ [K in keyof T]: Slot<T[K]> }];
  returns: string;
  summary: string;
  source: string;
  examples: Operator['examples'];
  /** Gets the operands as read. May answer Garbage where an operand cannot be used for a reason its form cannot know. */
  evaluate(...values: T): unknown;
}

/** An operator that answers true or false; false when an operand is absent. */
export function definePredicate<T extends unknown[]>(definition: Definition<T>): Operator {
  return buildOperator('predicate', definition as unknown as Definition<unknown[]>);
}

/** An operator that gives a value; null when an operand is absent. */
export function defineAccessor<T extends unknown[]>(definition: Definition<T>): Operator {
  return buildOperator('accessor', definition as unknown as Definition<unknown[]>);
}

interface Fixed {
  value: unknown;
}

function buildOperator(kind: Operator['kind'], definition: Definition<unknown[]>): Operator {
  const { name, returns, summary, source, examples, evaluate } = definition;
  const slots = definition.operands as readonly Slot<unknown>[];
  const absent = kind === 'predicate' ? false : null;

  function run(operands: readonly unknown[], fixed: readonly (Fixed | undefined)[]): unknown {
    const values = new Array<unknown>(slots.length);
    for (let i = 0; i < slots.length; i += 1) {
      const known = fixed[i];
      const slot = slots[i] as Slot<unknown>;
      const found = operands[i];
      if (known) {
        values[i] = known.value;
      } else if (found === null || found === undefined) {
        if (!slot.operand.nullable && !slot.operand.optional) return absent;
        values[i] = slot.operand.nullable ? null : undefined;
      } else {
        const value = slot.read(found);
        if (value instanceof Unreadable) return new Garbage(i, value.found, value.wanted ?? slot.operand.wanted);
        values[i] = value;
      }
    }
    return evaluate(...values);
  }

  /** One operand, as `run` reads it; MISSING or Garbage where the call ends with it. */
  function readOperand(i: 0 | 1, found: unknown): unknown {
    const slot = slots[i] as Slot<unknown>;
    if (found === null || found === undefined) {
      return slot.operand.nullable ? null : slot.operand.optional ? undefined : MISSING;
    }
    const value = slot.read(found);
    return value instanceof Unreadable ? new Garbage(i, value.found, value.wanted ?? slot.operand.wanted) : value;
  }

  function preparePair(literals: readonly unknown[]): (a: unknown, b: unknown) => unknown {
    const fixed = fixLiterals(literals) as readonly (Fixed | undefined)[];
    const [first, second] = fixed;
    if (slots.length > 2) return (a, b) => run([a, b], fixed);
    if (slots.length === 1 || second) {
      const { operand, read } = slots[0] as Slot<unknown>;
      const { value } = second ?? NOTHING_FIXED;
      if (first) return () => evaluate(first.value, value);
      if (!operand.nullable && !operand.optional) {
        return (found) => {
          if (found === null || found === undefined) return absent;
          const a = read(found);
          return a instanceof Unreadable ? new Garbage(0, a.found, a.wanted ?? operand.wanted) : evaluate(a, value);
        };
      }
      return (found) => {
        const a = readOperand(0, found);
        return a instanceof Garbage ? a : evaluate(a, value);
      };
    }
    return (foundA, foundB) => {
      const a = first ? first.value : readOperand(0, foundA);
      if (a === MISSING) return absent;
      if (a instanceof Garbage) return a;
      const b = readOperand(1, foundB);
      if (b === MISSING) return absent;
      return b instanceof Garbage ? b : evaluate(a, b);
    };
  }

  function fixLiterals(literals: readonly unknown[]): readonly (Fixed | undefined)[] | string {
    const fixed = new Array<Fixed | undefined>(slots.length).fill(undefined);
    for (const [i, slot] of slots.entries()) {
      const literal = literals[i];
      if (literal === null || literal === undefined) continue;
      const value = slot.read(literal);
      if (value instanceof Unreadable) {
        return `${slot.operand.name} is ${describe(value.found)}, wanted ${value.wanted ?? slot.operand.wanted}`;
      }
      fixed[i] = { value };
    }
    return fixed;
  }

  function prepare(literals: readonly unknown[]): ((operands: readonly unknown[]) => unknown) | string {
    const fixed = fixLiterals(literals);
    return typeof fixed === 'string' ? fixed : (operands) => run(operands, fixed);
  }

  const operands = slots.map((slot) => slot.operand);
  const apply = (found: readonly unknown[]) => run(found, NONE);
  return { name, kind, operands, returns, summary, source, examples, apply, prepare, preparePair };
}

/** Stands for an operand that is absent and may not be. */
const MISSING = Symbol('missing');

const NONE: readonly undefined[] = [];
const NOTHING_FIXED: Fixed = { value: undefined };

/** Longest part of a user's text that a load error repeats, in characters. */
const SHOWN = 80;

function describe(value: unknown): string {
  if (typeof value === 'string') return `\`${value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value}\``;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a map';
  return `\`${String(value)}\``;
}
