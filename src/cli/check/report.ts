/** What a run of `check` came to: the one thing that every output is made from. */
import type { EnforcementAction, Severity } from '../../policies/index.ts';

/** A stretch of a file. Lines and columns from 1, columns in UTF-16 code units; the end is behind the last character. */
export interface Region {
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

export interface ObjectName {
  apiVersion: string;
  kind: string;
  /** `''` for cluster-scoped objects. */
  namespace: string;
  /** `''` where it has none yet (generateName). */
  name: string;
}

/** Something that is wrong with an object. */
export interface Issue extends Region {
  /** `VITI-NET-003`, or `schema/…`, `yaml/…`, `manifest/…` for what Lintel itself checks. */
  rule: string;
  /** Policy of the rule; `''` for what Lintel itself checks. */
  policy: string;
  action: EnforcementAction;
  severity: Severity;
  category: string;
  object: ObjectName;
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  /** In the path grammar: `spec.rules[0].port`; `''` for the whole object. */
  path: string;
  /** One line with what was found and what is wanted, able to stand alone. */
  message: string;
  /** How to mend it; `''` when the message says it. */
  remedy: string;
  /** Page that explains it; `''` when there is none. */
  link: string;
}

/** Why something could not be judged; each makes the run end with 2. */
export interface Problem {
  /** `''` where it is about no file. */
  file: string;
  /** 0 where no place is known. */
  line: number;
  column: number;
  message: string;
  hint: string;
}

/** Something worth knowing that is nothing wrong. */
export type Note = Problem;

/** An issue that a PolicyExemption lets pass. */
export interface ExemptedIssue {
  issue: Issue;
  exemption: string;
  reason: string;
  owner: string;
  expires: string;
}

/** A rule that could not be asked here, over all objects. */
export interface SkippedRule {
  rule: string;
  policy: string;
  code: string;
  message: string;
  /** For how many objects. */
  objects: number;
}

/** What outputs say of a rule once. */
export interface RuleInfo {
  id: string;
  policy: string;
  title: string;
  category: string;
  severity: Severity;
  link: string;
}

export interface CheckReport {
  /** Version of Lintel. */
  version: string;
  files: number;
  objects: number;
  /** Rules asked, over all objects. */
  evaluated: number;
  issues: Issue[];
  problems: Problem[];
  notes: Note[];
  exempted: ExemptedIssue[];
  skipped: SkippedRule[];
  /** Those of the issues, in the order of their ids. */
  rules: RuleInfo[];
  /** Objects judged, in the order read; for outputs that tell of the good ones too. */
  judged: (ObjectName & Region)[];
  /** From which action on an issue fails the run. */
  failOn: 'deny' | 'warn';
  /** 0 clean, 1 violations, 2 something could not be checked. */
  exitCode: 0 | 1 | 2;
}

/** Whether an issue makes the run fail. */
export function isFailing(issue: Issue, failOn: CheckReport['failOn']): boolean {
  return issue.action === 'deny' || (failOn === 'warn' && issue.action === 'warn');
}

export function countActions(issues: readonly Issue[]): { [action in EnforcementAction]: number } {
  const counts = { deny: 0, warn: 0, audit: 0 };
  for (const { action } of issues) counts[action]++;
  return counts;
}

/** `Vitistack/oslo`, `default/KubernetesCluster/havn`: how people name an object. */
export function nameObject({ kind, namespace, name }: ObjectName): string {
  return `${namespace === '' ? '' : `${namespace}/`}${kind}/${name === '' ? '(no name yet)' : name}`;
}

/** `1 object`, `2 objects`, `1 policy`, `2 policies`. */
export function count(number: number, word: string): string {
  if (number === 1) return `1 ${word}`;
  return `${number} ${word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`}`;
}
