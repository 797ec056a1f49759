import { resourcesOf } from '../match.ts';
import { formatPath, type Path, parsePath } from '../syntax/path.ts';
import type { PolicyDocument, ResourceSchema, RuleDocument } from '../types.ts';
import type { ExpressionCompiler } from './expressions.ts';
import type { Report } from './report.ts';
import { findInSchema } from './schema-paths.ts';

/** Paths of the object that exist in no known schema of the policy's resources are errors. */
export function checkPaths(
  document: PolicyDocument,
  compiler: ExpressionCompiler,
  schemas: readonly ResourceSchema[],
  report: Report,
): void {
  for (const [i, rule] of document.spec.rules.entries()) {
    const narrowed = resourcesOf(rule.match);
    const resources = narrowed.length ? narrowed : resourcesOf(document.spec.match);
    const known = schemas.filter((schema) =>
      resources.some((one) => one.group === schema.group && one.resource === schema.resource),
    );
    // Where only some of the resources are known, a path may belong to one of the others.
    const all = resources.every((one) =>
      known.some((schema) => schema.group === one.group && schema.resource === one.resource),
    );
    if (known.length === 0 || !all || !mayBeThere(rule, document, known)) continue;
    const check = (path: Path, pointer: string) => checkOne(path, pointer, known, report);
    const at = `/spec/rules/${i}`;
    for (const { pointer, read } of compiler.allReads) {
      if (!pointer.startsWith(`${at}/`) || read.name !== 'object') continue;
      const path = read.fanOut
        ? parsePath(read.keys[0] ?? '')
        : parsePath(formatPath(read.keys.map((key) => (/^\d+$/.test(key) ? Number(key) : key))));
      if (path.ok) check(path.path, pointer);
    }
    if ((rule.subject ?? document.spec.subject ?? '') !== '') continue;
    for (const [pointer, text] of pathSlots(rule as unknown as Record<string, unknown>, at)) {
      const path = parsePath(text);
      if (path.ok && !ROOTED.test(text)) check(path.path, pointer);
    }
  }
}

/** What the rule requires stands in one of the schemas; else it sleeps, and its paths are not expected to exist. */
function mayBeThere(rule: RuleDocument, document: PolicyDocument, schemas: readonly ResourceSchema[]): boolean {
  const required = [rule.requires, document.spec.requires].flatMap((paths) => paths ?? []);
  return required.every((text) => {
    const path = parsePath(text);
    return path.ok && schemas.some(({ schema }) => findInSchema(schema, path.path).found);
  });
}

const ROOTED =
  /^(object|oldObject|request|namespaceObject|params|variables|lookups|documents|cluster|item|parent|pod|self|other|target)\b/;

/** Path slots of a rule that start at the object. */
function pathSlots(rule: Record<string, unknown>, at: string): [string, string][] {
  const slots: [string, string][] = [];
  const add = (pointer: string, value: unknown) => {
    if (typeof value === 'string') slots.push([pointer, value]);
    else if (Array.isArray(value)) for (const [i, one] of value.entries()) add(`${pointer}/${i}`, one);
  };
  const member = (name: string, key: string) => {
    const holder = rule[name] as Record<string, unknown> | undefined;
    if (holder && typeof holder === 'object') add(`${at}/${name}/${key}`, holder[key]);
  };
  const forEach = rule.forEach;
  if (typeof forEach === 'string' || Array.isArray(forEach)) add(`${at}/forEach`, forEach);
  else member('forEach', 'path');
  add(`${at}/immutable`, rule.immutable);
  add(`${at}/remove`, rule.remove);
  add(`${at}/path`, rule.path);
  member('transition', 'field');
  member('reference', 'from');
  for (const kind of ['unique', 'disjoint', 'within', 'outside']) member(kind, 'each');
  member('move', 'from');
  for (const kind of ['default', 'set']) {
    for (const key of Object.keys((rule[kind] as object | undefined) ?? {})) add(`${at}/${kind}`, key);
  }
  return slots;
}

/** `apiVersion`, `kind` and `metadata` are every object's. */
function checkOne(path: Path, pointer: string, schemas: readonly ResourceSchema[], report: Report): void {
  const [first] = path;
  if (first?.type === 'field' && (first.name === 'metadata' || first.name === 'apiVersion' || first.name === 'kind'))
    return;
  const answers = schemas.map((schema) => findInSchema(schema.schema, path));
  if (answers.some((answer) => answer.found)) return;
  const [answer] = answers;
  const near = answers.find((one) => one.near)?.near;
  const named = [...new Set(schemas.map((schema) => `${schema.resource}.${schema.group}`))].join(', ');
  report.add(
    'unknown-path',
    pointer,
    `no known schema of ${named} has \`${answer?.missing}\` there`,
    near ? `did you mean \`${near}\`?` : '',
  );
}
