/** Workflow commands of GitHub Actions: the runner shows them at the line, in the diff of a pull request. */
import { type CheckReport, type Issue, nameObject, type Problem } from '../check/report.ts';
import { summarise } from './text.ts';

const COMMANDS: { readonly [action in Issue['action']]: string } = { deny: 'error', warn: 'warning', audit: 'notice' };

/** One command a line. GitHub shows the first ten errors and ten warnings of a step, so those that fail come first. */
export function formatGithub(report: CheckReport): string {
  const issues = report.issues.toSorted((a, b) => rank(a) - rank(b));
  const lines = [...report.problems.map(tellProblem), ...issues.map(tellIssue), summarise(report)];
  return `${lines.join('\n')}\n`;
}

function rank({ action }: Issue): number {
  return { deny: 0, warn: 1, audit: 2 }[action];
}

function tellIssue(issue: Issue): string {
  const { file, line, column, endLine, endColumn, rule, message, remedy, object, action } = issue;
  // GitHub takes columns only for places in one line
  const columns: [string, string | number][] = endLine === line ? [['endColumn', endColumn]] : [];
  return command(
    COMMANDS[action],
    [
      ['file', file],
      ['line', line],
      ['endLine', endLine],
      ['col', column],
      ...columns,
      ['title', `${rule} ${nameObject(object)}`],
    ],
    remedy === '' ? message : `${message}\n${remedy}`,
  );
}

function tellProblem({ file, line, column, message, hint }: Problem): string {
  const place: [string, string | number][] =
    line === 0
      ? []
      : [
          ['line', line],
          ['col', column],
        ];
  const properties: [string, string | number][] = file === '' ? [] : [['file', file], ...place];
  return command(
    'error',
    [...properties, ['title', 'could not be checked']],
    hint === '' ? message : `${message}; ${hint}`,
  );
}

function command(name: string, properties: readonly [string, string | number][], message: string): string {
  const written = properties.map(
    ([key, value]) => `${key}=${escapeData(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`,
  );
  return `::${name} ${written.join(',')}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
