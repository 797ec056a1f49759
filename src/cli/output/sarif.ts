/** SARIF 2.1.0 (OASIS): what GitHub code scanning, Azure DevOps and editors read. */
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CheckReport, type Issue, nameObject, type Problem, type RuleInfo } from '../check/report.ts';
import { createFingerprints } from './fingerprint.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const LEVELS: { readonly [action in Issue['action']]: string } = { deny: 'error', warn: 'warning', audit: 'note' };
/** GitHub sorts by this number; it reads critical above 9.0, high above 7.0, medium above 4.0. */
const SECURITY_SEVERITY: { readonly [severity in Issue['severity']]: string } = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.0',
  info: '0.5',
};

/** The report as one SARIF run. */
export function formatSarif(report: CheckReport): string {
  const { rules, issues, exempted, problems, notes, version } = report;
  const ruleIndex = new Map(rules.map(({ id }, index) => [id, index]));
  const fingerprint = createFingerprints();
  const toResult = (issue: Issue): object => ({
    ruleId: issue.rule,
    ruleIndex: ruleIndex.get(issue.rule) ?? -1,
    level: LEVELS[issue.action],
    message: { text: issue.remedy === '' ? issue.message : `${issue.message}\n${issue.remedy}` },
    locations: [{ physicalLocation: toLocation(issue), logicalLocations: [toLogicalLocation(issue)] }],
    partialFingerprints: { 'lintel/v1': fingerprint(issue) },
    properties: { policy: issue.policy, path: issue.path, operation: issue.operation, severity: issue.severity },
  });
  const run = {
    tool: { driver: { name: 'lintel', version, semanticVersion: version, rules: rules.map(toRule) } },
    columnKind: 'utf16CodeUnits',
    invocations: [
      {
        executionSuccessful: problems.length === 0,
        exitCode: report.exitCode,
        toolExecutionNotifications: [
          ...problems.map((problem) => toNotification(problem, 'error')),
          ...notes.map((note) => toNotification(note, 'note')),
        ],
      },
    ],
    results: [
      ...issues.map(toResult),
      ...exempted.map(({ issue, exemption, reason, owner, expires }) => ({
        ...toResult(issue),
        suppressions: [{ kind: 'external', justification: `${exemption}: ${reason} (${owner}, until ${expires})` }],
      })),
    ],
  };
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, null, 2)}\n`;
}

function toRule({ id, policy, title, category, severity, link }: RuleInfo): object {
  return {
    id,
    shortDescription: { text: title },
    ...(link !== '' && { helpUri: link }),
    properties: {
      ...(policy !== '' && { policy }),
      'security-severity': SECURITY_SEVERITY[severity],
      tags: ['kubernetes', ...(category === '' ? [] : [category])],
    },
  };
}

function toLocation({ file, line, column, endLine, endColumn }: Issue): object {
  return {
    artifactLocation: { uri: toUri(file) },
    region: { startLine: line, startColumn: column, endLine, endColumn: Math.max(endColumn, 1) },
  };
}

function toLogicalLocation({ object, path }: Issue): object {
  return { fullyQualifiedName: `${nameObject(object)}${path === '' ? '' : `#${path}`}`, kind: 'object' };
}

function toNotification({ file, line, column, message, hint }: Problem, level: string): object {
  const region = line === 0 ? {} : { region: { startLine: line, startColumn: column } };
  return {
    level,
    message: { text: hint === '' ? message : `${message}; ${hint}` },
    ...(file !== '' && { locations: [{ physicalLocation: { artifactLocation: { uri: toUri(file) }, ...region } }] }),
  };
}

/** Relative paths stay relative, so that a scanner finds the file in its own checkout. */
function toUri(file: string): string {
  if (file === '<stdin>') return 'stdin';
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file
    .replaceAll('\\', '/')
    .split('/')
    .map(encodeURIComponent)
    .join('/')
    .replace(/^(?:\.\/)+/, '');
}
