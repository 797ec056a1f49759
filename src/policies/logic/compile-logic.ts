import { type Path, parsePath, printPath } from '../syntax/path.ts';
import type { Json, TraceNode } from '../types.ts';
import { EAGER, EAGER_PAIRS, primitive } from './builtins.ts';
import { asJson, chargeOperand, type Expr, type Frame, Halt, placeOperand, type Segments } from './frame.ts';
import { FRAME_NAME_SET, type FrameName } from './names.ts';
import { Garbage, type Operator } from './operator.ts';
import { compileOwnPath, isLogic, readLogic, readOwn, readOwnPath, truthy } from './own.ts';

export interface CompileLogicContext {
  operators: ReadonlyMap<string, Operator>;
  /** Slots of `variables.x`, `documents.x`, `lookups.x`, keyed by the dotted name. */
  slots: ReadonlyMap<string, number>;
  /** Where a slot's value stands, when the slot is a plain path. */
  slotPlace(dotted: string): { name: FrameName; keys: Segments } | null;
  /** Compiles a path of the path grammar to a reader below a value. */
  compileRead(path: string): (root: unknown) => unknown;
  /** Set when each node's value is to be recorded. */
  trace: ((node: Json) => string) | null;
}

/**
 * Compiles normalised JSON Logic to a closure. No code is generated: each node becomes a function that
 * calls its operands' functions.
 */
export function compileLogic(logic: Json, context: CompileLogicContext): Expr {
  return new LogicCompiler(context).compile(logic, false);
}

/** Compiles plain JSON Logic over any data, as jsonlogic.com defines it: `expr(data)`. */
export function compileDataLogic(logic: Json, context: CompileLogicContext): Expr {
  return new LogicCompiler(context).compile(logic, true);
}

class LogicCompiler {
  readonly context: CompileLogicContext;
  constructor(context: CompileLogicContext) {
    this.context = context;
  }

  /** `inData`: paths start at the data (an iterator's element), not at the frame's names. */
  compile(node: Json, inData: boolean): Expr {
    const plain = this.compileNode(node, inData);
    if (!this.context.trace || !isLogic(node)) return plain;
    return record(plain, this.context.trace(node));
  }

  compileNode(node: Json, inData: boolean): Expr {
    if (Array.isArray(node)) return this.compileList(node, inData);
    if (!isLogic(node)) return () => node;
    const { operator, operands } = readLogic(node);
    const special = SPECIAL[operator];
    if (special) return special(this, operands as Json[], inData);
    const compiled = (operands as Json[]).map((operand) => this.compile(operand, inData));
    const eager = EAGER[operator];
    if (eager) return compileEager(operator, eager, compiled);
    const known = this.context.operators.get(operator);
    if (!known) throw new Error(`unknown operator ${operator} in normalised logic`);
    return this.compileCall(known, operands as Json[], compiled, inData);
  }

  compileList(nodes: Json[], inData: boolean): Expr {
    if (!nodes.some(containsLogic)) return () => nodes;
    const entries = nodes.map((entry) => this.compile(entry, inData));
    return (frame, data) => entries.map((entry) => entry(frame, data));
  }

  compileCall(operator: Operator, operands: Json[], compiled: Expr[], inData: boolean): Expr {
    const literals = operands.map((operand) => (containsLogic(operand) ? undefined : operand));
    const prepared = operator.prepare?.(literals);
    const apply = typeof prepared === 'function' ? prepared : operator.apply.bind(operator);
    const absent = operator.kind === 'predicate' ? false : null;
    const required = compiled.map((_, i) => {
      const operand = operator.operands[Math.min(i, operator.operands.length - 1)];
      return !operand?.nullable && !operand?.optional;
    });
    const places = inData ? operands.map(() => null) : operands.map((operand) => this.placeOf(operand));
    const settle = (frame: Frame, result: unknown): unknown => {
      if (!(result instanceof Garbage)) return result ?? null;
      const place = places[result.operand];
      frame.notes.push({
        garbage: result,
        operator: operator.name,
        segments: place ? placeOperand(frame, place.name, place.keys) : null,
        root: place ? place.name : null,
      });
      return absent;
    };
    if (compiled.length > 0 && compiled.length <= 2 && operator.preparePair && typeof prepared === 'function') {
      return compilePair(operator.preparePair(literals), compiled, required, absent, settle);
    }
    return (frame, data) => {
      const values = new Array<unknown>(compiled.length);
      for (let i = 0; i < compiled.length; i++) {
        const value = (compiled[i] as Expr)(frame, data);
        if ((value === null || value === undefined) && required[i]) return absent;
        if (typeof value !== 'number') chargeOperand(frame.budget, value);
        values[i] = value;
      }
      return settle(frame, apply(values));
    };
  }

  placeOf(node: Json): { name: FrameName; keys: Segments } | null {
    if (!isLogic(node)) return null;
    const { operator, operands } = readLogic(node);
    // `a ?? b` stands where `a` stands: the fallback is the policy's own.
    if (operator === '??') return this.placeOf(operands[0] as Json);
    if (operator !== 'var' && operator !== 'val') return null;
    const keys = operator === 'var' ? String(operands[0]).split('.') : operands.map(String);
    if (keys[0] === 'variables' && keys.length >= 2) {
      const place = this.context.slotPlace(`variables.${keys[1]}`);
      return place ? { name: place.name, keys: [...place.keys, ...indexed(keys.slice(2))] } : null;
    }
    return { name: keys[0] as FrameName, keys: indexed(keys.slice(1)) };
  }
}

/** A call of one or two operands, without a list of them. */
function compilePair(
  apply: (a: unknown, b: unknown) => unknown,
  operands: readonly Expr[],
  [needsA, needsB]: readonly boolean[],
  absent: false | null,
  settle: (frame: Frame, result: unknown) => unknown,
): Expr {
  const [first, second] = operands as [Expr, Expr | undefined];
  return (frame, data) => {
    const a = first(frame, data);
    if (needsA && (a === null || a === undefined)) return absent;
    if (typeof a === 'object' || typeof a === 'string') chargeOperand(frame.budget, a);
    let b: unknown;
    if (second) {
      b = second(frame, data);
      if (needsB && (b === null || b === undefined)) return absent;
      if (typeof b === 'object' || typeof b === 'string') chargeOperand(frame.budget, b);
    }
    const result = apply(a, b);
    return typeof result === 'boolean' ? result : settle(frame, result);
  };
}

type Special = (compiler: LogicCompiler, operands: Json[], inData: boolean) => Expr;

const SPECIAL: { readonly [operator: string]: Special | undefined } = Object.assign(Object.create(null), {
  var: compileVar,
  val: (compiler, operands, inData) => {
    if (inData) {
      const keys = operands.map(String);
      return (_frame, data) => readOwnPath(data, keys);
    }
    return readFrame(compiler, operands.map(String), undefined);
  },
  get: compileGet,
  missing: compileMissing,
  missing_some: compileMissingSome,
  if: compileIf,
  '?:': compileIf,
  and: (compiler, operands, inData) => {
    const parts = operands.map((operand) => compiler.compile(operand, inData));
    const [first, second] = parts as [Expr, Expr];
    if (parts.length === 2) {
      return (frame, data) => {
        const value = first(frame, data);
        return truthy(value) ? second(frame, data) : value;
      };
    }
    return (frame, data) => {
      let value: unknown;
      for (let i = 0; i < parts.length; i++) {
        value = (parts[i] as Expr)(frame, data);
        if (!truthy(value)) return value;
      }
      return value;
    };
  },
  or: (compiler, operands, inData) => {
    const parts = operands.map((operand) => compiler.compile(operand, inData));
    const [first, second] = parts as [Expr, Expr];
    if (parts.length === 2) {
      return (frame, data) => {
        const value = first(frame, data);
        return truthy(value) ? value : second(frame, data);
      };
    }
    return (frame, data) => {
      let value: unknown;
      for (let i = 0; i < parts.length; i++) {
        value = (parts[i] as Expr)(frame, data);
        if (truthy(value)) return value;
      }
      return value;
    };
  },
  '??': (compiler, operands, inData) => {
    const parts = operands.map((operand) => compiler.compile(operand, inData));
    return (frame, data) => {
      for (let i = 0; i < parts.length; i++) {
        const value = (parts[i] as Expr)(frame, data);
        if (value !== null && value !== undefined) return value;
      }
      return null;
    };
  },
  map: iterator((list, body, frame) => list.map((element) => step(frame, body, element)), []),
  filter: iterator((list, body, frame) => list.filter((element) => truthy(step(frame, body, element))), []),
  all: iterator(
    (list, body, frame) => list.length > 0 && list.every((element) => truthy(step(frame, body, element))),
    false,
  ),
  some: iterator((list, body, frame) => list.some((element) => truthy(step(frame, body, element))), false),
  none: iterator((list, body, frame) => !list.some((element) => truthy(step(frame, body, element))), true),
  reduce: compileReduce,
} satisfies { [operator: string]: Special });

function compileVar(compiler: LogicCompiler, operands: Json[], inData: boolean): Expr {
  const fallback = operands.length > 1 ? compiler.compile(operands[1] as Json, inData) : undefined;
  const [path] = operands;
  if (!inData) return readFrame(compiler, String(path).split('.'), fallback);
  if (containsLogic(path)) {
    const computed = compiler.compile(path as Json, true);
    return (frame, data) => readVar(data, computed(frame, data), fallback, frame);
  }
  if (path === undefined || path === null || path === '') return (_frame, data) => data;
  const keys = String(path).split('.');
  return (frame, data) => readKeys(data, keys, fallback, frame);
}

function readVar(data: unknown, path: unknown, fallback: Expr | undefined, frame: Frame): unknown {
  if (path === undefined || path === null || path === '') return data;
  return readKeys(data, String(primitive(path)).split('.'), fallback, frame);
}

function readKeys(data: unknown, keys: readonly string[], fallback: Expr | undefined, frame: Frame): unknown {
  let at = data;
  for (let i = 0; i < keys.length; i++) {
    if (typeof at === 'string') at = Number.isInteger(Number(keys[i])) ? (at[Number(keys[i])] ?? null) : null;
    else at = readOwn(at, keys[i] as string);
    if (at === null) return fallback ? fallback(frame, data) : null;
  }
  return at;
}

function readFrame(compiler: LogicCompiler, keys: string[], fallback: Expr | undefined): Expr {
  const read = readNamed(compiler, keys);
  if (!fallback) return read;
  return (frame, data) => read(frame, data) ?? fallback(frame, data);
}

function readNamed(compiler: LogicCompiler, keys: string[]): Expr {
  const name = keys[0] as FrameName;
  if (name === 'variables' || name === 'documents' || name === 'lookups') {
    const slot = compiler.context.slots.get(`${name}.${keys[1]}`);
    if (slot === undefined) throw new Error(`no slot for ${name}.${keys[1]}`);
    const rest = keys.slice(2);
    if (rest.length === 0) return (frame) => frame.variable(slot);
    const read = compileOwnPath(rest);
    return (frame) => read(frame.variable(slot));
  }
  const read = compileOwnPath(keys.slice(1));
  if (name === 'object') return (frame) => read(frame.object);
  if (name === 'item') return keys.length > 1 ? (frame) => read(frame.item) : (frame) => frame.item ?? null;
  if (name === 'params') return (frame) => read(frame.params);
  if (name === 'parent') return (frame) => read(frame.parent);
  if (name === 'namespaceObject') return (frame) => read(knownNamespace(frame));
  if (!FRAME_NAME_SET.has(name)) return (frame) => read(frame.members?.[name]);
  return (frame) => read(frame[name]);
}

function knownNamespace(frame: Frame): unknown {
  if (frame.namespaceObject !== undefined) return frame.namespaceObject;
  throw new Halt('namespace-unknown', 'the Namespace of the object is not known');
}

function compileGet(compiler: LogicCompiler, operands: Json[], inData: boolean): Expr {
  const path = String(operands[0]);
  const fallback = operands.length > 1 ? compiler.compile(operands[1] as Json, inData) : undefined;
  const read = inData ? compiler.context.compileRead(path) : readBelowName(compiler, path);
  const base: Expr = inData ? (_frame, data) => data : baseOfPath(compiler, path);
  return (frame, data) => {
    const value = read(base(frame, data));
    // A path of many places is a walk of its own.
    if (Array.isArray(value)) frame.budget.take(WALK + value.length);
    return value ?? fallback?.(frame, data) ?? null;
  };
}

/** Steps that a path of many places costs before what it finds. */
const WALK = 16;

/** The name that a rooted path starts from, with the member where names have slots, and the path below. */
function splitRooted(path: string): { keys: string[]; below: Path } {
  const parsed = parsePath(path);
  if (!parsed.ok) throw new Error(`path ${path}: ${parsed.message}`);
  const [first, second] = parsed.path;
  const name = first?.type === 'field' ? first.name : '';
  if (!SLOTTED.has(name) || second?.type !== 'field') return { keys: [name], below: parsed.path.slice(1) };
  return { keys: [name, second.name], below: parsed.path.slice(2) };
}

const SLOTTED: ReadonlySet<string> = new Set(['variables', 'documents', 'lookups']);

function baseOfPath(compiler: LogicCompiler, path: string): Expr {
  return readNamed(compiler, splitRooted(path).keys);
}

function readBelowName(compiler: LogicCompiler, path: string): (root: unknown) => unknown {
  const { below } = splitRooted(path);
  return below.length === 0 ? (root) => root : compiler.context.compileRead(printPath(below));
}

function compileIf(compiler: LogicCompiler, operands: Json[], inData: boolean): Expr {
  const parts = operands.map((operand) => compiler.compile(operand, inData));
  return (frame, data) => {
    let i = 0;
    for (; i < parts.length - 1; i += 2) {
      if (truthy((parts[i] as Expr)(frame, data))) return (parts[i + 1] as Expr)(frame, data);
    }
    return i < parts.length ? (parts[i] as Expr)(frame, data) : null;
  };
}

function compileMissing(compiler: LogicCompiler, operands: Json[], inData: boolean): Expr {
  const keys = operands.map((operand) => compiler.compile(operand, inData));
  return (frame, data) => {
    const values = keys.map((key) => key(frame, data));
    return missingKeys(compiler, Array.isArray(values[0]) ? values[0] : values, frame, data, inData);
  };
}

function compileMissingSome(compiler: LogicCompiler, operands: Json[], inData: boolean): Expr {
  const [needed, options] = operands.map((operand) => compiler.compile(operand, inData)) as [Expr, Expr];
  return (frame, data) => {
    const keys = options(frame, data);
    const list = Array.isArray(keys) ? keys : [];
    const missing = missingKeys(compiler, list, frame, data, inData);
    return list.length - missing.length >= Number(needed(frame, data)) ? [] : missing;
  };
}

function missingKeys(
  compiler: LogicCompiler,
  keys: unknown[],
  frame: Frame,
  data: unknown,
  inData: boolean,
): unknown[] {
  return keys.filter((key) => {
    const value = inData
      ? readVar(data, key, undefined, frame)
      : readNamed(compiler, String(primitive(key)).split('.'))(frame, data);
    return value === null || value === '';
  });
}

type Iterate = (list: unknown[], body: Expr, frame: Frame) => unknown;

function iterator(run: Iterate, otherwise: unknown): Special {
  return (compiler, operands, inData) => {
    const source = compiler.compile(operands[0] as Json, inData);
    const body = compiler.compile((operands[1] ?? null) as Json, true);
    return (frame, data) => {
      const list = source(frame, data);
      return Array.isArray(list) ? run(list, body, frame) : otherwise;
    };
  };
}

function step(frame: Frame, body: Expr, element: unknown): unknown {
  frame.budget.spend();
  return body(frame, element);
}

function compileReduce(compiler: LogicCompiler, operands: Json[], inData: boolean): Expr {
  const source = compiler.compile(operands[0] as Json, inData);
  const body = compiler.compile((operands[1] ?? null) as Json, true);
  const first = operands.length > 2 ? compiler.compile(operands[2] as Json, inData) : () => null;
  return (frame, data) => {
    const list = source(frame, data);
    let accumulator: unknown = first(frame, data);
    if (!Array.isArray(list)) return accumulator;
    for (const current of list) accumulator = step(frame, body, { current, accumulator });
    return accumulator;
  };
}

function compileEager(name: string, apply: (operands: readonly unknown[]) => unknown, operands: Expr[]): Expr {
  if (COPYING.has(name) || LOOKING.has(name)) return compileLinear(COPYING.has(name), apply, operands);
  const [a, b] = operands as [Expr, Expr];
  const pair = operands.length <= 2 ? EAGER_PAIRS[name] : undefined;
  if (pair && operands.length === 2) return (frame, data) => pair(a(frame, data), b(frame, data));
  if (pair && operands.length === 1) return (frame, data) => pair(a(frame, data), undefined);
  if (operands.length === 1) return (frame, data) => apply([a(frame, data)]);
  if (operands.length === 2) return (frame, data) => apply([a(frame, data), b(frame, data)]);
  return (frame, data) => apply(operands.map((operand) => operand(frame, data)));
}

/** Operators whose cost grows with their operands: they make new lists of them, or look through them. */
const COPYING: ReadonlySet<string> = new Set(['merge']);
const LOOKING: ReadonlySet<string> = new Set(['in', 'cat', 'substr']);

function compileLinear(copies: boolean, apply: (operands: readonly unknown[]) => unknown, operands: Expr[]): Expr {
  return (frame, data) => {
    const values = operands.map((operand) => operand(frame, data));
    for (const value of values) {
      if (copies && Array.isArray(value)) frame.budget.take(value.length);
      else chargeOperand(frame.budget, value);
    }
    return apply(values);
  };
}

function record(expr: Expr, expression: string): Expr {
  return (frame, data) => {
    const siblings = frame.trace;
    if (!siblings) return expr(frame, data);
    const node: TraceNode = { expression, value: null, children: [] };
    siblings.push(node);
    frame.trace = node.children;
    try {
      const value = expr(frame, data);
      node.value = asJson(value);
      return value;
    } finally {
      frame.trace = siblings;
    }
  };
}

function indexed(keys: readonly string[]): (string | number)[] {
  return keys.map((key) => (/^(0|[1-9][0-9]*)$/.test(key) ? Number(key) : key));
}

export function containsLogic(node: unknown): boolean {
  return isLogic(node) || (Array.isArray(node) && node.some(containsLogic));
}
