/** TAP 14: one test point an object, with what is wrong as YAML. */
import { type CheckReport, count, type Issue, isFailing, nameObject } from '../check/report.ts';

/** The report as TAP; what could not be checked is a failed point of its own. */
export function formatTap(report: CheckReport): string {
  const { judged, problems, issues, failOn } = report;
  const byObject = Map.groupBy(issues, ({ file, object }) => keyOf(file, nameObject(object), object.apiVersion));
  const lines = ['TAP version 14', `1..${judged.length + problems.length}`];
  let number = 0;
  for (const object of judged) {
    const own = byObject.get(keyOf(object.file, nameObject(object), object.apiVersion)) ?? [];
    const failing = own.some((issue) => isFailing(issue, failOn));
    lines.push(`${failing ? 'not ok' : 'ok'} ${++number} - ${escapeName(`${nameObject(object)} in ${object.file}`)}`);
    if (own.length > 0) lines.push(...tellIssues(own));
  }
  for (const { file, line, message, hint } of problems) {
    lines.push(`not ok ${++number} - ${escapeName(file === '' ? 'could not check' : `could not check ${file}`)}`);
    lines.push('  ---', `  message: ${JSON.stringify(message)}`);
    if (hint !== '') lines.push(`  hint: ${JSON.stringify(hint)}`);
    if (line > 0) lines.push(`  line: ${line}`);
    lines.push('  ...');
  }
  const { skipped } = report;
  if (skipped.length > 0) lines.push(`# ${count(skipped.length, 'rule')} not judged without a cluster`);
  return `${lines.join('\n')}\n`;
}

function keyOf(file: string, name: string, apiVersion: string): string {
  return JSON.stringify([file, name, apiVersion]);
}

/** `#` begins a directive and a backslash escapes it. */
function escapeName(text: string): string {
  return text.replace(/[\\#]/g, '\\$&').replaceAll('\n', ' ');
}

function tellIssues(issues: readonly Issue[]): string[] {
  const lines = ['  ---', '  issues:'];
  for (const { rule, action, message, remedy, path, line, column } of issues) {
    lines.push(`    - rule: ${JSON.stringify(rule)}`);
    lines.push(`      action: ${action}`);
    lines.push(`      message: ${JSON.stringify(message)}`);
    if (remedy !== '') lines.push(`      remedy: ${JSON.stringify(remedy)}`);
    lines.push(`      path: ${JSON.stringify(path)}`);
    lines.push(`      at: ${line}:${column}`);
  }
  lines.push('  ...');
  return lines;
}
