import type { Frame, Segments } from '../../logic/frame.ts';
import { readOwnPath, truthy } from '../../logic/own.ts';
import { formatPath } from '../../syntax/path.ts';
import type { Expression } from '../../types.ts';
import type { Emit } from '../compiled.ts';
import type { Compiled } from '../expressions.ts';
import { isSecret, show } from '../message.ts';
import { applies, compileEvidence, emitGarbage, type RuleContext } from '../rule-context.ts';

/** CHECK: each expression must hold for each element. */
export function compileCheck(context: RuleContext): (frame: Frame, emit: Emit) => void {
  const { rule, pointer, scope, compiler, fanOut, when } = context;
  const written = rule.check as Expression | Expression[];
  const many = Array.isArray(written);
  const checks = (many ? written : [written]).map((expression, i) => {
    const compiled = compiler.compile(
      expression,
      many ? `${pointer}/check/${i}` : `${pointer}/check`,
      scope,
      'boolean',
    );
    return { compiled, point: pointAt(compiled, context), evidence: compileEvidence([compiled, when], scope) };
  });
  const judge = (frame: Frame, emit: Emit) => {
    if (!applies(frame, when, context, emit)) return;
    for (const check of checks) {
      if (frame.notes.length > 0) frame.notes.length = 0;
      const holds = truthy(check.compiled.run(frame, null));
      if (emitGarbage(frame, context, emit) || holds) continue;
      const segments = context.pathOf?.(frame) ?? check.point(frame);
      emit({
        segments,
        evidence: check.evidence(frame),
        text: () => sayUnwanted(frame, segments, check.compiled, context),
      });
    }
  };
  return fanOut.active
    ? (frame, emit) =>
        fanOut.each(
          frame,
          () => judge(frame, emit),
          () => emitGarbage(frame, context, emit),
        )
    : judge;
}

/** Where a failed check points: what it reads first below the element (or below the object), else the element. */
function pointAt(compiled: Compiled, context: RuleContext): (frame: Frame) => Segments {
  const { fanOut, scope, document } = context;
  const subject = scope.subject[0];
  for (const read of compiled.reads) {
    if (read.fanOut) continue;
    const keys = read.keys.map((key) => (/^(0|[1-9][0-9]*)$/.test(key) ? Number(key) : key));
    if (fanOut.active) {
      if (read.name === 'item') return (frame) => [...frame.itemSegments, ...keys];
      continue;
    }
    if (read.name === 'variables') {
      const place = scope.slotPlaces.get(`variables.${read.keys[0]}`);
      if (place?.name !== 'object') continue;
      return () => [...place.keys, ...keys.slice(1)];
    }
    if (read.name !== subject) continue;
    if (document) return () => keys.slice(1);
    if (subject === 'pod') return (frame) => [...frame.podSegments, ...keys];
    return () => keys;
  }
  return (frame) => (fanOut.active ? frame.itemSegments : subject === 'pod' ? frame.podSegments : []);
}

function sayUnwanted(frame: Frame, segments: Segments, check: Compiled, context: RuleContext): string {
  const wanted = `wanted \`${check.text}\``;
  if (context.document || segments.length === 0) return wanted;
  const found = isSecret(frame) ? '(hidden)' : show(readOwnPath(frame.object, segments));
  return `\`${formatPath([...segments])}\` is \`${found}\`, ${wanted}`;
}
