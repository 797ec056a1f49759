import { deepEqual } from '../../deep-equal.ts';
import type { Frame, Segments } from '../../logic/frame.ts';
import { Garbage } from '../../logic/operator.ts';
import { OPERATORS } from '../../logic/operators/index.ts';
import { readOwnPath } from '../../logic/own.ts';
import { formatPath, isSingle } from '../../syntax/path.ts';
import { type CompiledPath, compilePath } from '../../syntax/visit.ts';
import type { Json, MonotonicRule, Paths } from '../../types.ts';
import type { Emit, Failure } from '../compiled.ts';
import { show, showHere } from '../message.ts';
import { parseRooted, stepsOf } from '../places.ts';
import { applies, emitGarbage, type RuleContext } from '../rule-context.ts';

/** IMMUTABLE: what was set stays; setting what was absent is allowed, clearing is not. Asked on UPDATE only. */
export function compileImmutable(context: RuleContext): (frame: Frame, emit: Emit) => void {
  const fields = compileFields(context.rule.immutable as Paths, `${context.pointer}/immutable`, context);
  const judge = (frame: Frame, emit: Emit) => {
    for (const field of fields) {
      const before = readBefore(frame, field);
      if (before === null || before === undefined) continue;
      const now = field.root(frame);
      if (emitGarbage(frame, context, emit)) return;
      field.path.visit(before, ({ segments, value }) => {
        const own = readOwnPath(now, segments);
        if (deepEqual(own as Json, value as Json)) return;
        const place = field.point(frame, segments);
        const becomes = own === null ? 'be cleared' : `become \`${showHere(frame, own)}\``;
        const text = `\`${place.label}\` was \`${showHere(frame, value)}\` and cannot ${becomes}`;
        emit({ ...place.failure, text: () => text });
      });
    }
  };
  return (frame, emit) => {
    if (frame.oldObject) judgeEach(frame, context, emit, judge);
  };
}

/**
 * A state machine as a table: the field may only move along it, and starts in an initial state, with the object or when
 * it is first set.
 */
export function compileTransition(context: RuleContext): (frame: Frame, emit: Emit) => void {
  const { rule, pointer, scope, compiler } = context;
  const transition = rule.transition as NonNullable<typeof rule.transition>;
  const [field] = compileFields(transition.field, `${pointer}/transition/field`, context, true);
  const from =
    transition.from === undefined
      ? null
      : compiler.compile(transition.from, `${pointer}/transition/from`, scope, 'value');
  if (!field) return () => {};
  const judge = (frame: Frame, emit: Emit) => {
    const root = readBefore(frame, field);
    if (root === undefined) return;
    const stored = field.path.read(root);
    const now = field.path.read(field.root(frame));
    const before = from && frame.oldObject ? (from.run(frame, null) ?? null) : stored;
    if (emitGarbage(frame, context, emit)) return;
    const place = field.point(frame, field.keys);
    if (before === null) {
      const { initial } = transition;
      if (!initial || stored !== null || now === null || frame.request === null || holds(initial, now)) return;
      const text = `\`${place.label}\` starts as \`${showHere(frame, now)}\`, wanted ${listed(initial)}`;
      emit({ ...place.failure, text: () => text });
      return;
    }
    if (deepEqual(before as Json, now as Json)) return;
    const allowed = Object.hasOwn(transition.allowed, String(before)) ? transition.allowed[String(before)] : undefined;
    if (allowed && holds(allowed, now)) return;
    const was = `\`${showHere(frame, before)}\``;
    const next = allowed?.length ? `wanted ${listed(allowed)} after ${was}` : `nothing follows ${was}`;
    const text = `\`${place.label}\` goes from ${was} to \`${showHere(frame, now)}\`, ${next}`;
    emit({ ...place.failure, text: () => text });
  };
  return (frame, emit) => judgeEach(frame, context, emit, judge);
}

/** A value that only grows (or only shrinks), compared as number, quantity, version or duration; once there it stays. */
export function compileMonotonic(context: RuleContext): (frame: Frame, emit: Emit) => void {
  const monotonic = context.rule.monotonic as MonotonicRule;
  const fields = compileFields(monotonic.field, `${context.pointer}/monotonic/field`, context, true);
  const compare = COMPARE[monotonic.as ?? 'number'] as Compare;
  const judge = (frame: Frame, emit: Emit) => {
    for (const field of fields) {
      const before = field.path.read(readBefore(frame, field) ?? null);
      if (before === null) continue;
      const now = field.path.read(field.root(frame));
      if (emitGarbage(frame, context, emit)) return;
      const place = field.point(frame, field.keys);
      const text = judgeStep(frame, before, now, compare, monotonic, place.label);
      if (text) emit({ ...place.failure, text: () => text });
    }
  };
  return (frame, emit) => {
    if (frame.oldObject) judgeEach(frame, context, emit, judge);
  };
}

function judgeEach(frame: Frame, context: RuleContext, emit: Emit, judge: (frame: Frame, emit: Emit) => void): void {
  const each = () => {
    if (!applies(frame, context.when, context, emit)) return;
    if (frame.notes.length > 0) frame.notes.length = 0;
    judge(frame, emit);
  };
  context.fanOut.each(frame, each, () => emitGarbage(frame, context, emit));
}

/** A path that is read on both sides of a change. */
interface Field {
  path: CompiledPath;
  /** Its keys, where it names one place. */
  keys: Segments;
  /** What the path starts from; under {@link Frame.readOld} what that was. */
  root(frame: Frame): unknown;
  /** Where a finding about these segments below the root points, and what a message calls it. */
  point(frame: Frame, segments: Segments): { failure: Omit<Failure, 'text'>; label: string };
}

/**
 * What the field's path started from, null where there was nothing; undefined where it was a document that could not be
 * read: what was stored as garbage may be replaced by anything.
 */
function readBefore(frame: Frame, field: Field): unknown {
  return frame.readOld(() => {
    const root = field.root(frame);
    return frame.notes.length > 0 ? undefined : root;
  });
}

/** What has a former self to compare with. */
const ROOTS: ReadonlySet<string> = new Set(['object', 'pod', 'item', 'documents']);

/** Compiles the fields of a rule about change; problems are reported and the bad field left out. */
function compileFields(paths: Paths, pointer: string, context: RuleContext, single = false): Field[] {
  const many = Array.isArray(paths);
  return (many ? paths : [paths]).flatMap((text, i) => {
    const field = compileField(text, many ? `${pointer}/${i}` : pointer, context, single);
    return field ? [field] : [];
  });
}

function compileField(text: string, pointer: string, context: RuleContext, single: boolean): Field | null {
  const { scope, compiler } = context;
  const parsed = parseRooted(text, pointer, scope, compiler.report);
  if (!parsed) return null;
  const [name = '', member] = parsed.root;
  const refuse = (message: string, hint: string) => {
    compiler.report.add('bad-path', pointer, `path \`${text}\`: ${message}`, hint);
    return null;
  };
  if (!ROOTS.has(name)) return refuse(`\`${name}\` has no former self`, `a change is seen in ${[...ROOTS].join(', ')}`);
  if (name === 'item' && !hasKey(context))
    return refuse('elements without a key have no former selves', 'write forEach: {path: …, key: …}');
  if (single && !isSingle(parsed.path)) return refuse('wanted one place', 'use forEach for a list');
  const slot = member === undefined ? null : (scope.slots.get(`${name}.${member}`) as number);
  return {
    path: compilePath(parsed.path),
    keys: single ? stepsOf(parsed.path) : [],
    root: slot === null ? (frame) => frame[name as 'object' | 'pod' | 'item'] : (frame) => frame.variable(slot),
    point: compilePoint(name, member, context),
  };
}

function compilePoint(name: string, member: string | undefined, { document }: RuleContext): Field['point'] {
  const point = (segments: Segments, inObject: boolean) => ({
    failure: { segments, evidence: [], inObject },
    label: formatPath(segments),
  });
  if (name === 'item') return (frame, segments) => point([...frame.itemSegments, ...segments], false);
  if (name === 'pod') return (frame, segments) => point([...frame.podSegments, ...segments], true);
  if (name === 'object') return (_frame, segments) => point(segments, true);
  if (member === document) return (_frame, segments) => point(segments, false);
  // A place in a document that the rule is not about is told in the message: the object has no such path.
  return (_frame, segments) => ({
    failure: { segments: [], evidence: [], inObject: true },
    label: formatPath([name, member as string, ...segments]),
  });
}

function hasKey({ rule }: RuleContext): boolean {
  const forEach = rule.forEach ?? rule.monotonic?.forEach;
  return typeof forEach === 'object' && !Array.isArray(forEach) && forEach.key !== undefined;
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
  frame: Frame,
  before: unknown,
  now: unknown,
  compare: Compare,
  rule: MonotonicRule,
  path: string,
): string | null {
  const was = `\`${showHere(frame, before)}\``;
  if (now === null) return `\`${path}\` was ${was} and cannot be cleared`;
  const order = compare(now, before);
  if (order instanceof Garbage) {
    // What was stored as garbage may be replaced by anything; garbage now is a finding.
    return order.operand === 0 ? `\`${path}\` is \`${showHere(frame, now)}\`, wanted ${order.wanted}` : null;
  }
  const sign = rule.direction === 'down' ? -1 : 1;
  const change = `\`${path}\` goes from ${was} to \`${showHere(frame, now)}\``;
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

function holds(states: readonly Json[], value: unknown): boolean {
  return states.some((state) => deepEqual(state, value as Json));
}

function listed(values: readonly Json[]): string {
  return values.map((value) => `\`${show(value)}\``).join(' or ');
}
