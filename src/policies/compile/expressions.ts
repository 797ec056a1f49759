import { deepEqual } from '../deep-equal.ts';
import { type CompileLogicContext, compileLogic } from '../logic/compile-logic.ts';
import { type Expr, type Frame, frameData, type Segments } from '../logic/frame.ts';
import type { FrameName } from '../logic/names.ts';
import { normaliseLogic, type Read, type Vocabulary } from '../logic/normalise.ts';
import { OPERATORS } from '../logic/operators/index.ts';
import { createReference } from '../logic/reference.ts';
import { parsePath } from '../syntax/path.ts';
import { printLogic } from '../syntax/print.ts';
import { parseExpression } from '../syntax/short-form.ts';
import { suggest } from '../syntax/suggest.ts';
import { compilePath } from '../syntax/visit.ts';
import type { Json } from '../types.ts';
import type { Report } from './report.ts';

/** `trace` records each node's value; `differential` compares each expression with json-logic-js. */
export type CompileMode = 'plain' | 'trace' | 'differential';

export interface Difference {
  pointer: string;
  expression: string;
  compiled: unknown;
  reference: unknown;
}

/** A compiled expression with what is known of it at load. */
export interface Compiled {
  run: Expr;
  logic: Json;
  /** As written, or printed from JSON Logic. */
  text: string;
  reads: readonly Read[];
}

/** Where a variable's value stands, when the variable is a plain path. */
export type SlotPlace = { name: FrameName; keys: Segments } | null;

/** Names and slots that expressions of one policy or rule may use. */
export interface Scope {
  subject: readonly string[];
  names: ReadonlySet<string>;
  members: { [name: string]: ReadonlySet<string> | undefined };
  slots: ReadonlyMap<string, number>;
  slotPlaces: ReadonlyMap<string, SlotPlace>;
  /** Names a path may start from, whether or not they mean something here. */
  roots: ReadonlySet<string>;
}

const readCache = new Map<string, (root: unknown) => unknown>();

/** Reader of a path below a value: the value itself for a single path, a list for a fan-out. */
export function compileRead(text: string): (root: unknown) => unknown {
  const known = readCache.get(text);
  if (known) return known;
  const parsed = parsePath(text);
  if (!parsed.ok) throw new Error(`path ${text}: ${parsed.message}`);
  const compiled = compilePath(parsed.path);
  const read = (root: unknown) => compiled.read(root);
  if (readCache.size > 10_000) readCache.clear();
  readCache.set(text, read);
  return read;
}

export class ExpressionCompiler {
  readonly report: Report;
  readonly mode: CompileMode;
  readonly differences: Difference[];

  /** Every path read, by the pointer of the expression that reads it. */
  readonly allReads: { pointer: string; text: string; read: Read }[] = [];

  constructor(report: Report, mode: CompileMode, differences: Difference[]) {
    this.report = report;
    this.mode = mode;
    this.differences = differences;
  }

  /** Compiles what stands in an expression slot. Problems are reported; then the result answers null. */
  compile(value: unknown, pointer: string, scope: Scope, position: 'boolean' | 'value'): Compiled {
    let logic = value;
    let inShortForm = false;
    if (typeof value === 'string') {
      const parsed = parseExpression(value, {
        roots: scope.roots,
        subject: [...scope.subject],
        operators: OPERATORS,
        position,
      });
      if (!parsed.ok) {
        this.report.add(
          'bad-expression',
          pointer,
          `\`${value}\`: ${parsed.message} (column ${parsed.column})`,
          parsed.hint ?? '',
        );
        return NOTHING;
      }
      logic = parsed.logic;
      inShortForm = true;
    }
    return this.compileLogic(logic, pointer, scope, inShortForm ? (value as string) : null);
  }

  /** Compiles JSON Logic; `text` is the short form it came from. */
  compileLogic(logic: unknown, pointer: string, scope: Scope, text: string | null): Compiled {
    const normalised = normaliseLogic(logic, vocabularyOf(scope));
    for (const problem of normalised.problems) {
      const at = text === null ? pointer + problem.pointer : pointer;
      const message = text === null ? problem.message : `\`${text}\`: ${problem.message}`;
      this.report.add(problem.code, at, message, problem.hint);
    }
    if (normalised.problems.length > 0) return NOTHING;
    for (const read of normalised.reads) this.allReads.push({ pointer, text: text ?? '', read });
    if (text === null) this.warnOfCoercion(normalised.logic, pointer);
    const context: CompileLogicContext = {
      operators: OPERATORS,
      slots: scope.slots,
      slotPlace: (dotted) => scope.slotPlaces.get(dotted) ?? null,
      compileRead,
      trace: this.mode === 'trace' ? (node) => printLogic(node) : null,
    };
    const run = compileLogic(normalised.logic, context);
    return {
      run: this.mode === 'differential' ? this.compare(run, normalised.logic, pointer, scope) : run,
      logic: normalised.logic,
      text: text ?? printLogic(normalised.logic),
      reads: normalised.reads,
    };
  }

  /** What the expressions below a pointer read. */
  readsUnder(pointer: string): Read[] {
    return this.allReads.flatMap((entry) =>
      entry.pointer === pointer || entry.pointer.startsWith(`${pointer}/`) ? [entry.read] : [],
    );
  }

  /** What the expressions below a pointer read, themselves and in the variables of the policy that they name. */
  namesUnder(pointer: string): ReadonlySet<FrameName> {
    const names = new Set<FrameName>();
    const pending = [pointer];
    const seen = new Set(pending);
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      for (const read of this.readsUnder(at)) {
        names.add(read.name);
        const variable = `/spec/variables/${(read.keys[0] ?? '').replace(/[.[].*$/, '')}`;
        if (read.name !== 'variables' || seen.has(variable)) continue;
        seen.add(variable);
        pending.push(variable);
      }
    }
    return names;
  }

  /** `null <= 10` is true in JSON Logic; say so where an ordering has an operand that may be absent. */
  warnOfCoercion(logic: Json, pointer: string): void {
    if (Array.isArray(logic)) {
      for (const node of logic) this.warnOfCoercion(node, pointer);
      return;
    }
    if (typeof logic !== 'object' || logic === null) return;
    for (const [operator, operands] of Object.entries(logic)) {
      const list = Array.isArray(operands) ? operands : [operands];
      if (ORDERINGS.has(operator) && list.some(isPlainVar)) {
        const message = `\`${operator}\` in JSON Logic takes an absent value for 0`;
        this.report.warn(
          'coercion',
          pointer,
          message,
          'write the comparison in the short form, which is strict, or guard it with type.is',
        );
      }
      this.warnOfCoercion(list, pointer);
    }
  }

  compare(run: Expr, logic: Json, pointer: string, scope: Scope): Expr {
    const reference = createReference(OPERATORS, compileRead);
    const variables = new Map<string, number>();
    for (const [dotted, slot] of scope.slots) {
      if (dotted.startsWith('variables.')) variables.set(dotted.slice('variables.'.length), slot);
    }
    return (frame, data) => {
      const compiled = run(frame, data);
      const notes = frame.notes;
      frame.notes = [];
      const expected = reference(logic, {
        ...frameData(frame, variables),
        documents: slotsOf(frame, scope, 'documents.'),
      });
      frame.notes = notes;
      if (!sameValue(compiled, expected)) {
        this.differences.push({ pointer, expression: printLogic(logic), compiled, reference: expected });
      }
      return compiled;
    };
  }
}

function slotsOf(frame: Frame, scope: Scope, prefix: string): unknown {
  const values = Object.create(null) as Record<string, unknown>;
  for (const [dotted, slot] of scope.slots) {
    if (!dotted.startsWith(prefix)) continue;
    Object.defineProperty(values, dotted.slice(prefix.length), { enumerable: true, get: () => frame.variable(slot) });
  }
  return values;
}

function sameValue(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Object.is(a, b) || a === b;
  return deepEqual((a ?? null) as Json, (b ?? null) as Json);
}

function vocabularyOf(scope: Scope): Vocabulary {
  return {
    operators: OPERATORS,
    subject: scope.subject,
    roots: scope.roots,
    names: scope.names,
    members: scope.members,
    suggest: (word, candidates) => suggest(word, [...candidates]),
    checkPath: (text) => {
      const parsed = parsePath(text);
      return parsed.ok ? null : `${parsed.message} (column ${parsed.column})`;
    },
  };
}

function isPlainVar(node: Json): boolean {
  return typeof node === 'object' && node !== null && !Array.isArray(node) && 'var' in node && !Array.isArray(node.var);
}

const ORDERINGS = new Set(['<', '<=', '>', '>=']);

const NOTHING: Compiled = { run: () => null, logic: null, text: '', reads: [] };
