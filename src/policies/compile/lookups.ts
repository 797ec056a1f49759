import { Halt } from '../logic/frame.ts';
import type { Lookup } from '../types.ts';
import type { ExpressionCompiler, Scope } from './expressions.ts';
import { compilePlaces } from './places.ts';
import { extendScope, type Programs } from './scope.ts';

/** Declares lookups as slots: questions to the inventory, compiled now and answered by it. */
export function declareLookups(
  lookups: { [name: string]: Lookup } | undefined,
  pointer: string,
  scope: Scope,
  programs: Programs,
  compiler: ExpressionCompiler,
): Scope {
  if (!lookups) return scope;
  const slots = new Map(scope.slots);
  for (const [name, lookup] of Object.entries(lookups)) {
    const at = `${pointer}/${name}`;
    if (lookup.where !== undefined)
      compiler.compile(lookup.where, `${at}/where`, extendScope(scope, ['other']), 'boolean');
    if (lookup.namespace !== undefined && lookup.namespace !== 'same')
      compiler.compile(lookup.namespace, `${at}/namespace`, scope, 'value');
    if (lookup.select !== undefined) compilePlaces(lookup.select, `${at}/select`, scope, compiler.report);
    slots.set(`lookups.${name}`, programs.length);
    programs.push(() => {
      throw new Halt(
        'relation-not-implemented',
        `lookup \`${name}\` asks about ${lookup.resource}, which this version does not know`,
      );
    });
  }
  return { ...scope, slots, members: { ...scope.members, lookups: new Set(Object.keys(lookups)) } };
}
