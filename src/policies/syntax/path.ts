import { catchMistake, type SyntaxFailure } from './mistake.ts';
import { isBareName, isBareValue, scanWholePath } from './scan-path.ts';

/** One step of a path. */
export type Segment =
  /** `.name` or `["name"]`: a key of a map. */
  | { readonly type: 'field'; readonly name: string }
  /** `[0]`: a position in a list, from 0. */
  | { readonly type: 'index'; readonly index: number }
  /** `[*]`: every element of a list, every value of a map. */
  | { readonly type: 'wildcard' }
  /** `[field=value]`: the elements whose field (dotted) is strictly equal to the value. */
  | { readonly type: 'filter'; readonly field: string; readonly value: string | number | boolean }
  /** `{a,b}`: each of these keys of a map. */
  | { readonly type: 'alternatives'; readonly names: readonly string[] }
  /** `**`: this place and every place below it. */
  | { readonly type: 'deep' };

/** A parsed path; never empty, and `**` occurs in it at most once. */
export type Path = readonly Segment[];

/** A step of a concrete path: a key of a map or a position in a list. */
export type Step = string | number;

export type PathResult = { ok: true; path: Path } | SyntaxFailure;

/**
 * Reads a path: `a.b`, `["k"]` and `['k']` with the escapes of JSON, `[0]`, `[*]`, `[field=value]`, `{a,b}`, `**`.
 * A bare name is `[A-Za-z_$][A-Za-z0-9_$]*`; any other key is quoted in brackets. A bare filter value that reads
 * as a boolean or as a number in its shortest form is one (`1.30` is a text); quote it to make it a text.
 */
export function parsePath(text: string): PathResult {
  return catchMistake(() => ({ ok: true as const, path: scanWholePath(text) }));
}

/** Writes a concrete path in the path grammar: `data["config.yaml"]`, `spec.rules[0].port`; `''` for no steps. */
export function formatPath(segments: readonly Step[]): string {
  let text = '';
  for (const step of segments) {
    text += typeof step === 'number' ? `[${step}]` : formatField(step, text === '');
  }
  return text;
}

/** Writes any path in the path grammar, such that `parsePath` gives it back. */
export function printPath(path: Path): string {
  let text = '';
  for (const segment of path) {
    text += printSegment(segment, text === '');
  }
  return text;
}

function printSegment(segment: Segment, first: boolean): string {
  const dot = first ? '' : '.';
  switch (segment.type) {
    case 'field':
      return formatField(segment.name, first);
    case 'index':
      return `[${segment.index}]`;
    case 'wildcard':
      return '[*]';
    case 'filter':
      return `[${segment.field}=${formatFilterValue(segment.value)}]`;
    case 'alternatives':
      return `${dot}{${segment.names.map((name) => (isBareName(name) ? name : JSON.stringify(name))).join(',')}}`;
    case 'deep':
      return `${dot}**`;
  }
}

function formatField(name: string, first: boolean): string {
  if (!isBareName(name)) {
    return `[${JSON.stringify(name)}]`;
  }
  return first ? name : `.${name}`;
}

function formatFilterValue(value: string | number | boolean): string {
  return typeof value === 'string' && !isBareValue(value) ? JSON.stringify(value) : String(value);
}

/** Writes a concrete path as a JSON pointer (RFC 6901); `''` for no steps. */
export function toPointer(segments: readonly Step[]): string {
  let pointer = '';
  for (const step of segments) {
    pointer += `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;
  }
  return pointer;
}

/** Whether the path names at most one place: no wildcard, filter, alternatives or `**`. */
export function isSingle(path: Path): boolean {
  return path.every((segment) => segment.type === 'field' || segment.type === 'index');
}
