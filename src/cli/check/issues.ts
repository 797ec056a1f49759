/** Findings of every origin, brought to the one form that outputs know. */
import type { EnforcementAction, Finding, Severity } from '../../policies/index.ts';
import { locate, locateInside } from '../../reader/locate.ts';
import { findNode, type Step, type YamlNode } from '../../reader/nodes.ts';
import type { ManifestObject } from '../../reader/objects.ts';
import { readSteps, writeSteps } from '../../reader/path-steps.ts';
import { findPlaceholder } from '../../reader/placeholders.ts';
import type { Issue } from './report.ts';

/** What Lintel itself found, before it has a place. */
export interface Draft {
  rule: string;
  action: EnforcementAction;
  severity: Severity;
  category: string;
  steps: readonly Step[];
  side: 'key' | 'value';
  message: string;
  remedy: string;
}

/** Of which object and which change an issue is. */
export interface IssueContext {
  object: ManifestObject;
  namespace: string;
  operation: Issue['operation'];
}

/** An issue that Lintel itself found. */
export function createIssue(context: IssueContext, draft: Draft): Issue {
  const { rule, action, severity, category, steps, side, message, remedy } = draft;
  return {
    rule,
    policy: '',
    action,
    severity,
    category,
    ...describeContext(context),
    ...locate(context.object, steps, side),
    path: writeSteps(steps),
    message,
    remedy,
    link: '',
  };
}

/** What a policy found. Inside a document that a string holds, the place is that in the document. */
export function createPolicyIssue(context: IssueContext, finding: Finding): Issue {
  const { policy, rule, action, severity, category, path, message, remedy, link, position } = finding;
  const { object } = context;
  const steps = readSteps(path);
  const inside = position === null ? null : locateInside(object, steps, position);
  const place = inside ?? locate(object, steps);
  return {
    rule,
    policy,
    action,
    severity,
    category,
    ...describeContext(context),
    ...place,
    path,
    message,
    remedy,
    link,
  };
}

function describeContext({ object, namespace, operation }: IssueContext): Pick<Issue, 'file' | 'object' | 'operation'> {
  const { file, apiVersion, kind, name } = object;
  return { file, object: { apiVersion, kind, namespace, name }, operation };
}

/**
 * The placeholder that stands at a path or below it, so that nobody can say what will be there; null when there is
 * none. Of the whole object and its largest parts it is not asked: something else in them was judged.
 */
export function placeholderAt(object: ManifestObject, steps: readonly Step[]): string | null {
  if (steps.length < 2) return null;
  const { node, depth } = findNode(object.node, steps);
  return depth < steps.length ? null : findBelow(node);
}

function findBelow(node: YamlNode): string | null {
  if (node.type === 'scalar') {
    const inOneLine = node.style === 'plain' || node.style === 'quoted';
    return inOneLine && typeof node.value === 'string' ? findPlaceholder(node.value) : null;
  }
  const children = node.type === 'map' ? node.entries.map((entry) => entry.node) : node.items;
  for (const child of children) {
    const found = findBelow(child);
    if (found !== null) return found;
  }
  return null;
}
