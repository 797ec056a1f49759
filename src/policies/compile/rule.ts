import type { Frame, Segments } from '../logic/frame.ts';
import type { FrameName } from '../logic/names.ts';
import { compileExclude, compileMatch, routesOf } from '../match.ts';
import { isSingle } from '../syntax/path.ts';
import type { ClusterInfo, PolicySpec, ResourceSchema, RuleDocument, RuleKind } from '../types.ts';
import { RULE_KINDS } from '../types.ts';
import type { CompiledDocument, CompiledPolicy, CompiledRule, Route } from './compiled.ts';
import type { Compiled, ExpressionCompiler, Scope } from './expressions.ts';
import { compileFanOut, WHOLE_OBJECT } from './fan-out.ts';
import { compileKind } from './kinds/index.ts';
import { compileTemplate } from './message.ts';
import { parseRooted, stepsOf } from './places.ts';
import { sleepReason } from './requires.ts';
import type { RuleContext } from './rule-context.ts';
import { declareVariables, extendScope, FAN_OUT_NAMES, nameMembers, PAIR_NAMES, type Programs } from './scope.ts';

export const MUTATING: ReadonlySet<RuleKind> = new Set(['default', 'set', 'remove', 'move']);
const NEVER_RATCHETED: ReadonlySet<RuleKind> = new Set(['transition', 'immutable', 'monotonic']);

export interface RuleInputs {
  spec: PolicySpec;
  policy: CompiledPolicy;
  scope: Scope;
  programs: Programs;
  compiler: ExpressionCompiler;
  documents: ReadonlyMap<string, CompiledDocument>;
  cluster: ClusterInfo;
  schemas: readonly ResourceSchema[];
}

export function kindOf(rule: RuleDocument): RuleKind {
  return RULE_KINDS.find((kind) => rule[kind] !== undefined) ?? 'check';
}

/** Compiles one rule; problems are reported. */
export function compileRule(rule: RuleDocument, pointer: string, inputs: RuleInputs): CompiledRule {
  const { spec, policy, compiler, documents } = inputs;
  const kind = kindOf(rule);
  const subject = rule.subject ?? spec.subject ?? '';
  const document = subject !== '' && subject !== 'pod' && subject !== 'object' ? subject : '';
  if (document && !documents.has(document)) {
    compiler.report.add(
      'unknown-reference',
      `${pointer}/subject`,
      `subject \`${document}\` is no document of the policy`,
      documents.size
        ? `declared: ${[...documents.keys()].join(', ')}`
        : 'declare it under spec.documents, or write pod',
    );
  }
  const outer = subjectScope(inputs.scope, subject, document);
  const context = compileContext(rule, pointer, outer, document, inputs);
  const judged = compileKind(kind, context);
  const messageScope = nameMembers(extendScope(context.scope, messageNames(rule)), betweenNames(rule));
  const names = compiler.namesUnder(pointer);
  const routes = routesOf(spec.match, rule.match, rule.operations);
  const compiled: CompiledRule = {
    policy,
    id: rule.id,
    kind,
    mutating: MUTATING.has(kind),
    pointer,
    severity: rule.severity ?? policy.severity,
    action: rule.enforcementAction ?? spec.enforcementAction ?? 'deny',
    surfaces: setOf(rule.surfaces ?? spec.surfaces),
    environments: setOf(rule.environments ?? spec.environments),
    match: compileMatch(rule.match),
    exclude: compileExclude(rule.exclude),
    routes,
    readsRequest: names.has('request'),
    ratchet: rule.ratchet !== false && !NEVER_RATCHETED.has(kind) && !isAboutChange(names, routes),
    message:
      rule.message === undefined ? null : compileTemplate(rule.message, `${pointer}/message`, messageScope, compiler),
    remedy:
      rule.remedy === undefined ? null : compileTemplate(rule.remedy, `${pointer}/remedy`, messageScope, compiler),
    announce: rule.announce === true,
    asleep: sleepReason(rule, spec, inputs.cluster, inputs.schemas, compiler.report, pointer),
    document,
    subjectPod: subject === 'pod',
    unconditional: false,
    judge: judged.judge,
    write: judged.write,
  };
  compiled.unconditional = isUnconditional(compiled);
  return compiled;

  function compileContext(
    written: RuleDocument,
    at: string,
    scope: Scope,
    ofDocument: string,
    { programs: slots, compiler: expressions }: RuleInputs,
  ): RuleContext {
    const own = written.forEach ?? written.monotonic?.forEach;
    const forEachAt = written.forEach === undefined ? `${at}/monotonic/forEach` : `${at}/forEach`;
    const fanOut = own === undefined ? null : compileFanOut(own, forEachAt, scope, expressions, expressions.report);
    const inner = fanOut ? extendScope(scope, FAN_OUT_NAMES) : scope;
    const from = slots.length;
    const declared = declareVariables(
      written.variables,
      `${at}/variables`,
      inner,
      slots,
      expressions,
      expressions.report,
    );
    if (fanOut) {
      fanOut.slots.from = from;
      fanOut.slots.to = slots.length;
    }
    const when: Compiled | null =
      written.when === undefined ? null : expressions.compile(written.when, `${at}/when`, declared, 'boolean');
    return {
      rule: written,
      pointer: at,
      scope: declared,
      compiler: expressions,
      programs: slots,
      fanOut: fanOut ?? WHOLE_OBJECT,
      when,
      pathOf: compilePathOf(written.path, `${at}/path`, declared, expressions),
      document: ofDocument,
    };
  }
}

function isUnconditional(rule: CompiledRule): boolean {
  const clauses = [rule.asleep, rule.surfaces, rule.environments, rule.match, rule.exclude];
  const open = clauses.every((clause) => clause === null) && !rule.subjectPod;
  return open && rule.routes.every(({ version }) => version === undefined);
}

/** The rule is about the write itself, not about what the object is: nothing that was there before excuses it. */
function isAboutChange(names: ReadonlySet<FrameName>, routes: readonly Route[]): boolean {
  const reads = (['request', 'oldObject', 'oldItem'] as const).some((name) => names.has(name));
  return reads || !routes.some((route) => route.operations.includes('CREATE'));
}

function subjectScope(scope: Scope, subject: string, document: string): Scope {
  if (document) return { ...scope, subject: ['documents', document] };
  if (subject === 'pod') return extendScope(scope, ['pod'], ['pod']);
  return { ...scope, subject: ['object'] };
}

/** Names that only the messages of a kind know: the element, and the two or the one it is judged against. */
function messageNames({ unique, disjoint, within, outside, reference, limit, exists, absent }: RuleDocument): string[] {
  const names: string[] = [];
  if ((unique ?? disjoint ?? within ?? outside)?.each !== undefined || reference?.from !== undefined)
    names.push(...FAN_OUT_NAMES);
  if (unique ?? disjoint ?? within ?? outside) names.push(...PAIR_NAMES);
  if (reference ?? limit) names.push('target');
  if (exists ?? absent) names.push('other');
  return names;
}

function betweenNames(rule: RuleDocument): readonly string[] {
  return rule.unique?.between ?? rule.disjoint?.between ?? [];
}

function setOf<T>(values: readonly T[] | undefined): ReadonlySet<T> | null {
  return values ? new Set(values) : null;
}

function compilePathOf(
  path: string | undefined,
  pointer: string,
  scope: Scope,
  compiler: ExpressionCompiler,
): ((frame: Frame) => Segments) | null {
  if (path === undefined) return null;
  const rooted = parseRooted(path, pointer, scope, compiler.report);
  if (!rooted) return null;
  if (!isSingle(rooted.path)) {
    compiler.report.add('bad-path', pointer, `path \`${path}\`: a finding points at one place`);
    return null;
  }
  const keys = stepsOf(rooted.path);
  switch (rooted.root[0]) {
    case 'item':
      return (frame) => [...frame.itemSegments, ...keys];
    case 'parent':
      return (frame) => [...frame.parentSegments, ...keys];
    case 'pod':
      return (frame) => [...frame.podSegments, ...keys];
    default:
      return () => keys;
  }
}
