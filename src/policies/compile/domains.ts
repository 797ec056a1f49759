import type { Domain } from '../types.ts';
import type { ExpressionCompiler, Scope } from './expressions.ts';
import { compilePlaces } from './places.ts';
import { extendScope, FAN_OUT_NAMES } from './scope.ts';

/** Names that a holder's keys may not depend on: they must be the same whoever asks, and whenever. */
const IMPURE: ReadonlySet<string> = new Set(['request', 'oldObject', 'oldItem', 'lookups', 'namespaceObject']);

/** Checks the declarations of domains: every expression of every member. The claims themselves are the inventory's. */
export function declareDomains(
  domains: { [name: string]: Domain } | undefined,
  pointer: string,
  scope: Scope,
  compiler: ExpressionCompiler,
): void {
  for (const [name, domain] of Object.entries(domains ?? {})) {
    const at = `${pointer}/${name.replace(/~/g, '~0').replace(/\//g, '~1')}`;
    for (const [i, member] of domain.members.entries()) {
      const memberAt = `${at}/members/${i}`;
      const inner = extendScope(scope, FAN_OUT_NAMES);
      if (member.each !== undefined) compilePlaces(member.each, `${memberAt}/each`, scope, compiler.report);
      for (const slot of ['constants', 'key', 'range', 'ip', 'scope', 'when', 'home'] as const) {
        const expression = member[slot];
        if (expression !== undefined)
          compiler.compile(expression, `${memberAt}/${slot}`, inner, slot === 'when' ? 'boolean' : 'value');
      }
      for (const [attribute, expression] of Object.entries(member.attributes ?? {})) {
        compiler.compile(expression, `${memberAt}/attributes/${attribute}`, inner, 'value');
      }
    }
    if (domain.scope !== undefined) compiler.compile(domain.scope, `${at}/scope`, scope, 'value');
    const impure = compiler.readsUnder(at).find((read) => IMPURE.has(read.name));
    if (impure) {
      compiler.report.add(
        'unknown-name',
        at,
        `domain \`${name}\` reads \`${impure.name}\``,
        'keys, ranges, scope and attributes may read the holder, params and cluster only',
      );
    }
  }
}
