import type { Place } from '../syntax/place.ts';
import type { EvaluationErrorCode, Json, TraceNode } from '../types.ts';
import type { FrameName } from './names.ts';
import type { Garbage } from './operator.ts';
import { readOwnPath } from './own.ts';

export type Segments = readonly (string | number)[];

const NOWHERE: Segments = [];

/** Thrown inside the engine only, and always caught at the rule: it cannot be judged, and `code` says why. */
export class Halt extends Error {
  readonly code: EvaluationErrorCode;
  constructor(code: EvaluationErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The places of a path below a root; values are never changed in place, so that the same root has the same places. */
export interface Walk {
  readonly root: unknown;
  readonly places: readonly Place[];
}

/**
 * Steps one review may take over all its policies. A step is one element visited, or four elements of a list that an
 * operator looks through; the largest object that etcd
 * stores by default (1.5 MiB) has fewer than 10^6 elements, and a rule that needs more than one pass over
 * such an object for each of its elements is what the budget is for.
 */
export const STEP_BUDGET = 5_000_000;

export class Budget {
  left: number;
  /** What paths came to in this review, by compiled path: rules ask for the same places again and again. */
  readonly walks = new Map<object, Walk>();
  readonly expired: (() => boolean) | undefined;
  constructor(steps: number, expired?: () => boolean) {
    this.left = steps;
    this.expired = expired;
  }
  spend(): void {
    if (--this.left < 0) throw new Halt('budget-exceeded', `more than ${STEP_BUDGET} steps`);
    if ((this.left & 255) === 0) this.checkTime();
  }

  /** Spends many steps at once, for work in proportion to a size. */
  take(steps: number): void {
    const before = this.left;
    this.left -= steps;
    if (this.left < 0) throw new Halt('budget-exceeded', `more than ${STEP_BUDGET} steps`);
    if (before >> 8 !== this.left >> 8) this.checkTime();
  }

  /** A step, and a look at the clock: rules that take few steps each are many. */
  startRule(): void {
    this.spend();
    this.checkTime();
  }

  checkTime(): void {
    if (this.expired?.()) throw new Halt('deadline-exceeded', 'time for this review is up');
  }
}

/** What an operator costs that may look through this operand: nothing for scalars and short texts. */
export function chargeOperand(budget: Budget, value: unknown): void {
  if (typeof value === 'string') {
    if (value.length > 1_024) budget.take(value.length >> 8);
  } else if (typeof value === 'object' && value !== null) {
    budget.take(Array.isArray(value) ? (value.length >> 2) + 1 : 1);
  }
}

/** A note that an operand was there and could not be read. */
export interface GarbageNote {
  garbage: Garbage;
  operator: string;
  /** Where the operand stands in the object, null when it was computed. */
  segments: Segments | null;
  /** The name its path starts from, null when it was computed. */
  root: FrameName | null;
  /** The document that could not be read, and where in it, from 1. */
  document?: { name: string; place: { line: number; column: number } | null };
}

/** A lazily computed variable with what went wrong while computing it. */
export interface VariableSlot {
  value: unknown;
  notes: readonly GarbageNote[];
}

/** Names of an element beside the element itself. */
export interface Around {
  readonly index: unknown;
  readonly last: unknown;
  readonly key: unknown;
  readonly parent: unknown;
}

/**
 * Everything one evaluation can see. One frame serves one policy and one review; a fan-out writes the element's
 * names into it before each element. Every slot is set in the constructor, so that the shape never changes.
 */
export class Frame {
  object: unknown = null;
  oldObject: unknown = null;
  request: unknown = null;
  namespaceObject: unknown = null;
  params: unknown = null;
  environment: unknown = null;
  cluster: unknown = null;
  lookups: unknown = null;
  documents: unknown = null;
  pod: unknown = null;
  item: unknown = null;
  oldItem: unknown = null;
  self: unknown = null;
  other: unknown = null;
  target: unknown = null;
  /** The two claims of a pair by the names that their domain gives to its members. */
  members: { readonly [name: string]: unknown } | null = null;

  /** The place the fan-out is at, and where the path it came by starts; null outside of a fan-out. */
  place: Place | null = null;
  /** What index, last, key and parent are where they are not those of the place. */
  around: Around | null = null;
  base: Segments = NOWHERE;
  podSegments: Segments = NOWHERE;
  /** The pod of oldObject, under `subject: pod`. */
  oldPod: unknown = null;

  variables: (VariableSlot | null)[];
  readonly programs: readonly ((frame: Frame) => unknown)[];
  notes: GarbageNote[] = [];
  readonly budget: Budget;
  trace: TraceNode[] | null = null;

  constructor(programs: readonly ((frame: Frame) => unknown)[], budget: Budget) {
    this.programs = programs;
    this.variables = new Array(programs.length).fill(null);
    this.budget = budget;
  }

  /** Value of a variable, computed on first use; garbage met in it counts for each user. */
  variable(slot: number): unknown {
    let entry = this.variables[slot];
    if (!entry) {
      const outer = this.notes;
      this.notes = [];
      const value = (this.programs[slot] as (frame: Frame) => unknown)(this);
      entry = { value: value ?? null, notes: this.notes };
      this.notes = outer;
      this.variables[slot] = entry;
    }
    for (const note of entry.notes) this.notes.push(note);
    return entry.value;
  }

  // Few rules read these four, so that they are worked out when asked for.

  get index(): unknown {
    return this.around ? this.around.index : this.place ? this.place.index : null;
  }

  get last(): unknown {
    return this.around ? this.around.last : this.place ? this.place.last : null;
  }

  get key(): unknown {
    return this.around ? this.around.key : this.place ? this.place.key : null;
  }

  get parent(): unknown {
    return this.around ? this.around.parent : this.place ? this.place.parent : null;
  }

  /** Where item stands in the object, or in the document. */
  get itemSegments(): Segments {
    if (!this.place) return NOWHERE;
    return this.base.length ? [...this.base, ...this.place.segments] : this.place.segments;
  }

  /** Where parent stands: the longest proper prefix of the item's place at which it is found. */
  get parentSegments(): Segments {
    const whole = this.itemSegments;
    for (let length = whole.length - 1; length > 0; length--) {
      if (readOwnPath(this.object, whole.slice(0, length)) === this.parent) return whole.slice(0, length);
    }
    return this.base;
  }

  /**
   * Reads something as it was: the old object, pod and element stand for the new ones, variables and documents are worked
   * out anew from them and forgotten again, and garbage met there is nobody's finding. Null where there is no old object.
   */
  readOld<Value>(read: () => Value): Value | null {
    if (this.oldObject === null || this.oldObject === undefined) return null;
    const { object, pod, item, variables, notes } = this;
    this.object = this.oldObject;
    this.pod = this.oldPod;
    this.item = this.oldItem;
    this.variables = new Array(variables.length).fill(null);
    this.notes = [];
    try {
      return read();
    } finally {
      this.object = object;
      this.pod = pod;
      this.item = item;
      this.variables = variables;
      this.notes = notes;
    }
  }

  forgetVariables(from: number): void {
    for (let i = from; i < this.variables.length; i++) this.variables[i] = null;
  }
}

export type Expr = (frame: Frame, data: unknown) => unknown;

/** The frame as the data that json-logic-js reads. */
export function frameData(frame: Frame, variableNames: ReadonlyMap<string, number>): { [name in FrameName]: unknown } {
  const variables = Object.create(null) as Record<string, unknown>;
  for (const [name, slot] of variableNames) {
    Object.defineProperty(variables, name, { enumerable: true, get: () => frame.variable(slot) });
  }
  const { object, oldObject, request, namespaceObject, params, environment, cluster, lookups, documents } = frame;
  const { pod, item, index, last, key, parent, oldItem, self, other, target } = frame;
  return {
    object,
    oldObject,
    request,
    namespaceObject,
    params,
    variables,
    lookups,
    documents,
    environment,
    cluster,
    item,
    index,
    last,
    key,
    parent,
    oldItem,
    self,
    other,
    target,
    pod,
  };
}

/** Segments of an operand that is a plain path, as they stand in the object; null when it cannot be told. */
export function placeOperand(frame: Frame, name: FrameName, keys: Segments): Segments | null {
  switch (name) {
    case 'object':
    case 'oldObject':
      return keys;
    case 'item':
    case 'oldItem':
      return [...frame.itemSegments, ...keys];
    case 'parent':
      return [...frame.parentSegments, ...keys];
    case 'pod':
      return [...frame.podSegments, ...keys];
    case 'documents':
      return keys.slice(1);
    default:
      return null;
  }
}

export function asJson(value: unknown): Json {
  return (value ?? null) as Json;
}
