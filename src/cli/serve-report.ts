/** What is logged and counted of each compilation of the policies. */
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Problem } from '../policies/index.ts';
import type { LoadReport } from '../sources/load.ts';

/** Gives a listener that logs what is new since the last report, and sets the metrics. */
export function createReportWriter(log: Log, metrics: Metrics): (report: LoadReport) => void {
  let known = new Set<string>();
  return (report) => {
    const lines = new Map([
      ...report.problems.map((problem) => [formatProblem(problem), problem.severity] as const),
      ...report.notes.map((note) => [note, 'note'] as const),
    ]);
    for (const [line, severity] of lines) {
      if (!known.has(line)) {
        tell(log, severity, line);
      }
    }
    known = new Set(lines.keys());
    const errors = report.problems.filter((problem) => problem.severity === 'error').length;
    metrics.setPolicies(report.set.policies.length);
    metrics.setLoadErrors(errors);
    const { rejected, usingLastGood } = report;
    log.info(
      {
        policies: report.set.policies.length,
        rules: report.set.policies.reduce((sum, policy) => sum + policy.rules.length, 0),
        exemptions: report.set.exemptions.length,
        errors,
        ...(rejected.length > 0 && { rejected }),
        ...(usingLastGood.length > 0 && { usingLastGood }),
        fingerprint: report.set.fingerprint,
      },
      'policies loaded',
    );
  };
}

function tell(log: Log, severity: Problem['severity'] | 'note', text: string): void {
  if (severity === 'error') {
    log.error({ problem: text }, 'policy problem');
  } else if (severity === 'warning') {
    log.warn({ problem: text }, 'policy warning');
  } else {
    log.info({ note: text }, 'passed over');
  }
}

/** `file:line:column: /pointer: message; hint`: what editors and terminals make a link of. */
export function formatProblem({ source, line, column, pointer, message, hint }: Problem): string {
  const place = line === 0 ? source : `${source}:${line}:${column}`;
  return `${place}: ${pointer === '' ? '' : `${pointer}: `}${message}${hint === '' ? '' : `; ${hint}`}`;
}
