/**
 * What a scanner or parser of this folder throws inside; it never leaves the folder. Every public function
 * catches it and answers with a {@link SyntaxFailure}.
 */
export class SyntaxMistake extends Error {
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly hint: string;
  constructor(message: string, offset: number, hint = '') {
    super(message);
    this.column = offset + 1;
    this.hint = hint;
  }
}

/** Why a text could not be read. */
export interface SyntaxFailure {
  ok: false;
  message: string;
  /** From 1, in UTF-16 units, into the text that was given. */
  column: number;
  /** The likely mend, '' when there is none. */
  hint: string;
}

/** Runs a parser and turns its {@link SyntaxMistake} into a value; any other error is a bug and passes through. */
export function catchMistake<T>(parse: () => T): T | SyntaxFailure {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SyntaxMistake) {
      return { ok: false, message: error.message, column: error.column, hint: error.hint };
    }
    throw error;
  }
}
