import { parseConstraint, parseVersion, satisfies } from '../logic/operators/version-order.ts';
import { resourcesOf } from '../match.ts';
import { parsePath } from '../syntax/path.ts';
import type { ClusterInfo, PolicySpec, ResourceSchema, RuleDocument } from '../types.ts';
import type { Report } from './report.ts';
import { findInSchema } from './schema-paths.ts';

/**
 * Why a rule sleeps in this cluster: the Kubernetes version does not fit, or what it `requires` is in no installed
 * CRD. null when it is awake; without an installed CRD nothing is known, and the rule is awake.
 */
export function sleepReason(
  rule: RuleDocument,
  spec: PolicySpec,
  cluster: ClusterInfo,
  schemas: readonly ResourceSchema[],
  report: Report,
  pointer: string,
): string | null {
  const constraint = rule.kubernetes ?? spec.kubernetes;
  if (constraint !== undefined) {
    const fits = fitsVersion(constraint, cluster.version);
    if (fits === null)
      report.add(
        'bad-value',
        `${pointer}/kubernetes`,
        `\`${constraint}\` is no version constraint`,
        'write >=1.34, <1.36 or a list of these',
      );
    else if (!fits) return `Kubernetes ${cluster.version} is not ${constraint}`;
  }
  const needed = [rule.requires, spec.requires].flatMap((paths) => paths ?? []);
  const resources = [...resourcesOf(rule.match), ...resourcesOf(spec.match)];
  const installed = schemas.filter(
    (schema) =>
      schema.generation === 'cluster' &&
      resources.some((one) => one.group === schema.group && one.resource === schema.resource),
  );
  if (needed.length === 0 || installed.length === 0) return null;
  for (const path of needed) {
    const parsed = parsePath(path);
    if (!parsed.ok) {
      report.add('bad-path', `${pointer}/requires`, `path \`${path}\`: ${parsed.message} (column ${parsed.column})`);
      continue;
    }
    if (!installed.some((schema) => findInSchema(schema.schema, parsed.path).found))
      return `no installed CRD has \`${path}\``;
  }
  return null;
}

/** null when the constraint cannot be read; true when the version is not known. */
function fitsVersion(constraint: string, version: string): boolean | null {
  const parsed = parseConstraint(constraint);
  if (!parsed) return null;
  const known = version === '' ? null : parseVersion(version);
  return known ? satisfies(known, parsed) : true;
}
