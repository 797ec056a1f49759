import { canonicalText } from '../../deep-equal.ts';
import { type Frame, Halt, type Segments } from '../../logic/frame.ts';
import type { Span } from '../../logic/operators/addresses.ts';
import { overlapSome, readRanges } from '../../logic/operators/range.ts';
import { truthy } from '../../logic/own.ts';
import { formatPath } from '../../syntax/path.ts';
import type { Place } from '../../syntax/visit.ts';
import type { DisjointRule, UniqueRule } from '../../types.ts';
import type { Emit } from '../compiled.ts';
import type { Compiled, Scope } from '../expressions.ts';
import { walkElements } from '../fan-out.ts';
import { showHere } from '../message.ts';
import { compilePlaces, type Places } from '../places.ts';
import { applies, compileSettle, emitGarbage, failureOfGarbage, type RuleContext } from '../rule-context.ts';
import { extendScope, FAN_OUT_NAMES, nameMembers, PAIR_NAMES } from '../scope.ts';

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

/** What a comparison inside one object is made of. */
interface Pairing {
  context: RuleContext;
  kind: 'unique' | 'disjoint';
  places: Places;
  value: Compiled | null;
  /** Where the value stands below its element. */
  keys: Segments;
  byParent: boolean;
  when: Compiled | null;
  unless: Compiled | null;
}

/** UNIQUE and EXCLUDE inside one object; across objects they are asked of the inventory. */
export function compilePairs(context: RuleContext): (frame: Frame, emit: Emit) => void {
  const kind = context.rule.unique ? 'unique' : 'disjoint';
  const written = (context.rule.unique ?? context.rule.disjoint) as UniqueRule & DisjointRule;
  const { pointer, scope, compiler } = context;
  const at = `${pointer}/${kind}`;
  const names = extendScope(scope, [...FAN_OUT_NAMES, ...PAIR_NAMES]);
  const pairScope: Scope = nameMembers(names, written.between ?? []);
  const compile = (slot: 'when' | 'unless') =>
    written[slot] === undefined ? null : compiler.compile(written[slot], `${at}/${slot}`, pairScope, 'boolean');
  const unless = compile('unless');
  const when = compile('when');
  if (written.domain !== undefined || written.within === undefined) {
    for (const slot of ['key', 'range', 'scope'] as const) {
      const expression = written[slot];
      if (expression !== undefined)
        compiler.compile(expression, `${at}/${slot}`, written.each === undefined ? scope : names, 'value');
    }
    return askOthers(context, written, kind);
  }
  if (written.each === undefined) {
    compiler.report.add('schema', at, `${kind} within an ${written.within} needs \`each\`: the elements to compare`);
    return () => {};
  }
  const slot = kind === 'unique' ? 'key' : 'range';
  const operand = written[slot];
  const itemScope = extendScope(scope, FAN_OUT_NAMES);
  const value = operand === undefined ? null : compiler.compile(operand, `${at}/${slot}`, itemScope, 'value');
  const places = compilePlaces(written.each, `${at}/each`, scope, compiler.report);
  const keys = value ? plainItemKeys(value) : [];
  return judgePairs({ context, kind, places, value, keys, byParent: written.within === 'parent', when, unless }, at);
}

function judgePairs(pairing: Pairing, at: string): (frame: Frame, emit: Emit) => void {
  const { context, kind, value } = pairing;
  const settle = compileSettle(context, at);
  // A list written out is a tuple; a list that stands in the object claims each of its elements.
  const isTuple = Array.isArray(value?.logic);
  const compare = kind === 'unique' ? (isTuple ? sameTuple : sameKey) : overlapping;
  return (frame, emit) => {
    const each = () => {
      if (!applies(frame, context.when, context, emit)) return;
      settle?.(frame);
      for (const group of collect(frame, pairing, emit)) judgeGroup(frame, group, compare, pairing, emit);
    };
    context.fanOut.each(frame, each, () => emitGarbage(frame, context, emit));
  };
}

/** A relation to other objects needs what is known of them. Compiled now, answered by the inventory later. */
export function askOthers(context: RuleContext, _written: unknown, kind: string): (frame: Frame, emit: Emit) => void {
  const { fanOut, when, rule } = context;
  return (frame, emit) => {
    const each = () => {
      if (!applies(frame, when, context, emit)) return;
      throw new Halt(
        'relation-not-implemented',
        `\`${kind}\` of ${rule.id} relates to other objects, which this version does not judge`,
      );
    };
    fanOut.each(frame, each, () => emitGarbage(frame, context, emit));
  };
}

function collect(frame: Frame, { context, places, value, keys, byParent }: Pairing, emit: Emit): Iterable<Member[]> {
  const all: Member[] = [];
  const groups = new Map<unknown, Member[]>();
  const claim = () => {
    if (frame.notes.length > 0) frame.notes.length = 0;
    const own = value ? value.run(frame, null) : frame.item;
    if (emitGarbage(frame, context, emit)) return;
    if (isNothing(own)) return;
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
  };
  walkElements(frame, places, { from: 0, to: 0 }, claim, () => emitGarbage(frame, context, emit));
  return byParent ? groups.values() : [all];
}

/** null and the empty text claim nothing. */
function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === '';
}

interface Told {
  /** Tells of a conflict; false when the pair's own conditions let it be. */
  conflict(later: Member, earlier: Member): boolean;
  garbage(member: Member, wanted: string): void;
}

/** Compares the members of one group, later ones against earlier ones; each is told of once. */
type Compare = (members: readonly Member[], told: Told, frame: Frame) => void;

const sameKey: Compare = (members, told, frame) =>
  compareClaims(members, ({ value }) => (Array.isArray(value) ? value : [value]), told, frame);

const sameTuple: Compare = (members, told, frame) =>
  compareClaims(members, ({ value }) => ((value as unknown[]).some(isNothing) ? [] : [value]), told, frame);

function compareClaims(
  members: readonly Member[],
  claimsOf: (member: Member) => readonly unknown[],
  told: Told,
  frame: Frame,
): void {
  if (members.length < 2) return;
  const scalars = new Map<unknown, Member[]>();
  // Apart from the others, so that a string is never taken for the text of a list or a map.
  const composites = new Map<unknown, Member[]>();
  for (const member of members) {
    let found = false;
    for (const claim of claimsOf(member)) {
      if (isNothing(claim)) continue;
      const isScalar = typeof claim !== 'object';
      const seen = isScalar ? scalars : composites;
      const key = isScalar ? claim : canonicalText(claim);
      const earlier = seen.get(key);
      if (!earlier) {
        seen.set(key, [member]);
        continue;
      }
      for (let i = 0; i < earlier.length && !found; i++) {
        frame.budget.spend();
        if (earlier[i] !== member) found = told.conflict(member, earlier[i] as Member);
      }
      earlier.push(member);
    }
  }
}

const overlapping: Compare = (members, told, frame) => {
  const readable: Member[] = [];
  const held: (readonly Span[])[] = [];
  for (const member of members) {
    const ranges = readRanges(member.value);
    if (ranges) {
      readable.push(member);
      held.push(ranges);
    } else told.garbage(member, 'a CIDR, an address or a range `a-b`');
  }
  // Each later element against the earlier ones: a list in one object is short, and the first conflict is enough.
  for (let i = 1; i < readable.length; i++) {
    const later = held[i] as readonly Span[];
    for (let j = 0, found = false; j < i && !found; j++) {
      frame.budget.spend();
      if (overlapSome(later, held[j] as readonly Span[]))
        found = told.conflict(readable[i] as Member, readable[j] as Member);
    }
  }
};

function judgeGroup(frame: Frame, members: Member[], compare: Compare, pairing: Pairing, emit: Emit): void {
  const { item, around, index, last, key } = frame;
  const conflict = (later: Member, earlier: Member): boolean => {
    frame.self = describe(later);
    frame.other = describe(earlier);
    frame.item = later.place.value;
    frame.around = { index, last, key, parent: later.place.parent };
    try {
      return judgePair(frame, later, earlier, pairing, emit);
    } finally {
      frame.self = null;
      frame.other = null;
    }
  };
  const garbage = (member: Member, wanted: string) => {
    const text = `\`${member.path}\` is \`${showHere(frame, member.value)}\`, wanted ${wanted}`;
    emit({ segments: member.segments, evidence: ['garbage', member.value], text: () => text, ownText: true });
  };
  try {
    compare(members, { conflict, garbage }, frame);
  } finally {
    frame.item = item;
    frame.around = around;
  }
}

/** Tells of the pair unless its conditions let it be; garbage in a condition excuses nothing. */
function judgePair(frame: Frame, later: Member, earlier: Member, { kind, when, unless }: Pairing, emit: Emit): boolean {
  frame.notes.length = 0;
  const applies = !when || truthy(when.run(frame, null));
  const excused = unless !== null && truthy(unless.run(frame, null));
  const [note] = frame.notes;
  frame.notes.length = 0;
  if (note) {
    emit(failureOfGarbage(frame, note, note.segments ?? later.segments));
    return true;
  }
  if (!applies || excused) return false;
  const verb = kind === 'unique' ? 'stands already at' : 'overlaps';
  const place = `\`${earlier.path}\``;
  const other = kind === 'unique' ? place : `\`${showHere(frame, earlier.value)}\` at ${place}`;
  const text = `\`${later.path}\` is \`${showHere(frame, later.value)}\`, which ${verb} ${other}`;
  emit({ segments: later.segments, evidence: [later.value, earlier.value], text: () => text });
  return true;
}

function describe({ value, place, path }: Member): unknown {
  return { key: value, range: value, item: place.value, parent: place.parent, path };
}

/** Keys below the item when the expression is a plain `item.x`. */
function plainItemKeys(compiled: Compiled): Segments {
  const [read] = compiled.reads;
  return compiled.reads.length === 1 && read?.name === 'item' && !read.fanOut ? read.keys : [];
}
