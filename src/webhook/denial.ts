import type { EvaluationError, EvaluationErrorCode, Finding, JsonObject, Review } from '../policies/index.ts';
import { cleanLine, countRunes, cutRunes } from './clean-text.ts';

/** What a refused person reads. kubectl prints the message or the causes, never both: each says everything. */
export interface Denial {
  /** A summary line of at most 120 runes, then a line a finding and error; at most 8 KiB of UTF-8. */
  message: string;
  causes: Cause[];
}

/** `status.details.causes[]` of the Kubernetes API. */
export interface Cause {
  reason: string;
  message: string;
  /** Path of the field; absent for the whole object. */
  field?: string;
}

/** First line of a denial: what a terminal shows beside the API server's own words. */
const SUMMARY_RUNES = 120;
/** No single finding may push all others out. */
const LINE_RUNES = 1024;
/** The message ends up in events and audit logs as well: an event's message holds 1 KiB, an audit log everything. */
const MESSAGE_BYTES = 8 * 1024;
const CAUSES = 50;

const REMEDIES: Record<EvaluationErrorCode, string> = {
  'budget-exceeded': 'make the object smaller, or ask the owner of the policy to make it simpler',
  'deadline-exceeded': 'try again; if it stays, raise timeoutSeconds of the webhook',
  'expression-failed': 'the policy is at fault, not the object: tell its owner',
  'inventory-unknown': 'try again in a moment; if it stays, ask an operator to look at /readyz?verbose',
  'namespace-unknown': 'try again in a moment: the namespace is not known here yet',
  'relation-not-implemented': 'ask the owner of the policy to remove the rule or to set failurePolicy: Ignore',
};

/** @param findings those that deny @param errors those that deny; not both empty */
export function composeDenial(
  review: Review,
  findings: readonly Finding[],
  errors: readonly EvaluationError[],
): Denial {
  const lines = [...findings.map(tellFinding), ...errors.map(tellError)];
  const causes = [
    ...findings.map((finding): Cause => {
      const cause: Cause = { reason: 'FieldValueInvalid', message: tellFinding(finding) };
      if (finding.path !== '') cause.field = cutRunes(cleanLine(finding.path), LINE_RUNES);
      return cause;
    }),
    ...errors.map((error): Cause => ({ reason: 'InternalError', message: tellError(error) })),
  ];
  const summary = summarise(review, findings, errors);
  return { message: joinLines(summary, lines), causes: causes.slice(0, CAUSES) };
}

/** `VITI-NET-001 spec.vpcs[1].cidr: overlaps …; choose another`: one finding as one line that stands alone. */
export function tellFinding(finding: Finding): string {
  const place = placeOf(finding);
  const head = place === '' ? finding.rule : `${finding.rule} ${place}`;
  return cutRunes(cleanLine(`${head}: ${withRemedy(finding.message, finding.remedy)}`), LINE_RUNES);
}

/** One error as one line: which rule, of which policy, why not, and what to do. */
export function tellError(error: EvaluationError): string {
  const what = error.rule === '' ? error.policy : `${error.rule} of ${error.policy}`;
  const why = withRemedy(`${error.message} (${error.code})`, REMEDIES[error.code]);
  return cutRunes(cleanLine(`${what} could not be judged: ${why}`), LINE_RUNES);
}

/** `vitistack edge`, `configmap demo/settings`, `pod demo/web-* (generated name)`, `pods/exec demo/web`. */
export function nameSubject(review: Review): string {
  const kind =
    review.subresource === '' ? review.kind.kind.toLowerCase() : `${review.resource.resource}/${review.subresource}`;
  const name = review.name === '' ? generatedName(review.object) : review.name;
  const full = [review.namespace, name].filter((part) => part !== '').join('/');
  return cleanLine(full === '' ? kind : `${kind} ${full}`);
}

function summarise(review: Review, findings: readonly Finding[], errors: readonly EvaluationError[]): string {
  const subject = cutRunes(nameSubject(review), SUMMARY_RUNES / 2);
  const rules = [...new Set(findings.map(({ rule }) => cleanLine(rule)))];
  if (rules.length > 0) {
    const verb = rules.length === 1 ? '1 rule refuses' : `${rules.length} rules refuse`;
    return listWithin(`${verb} ${subject}: `, rules);
  }
  const policies = [...new Set(errors.map(({ policy }) => cleanLine(policy)))];
  const verb = policies.length === 1 ? '1 policy could not judge' : `${policies.length} policies could not judge`;
  return listWithin(`${verb} ${subject}: `, policies);
}

/** As many of the names as the summary has room for. */
function listWithin(start: string, names: readonly string[]): string {
  for (let shown = names.length; shown > 0; shown--) {
    const rest = names.length - shown;
    const text = start + names.slice(0, shown).join(', ') + (rest === 0 ? '' : ` and ${rest} more`);
    if (countRunes(text) <= SUMMARY_RUNES) return text;
  }
  return cutRunes(start + names.join(', '), SUMMARY_RUNES);
}

function joinLines(summary: string, lines: readonly string[]): string {
  // room for the longest `… and N more`
  let room = MESSAGE_BYTES - Buffer.byteLength(summary) - 40;
  const shown: string[] = [];
  for (const line of lines) {
    const bytes = Buffer.byteLength(line) + 3;
    if (bytes > room) break;
    room -= bytes;
    shown.push(`- ${line}`);
  }
  const rest = lines.length - shown.length;
  return [summary, ...shown, ...(rest === 0 ? [] : [`… and ${rest} more`])].join('\n');
}

function placeOf(finding: Finding): string {
  const place = finding.position === null ? '' : `line ${finding.position.line}, column ${finding.position.column}`;
  // a message that names the path itself need not be preceded by it
  const path = finding.path !== '' && !finding.message.includes(finding.path) ? finding.path : '';
  if (path === '' || place === '') return path || place;
  return `${path} (${place})`;
}

function withRemedy(message: string, remedy: string): string {
  return remedy === '' || message.includes(remedy) ? message : `${message}; ${remedy}`;
}

function generatedName(object: JsonObject | null): string {
  const metadata = object?.metadata;
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return '';
  if (typeof metadata.name === 'string' && metadata.name !== '') return metadata.name;
  return typeof metadata.generateName === 'string' ? `${metadata.generateName}*` : '';
}
