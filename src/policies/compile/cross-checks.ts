import { canonicalText } from '../deep-equal.ts';
import { suggest } from '../syntax/suggest.ts';
import type { Domain, LintelDocument, PolicyDocument } from '../types.ts';
import type { CompiledPolicy } from './compiled.ts';
import type { Report } from './report.ts';

/** What no document can know of itself: that another one has the name, or that what it names is declared nowhere. */

/**
 * Of two documents of one kind and name the first stays; of two rules with one id likewise. `entries` come in an order
 * that does not depend on when they were read.
 */
export function reportDuplicates(entries: readonly { document: LintelDocument | null; report: Report }[]): void {
  const seen = new Map<string, string>();
  for (const { document, report } of entries) {
    if (!document || report.failed) continue;
    const { kind, metadata } = document;
    const key = `${kind}/${metadata.name}`;
    const first = seen.get(key);
    if (first !== undefined) {
      const message = `${kind} \`${metadata.name}\` stands already in ${first}`;
      report.add('duplicate-policy', '/metadata/name', message, 'give one of them another name');
      continue;
    }
    seen.set(key, report.source.name);
    if (kind === 'Policy') reportRuleIds(document as PolicyDocument, report, seen);
  }
}

function reportRuleIds(document: PolicyDocument, report: Report, seen: Map<string, string>): void {
  for (const [i, rule] of document.spec.rules.entries()) {
    const key = `rule ${rule.id}`;
    const holder = seen.get(key);
    if (holder === undefined) seen.set(key, report.source.name);
    else {
      const message = `rule \`${rule.id}\` stands already in ${holder}`;
      report.add('duplicate-rule', `/spec/rules/${i}/id`, message, 'ids are unique over all policies');
    }
  }
}

export interface Checked {
  document: PolicyDocument;
  compiled: CompiledPolicy;
  report: Report;
}

/** Domains are declared once, and rules name domains, members and attributes that are declared. */
export function reportDomains(policies: readonly Checked[]): void {
  const declared = new Map<string, { domain: Domain; text: string; policy: string }>();
  for (const { document, report } of policies) {
    for (const [name, domain] of Object.entries(document.spec.domains ?? {})) {
      const text = canonicalText(domain);
      const first = declared.get(name);
      if (!first) declared.set(name, { domain, text, policy: document.metadata.name });
      else if (first.text !== text) {
        const at = `/spec/domains/${name.replace(/\//g, '~1')}`;
        const message = `domain \`${name}\` is declared differently in policy \`${first.policy}\``;
        report.add('duplicate-domain', at, message, 'declare it once');
      }
    }
  }
  for (const policy of policies) {
    for (const i of policy.document.spec.rules.keys()) reportClaims(policy, i, declared);
  }
}

function reportClaims(
  { document, compiled, report }: Checked,
  index: number,
  declared: ReadonlyMap<string, { domain: Domain }>,
): void {
  const rule = document.spec.rules[index];
  for (const kind of ['unique', 'disjoint', 'within', 'outside'] as const) {
    const name = rule?.[kind]?.domain;
    if (name === undefined) continue;
    const at = `/spec/rules/${index}/${kind}`;
    const domain = declared.get(name)?.domain;
    if (!domain) {
      report.add(
        'unknown-reference',
        `${at}/domain`,
        `domain \`${name}\` is not declared`,
        nearest(name, declared.keys()),
      );
      continue;
    }
    const between = kind === 'unique' || kind === 'disjoint' ? (rule?.[kind]?.between ?? []) : [];
    const members = domain.members.map((member) => member.as);
    for (const [i, member] of between.entries()) {
      if (!members.includes(member))
        report.add(
          'unknown-reference',
          `${at}/between/${i}`,
          `domain \`${name}\` has no member \`${member}\``,
          nearest(member, members),
        );
    }
    reportAttributes(compiled, domain, between, at, report);
  }
}

/** What a claim has without declaring it. */
const CLAIM: readonly string[] = [
  'key',
  'range',
  'ip',
  'value',
  'path',
  'item',
  'parent',
  'name',
  'namespace',
  'resource',
  'kind',
  'uid',
];

function reportAttributes(
  { claimReads }: CompiledPolicy,
  domain: Domain,
  between: readonly string[],
  at: string,
  report: Report,
): void {
  for (const { pointer, name, attribute } of claimReads) {
    if (!pointer.startsWith(`${at}/`)) continue;
    const as = name === 'self' ? between[0] : name === 'other' ? between[1] : name;
    const member = domain.members.find((one) => one.as === as);
    if (!member) continue;
    const known = [...Object.keys(member.attributes ?? {}), ...CLAIM];
    if (known.includes(attribute)) continue;
    const message = `\`${name}.${attribute}\`: member \`${member.as}\` declares no attribute \`${attribute}\``;
    report.add('unknown-name', pointer, message, nearest(attribute, known));
  }
}

function nearest(word: string, known: Iterable<string>): string {
  const names = [...known];
  const near = suggest(word, names);
  if (near) return `did you mean \`${near}\`?`;
  return names.length > 0 ? `declared: ${names.join(', ')}` : 'declare it under spec.domains';
}
