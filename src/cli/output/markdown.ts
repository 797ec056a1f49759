/** Markdown, for the summary of a pipeline or a comment on a pull request. */
import { type CheckReport, type Issue, nameObject, type Problem } from '../check/report.ts';
import { summarise } from './text.ts';

/** Comments and summaries have an end; whoever wants all of it takes another format. */
const MAX_ROWS = 200;
const ICONS: { readonly [action in Issue['action']]: string } = { deny: '❌', warn: '⚠️', audit: 'ℹ️' };

/** A heading, one line of totals and tables of what is wrong. */
export function formatMarkdown(report: CheckReport): string {
  const { issues, problems, skipped, exempted, exitCode } = report;
  const verdict = ['✅ clean', '❌ violations', '❌ something could not be checked'][exitCode];
  const parts = [`## Lintel: ${verdict}`, `${summarise(report)}.`];
  if (problems.length > 0) parts.push(table(['', 'could not be checked', 'why'], problems.map(rowOfProblem)));
  if (issues.length > 0) parts.push(table(['', 'place', 'rule', 'object', 'what'], issues.map(rowOfIssue)));
  const more = [
    ...exempted.map(
      ({ issue, exemption, owner, expires }) =>
        `${issue.rule} on ${code(nameObject(issue.object))} is let pass by ${code(exemption)} (${escapeCell(owner)}, until ${escapeCell(expires)})`,
    ),
    ...(skipped.length > 0 ? [`${skipped.length} rules could not be judged without a cluster`] : []),
  ];
  if (more.length > 0) parts.push(more.map((line) => `- ${line}`).join('\n'));
  return `${parts.join('\n\n')}\n`;
}

function table(heads: readonly string[], rows: readonly string[][]): string {
  const shown = rows.slice(0, MAX_ROWS);
  const lines = [heads, heads.map(() => '---'), ...shown].map((cells) => `| ${cells.join(' | ')} |`);
  const rest = rows.length - shown.length;
  return [...lines, ...(rest > 0 ? ['', `… and ${rest} more`] : [])].join('\n');
}

function rowOfIssue(issue: Issue): string[] {
  const { action, file, line, rule, link, object, message, remedy } = issue;
  const name = link === '' ? escapeCell(rule) : `[${escapeCell(rule)}](${encodeURI(link)})`;
  const what = `${escapeCell(message)}${remedy === '' ? '' : `<br>${escapeCell(remedy)}`}`;
  return [ICONS[action], code(`${file}:${line}`), name, code(nameObject(object)), what];
}

function rowOfProblem({ file, line, message, hint }: Problem): string[] {
  const place = file === '' ? '' : code(line === 0 ? file : `${file}:${line}`);
  return ['❌', place, escapeCell(hint === '' ? message : `${message}; ${hint}`)];
}

/** Backticks in our own words stay code; what could end a cell or begin HTML is escaped. */
function escapeCell(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replace(/[\r\n]+/g, ' ');
}

function code(text: string): string {
  return `\`${text
    .replaceAll('`', "'")
    .replaceAll('|', '\\|')
    .replace(/[\r\n]+/g, ' ')}\``;
}
