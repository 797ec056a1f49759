import { type Frame, placeOperand, type Segments } from '../../logic/frame.ts';
import { Garbage } from '../../logic/operator.ts';
import { containsSpan, overlapSpan } from '../../logic/operators/addresses.ts';
import { rangeForm } from '../../logic/operators/cidr.ts';
import { Unreadable } from '../../logic/operators/define.ts';
import { OPERATORS } from '../../logic/operators/index.ts';
import { formatPath } from '../../syntax/path.ts';
import type { Emit } from '../compiled.ts';
import type { Compiled } from '../expressions.ts';
import { walkElements } from '../fan-out.ts';
import { showHere } from '../message.ts';
import { compilePlaces } from '../places.ts';
import { applies, compileSettle, emitGarbage, type RuleContext } from '../rule-context.ts';
import { extendScope, FAN_OUT_NAMES, placeOf } from '../scope.ts';
import { askOthers } from './pairs.ts';

/** WITHIN and OUTSIDE: a value in (or clear of) ranges that stand in the same object. */
export function compileWithin(context: RuleContext): (frame: Frame, emit: Emit) => void {
  const { rule, pointer, scope, compiler, fanOut, when } = context;
  const kind = rule.within ? 'within' : 'outside';
  const written = (rule.within ?? rule.outside) as NonNullable<typeof rule.within>;
  const at = `${pointer}/${kind}`;
  const itemScope = written.each === undefined ? scope : extendScope(scope, FAN_OUT_NAMES);
  const places = written.each === undefined ? null : compilePlaces(written.each, `${at}/each`, scope, compiler.report);
  const value = compiler.compile(written.value, `${at}/value`, itemScope, 'value');
  if (written.domain !== undefined || written.ranges === undefined) return askOthers(context, written, kind);
  const ranges = compiler.compile(written.ranges, `${at}/ranges`, itemScope, 'value');
  const judge = compileRangeTest(context, kind, value, ranges);
  const settle = compileSettle(context, at);
  return (frame, emit) => {
    const unreadable = () => emitGarbage(frame, context, emit);
    const each = () => {
      if (!applies(frame, when, context, emit)) return;
      settle?.(frame);
      if (places) walkElements(frame, places, { from: 0, to: 0 }, () => judge(frame, emit), unreadable);
      else judge(frame, emit);
    };
    fanOut.each(frame, each, unreadable);
  };
}

function compileRangeTest(
  context: RuleContext,
  kind: 'within' | 'outside',
  value: Compiled,
  ranges: Compiled,
): (frame: Frame, emit: Emit) => void {
  const inside = kind === 'within';
  const test = OPERATORS.get(inside ? 'range.contains' : 'range.overlaps');
  const valueAt = pointAt(context, value);
  const rangesAt = pointAt(context, ranges);
  return (frame, emit) => {
    if (frame.notes.length > 0) frame.notes.length = 0;
    const own = value.run(frame, null);
    const held = ranges.run(frame, null);
    if (emitGarbage(frame, context, emit)) return;
    if (own === null || own === undefined || held === null || held === undefined) return;
    const result = askQuick(inside, held, own) ?? test?.apply([held, own]);
    if (result instanceof Garbage) {
      const segments = (result.operand === 0 ? rangesAt : valueAt)(frame);
      const text = `\`${formatPath([...segments])}\` is \`${showHere(frame, result.found)}\`, wanted ${result.wanted}`;
      emit({ segments, evidence: ['garbage', result.found], text: () => text, ownText: true });
      return;
    }
    if ((result === true) === inside) return;
    const segments = context.pathOf?.(frame) ?? valueAt(frame);
    const path = formatPath([...segments]);
    frame.self = { range: own, path };
    frame.other = { range: held };
    const wanted = `wanted it ${inside ? 'inside' : 'clear of'} \`${showHere(frame, held)}\``;
    const text = `\`${path}\` is \`${showHere(frame, own)}\`, ${wanted}`;
    emit({ segments, evidence: [own, held], text: () => text });
    frame.self = null;
    frame.other = null;
  };
}

/** The answer for two single ranges, which most are, without lists of them; null where it takes the operator to tell. */
function askQuick(inside: boolean, held: unknown, own: unknown): boolean | null {
  if (typeof held !== 'string' || typeof own !== 'string') return null;
  const outer = rangeForm.read(held);
  const inner = rangeForm.read(own);
  if (outer instanceof Unreadable || inner instanceof Unreadable) return null;
  return inside ? containsSpan(outer, inner) : overlapSpan(outer, inner);
}

/** Where a value stands; the element where it is worked out of more than one path. */
function pointAt({ scope, document }: RuleContext, { logic }: Compiled): (frame: Frame) => Segments {
  const place = placeOf(logic, scope.slotPlaces);
  if (!place || (place.name === 'documents') !== (document !== '')) return (frame) => frame.itemSegments;
  return (frame) => placeOperand(frame, place.name, place.keys) ?? frame.itemSegments;
}
