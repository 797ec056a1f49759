/** What a schema has against an object, as issues. */

import type { Severity } from '../../policies/index.ts';
import { findNode } from '../../reader/nodes.ts';
import type { ManifestObject } from '../../reader/objects.ts';
import { writeSteps } from '../../reader/path-steps.ts';
import type { SchemaProblem } from '../../schemas/problem.ts';
import { findClosest } from '../closest.ts';
import type { Draft } from './issues.ts';

/** An unknown field is dropped in silence, or refused by a current kubectl; anything else is always refused. */
const SEVERITY: Severity = 'high';

/** Turns one problem into an issue, with what was most likely meant. */
export function describeSchemaProblem(object: ManifestObject, problem: SchemaProblem): Draft {
  const { code, steps, message } = problem;
  return {
    rule: `schema/${code}`,
    action: 'deny',
    severity: SEVERITY,
    category: 'schema',
    steps,
    side: code === 'unknown-field' || code === 'properties' ? 'key' : 'value',
    message: `${steps.length === 0 ? 'the object' : `\`${writeSteps(steps)}\``} ${message}`,
    remedy: problem.remedy !== '' ? problem.remedy : findRemedy(object, problem),
  };
}

function findRemedy(object: ManifestObject, { code, steps, message, known }: SchemaProblem): string {
  if (code === 'unknown-field') return suggest(String(steps.at(-1)), known ?? []);
  const { node, depth } = findNode(object.node, steps);
  const written = node.type === 'scalar' && depth === steps.length ? node.source : '';
  const meantAsText = written !== '' && typeof node.value !== 'string' && /wanted .*a string/.test(message);
  return meantAsText ? `put quotes around it: "${written}"` : '';
}

function suggest(word: string, known: readonly string[]): string {
  const meant = findClosest(word, known);
  if (meant !== null) return `did you mean \`${meant}\`?`;
  if (known.length === 0) return '';
  const listed = known.slice(0, 8).map((name) => `\`${name}\``);
  return `known here: ${listed.join(', ')}${known.length > listed.length ? ` and ${known.length - listed.length} more` : ''}`;
}
