/** For people: each issue with its place, the line it is about, and how to mend it. */
import {
  type CheckReport,
  count,
  countActions,
  type Issue,
  isFailing,
  type Note,
  nameObject,
  type Problem,
} from '../check/report.ts';
import type { Meaning, Paint } from './paint.ts';

export interface TextOptions {
  paint: Paint;
  /** Only what fails the run. */
  quiet: boolean;
  /** Texts by file, for excerpts. */
  texts: ReadonlyMap<string, string>;
}

const MEANINGS: { readonly [action in Issue['action']]: Meaning } = { deny: 'bad', warn: 'caution', audit: 'faint' };
/** Longer lines are cut around the place. */
const EXCERPT_WIDTH = 120;

/** The whole report as text; empty when there is nothing to say and `quiet` was asked for. */
export function formatText(report: CheckReport, options: TextOptions): string {
  const { paint, quiet } = options;
  const linesOf = splitOnce(options.texts);
  const shown = quiet ? report.issues.filter((issue) => isFailing(issue, report.failOn)) : report.issues;
  const lines = shown.flatMap((issue) => [...tellIssue(issue, linesOf, paint), '']);
  for (const problem of report.problems) lines.push(tellPlace('error', 'bad', problem, paint));
  if (report.problems.length > 0) lines.push('');
  if (!quiet) {
    const notes = [
      ...report.notes.map((note) => tellPlace('note', 'faint', note, paint)),
      ...tellSkipped(report, paint),
    ];
    lines.push(...notes, ...(notes.length > 0 ? [''] : []));
  }
  if (!quiet || report.exitCode !== 0) lines.push(paint(report.exitCode === 0 ? 'good' : 'strong', summarise(report)));
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

type LinesOf = (file: string) => readonly string[];

/** Files are split when the first issue in them is told. */
function splitOnce(texts: TextOptions['texts']): LinesOf {
  const known = new Map<string, string[]>();
  return (file) => {
    const lines = known.get(file) ?? texts.get(file)?.split('\n') ?? [];
    known.set(file, lines);
    return lines;
  };
}

/** What stands in a manifest must not steer a terminal. */
function disarm(text: string): string {
  return text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, '\ufffd');
}

function tellIssue(issue: Issue, linesOf: LinesOf, paint: Paint): string[] {
  const head = [
    paint('strong', `${issue.file}:${issue.line}:${issue.column}`),
    paint(MEANINGS[issue.action], issue.action),
    issue.rule,
    nameObject(issue.object),
    ...(issue.operation === 'CREATE' ? [] : [paint('faint', `(${issue.operation.toLowerCase()})`)]),
  ];
  const lines = [head.join(' '), `  ${disarm(issue.message)}`, ...cutExcerpt(issue, linesOf(issue.file), paint)];
  if (issue.remedy !== '') lines.push(`  ${paint('good', 'remedy:')} ${disarm(issue.remedy)}`);
  if (issue.link !== '') lines.push(`  ${paint('faint', `see ${issue.link}`)}`);
  return lines;
}

/** The line of the place, with a mark under it. */
function cutExcerpt(issue: Issue, lines: readonly string[], paint: Paint): string[] {
  const line = lines[issue.line - 1]?.replace(/\r$/, '');
  if (line === undefined) return [];
  const from = issue.column - 1;
  const to = issue.endLine === issue.line ? Math.max(issue.endColumn - 1, from + 1) : line.length;
  const start = from > EXCERPT_WIDTH - 20 ? from - 20 : 0;
  const text = disarm(line.slice(start, start + EXCERPT_WIDTH).replaceAll('\t', ' '));
  const number = String(issue.line);
  const width = Math.max(Math.min(to - start, text.length) - (from - start), 1);
  const mark = ' '.repeat(from - start) + '^'.repeat(width);
  const [cut, blank] = start > 0 ? ['…', ' '] : ['', ''];
  return [
    `  ${paint('faint', `${number} |`)} ${cut}${text}`,
    `  ${paint('faint', `${' '.repeat(number.length)} |`)} ${blank}${paint(MEANINGS[issue.action], mark)}`,
  ];
}

function tellPlace(
  word: string,
  meaning: Meaning,
  { file, line, column, message, hint }: Problem | Note,
  paint: Paint,
): string {
  const place = file === '' ? '' : `${file}${line === 0 ? '' : `:${line}:${column}`}: `;
  return `${place}${paint(meaning, word)}: ${disarm(message)}${hint === '' ? '' : `; ${hint}`}`;
}

function tellSkipped({ skipped }: CheckReport, paint: Paint): string[] {
  const groups = new Map<string, string[]>();
  for (const { rule, policy, message, code } of skipped) {
    const reason = SHARED_REASONS[code] ?? message;
    groups.set(reason, [...(groups.get(reason) ?? []), rule === '' ? policy : rule]);
  }
  return [...groups].map(([reason, rules]) => {
    const names = [...new Set(rules)].sort();
    return `${paint('faint', 'note')}: ${count(names.length, 'rule')} not judged, ${reason}: ${names.join(', ')}`;
  });
}

/** Reasons that differ in their words from rule to rule and mean one thing. */
const SHARED_REASONS: { readonly [code: string]: string } = {
  'relation-not-implemented': 'for they relate objects to each other',
  'inventory-unknown': 'for they ask about other objects',
  'namespace-unknown': 'for they ask about namespaces that are not in the batch',
};

/** Totals in one line. */
export function summarise(report: CheckReport): string {
  const { deny, warn, audit } = countActions(report.issues);
  const parts = [
    `${count(report.objects, 'object')} in ${count(report.files, 'file')}`,
    `${deny} denied`,
    ...(warn > 0 ? [count(warn, 'warning')] : []),
    ...(audit > 0 ? [`${audit} for the record`] : []),
    ...(report.exempted.length > 0 ? [`${report.exempted.length} exempted`] : []),
    ...(report.problems.length > 0 ? [`${report.problems.length} could not be checked`] : []),
  ];
  return parts.join(', ');
}
