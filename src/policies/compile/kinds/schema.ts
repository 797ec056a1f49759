import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import type { Frame, Segments } from '../../logic/frame.ts';
import { readOwnPath } from '../../logic/own.ts';
import { formatPath } from '../../syntax/path.ts';
import { suggest } from '../../syntax/suggest.ts';
import type { Emit } from '../compiled.ts';
import { show } from '../message.ts';
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
      for (const fault of readFaults(validate.errors ?? [], value)) {
        const segments = [...base, ...fault.segments];
        const where = context.document || segments.length === 0 ? '' : `\`${formatPath(segments)}\`: `;
        const known = fault.segments.length ? readOwnPath(value, fault.segments) : value;
        emit({ segments, evidence: [fault.message, known], text: () => where + fault.message, ownText: true });
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

interface Fault {
  segments: Segments;
  message: string;
}

/** ajv's errors in our words, without those that only repeat another one. */
function readFaults(errors: readonly ErrorObject[], root: unknown): Fault[] {
  const faults = new Map<string, Fault>();
  for (const error of errors) {
    if (error.keyword === 'if' || error.keyword === 'oneOf' || error.keyword === 'anyOf') {
      if (errors.length > 1) continue;
    }
    const segments = readPointer(error.instancePath, root);
    const fault = describe(error, segments, root);
    faults.set(`${formatPath([...fault.segments])} ${fault.message}`, fault);
  }
  return [...faults.values()];
}

function describe(error: ErrorObject, segments: Segments, root: unknown): Fault {
  const found = readOwnPath(root, segments);
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const name = String(error.params.additionalProperty ?? error.params.unevaluatedProperty);
      const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
      const near = suggest(name, known);
      const hint = near ? `, did you mean \`${near}\`?` : known.length ? `, known: ${known.join(', ')}` : '';
      return { segments: [...segments, name], message: `unknown field \`${name}\`${hint}` };
    }
    case 'required':
      return { segments, message: `field \`${error.params.missingProperty}\` is missing` };
    case 'type':
      return { segments, message: `is \`${show(found)}\`, wanted ${String(error.params.type)}` };
    case 'enum':
      return {
        segments,
        message: `is \`${show(found)}\`, wanted one of ${(error.params.allowedValues as unknown[]).map(show).join(', ')}`,
      };
    default:
      return { segments, message: `is \`${show(found)}\`, ${error.message ?? 'does not fit the schema'}` };
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
