/**
 * The contract of an operator. An operator is total: it never throws, and an operand that is
 * present but cannot be read becomes {@link Garbage}, which the caller turns into a finding.
 * An absent operand (null or undefined) never reaches `apply`, unless the operand says `nullable`:
 * the caller answers false for a predicate and null for an accessor.
 */

/** An operand that was present and could not be read as what was wanted. */
export class Garbage {
  readonly operand: number;
  readonly found: unknown;
  readonly wanted: string;
  constructor(operand: number, found: unknown, wanted: string) {
    this.operand = operand;
    this.found = found;
    this.wanted = wanted;
  }
}

export type OperandType = 'any' | 'string' | 'number' | 'boolean' | 'list' | 'map';

export interface Operand {
  name: string;
  type: OperandType;
  /** What it must look like, for messages and the table: `an IPv4 or IPv6 CIDR`. */
  wanted: string;
  optional?: boolean;
  /** The last operand may repeat. */
  variadic?: boolean;
  /** `apply` gets null for an absent operand. */
  nullable?: boolean;
  /** Must be written out in the policy: a pattern, a unit. */
  literal?: boolean;
}

export interface Operator {
  /** Family and name: `cidr.contains`. */
  name: string;
  /** A predicate answers true or false; an accessor a value or null. */
  kind: 'predicate' | 'accessor';
  operands: Operand[];
  /** What it gives, in words. */
  returns: string;
  /** One sentence. */
  summary: string;
  /** What defines the behaviour: an RFC, a Kubernetes package. */
  source: string;
  /** Shown in the table and run as tests: operands, result; a Garbage result is written `'garbage'`. */
  examples: readonly (readonly [operands: readonly unknown[], result: unknown])[];
  apply(operands: readonly unknown[]): unknown;
  /**
   * Optional specialisation: called once at load with the literal operands in place and undefined where the
   * operand is not a literal. Returns what to call instead of `apply`, or a string that says why the literals are wrong.
   */
  prepare?(literals: readonly unknown[]): ((operands: readonly unknown[]) => unknown) | string;
  /**
   * Optional, and only with `prepare`, which found the literals right: the same for calls of one or two operands, without
   * a list of them. With one operand `b` is undefined.
   */
  preparePair?(literals: readonly unknown[]): (a: unknown, b: unknown) => unknown;
}
