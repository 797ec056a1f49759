/** GitLab's code quality report (a Code Climate dialect): shown in merge requests. */
import type { CheckReport, Issue } from '../check/report.ts';
import { createFingerprints } from './fingerprint.ts';

const SEVERITIES: { readonly [severity in Issue['severity']]: string } = {
  critical: 'critical',
  high: 'major',
  medium: 'minor',
  low: 'minor',
  info: 'info',
};

/** Denials count one step more than what only warns; what could not be checked blocks. */
export function formatGitlab(report: CheckReport): string {
  const fingerprint = createFingerprints();
  const entries = [
    ...report.problems.map(({ file, line, message }, index) => ({
      description: message,
      check_name: 'could-not-check',
      fingerprint: `problem-${index}-${file}-${line}`,
      severity: 'blocker',
      location: { path: toPath(file), lines: { begin: Math.max(line, 1) } },
    })),
    ...report.issues.map((issue) => ({
      description: issue.remedy === '' ? issue.message : `${issue.message}; ${issue.remedy}`,
      check_name: issue.rule,
      fingerprint: fingerprint(issue),
      severity: issue.action === 'audit' ? 'info' : SEVERITIES[issue.severity],
      location: { path: toPath(issue.file), lines: { begin: issue.line, end: issue.endLine } },
    })),
  ];
  return `${JSON.stringify(entries, null, 2)}\n`;
}

/** GitLab wants paths from the root of the repository, without `./`. */
function toPath(file: string): string {
  return file === '' ? '.' : file.replace(/^(?:\.\/)+/, '');
}
