import type { Frame, Segments } from '../logic/frame.ts';
import { FRAME_NAME_SET, type FrameName } from '../logic/names.ts';
import { type Path, parsePath, printPath } from '../syntax/path.ts';
import { type CompiledPath, compilePath, type Place } from '../syntax/visit.ts';
import type { Paths } from '../types.ts';
import type { Scope } from './expressions.ts';
import type { Report } from './report.ts';

/** A list of paths compiled to a walk over everything present at them. */
export interface Places {
  text: string[];
  roots: readonly RootedPath[];
  visit(frame: Frame, visit: (place: Place, base: Segments) => void): void;
}

export interface RootedPath {
  read(frame: Frame): unknown;
  base(frame: Frame): Segments;
  path: CompiledPath;
}

/** Compiles paths of a path slot; problems are reported and the bad path left out. */
export function compilePlaces(paths: Paths, pointer: string, scope: Scope, report: Report): Places {
  const list = Array.isArray(paths) ? paths : [paths];
  const rooted: RootedPath[] = [];
  list.forEach((text, i) => {
    const at = Array.isArray(paths) ? `${pointer}/${i}` : pointer;
    const found = rootPath(text, at, scope, report);
    if (found) rooted.push(found);
  });
  return {
    text: list,
    roots: rooted,
    visit(frame, visit) {
      for (const root of rooted) {
        const base = root.base(frame);
        root.path.visit(root.read(frame), (place) => visit(place, base));
      }
    },
  };
}

/** Parses a path and finds the name it starts from; null after reporting what is wrong. */
export function parseRooted(
  text: string,
  pointer: string,
  scope: Scope,
  report: Report,
): { root: string[]; path: Path } | null {
  const parsed = parsePath(text);
  if (!parsed.ok) {
    report.add('bad-path', pointer, `path \`${text}\`: ${parsed.message} (column ${parsed.column})`);
    return null;
  }
  const [first, second] = parsed.path;
  if (first?.type !== 'field' || !FRAME_NAME_SET.has(first.name))
    return { root: [...scope.subject], path: parsed.path };
  if (!scope.names.has(first.name)) {
    report.add(
      'unknown-name',
      pointer,
      `path \`${text}\`: \`${first.name}\` means nothing here`,
      `names here: ${[...scope.names].join(', ')}`,
    );
    return null;
  }
  if (first.name !== 'variables' && first.name !== 'documents')
    return { root: [first.name], path: parsed.path.slice(1) };
  const member = second?.type === 'field' ? second.name : '';
  if (!scope.slots.has(`${first.name}.${member}`)) {
    report.add('unknown-name', pointer, `path \`${text}\`: \`${first.name}.${member}\` is not declared`);
    return null;
  }
  return { root: [first.name, member], path: parsed.path.slice(2) };
}

function rootPath(text: string, pointer: string, scope: Scope, report: Report): RootedPath | null {
  const parsed = parseRooted(text, pointer, scope, report);
  if (!parsed) return null;
  const [name, member] = parsed.root as [FrameName, string | undefined];
  const path = internPath(parsed.path);
  if (member !== undefined) {
    const slot = scope.slots.get(`${name}.${member}`) as number;
    return { path, read: (frame) => frame.variable(slot), base: () => NO_SEGMENTS };
  }
  return { path, read: (frame) => frame[name as Exclude<FrameName, 'variables'>], base: baseOf(name) };
}

const interned = new Map<string, CompiledPath>();

/** One compiled path for all rules that write the same. */
function internPath(path: Path): CompiledPath {
  const text = printPath(path);
  const known = interned.get(text);
  if (known) return known;
  const compiled = compilePath(path);
  if (interned.size > 10_000) interned.clear();
  interned.set(text, compiled);
  return compiled;
}

function baseOf(name: FrameName): (frame: Frame) => Segments {
  switch (name) {
    case 'item':
      return (frame) => frame.itemSegments;
    case 'parent':
      return (frame) => frame.parentSegments;
    case 'pod':
      return (frame) => frame.podSegments;
    default:
      return () => NO_SEGMENTS;
  }
}

/** Keys and positions of a path that names one place; other segments are left out. */
export function stepsOf(path: Path): Segments {
  const steps: (string | number)[] = [];
  for (const segment of path) {
    if (segment.type === 'field') steps.push(segment.name);
    else if (segment.type === 'index') steps.push(segment.index);
  }
  return steps;
}

const NO_SEGMENTS: Segments = [];
