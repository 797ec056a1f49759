import type { ProblemCode } from '../errors.ts';
import type { PolicySource, Problem } from '../types.ts';

/** Collects the problems of one source. */
export class Report {
  readonly problems: Problem[] = [];
  readonly source: PolicySource;
  policy = '';

  constructor(source: PolicySource) {
    this.source = source;
  }

  add(
    code: ProblemCode,
    pointer: string,
    message: string,
    hint = '',
    severity: Problem['severity'] = 'error',
    shift = 0,
  ): void {
    const place = this.source.locate?.(pointer);
    this.problems.push({
      severity,
      code,
      source: this.source.name,
      line: place?.line ?? 0,
      column: place ? place.column + shift : 0,
      pointer,
      policy: this.policy,
      message,
      hint,
    });
  }

  warn(code: ProblemCode, pointer: string, message: string, hint = ''): void {
    this.add(code, pointer, message, hint, 'warning');
  }

  get failed(): boolean {
    return this.problems.some((problem) => problem.severity === 'error');
  }
}
