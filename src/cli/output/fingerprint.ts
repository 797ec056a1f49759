/** What tells one issue from another, however often the file around it changes. */
import { createHash } from 'node:crypto';
import type { Issue } from '../check/report.ts';

/** Gives each issue a fingerprint that no other issue of the report has: no line, no column and no message is in it. */
export function createFingerprints(): (issue: Issue) => string {
  const given = new Map<string, number>();
  return ({ rule, file, object, path }) => {
    const { apiVersion, kind, namespace, name } = object;
    const text = JSON.stringify([rule, file, apiVersion, kind, namespace, name, path]);
    const times = given.get(text) ?? 0;
    given.set(text, times + 1);
    return createHash('sha256')
      .update(times === 0 ? text : `${text}${times}`)
      .digest('hex')
      .slice(0, 32);
  };
}
