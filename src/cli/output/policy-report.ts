/** PolicyReports (`wgpolicyk8s.io/v1alpha2`): the objects in which clusters keep such results, for what reads them. */
import { stringify } from 'yaml';
import { type CheckReport, countActions, type Issue, type Problem } from '../check/report.ts';

const API_VERSION = 'wgpolicyk8s.io/v1alpha2';
const RESULTS: { readonly [action in Issue['action']]: string } = { deny: 'fail', warn: 'warn', audit: 'warn' };

/** A stream of YAML documents: a ClusterPolicyReport, and a PolicyReport for each namespace with results. */
export function formatPolicyReport(report: CheckReport): string {
  const byNamespace = Map.groupBy(report.issues, ({ object }) => object.namespace);
  const namespaces = new Set(['', ...report.judged.map(({ namespace }) => namespace).sort()]);
  const documents = [...namespaces].map((namespace) => {
    const problems = namespace === '' ? report.problems : [];
    return toReport(namespace, byNamespace.get(namespace) ?? [], problems, report);
  });
  return documents.map((document) => stringify(document, { lineWidth: 0 })).join('---\n');
}

function toReport(
  namespace: string,
  issues: readonly Issue[],
  problems: readonly Problem[],
  report: CheckReport,
): object {
  const { deny, warn, audit } = countActions(issues);
  const failed = new Set(issues.map(({ object }) => `${object.kind}/${object.name}`));
  const own = report.judged.filter((object) => object.namespace === namespace);
  const pass = own.filter(({ kind, name }) => !failed.has(`${kind}/${name}`)).length;
  const skip = namespace === '' ? report.skipped.length : 0;
  return {
    apiVersion: API_VERSION,
    kind: namespace === '' ? 'ClusterPolicyReport' : 'PolicyReport',
    metadata: {
      name: 'lintel-check',
      ...(namespace !== '' && { namespace }),
      labels: { 'app.kubernetes.io/managed-by': 'lintel' },
    },
    summary: { pass, fail: deny, warn: warn + audit, error: problems.length, skip },
    results: [...issues.map(toResult), ...problems.map(toError)],
  };
}

function toResult(issue: Issue): object {
  const { policy, rule, category, severity, action, message, remedy, object, file, line, column, path } = issue;
  const { apiVersion, kind, namespace, name } = object;
  return {
    source: 'lintel',
    policy: policy === '' ? 'lintel' : policy,
    rule,
    ...(category !== '' && { category }),
    severity,
    result: RESULTS[action],
    scored: action !== 'audit',
    message,
    resources: [{ apiVersion, kind, ...(namespace !== '' && { namespace }), name }],
    properties: { file, line: String(line), column: String(column), path, ...(remedy !== '' && { remedy }) },
  };
}

function toError({ file, line, message }: Problem): object {
  const properties = { ...(file !== '' && { file }), ...(line > 0 && { line: String(line) }) };
  return { source: 'lintel', policy: 'lintel', result: 'error', scored: false, message, properties };
}
