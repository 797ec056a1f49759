import type { Frame } from '../logic/frame.ts';
import { FRAME_NAME_SET } from '../logic/names.ts';
import { compileExclude, compileMatch, resourcesOf } from '../match.ts';
import type { ActionByEnvironment, ClusterInfo, Json, PolicyDocument, ResourceSchema } from '../types.ts';
import type { CompiledPolicy } from './compiled.ts';
import { declareDocuments } from './documents.ts';
import { declareDomains } from './domains.ts';
import { type CompileMode, type Difference, ExpressionCompiler, type Scope } from './expressions.ts';
import { declareLookups } from './lookups.ts';
import { checkParameter, compileParameters } from './parameters.ts';
import { checkPaths } from './path-check.ts';
import type { Report } from './report.ts';
import { compileRule } from './rule.ts';
import { declareVariables, OUTER_NAMES, type Programs } from './scope.ts';

/** What other documents change about a policy. */
export interface PolicyOverrides {
  parameters: { [name: string]: Json };
  /** By rule id; `*` for all rules. */
  actions: ReadonlyMap<string, ActionByEnvironment>;
  /** Rules turned off. */
  disabled: ReadonlySet<string>;
}

export interface PolicyInputs {
  cluster: ClusterInfo;
  schemas: readonly ResourceSchema[];
  overrides: PolicyOverrides;
  mode: CompileMode;
  differences: Difference[];
}

/** Compiles one policy that fits the schema. Everything wrong is reported; the result counts only without errors. */
export function compilePolicy(document: PolicyDocument, report: Report, inputs: PolicyInputs): CompiledPolicy {
  const { spec } = document;
  const programs: Programs = [];
  const compiler = new ExpressionCompiler(report, inputs.mode, inputs.differences);
  const parameters = spec.parameters ?? {};
  checkParameters(document, report, inputs.overrides);
  const names = spec.subject === 'pod' ? [...OUTER_NAMES, 'pod'] : OUTER_NAMES;
  const bare: Scope = {
    subject: spec.subject === 'pod' ? ['pod'] : ['object'],
    names: new Set(names),
    members: {
      params: new Set(Object.keys(parameters)),
      variables: new Set(),
      documents: new Set(),
      lookups: new Set(),
      cluster: new Set(['name', 'version', 'environment']),
    },
    slots: new Map(),
    slotPlaces: new Map(),
    roots: FRAME_NAME_SET,
  };
  const documented = declareDocuments(spec.documents, '/spec/documents', bare, programs, report);
  const looked = declareLookups(spec.lookups, '/spec/lookups', documented.scope, programs, compiler);
  const scope = declareVariables(spec.variables, '/spec/variables', looked, programs, compiler, report);
  declareDomains(spec.domains, '/spec/domains', scope, compiler);
  const when = spec.when === undefined ? null : compiler.compile(spec.when, '/spec/when', scope, 'boolean');
  const from =
    spec.environmentFrom === undefined
      ? null
      : compiler.compile(spec.environmentFrom, '/spec/environmentFrom', bare, 'value');
  const policy: CompiledPolicy = {
    name: document.metadata.name,
    source: report.source.name,
    title: spec.title,
    category: spec.category ?? '',
    severity: spec.severity ?? 'medium',
    link: spec.link ?? '',
    failurePolicy: spec.failurePolicy ?? 'Fail',
    priority: spec.priority ?? 100,
    match: compileMatch(spec.match),
    exclude: compileExclude(spec.exclude),
    when: when ? (frame: Frame) => when.run(frame, null) : null,
    whenText: when?.text ?? '',
    whenReadsRequest: compiler.namesUnder('/spec/when').has('request'),
    environmentFrom: from ? (frame: Frame) => from.run(frame, null) : null,
    programs,
    documents: documented.documents,
    parameters,
    params: compileParameters(parameters, inputs.overrides.parameters, inputs.cluster.version),
    rules: [],
    claimReads: [],
    needsNamespace: false,
    usesEnvironment: false,
  };
  policy.rules = spec.rules.map((rule, i) => {
    const compiled = compileRule(rule, `/spec/rules/${i}`, {
      spec,
      policy,
      scope,
      programs,
      compiler,
      documents: documented.documents,
      cluster: inputs.cluster,
      schemas: inputs.schemas,
    });
    const override = inputs.overrides.actions.get(rule.id) ?? inputs.overrides.actions.get('*');
    const asleep = inputs.overrides.disabled.has(rule.id) ? 'turned off by PolicySettings' : compiled.asleep;
    const unconditional = compiled.unconditional && asleep === null;
    return { ...compiled, asleep, unconditional, action: override ?? compiled.action };
  });
  if (resourcesOf(spec.match).length === 0 && policy.rules.some((rule) => rule.routes.length === 0)) {
    report.add(
      'schema',
      '/spec/match',
      'match names no resources, and not every rule does',
      'write resources: [{group: …, resource: …}] or preset: workloads',
    );
  }
  checkPaths(document, compiler, inputs.schemas, report);
  policy.claimReads = compiler.allReads.flatMap(({ pointer, read }) => {
    const [attribute] = read.keys;
    const inPair = /\/(unique|disjoint)\/(when|unless)(\/|$)/.test(pointer);
    return inPair && attribute !== undefined ? [{ pointer, name: read.name, attribute }] : [];
  });
  reportWidening(document, report);
  policy.needsNamespace = compiler.allReads.some(({ read }) => read.name === 'namespaceObject');
  policy.usesEnvironment =
    policy.rules.some((rule) => typeof rule.action === 'object' || rule.environments !== null) ||
    Object.values(parameters).some((parameter) => parameter.byEnvironment !== undefined) ||
    compiler.allReads.some(({ read }) => read.name === 'environment');
  return policy;
}

/** A rule narrows what its policy matches: a resource that the policy does not have would be matched by surprise. */
function reportWidening({ spec }: PolicyDocument, report: Report): void {
  const matched = resourcesOf(spec.match);
  if (matched.length === 0) return;
  for (const [i, rule] of spec.rules.entries()) {
    for (const [j, one] of resourcesOf(rule.match).entries()) {
      const known = matched.some(
        ({ group, resource }) =>
          (group === '*' || group === one.group) && (resource === '*' || resource === one.resource),
      );
      if (known) continue;
      const at = `/spec/rules/${i}/match/${j < (rule.match?.resources?.length ?? 0) ? `resources/${j}` : 'preset'}`;
      const name = one.group === '' ? one.resource : `${one.resource}.${one.group}`;
      report.add(
        'bad-value',
        at,
        `\`${name}\` is not among the resources that the policy matches`,
        'add it to spec.match',
      );
    }
  }
}

function checkParameters(document: PolicyDocument, report: Report, overrides: PolicyOverrides): void {
  const parameters = document.spec.parameters ?? {};
  for (const [name, spec] of Object.entries(parameters)) {
    const at = `/spec/parameters/${name}`;
    const values: [string, Json | undefined][] = [
      [`${at}/default`, spec.default],
      ...Object.entries(spec.byEnvironment ?? {}).map(([key, value]): [string, Json] => [
        `${at}/byEnvironment/${key}`,
        value,
      ]),
      ...Object.entries(spec.since ?? {}).map(([key, value]): [string, Json] => [`${at}/since/${key}`, value]),
    ];
    for (const [pointer, value] of values) {
      const wrong = value === undefined ? null : checkParameter(spec, value);
      if (wrong) report.add('bad-value', pointer, `parameter \`${name}\` ${wrong}`);
    }
    const own = overrides.parameters[name];
    const wrong = own === undefined ? null : checkParameter(spec, own);
    if (wrong) report.add('bad-value', at, `parameter \`${name}\`, as PolicySettings have it, ${wrong}`);
  }
}
