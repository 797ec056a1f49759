/** JUnit XML: a suite for each file, a case for each object. */
import { type CheckReport, type Issue, isFailing, nameObject, type Problem } from '../check/report.ts';
import { escapeXml } from './xml.ts';

/** The report as JUnit XML; what only warns stands in the output of its case. */
export function formatJunit(report: CheckReport): string {
  const suites = collectSuites(report);
  const tests = suites.reduce((sum, suite) => sum + suite.cases.length, 0);
  const failures = suites.reduce((sum, suite) => sum + countWith(suite, '<failure'), 0);
  const errors = suites.reduce((sum, suite) => sum + countWith(suite, '<error'), 0);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="lintel check" tests="${tests}" failures="${failures}" errors="${errors}">`,
    ...suites.flatMap((suite) => [
      `  <testsuite name="${escapeXml(suite.file)}" tests="${suite.cases.length}" failures="${countWith(suite, '<failure')}" errors="${countWith(suite, '<error')}">`,
      ...suite.cases,
      '  </testsuite>',
    ]),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

interface Suite {
  file: string;
  cases: string[];
}

function countWith({ cases }: Suite, mark: string): number {
  return cases.filter((one) => one.includes(mark)).length;
}

function collectSuites(report: CheckReport): Suite[] {
  const suites = new Map<string, Suite>();
  const suiteOf = (file: string): Suite => {
    const suite = suites.get(file) ?? { file, cases: [] };
    suites.set(file, suite);
    return suite;
  };
  const issues = Map.groupBy(report.issues, keyOf);
  for (const object of report.judged) {
    const own = issues.get(keyOf({ ...object, object })) ?? [];
    issues.delete(keyOf({ ...object, object }));
    suiteOf(object.file).cases.push(tellCase(nameObject(object), object.file, own, report.failOn));
  }
  for (const problem of report.problems) suiteOf(problem.file || 'lintel').cases.push(tellProblem(problem));
  return [...suites.values()];
}

function keyOf({ file, object }: Pick<Issue, 'file' | 'object'>): string {
  return JSON.stringify([file, object.apiVersion, object.kind, object.namespace, object.name]);
}

function tellCase(name: string, file: string, issues: readonly Issue[], failOn: CheckReport['failOn']): string {
  const head = `    <testcase name="${escapeXml(name)}" classname="${escapeXml(file)}" file="${escapeXml(file)}"`;
  if (issues.length === 0) return `${head}/>`;
  const failing = issues.filter((issue) => isFailing(issue, failOn));
  const others = issues.filter((issue) => !isFailing(issue, failOn));
  const [first] = failing;
  return [
    `${head}>`,
    ...(first === undefined
      ? []
      : [
          `      <failure type="${escapeXml(first.rule)}" message="${escapeXml(describeAll(failing))}">${escapeXml(failing.map(tell).join('\n'))}</failure>`,
        ]),
    ...(others.length === 0 ? [] : [`      <system-out>${escapeXml(others.map(tell).join('\n'))}</system-out>`]),
    '    </testcase>',
  ].join('\n');
}

function describeAll([first, ...rest]: readonly Issue[]): string {
  if (first === undefined) return '';
  return `${first.rule}: ${first.message}${rest.length === 0 ? '' : ` (and ${rest.length} more)`}`;
}

function tell({ file, line, column, action, rule, message, remedy }: Issue): string {
  return `${file}:${line}:${column} ${action} ${rule}: ${message}${remedy === '' ? '' : `; ${remedy}`}`;
}

function tellProblem({ file, line, column, message, hint }: Problem): string {
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  const name = escapeXml(place === '' ? 'check' : place);
  const text = escapeXml(hint === '' ? message : `${message}; ${hint}`);
  return `    <testcase name="${name}" classname="${escapeXml(file)}"><error type="could-not-check" message="${text}"/></testcase>`;
}
