import type { Frame } from '../../logic/frame.ts';
import type { RuleKind } from '../../types.ts';
import type { Emit } from '../compiled.ts';
import type { RuleContext } from '../rule-context.ts';
import { compileImmutable, compileMonotonic, compileTransition } from './change.ts';
import { compileCheck } from './check.ts';
import { compileExists, compileLimit, compileReference } from './others.ts';
import { compilePairs } from './pairs.ts';
import { compileSchemaRule } from './schema.ts';
import { compileWithin } from './within.ts';
import { compileAssign, compileMove, compileRemove } from './write.ts';

type Judge = (frame: Frame, emit: Emit) => void;
type Write = (frame: Frame, wrote: (path: string) => void) => void;

const JUDGES: { readonly [kind in RuleKind]?: (context: RuleContext) => Judge } = {
  check: compileCheck,
  schema: compileSchemaRule,
  transition: compileTransition,
  immutable: compileImmutable,
  monotonic: compileMonotonic,
  reference: compileReference,
  unique: compilePairs,
  disjoint: compilePairs,
  within: compileWithin,
  outside: compileWithin,
  limit: compileLimit,
  exists: compileExists,
  absent: compileExists,
};

const WRITES: { readonly [kind in RuleKind]?: (context: RuleContext) => Write } = {
  default: (context) => compileAssign(context, 'default'),
  set: (context) => compileAssign(context, 'set'),
  remove: compileRemove,
  move: compileMove,
};

/** A rule as what it does: a validating kind judges, a mutating kind writes, and neither does the other. */
export function compileKind(kind: RuleKind, context: RuleContext): { judge: Judge; write: Write } {
  const judge = JUDGES[kind]?.(context) ?? (() => {});
  const write = WRITES[kind]?.(context) ?? (() => {});
  return { judge, write };
}
