import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import { canonicalText } from '../../deep-equal.ts';
import type { Budget, Frame, Segments } from '../../logic/frame.ts';
import { readOwnPath } from '../../logic/own.ts';
import { formatPath } from '../../syntax/path.ts';
import { suggest } from '../../syntax/suggest.ts';
import type { Emit } from '../compiled.ts';
import { show, showHere } from '../message.ts';
import { applies, emitGarbage, type RuleContext } from '../rule-context.ts';

/** CHECK by JSON Schema (draft 2020-12) over the subject, or over each element. Patterns run in RE2, in linear time. */
export function compileSchemaRule(context: RuleContext): (frame: Frame, emit: Emit) => void {
  const { rule, pointer, scope, compiler, fanOut, when } = context;
  let validate: ValidateFunction | null = null;
  try {
    validate = createAjv().compile(rule.schema ?? {});
  } catch (error) {
    compiler.report.add(
      'bad-value',
      `${pointer}/schema`,
      `not a JSON Schema: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const slot = context.document ? scope.slots.get(`documents.${context.document}`) : undefined;
  return (frame, emit) => {
    const each = () => {
      if (!applies(frame, when, context, emit)) return;
      frame.notes.length = 0;
      const value = subjectOf(frame, context, slot);
      if (emitGarbage(frame, context, emit) || value === null || value === undefined || !validate) return;
      if (validate(value)) return;
      const base = fanOut.active ? frame.itemSegments : scope.subject[0] === 'pod' ? frame.podSegments : [];
      for (const fault of readFaults(validate.errors ?? [], value, frame.budget)) {
        const segments = [...base, ...fault.segments];
        emit({
          segments,
          evidence: fault.evidence,
          text: () => {
            const where = context.document || segments.length === 0 ? '' : `\`${formatPath(segments)}\`: `;
            return where + describe(fault, frame);
          },
          ownText: true,
        });
      }
    };
    fanOut.each(frame, each, () => emitGarbage(frame, context, emit));
  };
}

function subjectOf(frame: Frame, context: RuleContext, slot: number | undefined): unknown {
  if (context.fanOut.active) return frame.item;
  if (slot !== undefined) return frame.variable(slot);
  return context.scope.subject[0] === 'pod' ? frame.pod : frame.object;
}

function createAjv(): Ajv2020 {
  const regExp = Object.assign(
    (pattern: string) => {
      const compiled = RE2JS.compile(pattern);
      return { test: (text: string) => compiled.matcher(text).find() };
    },
    { code: 're2' },
  );
  return new Ajv2020({ allErrors: true, verbose: true, strict: false, code: { regExp: regExp as never } });
}

/** An error of ajv with its place; put into words only where somebody is told. */
interface Fault {
  error: ErrorObject;
  segments: Segments;
  found: unknown;
  evidence: unknown[];
}

/** ajv's errors without those that only repeat another one. */
function readFaults(errors: readonly ErrorObject[], root: unknown, budget: Budget): Fault[] {
  const faults = new Map<string, Fault>();
  for (const error of errors) {
    budget.spend();
    if (error.keyword === 'if' || error.keyword === 'oneOf' || error.keyword === 'anyOf') {
      if (errors.length > 1) continue;
    }
    const unknown = unknownField(error);
    // What is known differs between the schemas that do not know a field; else equal words are the same fault.
    const cause = unknown === null ? error.keyword + canonicalText(error.params) : `${error.schemaPath} ${unknown}`;
    const key = `${error.instancePath} ${cause}`;
    if (faults.has(key)) continue;
    const at = readPointer(error.instancePath, root);
    const segments = unknown === null ? at : [...at, unknown];
    const found = readOwnPath(root, segments);
    faults.set(key, { error, segments, found, evidence: [cause, found] });
  }
  return [...faults.values()];
}

/** The field that the schema does not allow, when that is the error. */
function unknownField({ keyword, params }: ErrorObject): string | null {
  if (keyword === 'additionalProperties') return String(params.additionalProperty);
  return keyword === 'unevaluatedProperties' ? String(params.unevaluatedProperty) : null;
}

function describe({ error, found }: Fault, frame: Frame): string {
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const name = unknownField(error) ?? '';
      const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
      const near = suggest(name, known);
      const hint = near ? `, did you mean \`${near}\`?` : known.length ? `, known: ${show(known.join(', '))}` : '';
      return `unknown field \`${show(name)}\`${hint}`;
    }
    case 'required':
      return `field \`${error.params.missingProperty}\` is missing`;
    case 'type':
      return `is \`${showHere(frame, found)}\`, wanted ${String(error.params.type)}`;
    case 'enum': {
      const allowed = (error.params.allowedValues as unknown[]).map((value) => show(value)).join(', ');
      return `is \`${showHere(frame, found)}\`, wanted one of ${show(allowed)}`;
    }
    default:
      return `is \`${showHere(frame, found)}\`, ${error.message ?? 'does not fit the schema'}`;
  }
}

function readPointer(pointer: string, root: unknown): Segments {
  const segments: (string | number)[] = [];
  let at = root;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replace(/~1/g, '/').replace(/~0/g, '~');
    const step = Array.isArray(at) ? Number(key) : key;
    segments.push(step);
    at = readOwnPath(at, [step]);
  }
  return segments;
}
