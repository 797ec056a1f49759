import type { Frame } from '../../logic/frame.ts';
import type { ExistsRule, Expression, LimitRule, ReferenceRule } from '../../types.ts';
import type { Emit } from '../compiled.ts';
import { compilePlaces } from '../places.ts';
import type { RuleContext } from '../rule-context.ts';
import { extendScope } from '../scope.ts';
import { askOthers } from './pairs.ts';

/** FOREIGN KEY: compiled with all its expressions; the inventory answers it. */
export function compileReference(context: RuleContext): (frame: Frame, emit: Emit) => void {
  const { pointer, scope, compiler } = context;
  const reference = context.rule.reference as ReferenceRule;
  const at = `${pointer}/reference`;
  if (reference.from === undefined && reference.name === undefined) {
    compiler.report.add('schema', at, 'reference needs `from` (paths) or `name` (an expression)');
  }
  if (reference.from !== undefined) compilePlaces(reference.from, `${at}/from`, scope, compiler.report);
  if (reference.name !== undefined) compiler.compile(reference.name, `${at}/name`, scope, 'value');
  if (reference.to.namespace !== undefined && reference.to.namespace !== 'same') {
    compiler.compile(reference.to.namespace, `${at}/to/namespace`, scope, 'value');
  }
  if (reference.require !== undefined) {
    compiler.compile(
      reference.require,
      `${at}/require`,
      extendScope(scope, ['target', 'item', 'parent', 'index', 'key', 'last']),
      'boolean',
    );
  }
  return askOthers(context, reference, 'reference');
}

/** LIMIT: a count or sum per referenced object. */
export function compileLimit(context: RuleContext): (frame: Frame, emit: Emit) => void {
  const { pointer, scope, compiler } = context;
  const limit = context.rule.limit as LimitRule;
  const at = `${pointer}/limit`;
  if (limit.sum !== undefined) compiler.compile(limit.sum, `${at}/sum`, scope, 'value');
  for (const [i, of] of asList(limit.of).entries()) compiler.compile(of, `${at}/of/${i}`, scope, 'value');
  compiler.compile(limit.max, `${at}/max`, extendScope(scope, ['target']), 'value');
  return askOthers(context, limit, 'limit');
}

/** EXISTS and NOT EXISTS over another kind. */
export function compileExists(context: RuleContext): (frame: Frame, emit: Emit) => void {
  const { pointer, scope, compiler } = context;
  const kind = context.rule.exists ? 'exists' : 'absent';
  const exists = (context.rule.exists ?? context.rule.absent) as ExistsRule;
  if (exists.where !== undefined)
    compiler.compile(exists.where, `${pointer}/${kind}/where`, extendScope(scope, ['other']), 'boolean');
  return askOthers(context, exists, kind);
}

function asList(value: Expression | undefined): Expression[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
