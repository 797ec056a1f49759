import { routesOf } from '../match.ts';
import type { Json, PolicyDocument } from '../types.ts';
import type { Report } from './report.ts';

interface WrittenBy {
  policy: string;
  rule: string;
  value: string;
}

/** Two rules without a condition that write one path of one resource differently: the later one is told. */
export function reportWriteConflicts(documents: readonly { document: PolicyDocument; report: Report }[]): void {
  const writes = new Map<string, WrittenBy>();
  for (const { document, report } of documents) {
    for (const [i, rule] of document.spec.rules.entries()) {
      if (isConditional(document, i)) continue;
      for (const kind of ['default', 'set'] as const) {
        for (const [path, value] of Object.entries(rule[kind] ?? {})) {
          for (const route of routesOf(document.spec.match, rule.match, rule.operations)) {
            const key = `${kind} ${route.group}/${route.resource} ${rule.subject ?? document.spec.subject ?? ''} ${path}`;
            const own: WrittenBy = {
              policy: document.metadata.name,
              rule: rule.id,
              value: JSON.stringify(value as Json),
            };
            const other = writes.get(key);
            if (!other) writes.set(key, own);
            else if (other.value !== own.value) {
              const message = `${rule.id} writes \`${path}\` as ${own.value}, and ${other.rule} of policy \`${other.policy}\` as ${other.value}`;
              report.add(
                'write-conflict',
                `/spec/rules/${i}/${kind}`,
                message,
                'give one of them a condition, or leave one out',
              );
            }
          }
        }
      }
    }
  }
}

function isConditional(document: PolicyDocument, index: number): boolean {
  const { spec } = document;
  const rule = spec.rules[index];
  const {
    resources: _resources,
    operations: _operations,
    preset: _preset,
    ...clauses
  } = { ...spec.match, ...rule?.match };
  return (
    spec.when !== undefined ||
    spec.environments !== undefined ||
    spec.exclude !== undefined ||
    rule?.when !== undefined ||
    rule?.environments !== undefined ||
    rule?.exclude !== undefined ||
    rule?.forEach !== undefined ||
    rule?.kubernetes !== undefined ||
    Object.keys(clauses).length > 0
  );
}
