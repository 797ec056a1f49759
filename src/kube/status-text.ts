/** Wording shared by conditions and Events. */
import type { JsonObject, Problem } from '../policies/index.ts';

/** All problems in one line; those beyond so many characters are counted only. */
export function joinProblems(problems: readonly Problem[], limit: number): string {
  const lines = problems.map(({ pointer, message, hint }) => {
    const place = pointer === '' ? '' : `${pointer}: `;
    return `${place}${message}${hint === '' ? '' : `; ${hint}`}`;
  });
  let text = '';
  for (const [index, line] of lines.entries()) {
    const longer = text === '' ? line : `${text} | ${line}`;
    if (longer.length > limit) {
      return text === '' ? `${line.slice(0, limit - 1)}…` : `${text} | … and ${lines.length - index} more`;
    }
    text = longer;
  }
  return text;
}

/** The value as a map; an empty one for anything else. */
export function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** RFC 3339 in seconds, the only form that `metav1.Time` has. */
export function toSeconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
