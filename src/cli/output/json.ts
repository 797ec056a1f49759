/** For programs: everything the run came to, in a form that stays. */
import { type CheckReport, countActions } from '../check/report.ts';

/** Changes only when a field changes its meaning or goes; new fields may come at any time. */
export const JSON_FORMAT = 'lintel-check/v1';

/** The whole report as JSON, ending in a line break. docs/check.md describes the fields. */
export function formatJson(report: CheckReport): string {
  const { version, files, objects, evaluated, issues, problems, notes, exempted, skipped, failOn, exitCode } = report;
  const summary = {
    files,
    objects,
    evaluated,
    ...countActions(issues),
    exempted: exempted.length,
    problems: problems.length,
  };
  const document = {
    format: JSON_FORMAT,
    lintel: version,
    exitCode,
    failOn,
    summary,
    issues,
    problems,
    notes,
    exempted: exempted.map(({ issue, ...rest }) => ({ ...issue, ...rest })),
    skipped,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
