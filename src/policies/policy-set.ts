import type { CompiledMatch, CompiledPolicy, CompiledRule, Route } from './compile/compiled.ts';
import { coversSubresource, isGlob } from './match.ts';
import type { ClusterInfo, FailurePolicy, Operation, Review, RuleKind, Severity } from './types.ts';

export interface PolicySummary {
  name: string;
  source: string;
  title: string;
  category: string;
  severity: Severity;
  failurePolicy: FailurePolicy;
  rules: { id: string; kind: RuleKind; mutating: boolean; asleep: string | null }[];
  resources: { group: string; resource: string; operations: Operation[]; subresources: string[] }[];
}

export interface CompiledExemption {
  name: string;
  rules: ReadonlySet<string>;
  /** Every clause of its match, resources included; null exempts all objects. */
  match: CompiledMatch | null;
  reason: string;
  owner: string;
  expires: string;
  /** ms since epoch. */
  expiresAt: number;
}

/** One policy with those of its rules that are candidates for a route, in order. */
export interface Candidate {
  policy: CompiledPolicy;
  rules: readonly CompiledRule[];
}

/** A candidate whose rules are still being collected. */
interface OpenCandidate extends Candidate {
  rules: CompiledRule[];
}

/** All policies in force, compiled and indexed. Never modified: a change makes a new one. */
export interface PolicySet {
  readonly policies: readonly PolicySummary[];
  readonly exemptions: readonly { name: string; expires: string }[];
  /** Equal fingerprints decide alike. */
  readonly fingerprint: string;
  readonly inner: PolicySetParts;
}

export interface PolicySetParts {
  policies: readonly CompiledPolicy[];
  exemptions: readonly CompiledExemption[];
  cluster: ClusterInfo;
  validating: RouteIndex;
  mutating: RouteIndex;
  /** The same set compiled to record traces; made on first use. */
  traced(): PolicySetParts;
}

/** Candidates by operation, resource and sub-resource. The cost of a look-up does not depend on the number of policies. */
export class RouteIndex {
  readonly exact = new Map<string, OpenCandidate[]>();
  readonly wild: { route: Route; policy: CompiledPolicy; rule: CompiledRule }[] = [];
  readonly order: ReadonlyMap<CompiledPolicy, number>;
  readonly merged = new Map<string, readonly Candidate[]>();

  constructor(policies: readonly CompiledPolicy[], wanted: (rule: CompiledRule) => boolean) {
    this.order = new Map(policies.map((policy, i) => [policy, i]));
    for (const policy of policies) {
      for (const rule of policy.rules) if (wanted(rule)) this.add(policy, rule);
    }
  }

  add(policy: CompiledPolicy, rule: CompiledRule): void {
    for (const route of rule.routes) {
      if (route.group === '*' || route.resource === '*' || route.subresources.some(isGlob)) {
        this.wild.push({ route, policy, rule });
        continue;
      }
      for (const operation of route.operations) {
        for (const subresource of route.subresources) {
          const key = `${operation} ${route.group}/${route.resource}/${subresource}`;
          const list = this.exact.get(key) ?? [];
          addRule(list, policy, rule);
          this.exact.set(key, list);
        }
      }
    }
  }

  candidates(review: Review): readonly Candidate[] {
    const { group, resource } = review.resource;
    const key = `${review.operation} ${group}/${resource}/${review.subresource}`;
    const exact = this.exact.get(key);
    if (this.wild.length === 0) return exact ?? NONE;
    const known = this.merged.get(key);
    if (known) return known;
    const list = (exact ?? []).map(({ policy, rules }) => ({ policy, rules: [...rules] }));
    for (const { route, policy, rule } of this.wild) {
      if (route.group !== '*' && route.group !== group) continue;
      if (route.resource !== '*' && route.resource !== resource) continue;
      if (route.operations.includes(review.operation) && coversSubresource(route.subresources, review.subresource))
        addRule(list, policy, rule);
    }
    list.sort((a, b) => (this.order.get(a.policy) ?? 0) - (this.order.get(b.policy) ?? 0));
    for (const { policy, rules } of list) rules.sort((a, b) => policy.rules.indexOf(a) - policy.rules.indexOf(b));
    // The number of resources in a cluster is bounded, that of names in requests is not: only routes are kept.
    if (this.merged.size > 10_000) this.merged.clear();
    this.merged.set(key, list);
    return list;
  }
}

function addRule(list: OpenCandidate[], policy: CompiledPolicy, rule: CompiledRule): void {
  // Rules come policy by policy: it is nearly always the last.
  const known = list.findLast((candidate) => candidate.policy === policy);
  if (!known) list.push({ policy, rules: [rule] });
  else if (!known.rules.includes(rule)) known.rules.push(rule);
}

const NONE: readonly Candidate[] = [];

/** Order of evaluation: priority, then name. The order in which documents arrive does not matter. */
export function byOrder(a: CompiledPolicy, b: CompiledPolicy): number {
  return a.priority - b.priority || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

export function indexPolicies(policies: readonly CompiledPolicy[]): { validating: RouteIndex; mutating: RouteIndex } {
  return {
    validating: new RouteIndex(policies, (rule) => !rule.mutating),
    mutating: new RouteIndex(policies, (rule) => rule.mutating),
  };
}

export function summarise(policy: CompiledPolicy): PolicySummary {
  const resources = new Map<
    string,
    { group: string; resource: string; operations: Set<string>; subresources: Set<string> }
  >();
  for (const route of policy.rules.flatMap((rule) => rule.routes)) {
    const key = `${route.group}/${route.resource}`;
    const entry = resources.get(key) ?? {
      group: route.group,
      resource: route.resource,
      operations: new Set(),
      subresources: new Set(),
    };
    for (const operation of route.operations) entry.operations.add(operation);
    for (const subresource of route.subresources) entry.subresources.add(subresource);
    resources.set(key, entry);
  }
  return {
    name: policy.name,
    source: policy.source,
    title: policy.title,
    category: policy.category,
    severity: policy.severity,
    failurePolicy: policy.failurePolicy,
    rules: policy.rules.map(({ id, kind, mutating, asleep }) => ({ id, kind, mutating, asleep })),
    resources: [...resources.values()].map((entry) => ({
      group: entry.group,
      resource: entry.resource,
      operations: [...entry.operations] as Operation[],
      subresources: [...entry.subresources],
    })),
  };
}
