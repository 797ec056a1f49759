import { deepEqual } from '../../deep-equal.ts';
import type { Frame, Segments } from '../../logic/frame.ts';
import { Garbage } from '../../logic/operator.ts';
import { OPERATORS } from '../../logic/operators/index.ts';
import { formatPath, isSingle, parsePath } from '../../syntax/path.ts';
import { compilePath } from '../../syntax/visit.ts';
import type { Json, MonotonicRule, Paths } from '../../types.ts';
import type { Emit } from '../compiled.ts';
import { show } from '../message.ts';
import { compilePlaces, parseRooted, stepsOf } from '../places.ts';
import { applies, type RuleContext } from '../rule-context.ts';

/** IMMUTABLE: what was set stays; setting what was absent is allowed, clearing is not. Asked on UPDATE only. */
export function compileImmutable(context: RuleContext): (frame: Frame, emit: Emit) => void {
  const { rule, pointer, scope, compiler, when } = context;
  const places = compilePlaces(rule.immutable as Paths, `${pointer}/immutable`, scope, compiler.report);
  return (frame, emit) => {
    if (!frame.oldObject || !applies(frame, when, context, emit)) return;
    const olds: { segments: Segments; value: unknown }[] = [];
    swapOld(frame, () =>
      places.visit(frame, (place, base) => olds.push({ segments: [...base, ...place.segments], value: place.value })),
    );
    for (const old of olds) {
      const now = readSteps(frame.object, old.segments);
      if (deepEqual(now as Json, old.value as Json)) continue;
      const path = formatPath([...old.segments]);
      const text =
        now === null
          ? `\`${path}\` was \`${show(old.value)}\` and cannot be cleared`
          : `\`${path}\` was \`${show(old.value)}\` and cannot become \`${show(now)}\``;
      emit({ segments: old.segments, evidence: [], text: () => text });
    }
  };
}

/** A state machine as a table: on UPDATE the field may only move along it, on CREATE it starts in an initial state. */
export function compileTransition(context: RuleContext): (frame: Frame, emit: Emit) => void {
  const { rule, pointer, scope, compiler, when } = context;
  const transition = rule.transition as NonNullable<typeof rule.transition>;
  const field = parseSingle(transition.field, `${pointer}/transition/field`, context);
  const from =
    transition.from === undefined
      ? null
      : compiler.compile(transition.from, `${pointer}/transition/from`, scope, 'value');
  return (frame, emit) => {
    if (!field || !applies(frame, when, context, emit)) return;
    const now = readSteps(frame.object, field);
    const path = transition.field;
    if (!frame.oldObject) {
      if (!transition.initial || frame.request === null || now === null) return;
      if (transition.initial.some((state) => deepEqual(state, now as Json))) return;
      const text = `\`${path}\` starts as \`${show(now)}\`, wanted ${listed(transition.initial)}`;
      emit({ segments: field, evidence: [], text: () => text });
      return;
    }
    const before = from ? from.run(frame, null) : readSteps(frame.oldObject, field);
    if (before === null || before === undefined || deepEqual(before as Json, now as Json)) return;
    const allowed = Object.hasOwn(transition.allowed, String(before)) ? transition.allowed[String(before)] : undefined;
    if (allowed?.some((state) => deepEqual(state, now as Json))) return;
    const next = allowed?.length
      ? `wanted ${listed(allowed)} after \`${show(before)}\``
      : `nothing follows \`${show(before)}\``;
    emit({
      segments: field,
      evidence: [],
      text: () => `\`${path}\` goes from \`${show(before)}\` to \`${show(now)}\`, ${next}`,
    });
  };
}

/** A value that only grows (or only shrinks), compared as number, quantity, version or duration. */
export function compileMonotonic(context: RuleContext): (frame: Frame, emit: Emit) => void {
  const { rule, pointer, scope, compiler, when, fanOut } = context;
  const monotonic = rule.monotonic as MonotonicRule;
  const at = `${pointer}/monotonic/field`;
  const fields = (Array.isArray(monotonic.field) ? monotonic.field : [monotonic.field]).flatMap((text) => {
    const parsed = parseRooted(text, at, scope, compiler.report);
    if (!parsed) return [];
    if (!isSingle(parsed.path))
      compiler.report.add('bad-path', at, `path \`${text}\`: wanted one place`, 'use forEach for a list');
    return [{ item: parsed.root[0] === 'item', keys: stepsOf(parsed.path) }];
  });
  const compare = COMPARE[monotonic.as ?? 'number'] as Compare;
  const sign = monotonic.direction === 'down' ? -1 : 1;
  return (frame, emit) => {
    if (!frame.oldObject) return;
    fanOut.each(frame, () => {
      if (!applies(frame, when, context, emit)) return;
      for (const field of fields) {
        const now = readSteps(field.item ? frame.item : frame.object, field.keys);
        const before = readSteps(field.item ? frame.oldItem : frame.oldObject, field.keys);
        if (now === null || before === null) continue;
        const segments = field.item ? [...frame.itemSegments, ...field.keys] : field.keys;
        const text = judgeStep(before, now, compare, sign, monotonic, formatPath([...segments]));
        if (text) emit({ segments, evidence: [], text: () => text });
      }
    });
  };
}

type Compare = (a: unknown, b: unknown) => number | Garbage;

function callOperator(name: string): Compare {
  return (a, b) => {
    const operator = OPERATORS.get(name);
    return operator ? (operator.apply([a, b]) as number | Garbage) : new Garbage(0, a, name);
  };
}

const COMPARE: { [as: string]: Compare } = {
  number: (a, b) => {
    if (typeof a !== 'number') return new Garbage(0, a, 'a number');
    if (typeof b !== 'number') return new Garbage(1, b, 'a number');
    return Math.sign(a - b);
  },
  quantity: callOperator('quantity.compare'),
  version: callOperator('version.compare'),
  duration: (a, b) => {
    const seconds = OPERATORS.get('duration.seconds');
    const [x, y] = [seconds?.apply([a]), seconds?.apply([b])];
    if (x instanceof Garbage) return x;
    if (y instanceof Garbage) return new Garbage(1, y.found, y.wanted);
    return Math.sign(Number(x) - Number(y));
  },
};

function judgeStep(
  before: unknown,
  now: unknown,
  compare: Compare,
  sign: number,
  rule: MonotonicRule,
  path: string,
): string | null {
  const order = compare(now, before);
  if (order instanceof Garbage) {
    // What was stored as garbage may be replaced by anything; garbage now is a finding.
    return order.operand === 0 ? `\`${path}\` is \`${show(now)}\`, wanted ${order.wanted}` : null;
  }
  const change = `\`${path}\` goes from \`${show(before)}\` to \`${show(now)}\``;
  if (order * sign < 0) return `${change}, wanted it to ${sign > 0 ? 'grow' : 'shrink'} only`;
  if (rule.step === 'minor' && order !== 0 && skipsMinor(before, now))
    return `${change}, wanted one minor version at a time`;
  if (
    typeof rule.step === 'number' &&
    typeof now === 'number' &&
    typeof before === 'number' &&
    Math.abs(now - before) > rule.step
  ) {
    return `${change}, wanted a step of at most ${rule.step}`;
  }
  return null;
}

function skipsMinor(before: unknown, now: unknown): boolean {
  const [a, b] = [before, now].map((version) => /^v?(\d+)\.(\d+)/.exec(String(version)));
  if (!a || !b) return false;
  return a[1] !== b[1] || Math.abs(Number(a[2]) - Number(b[2])) > 1;
}

function parseSingle(text: string, pointer: string, context: RuleContext): Segments | null {
  const parsed = parsePath(text);
  if (!parsed.ok || !isSingle(parsed.path)) {
    const why = parsed.ok ? 'wanted one place' : `${parsed.message} (column ${parsed.column})`;
    context.compiler.report.add('bad-path', pointer, `path \`${text}\`: ${why}`);
    return null;
  }
  return stepsOf(parsed.path);
}

function readSteps(root: unknown, steps: Segments): unknown {
  return (
    compilePath(
      steps.map((step) => (typeof step === 'number' ? { type: 'index', index: step } : { type: 'field', name: step })),
    ).read(root) ?? null
  );
}

function swapOld(frame: Frame, run: () => void): void {
  const { object, pod } = frame;
  frame.object = frame.oldObject;
  frame.pod = frame.oldPod;
  try {
    run();
  } finally {
    frame.object = object;
    frame.pod = pod;
  }
}

function listed(values: readonly Json[]): string {
  return values.map((value) => `\`${show(value)}\``).join(' or ');
}
