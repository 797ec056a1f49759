/** The suites: published cases run through the engine, and through json-logic-js beside it. */
import { isDeepStrictEqual } from 'node:util';
import jsonLogic from 'json-logic-js';
import { applyPatch, type Json } from '../../src/policies/index.ts';
import { compileDataLogic } from '../../src/policies/logic/compile-logic.ts';
import { Budget, Frame } from '../../src/policies/logic/frame.ts';
import { OPERATORS } from '../../src/policies/logic/operators/index.ts';
import { parsePath } from '../../src/policies/syntax/path.ts';
import { compilePath } from '../../src/policies/syntax/visit.ts';

/** What a suite came to. `failures` has one line for each case that failed. */
export interface Outcome {
  passed: number;
  total: number;
  failures: string[];
}

/** One case of JSON Logic, whichever of the two published forms it is written in. */
interface LogicCase {
  rule: Json;
  data: Json;
  result: Json;
}

/** Steps one case may take; the published ones take less than a hundred. */
const STEPS = 100_000;

/** Runs the cases through the compiled closures and through json-logic-js; a case passes when both give its result. */
export function runLogicCases(file: unknown): Outcome {
  return run(readLogicCases(file), ({ rule, data, result }) => {
    const expected = isDeepStrictEqual(evaluate(rule, data), result);
    const reference = isDeepStrictEqual(jsonLogic.apply(rule as never, data as never), result);
    if (expected && reference) return null;
    return `${JSON.stringify(rule)} over ${JSON.stringify(data)}: ${expected ? 'json-logic-js' : 'the engine'} does not give ${JSON.stringify(result)}`;
  });
}

/** Compiles and runs plain JSON Logic. */
function evaluate(rule: Json, data: Json): unknown {
  const expr = compileDataLogic(rule, {
    operators: OPERATORS,
    slots: new Map(),
    slotPlace: () => null,
    compileRead: (text) => {
      const parsed = parsePath(text);
      if (!parsed.ok) throw new Error(parsed.message);
      return compilePath(parsed.path).read;
    },
    trace: null,
  });
  return expr(new Frame([], new Budget(STEPS)), data);
}

function readLogicCases(file: unknown): LogicCase[] {
  if (!Array.isArray(file)) throw new Error('the file of cases is no list');
  // Strings between the cases are headings.
  return file
    .filter((entry) => typeof entry !== 'string')
    .map((entry): LogicCase => {
      if (Array.isArray(entry)) return { rule: entry[0], data: entry[1], result: entry[2] };
      return { rule: entry.rule, data: entry.data ?? null, result: entry.result };
    });
}

interface PatchCase {
  comment?: string;
  doc: Json;
  patch: unknown[];
  expected?: Json;
  error?: string;
  disabled?: boolean;
}

/** Applies each patch: to what is expected, or refused where an error is. Disabled cases are left out. */
export function runPatchCases(file: unknown): Outcome {
  const cases = (file as PatchCase[]).filter((one) => !one.disabled);
  return run(cases, (one) => {
    const result = applyPatch(one.doc, one.patch);
    const name = one.comment ?? JSON.stringify(one.patch);
    if (one.error !== undefined) return result.ok ? `${name}: applied, wanted an error: ${one.error}` : null;
    if (!result.ok) return `${name}: ${result.error}`;
    const wanted = one.expected === undefined || isDeepStrictEqual(result.document, one.expected);
    return wanted ? null : `${name}: gives ${JSON.stringify(result.document)}`;
  });
}

/** Asks each case; what `judge` says or throws is its failure. */
export function run<T>(cases: readonly T[], judge: (one: T) => string | null): Outcome {
  const failures = cases.flatMap((one) => {
    try {
      return judge(one) ?? [];
    } catch (error) {
      return [`${JSON.stringify(one)}: threw ${String(error)}`];
    }
  });
  return { passed: cases.length - failures.length, total: cases.length, failures };
}

/** Two outcomes as one. */
export function join(a: Outcome, b: Outcome): Outcome {
  return { passed: a.passed + b.passed, total: a.total + b.total, failures: [...a.failures, ...b.failures] };
}
