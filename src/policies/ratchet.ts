import type { Failure } from './compile/compiled.ts';
import { deepEqual } from './deep-equal.ts';

/**
 * The failures that are news: each failure of the old object excuses one of the new object on equal evidence, so that
 * a second element like the one that was bad before is found. Which of several equal ones is excused does not matter,
 * their evidence being the same; the first are.
 */
export function findNews<T extends { failure: Failure }>(failures: readonly T[], before: readonly Failure[]): T[] {
  const open = before.map(({ evidence }) => evidence);
  return failures.filter(({ failure }) => {
    const at = open.findIndex((evidence) => deepEqual(evidence, failure.evidence));
    if (at >= 0) open.splice(at, 1);
    return at < 0;
  });
}
