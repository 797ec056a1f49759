import { type Frame, Halt, type Segments } from '../../logic/frame.ts';
import { Garbage } from '../../logic/operator.ts';
import { OPERATORS } from '../../logic/operators/index.ts';
import type { Span } from '../../logic/operators/addresses.ts';
import { overlapSome, readRanges } from '../../logic/operators/range.ts';
import { truthy } from '../../logic/own.ts';
import { formatPath } from '../../syntax/path.ts';
import type { Place } from '../../syntax/visit.ts';
import type { DisjointRule, UniqueRule } from '../../types.ts';
import type { Emit } from '../compiled.ts';
import type { Compiled } from '../expressions.ts';
import { walkElements } from '../fan-out.ts';
import { show } from '../message.ts';
import { compilePlaces } from '../places.ts';
import { applies, emitGarbage, type RuleContext } from '../rule-context.ts';
import { extendScope, FAN_OUT_NAMES, PAIR_NAMES } from '../scope.ts';

/** One element of a comparison inside one object; where it stands is worked out when somebody is told. */
class Member {
  readonly value: unknown;
  readonly place: Place;
  readonly base: Segments;
  readonly keys: Segments;

  constructor(value: unknown, place: Place, base: Segments, keys: Segments) {
    this.value = value;
    this.place = place;
    this.base = base;
    this.keys = keys;
  }

  get segments(): Segments {
    return [...this.base, ...this.place.segments, ...this.keys];
  }

  get path(): string {
    return formatPath(this.segments);
  }
}

/** UNIQUE and EXCLUDE inside one object; across objects they are asked of the inventory. */
export function compilePairs(context: RuleContext): (frame: Frame, emit: Emit) => void {
  const kind = context.rule.unique ? 'unique' : 'disjoint';
  const written = (context.rule.unique ?? context.rule.disjoint) as UniqueRule & DisjointRule;
  const { pointer, scope, compiler, fanOut, when } = context;
  const at = `${pointer}/${kind}`;
  const pairScope = extendScope(scope, [...FAN_OUT_NAMES, ...PAIR_NAMES]);
  const unless =
    written.unless === undefined
      ? null
      : compiler.compile(
          written.unless,
          `${at}/unless`,
          { ...pairScope, names: withMembers(pairScope.names, written.between) },
          'boolean',
        );
  const pairWhen =
    written.when === undefined
      ? null
      : compiler.compile(
          written.when,
          `${at}/when`,
          { ...pairScope, names: withMembers(pairScope.names, written.between) },
          'boolean',
        );
  const across = written.domain !== undefined || written.within === undefined;
  if (across) {
    for (const slot of ['key', 'range', 'scope'] as const) {
      const expression = written[slot];
      if (expression !== undefined)
        compiler.compile(expression, `${at}/${slot}`, written.each === undefined ? scope : pairScope, 'value');
    }
    return askOthers(context, written, kind);
  }
  if (written.each === undefined) {
    compiler.report.add('schema', at, `${kind} within an ${written.within} needs \`each\`: the elements to compare`);
    return () => {};
  }
  const places = compilePlaces(written.each, `${at}/each`, scope, compiler.report);
  const itemScope = extendScope(scope, FAN_OUT_NAMES);
  const operand = kind === 'unique' ? written.key : written.range;
  const operandAt = `${at}/${kind === 'unique' ? 'key' : 'range'}`;
  const value = operand === undefined ? null : compiler.compile(operand, operandAt, itemScope, 'value');
  const keys = value ? plainItemKeys(value) : [];
  const conflict = kind === 'unique' ? sameKey : overlapping;
  const conditions: [Compiled | null, Compiled | null] = [pairWhen, unless];
  return (frame, emit) => {
    fanOut.each(frame, () => {
      if (!applies(frame, when, context, emit)) return;
      const members = collect(frame, places, value, keys, written.within === 'parent', context, emit);
      for (const group of members) judgeGroup(frame, group, conflict, kind, conditions, emit);
    });
  };
}

/** A relation to other objects needs what is known of them. Compiled now, answered by the inventory later. */
export function askOthers(context: RuleContext, _written: unknown, kind: string): (frame: Frame, emit: Emit) => void {
  const { fanOut, when, rule } = context;
  return (frame, emit) => {
    fanOut.each(frame, () => {
      if (!applies(frame, when, context, emit)) return;
      throw new Halt(
        'relation-not-implemented',
        `\`${kind}\` of ${rule.id} relates to other objects, which this version does not judge`,
      );
    });
  };
}

function withMembers(names: ReadonlySet<string>, between: readonly string[] | undefined): ReadonlySet<string> {
  return between ? new Set([...names, ...between]) : names;
}

function collect(
  frame: Frame,
  places: ReturnType<typeof compilePlaces>,
  value: Compiled | null,
  keys: Segments,
  byParent: boolean,
  context: RuleContext,
  emit: Emit,
): Iterable<Member[]> {
  const all: Member[] = [];
  const groups = new Map<unknown, Member[]>();
  walkElements(frame, places, { from: 0, to: 0 }, () => {
    frame.notes.length = 0;
    const own = value ? value.run(frame, null) : frame.item;
    if (emitGarbage(frame, context, emit)) return;
    // null or empty holds nothing; a list holds each of its elements, unless it is a tuple of a unique key.
    if (own === null || own === undefined || own === '') return;
    const place = frame.place as Place;
    const member = new Member(own, place, frame.base, keys);
    if (!byParent) {
      all.push(member);
      return;
    }
    const { parent } = place;
    const list = groups.get(parent);
    if (list) list.push(member);
    else groups.set(parent, [member]);
  });
  return byParent ? groups.values() : [all];
}

type Conflict = (
  members: Member[],
  report: (later: Member, earlier: Member) => void,
  garbage: (member: Member, wanted: string) => void,
  frame: Frame,
) => void;

const sameKey: Conflict = (members, report) => {
  if (members.length < 2) return;
  const first = new Map<unknown, Member>();
  // Apart from the others, so that a string is never taken for the text of a list or a map.
  const composite = new Map<string, Member>();
  for (const member of members) {
    const { value } = member;
    const isScalar = typeof value !== 'object' || value === null;
    const seen: Map<unknown, Member> = isScalar ? first : composite;
    const key = isScalar ? value : JSON.stringify(value);
    const earlier = seen.get(key);
    if (earlier) report(member, earlier);
    else seen.set(key, member);
  }
};

const overlapping: Conflict = (members, report, garbage, frame) => {
  const readable: Member[] = [];
  const held: Span[][] = [];
  for (const member of members) {
    const ranges = readRanges(member.value);
    if (ranges) {
      readable.push(member);
      held.push(ranges);
    } else garbage(member, 'a CIDR, an address or a range `a-b`');
  }
  // Each later element against the earlier ones: a list in one object is short, and the first conflict is enough.
  for (let i = 1; i < readable.length; i++) {
    const later = held[i] as Span[];
    for (let j = 0; j < i; j++) {
      frame.budget.spend();
      if (overlapSome(later, held[j] as Span[])) report(readable[i] as Member, readable[j] as Member);
    }
  }
};

function judgeGroup(
  frame: Frame,
  members: Member[],
  conflict: Conflict,
  kind: string,
  conditions: [Compiled | null, Compiled | null],
  emit: Emit,
): void {
  let told: Set<Member> | null = null;
  const [pairWhen, unless] = conditions;
  const { item, around } = frame;
  const { index, last, key } = frame;
  const report = (later: Member, earlier: Member) => {
    if (told?.has(later)) return;
    frame.self = describe(later);
    frame.other = describe(earlier);
    frame.item = later.place.value;
    frame.around = { index, last, key, parent: later.place.parent };
    try {
      if (pairWhen && !truthy(pairWhen.run(frame, null))) return;
      if (unless && truthy(unless.run(frame, null))) return;
      told ??= new Set();
      told.add(later);
      const verb = kind === 'unique' ? 'stands already at' : 'overlaps';
      const other = kind === 'unique' ? `\`${earlier.path}\`` : `\`${show(earlier.value)}\` at \`${earlier.path}\``;
      const text = `\`${later.path}\` is \`${show(later.value)}\`, which ${verb} ${other}`;
      emit({ segments: later.segments, evidence: [later.value, earlier.value], text: () => text });
    } finally {
      frame.self = null;
      frame.other = null;
    }
  };
  const garbage = (member: Member, wanted: string) => {
    const text = `\`${member.path}\` is \`${show(member.value)}\`, wanted ${wanted}`;
    emit({ segments: member.segments, evidence: ['garbage', member.value], text: () => text, ownText: true });
  };
  try {
    conflict(members, report, garbage, frame);
  } finally {
    frame.item = item;
    frame.around = around;
  }
}

function describe({ value, place, path }: Member): unknown {
  return { key: value, range: value, item: place.value, parent: place.parent, path };
}

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
  const keys = plainItemKeys(value);
  const contains = OPERATORS.get(kind === 'within' ? 'range.contains' : 'range.overlaps');
  const judge = (frame: Frame, emit: Emit) => {
    frame.notes.length = 0;
    const own = value.run(frame, null);
    const held = ranges.run(frame, null);
    if (emitGarbage(frame, context, emit)) return;
    if (own === null || own === undefined || held === null || held === undefined) return;
    const result = contains?.apply([held, own]);
    if (result instanceof Garbage) {
      if (result.operand === 0) return; // the ranges are another rule's element, and garbage is that one's finding
    } else if ((result === true) === (kind === 'within')) return;
    const segments =
      context.pathOf?.(frame) ?? (places || fanOut.active ? [...frame.itemSegments, ...keys] : plainObjectKeys(value));
    const path = formatPath([...segments]);
    if (result instanceof Garbage) {
      const text = `\`${path}\` is \`${show(own)}\`, wanted ${result.wanted}`;
      emit({ segments, evidence: ['garbage', own], text: () => text, ownText: true });
      return;
    }
    frame.self = { range: own, path };
    frame.other = { range: held };
    const text = `\`${path}\` is \`${show(own)}\`, wanted ${kind === 'within' ? 'it inside' : 'it clear of'} \`${show(held)}\``;
    emit({ segments, evidence: [own, held], text: () => text });
    frame.self = null;
    frame.other = null;
  };
  return (frame, emit) => {
    fanOut.each(frame, () => {
      if (!applies(frame, when, context, emit)) return;
      if (places) walkElements(frame, places, { from: 0, to: 0 }, () => judge(frame, emit));
      else judge(frame, emit);
    });
  };
}

/** Keys below the item when the expression is a plain `item.x`. */
function plainItemKeys(compiled: Compiled): Segments {
  const [read] = compiled.reads;
  return compiled.reads.length === 1 && read?.name === 'item' && !read.fanOut ? read.keys : [];
}

function plainObjectKeys(compiled: Compiled): Segments {
  const [read] = compiled.reads;
  return read?.name === 'object' && !read.fanOut ? read.keys : [];
}
