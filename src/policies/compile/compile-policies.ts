import { isMap } from '../logic/own.ts';
import {
  byOrder,
  type CompiledExemption,
  indexPolicies,
  type PolicySet,
  type PolicySetParts,
  summarise,
} from '../policy-set.ts';
import { validateDocument } from '../schema/validate.ts';
import type {
  ActionByEnvironment,
  ClusterInfo,
  Json,
  LintelDocument,
  PolicyDocument,
  PolicyExemptionDocument,
  PolicySettingsDocument,
  PolicySource,
  Problem,
  ResourceSchema,
} from '../types.ts';
import type { CompiledPolicy } from './compiled.ts';
import { reportWriteConflicts } from './conflicts.ts';
import { type Checked, reportDomains, reportDuplicates } from './cross-checks.ts';
import { verifyExamples } from './examples.ts';
import { compileExemption } from './exemption.ts';
import type { CompileMode, Difference } from './expressions.ts';
import { fingerprintOf } from './fingerprint.ts';
import { compilePolicy, type PolicyOverrides } from './policy.ts';
import { Report } from './report.ts';
import { checkSettings, settingsFor } from './settings.ts';

export interface CompileOptions {
  cluster?: ClusterInfo;
  schemas?: readonly ResourceSchema[];
  /** Default true. A policy whose examples fail, or on which the engines differ, does not go live. */
  verifyExamples?: boolean;
}

export interface CompileResult {
  set: PolicySet;
  /** All of them, errors and warnings. */
  problems: Problem[];
  /** Names of the sources in the set, and of those left out whole because they have an error. */
  accepted: string[];
  rejected: string[];
}

const NO_CLUSTER: ClusterInfo = { name: '', version: '', environment: '' };

interface Entry {
  source: PolicySource;
  report: Report;
  document: LintelDocument | null;
}

/**
 * Compiles documents to a set. A source with an error is left out whole and the others stay; all problems of all
 * sources are reported at once.
 */
export function compilePolicies(sources: readonly PolicySource[], options: CompileOptions = {}): CompileResult {
  const entries = sources.map(readEntry);
  // What stays and what counts must not depend on the order in which documents arrive: two replicas would differ.
  const sorted = entries.toSorted((a, b) => compareText(a.source.name, b.source.name));
  reportDuplicates(sorted);
  const cluster = options.cluster ?? NO_CLUSTER;
  const schemas = options.schemas ?? [];
  const written = entries.flatMap(({ document, report }) =>
    document?.kind === 'Policy' && !report.failed ? [document] : [],
  );
  const settings = sorted.flatMap(({ document, report }) => {
    if (document?.kind !== 'PolicySettings' || report.failed) return [];
    checkSettings(document, report, written);
    return report.failed ? [] : [document];
  });
  settings.sort((a, b) => compareText(a.metadata.name, b.metadata.name));
  const policies: Checked[] = [];
  const exemptions: CompiledExemption[] = [];
  const compileOne = (document: PolicyDocument, mode: CompileMode, report: Report) =>
    compilePolicy(document, report, {
      cluster,
      schemas,
      overrides: overridesFor(document, settings),
      mode,
      differences: [],
    });
  for (const { document, report } of sorted) {
    if (!document || report.failed) continue;
    if (document.kind === 'PolicyExemption') {
      const exemption = compileExemption(document, report);
      warnOfNothing(document, report, written);
      if (exemption) exemptions.push(exemption);
    } else if (document.kind === 'Policy' && isEnabled(document, settings)) {
      const compiled = attempt(report, () => compileOne(document, 'plain', report));
      if (!compiled || report.failed) continue;
      if (options.verifyExamples !== false) attempt(report, () => verify(document, report, schemas));
      policies.push({ document, compiled, report });
    }
  }
  policies.sort((a, b) => byOrder(a.compiled, b.compiled));
  reportDomains(policies);
  reportWriteConflicts(policies);
  const live = policies.filter(({ report }) => !report.failed);
  const stated = entries.filter((entry) => !entry.report.failed).map((entry) => entry.document);
  const fingerprint = fingerprintOf(stated, cluster);
  const compiled = live.map((policy) => policy.compiled);
  const set = buildSet(compiled, exemptions, cluster, fingerprint, () =>
    live.map(({ document, report }) => compileOne(document, 'trace', new Report(report.source))),
  );
  return {
    set,
    problems: entries.flatMap(({ report }) => report.problems),
    accepted: entries.filter(({ report }) => !report.failed).map(({ source }) => source.name),
    rejected: entries.filter(({ report }) => report.failed).map(({ source }) => source.name),
  };
}

/** Runs a part of compiling one document; what it throws is a problem of this document, and of no other. */
function attempt<T>(report: Report, run: () => T): T | null {
  try {
    return run();
  } catch (caught) {
    const why = caught instanceof RangeError ? 'nested too deeply' : String(caught);
    report.add('bad-expression', '', `the policy cannot be compiled: ${why}`);
    return null;
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** An exemption for rules that do not exist only looks like relief. */
function warnOfNothing(document: PolicyExemptionDocument, report: Report, policies: readonly PolicyDocument[]): void {
  const names = new Set(
    policies.flatMap(({ metadata, spec }) => [
      metadata.name,
      ...spec.rules.flatMap(({ id }) => [id, id.replace(/\/.*$/, '')]),
    ]),
  );
  for (const [i, rule] of document.spec.rules.entries()) {
    if (!names.has(rule))
      report.warn('unknown-reference', `/spec/rules/${i}`, `no rule or policy is called \`${rule}\``);
  }
}

function readEntry(source: PolicySource): Entry {
  const report = new Report(source);
  const document = isMap(source.document) ? source.document : null;
  const metadata = document && isMap(document.metadata) ? document.metadata : null;
  report.policy = typeof metadata?.name === 'string' ? metadata.name : '';
  for (const problem of validateDocument(source.document))
    report.add('schema', problem.pointer, problem.message, problem.hint);
  return { source, report, document: report.failed ? null : (source.document as LintelDocument) };
}

function isEnabled(document: PolicyDocument, settings: readonly PolicySettingsDocument[]): boolean {
  return !settingsFor(document, settings).some(({ setting, ids }) => ids === null && setting.spec.enabled === false);
}

/** Ids of rules that settings turn off one by one. */
function disabledRules(document: PolicyDocument, settings: readonly PolicySettingsDocument[]): ReadonlySet<string> {
  return new Set(
    settingsFor(document, settings).flatMap(({ setting, ids }) => (setting.spec.enabled === false ? (ids ?? []) : [])),
  );
}

function overridesFor(document: PolicyDocument, settings: readonly PolicySettingsDocument[]): PolicyOverrides {
  const parameters: { [name: string]: Json } = {};
  const actions = new Map<string, ActionByEnvironment>();
  for (const { setting, ids } of settingsFor(document, settings)) {
    for (const [name, value] of Object.entries(setting.spec.parameters ?? {})) {
      if (Object.hasOwn(document.spec.parameters ?? {}, name)) parameters[name] = value;
    }
    const { enforcementAction } = setting.spec;
    if (enforcementAction === undefined) continue;
    for (const id of ids ?? ['*']) actions.set(id, enforcementAction);
  }
  return { parameters, actions, disabled: disabledRules(document, settings) };
}

/** Runs the examples on the policy as written: neither this cluster nor its PolicySettings change what they mean. */
function verify(document: PolicyDocument, report: Report, schemas: readonly ResourceSchema[]): void {
  if (!document.spec.examples?.length) return;
  const differences: Difference[] = [];
  const shipped = schemas.filter((schema) => schema.generation !== 'cluster');
  const compileWith = (parameters: { [name: string]: Json }): PolicySet => {
    const overrides = { parameters, actions: new Map<string, ActionByEnvironment>(), disabled: new Set<string>() };
    const compiled = compilePolicy(document, new Report(report.source), {
      cluster: NO_CLUSTER,
      schemas: shipped,
      overrides,
      mode: 'differential',
      differences,
    });
    return buildSet([compiled], [], NO_CLUSTER, '', () => [compiled]);
  };
  verifyExamples(document, compileWith, differences, schemas, report);
}

function buildSet(
  policies: CompiledPolicy[],
  exemptions: CompiledExemption[],
  cluster: ClusterInfo,
  fingerprint: string,
  recompile: () => CompiledPolicy[],
): PolicySet {
  let traced: PolicySetParts | null = null;
  const parts: PolicySetParts = {
    policies,
    exemptions,
    cluster,
    ...indexPolicies(policies),
    traced: () => {
      traced ??= withPolicies(recompile(), exemptions, cluster);
      return traced;
    },
  };
  return {
    policies: policies.map(summarise),
    exemptions: exemptions.map(({ name, expires }) => ({ name, expires })),
    fingerprint,
    inner: parts,
  };
}

function withPolicies(
  policies: CompiledPolicy[],
  exemptions: CompiledExemption[],
  cluster: ClusterInfo,
): PolicySetParts {
  const parts: PolicySetParts = { policies, exemptions, cluster, ...indexPolicies(policies), traced: () => parts };
  return parts;
}

/** No policies: everything is allowed as it is. */
export const EMPTY_SET: PolicySet = buildSet([], [], NO_CLUSTER, fingerprintOf([], NO_CLUSTER), () => []);
