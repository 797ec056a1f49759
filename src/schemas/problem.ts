/** What a schema has against an object. */

/** A step into a value: a key of a map or a position in a list. */
export type Step = string | number;

export interface SchemaProblem {
  /** What kind of trouble: the part of a rule id behind `schema/`. */
  code:
    | 'type'
    | 'enum'
    | 'pattern'
    | 'range'
    | 'length'
    | 'items'
    | 'properties'
    | 'required'
    | 'format'
    | 'duplicate'
    | 'alternatives'
    | 'unknown-field'
    | 'metadata';
  steps: readonly Step[];
  /** One line, to stand behind the path: `is 5, wanted a string`. */
  message: string;
  /** How to mend it; '' when the message says it. */
  remedy: string;
  /** For an unknown field: the names that are known there. */
  known?: readonly string[];
}

export type Report = (problem: SchemaProblem) => void;

/** A value for a message: short, on one line, in backticks. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a map';
  const text = JSON.stringify(value) ?? 'nothing';
  return `\`${text.length > 80 ? `${text.slice(0, 79)}…` : text}\``;
}
