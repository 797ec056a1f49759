import { compileExclude } from '../match.ts';
import type { CompiledExemption } from '../policy-set.ts';
import type { PolicyExemptionDocument } from '../types.ts';
import type { Report } from './report.ts';

/** Compiles an exemption; a date that cannot be read is a problem, never an exemption without an end. */
export function compileExemption(document: PolicyExemptionDocument, report: Report): CompiledExemption | null {
  const { spec, metadata } = document;
  const expiresAt = readInstant(spec.expires);
  if (expiresAt === null) {
    report.add(
      'bad-value',
      '/spec/expires',
      `\`${spec.expires}\` is no date`,
      'write 2027-01-31 or 2027-01-31T12:00:00Z',
    );
    return null;
  }
  return {
    name: metadata.name,
    rules: new Set(spec.rules),
    match: compileExclude(spec.match),
    reason: spec.reason,
    owner: spec.owner,
    expires: spec.expires,
    expiresAt,
  };
}

/** RFC 3339 full-date or date-time to milliseconds since the epoch; a date counts from its first instant in UTC. */
function readInstant(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)) return null;
  const instant = Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text);
  return Number.isNaN(instant) ? null : instant;
}
