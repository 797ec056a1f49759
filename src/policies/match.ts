import type { CompiledMatch, Route } from './compile/compiled.ts';
import { show } from './compile/message.ts';
import { Halt } from './logic/frame.ts';
import { matchGlob } from './logic/operators/glob.ts';
import { OPERATORS } from './logic/operators/index.ts';
import { isMap, readOwnPath } from './logic/own.ts';
import type { Match, Operation, ResourceMatch, Review } from './types.ts';

/** Built-in kinds that are a Pod or carry a pod template, with the path of the pod in them. */
export const WORKLOADS: readonly { group: string; resource: string; pod: readonly string[] }[] = [
  { group: '', resource: 'pods', pod: [] },
  { group: '', resource: 'replicationcontrollers', pod: ['spec', 'template'] },
  { group: '', resource: 'podtemplates', pod: ['template'] },
  { group: 'apps', resource: 'deployments', pod: ['spec', 'template'] },
  { group: 'apps', resource: 'statefulsets', pod: ['spec', 'template'] },
  { group: 'apps', resource: 'daemonsets', pod: ['spec', 'template'] },
  { group: 'apps', resource: 'replicasets', pod: ['spec', 'template'] },
  { group: 'batch', resource: 'jobs', pod: ['spec', 'template'] },
  { group: 'batch', resource: 'cronjobs', pod: ['spec', 'jobTemplate', 'spec', 'template'] },
];

/** Where the pod stands in an object of this resource; null when it carries none. */
export function podPathOf(group: string, resource: string): readonly string[] | null {
  for (const workload of WORKLOADS) {
    if (workload.resource === resource && workload.group === group) return workload.pod;
  }
  return null;
}

/** `vitistacks.vitistack.io` or an object to group and plural; a bare `*` is any resource of any group. */
export function readResource(written: ResourceMatch | string): ResourceMatch & { group: string } {
  if (typeof written !== 'string') return { ...written, group: written.group ?? '' };
  if (written === '*') return { group: '*', resource: '*' };
  const dot = written.indexOf('.');
  return dot < 0
    ? { group: '', resource: written }
    : { group: written.slice(dot + 1), resource: written.slice(0, dot) };
}

export function resourcesOf(match: Match | undefined): (ResourceMatch & { group: string })[] {
  const listed = (match?.resources ?? []).map(readResource);
  return match?.preset === 'workloads'
    ? [...listed, ...WORKLOADS.map(({ group, resource }) => ({ group, resource }))]
    : listed;
}

const DEFAULT_OPERATIONS: readonly Operation[] = ['CREATE', 'UPDATE'];

/** Under which resource and operation a rule is a candidate; the rule's own words stand in place of the policy's. */
export function routesOf(
  policy: Match,
  rule: Match | undefined,
  operations: readonly Operation[] | undefined,
): Route[] {
  const narrowed = resourcesOf(rule);
  const resources = narrowed.length > 0 ? narrowed : resourcesOf(policy);
  const asked = operations ?? rule?.operations ?? policy.operations ?? DEFAULT_OPERATIONS;
  // Sub-resources are looked at beside the main resource, which has the empty name.
  const subresources = ['', ...(rule?.subresources ?? policy.subresources ?? [])];
  return resources.map(({ group, resource, version }) => ({
    group,
    resource,
    version: version === '*' ? undefined : version,
    operations: asked,
    subresources,
  }));
}

/** Compiles the clauses that an index over resources cannot answer; null when there are none. */
export function compileMatch(match: Match | undefined, leavesOut = false): CompiledMatch | null {
  if (!match) return null;
  const clauses: ((review: Review) => string | null)[] = [];
  if (match.names) clauses.push(globClause('names', match.names, (review) => review.name));
  const { namespaces } = match;
  if (namespaces) {
    const inOne = globClause('namespaces', namespaces, namespaceOf);
    clauses.push((review) => (namespaceOf(review) === '' ? 'namespaces: the object is in none' : inOne(review)));
  }
  const { namespaceSelector, objectSelector } = match;
  if (namespaceSelector) clauses.push((review) => testNamespace(namespaceSelector, review, leavesOut));
  if (objectSelector) clauses.push((review) => testObject(objectSelector, review));
  if (match.users) clauses.push(globClause('users', match.users, (review) => review.userInfo?.username ?? ''));
  const { groups } = match;
  if (groups) {
    clauses.push((review) => {
      const own = review.userInfo?.groups ?? [];
      return own.some((group) => matchesAny(groups, group)) ? null : `groups ${show(groups)} hold none of ${show(own)}`;
    });
  }
  if (match.files) clauses.push(globClause('files', match.files, (review) => review.file ?? ''));
  if (clauses.length === 0) return null;
  return {
    test: (review) => {
      for (const clause of clauses) {
        const miss = clause(review);
        if (miss !== null) return miss;
      }
      return null;
    },
    needsUser: match.users !== undefined || match.groups !== undefined,
    needsNamespace: match.namespaceSelector !== undefined,
  };
}

/** The whole of an `exclude`: resources and operations too. null when it has no clause at all. */
export function compileExclude(exclude: Match | undefined): CompiledMatch | null {
  if (!exclude || Object.keys(exclude).length === 0) return null;
  const resources = resourcesOf(exclude);
  const rest = compileMatch(exclude, true);
  const { operations, subresources } = exclude;
  return {
    test: (review) => {
      if (resources.length > 0 && !resources.some((one) => covers(one, review))) return 'exclude names other resources';
      if (operations && !operations.includes(review.operation)) return `exclude operations ${show(operations)}`;
      if (subresources && !coversSubresource(subresources, review.subresource))
        return `exclude subresources ${show(subresources)}`;
      return rest?.test(review) ?? null;
    },
    needsUser: rest?.needsUser ?? false,
    needsNamespace: rest?.needsNamespace ?? false,
  };
}

export function covers(resource: ResourceMatch & { group: string }, review: Review): boolean {
  return (
    (resource.group === '*' || resource.group === review.resource.group) &&
    (resource.resource === '*' || resource.resource === review.resource.resource) &&
    (resource.version === undefined || resource.version === '*' || resource.version === review.resource.version)
  );
}

/** A sub-resource by name or glob; the main resource, which has no name, by no glob. */
export function coversSubresource(written: readonly string[], subresource: string): boolean {
  return subresource === '' ? written.includes('') : matchesAny(written, subresource);
}

function globClause(
  name: string,
  globs: readonly string[],
  read: (review: Review) => string,
): (review: Review) => string | null {
  return (review) => {
    const value = read(review);
    return matchesAny(globs, value) ? null : `${name} ${show(globs)} do not cover \`${value}\``;
  };
}

function matchesAny(globs: readonly string[], value: string): boolean {
  return globs.some((glob) => glob === value || (isGlob(glob) && matchGlob(value, glob)));
}

export function isGlob(text: string): boolean {
  return text.includes('*') || text.includes('?');
}

/** A Namespace object lies in itself, as the API server has it. */
function namespaceOf(review: Review): string {
  return review.resource.group === '' && review.resource.resource === 'namespaces' ? review.name : review.namespace;
}

/** As the API server does it: a Namespace by its own labels, other cluster-scoped objects always match. */
function testNamespace(selector: Match['namespaceSelector'], review: Review, leavesOut: boolean): string | null {
  const own = review.resource.group === '' && review.resource.resource === 'namespaces';
  // That is on the safe side for what a policy is about, and would be on the other for what it leaves out.
  if (!own && review.namespace === '') return leavesOut ? 'namespaceSelector: the object lies in no namespace' : null;
  const holder = own ? (review.object ?? review.oldObject) : review.namespaceObject;
  if (holder === undefined)
    throw new Halt('namespace-unknown', `the labels of namespace \`${review.namespace}\` are not known`);
  const labels = labelsOf(holder);
  return matchesLabels(selector, labels) ? null : `namespaceSelector does not select ${show(labels)}`;
}

/** Either the new or the old object may match, as in a webhook's objectSelector. */
function testObject(selector: Match['objectSelector'], review: Review): string | null {
  const candidates = [review.object, review.oldObject].filter((object) => object !== null);
  if (candidates.some((object) => matchesLabels(selector, labelsOf(object)))) return null;
  return `objectSelector does not select ${show(labelsOf(candidates[0]))}`;
}

function labelsOf(object: unknown): unknown {
  const labels = readOwnPath(object, ['metadata', 'labels']);
  return isMap(labels) ? labels : {};
}

function matchesLabels(selector: unknown, labels: unknown): boolean {
  return OPERATORS.get('label.matches')?.apply([selector, labels]) === true;
}
