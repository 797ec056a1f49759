import type { Frame, Segments } from '../logic/frame.ts';
import { Garbage } from '../logic/operator.ts';
import { MAX_DOCUMENT, parseYaml, type TextPlace } from '../logic/operators/yaml-value.ts';
import { isSingle } from '../syntax/path.ts';
import { compilePath } from '../syntax/visit.ts';
import type { DocumentSpec } from '../types.ts';
import type { CompiledDocument } from './compiled.ts';
import type { Scope } from './expressions.ts';
import { parseRooted, stepsOf } from './places.ts';
import type { Report } from './report.ts';
import type { Programs } from './scope.ts';

interface Parsed {
  text: string;
  value: unknown;
  fault: string | null;
  /** Where the fault is; null where there is none. */
  place: TextPlace | null;
  locate(segments: Segments): { line: number; column: number } | null;
}

/** Declares the documents of a policy as slots of its scope. */
export function declareDocuments(
  documents: { [name: string]: DocumentSpec } | undefined,
  pointer: string,
  scope: Scope,
  programs: Programs,
  report: Report,
): { scope: Scope; documents: Map<string, CompiledDocument> } {
  const compiled = new Map<string, CompiledDocument>();
  if (!documents) return { scope, documents: compiled };
  const slots = new Map(scope.slots);
  const members = new Set(Object.keys(documents));
  for (const name of members) {
    slots.set(`documents.${name}`, programs.length);
    programs.push(() => null);
  }
  const inner: Scope = { ...scope, slots, members: { ...scope.members, documents: members } };
  for (const [name, spec] of Object.entries(documents)) {
    const rooted = parseRooted(spec.from, `${pointer}/${name}/from`, inner, report);
    if (!rooted) continue;
    if (!isSingle(rooted.path)) {
      report.add('bad-path', `${pointer}/${name}/from`, `path \`${spec.from}\`: wanted the one place of a string`);
      continue;
    }
    const slot = slots.get(`documents.${name}`) as number;
    const path = compilePath(rooted.path);
    const keys = placeSource(rooted.root, stepsOf(rooted.path));
    const outer = rooted.root[0] === 'documents' ? (slots.get(rooted.root.join('.')) as number) : null;
    const onPod = rooted.root[0] === 'pod';
    const read = (frame: Frame) => path.read(outer !== null ? frame.variable(outer) : onPod ? frame.pod : frame.object);
    const parse = memoise(spec.as);
    programs[slot] = (frame) => {
      const text = read(frame);
      if (text === null || text === undefined) return null;
      const parsed = typeof text === 'string' && text.length <= MAX_DOCUMENT ? parse(text) : null;
      if (parsed && parsed.fault === null) return parsed.value;
      const wanted = `${spec.as === 'yaml' ? 'YAML' : 'JSON'}${parsed?.fault ? `: ${parsed.fault}` : ` in a string of at most ${MAX_DOCUMENT} characters`}`;
      const found = typeof text === 'string' ? (text.split('\n', 1)[0] ?? '').slice(0, 80) : text;
      frame.notes.push({
        garbage: new Garbage(0, found, wanted),
        operator: `${spec.as}.parse`,
        segments: keys?.(frame) ?? null,
        root: 'documents',
        document: { name, place: parsed?.place ?? null },
      });
      return null;
    };
    compiled.set(name, {
      name,
      slot,
      path: spec.from.replace(/^object\./, ''),
      locate: (frame, segments) => {
        const text = read(frame);
        return typeof text === 'string' ? parse(text).locate(segments) : null;
      },
    });
  }
  return { scope: inner, documents: compiled };
}

/** Where the string stands in the object; null where it stands in another document. */
function placeSource(root: readonly string[], keys: Segments): ((frame: Frame) => Segments) | null {
  if (root[0] === 'object') return () => keys;
  return root[0] === 'pod' ? (frame) => [...frame.podSegments, ...keys] : null;
}

/** Knows the last two texts: a rule about a change reads the new one and the old one by turns. */
function memoise(as: 'yaml' | 'json'): (text: string) => Parsed {
  let last: Parsed | null = null;
  let other: Parsed | null = null;
  return (text) => {
    if (last?.text === text) return last;
    const next = other?.text === text ? other : parseText(text, as);
    other = last;
    last = next;
    return next;
  };
}

function parseText(text: string, as: 'yaml' | 'json'): Parsed {
  // Go's sigs.k8s.io/yaml, which operators read their configuration with, resolves scalars as YAML 1.1 does. JSON is
  // read as YAML too, which it is a subset of, to know the places in it.
  const parsed = parseYaml(text, as === 'yaml' ? 'yaml-1.1' : 'core');
  if (!parsed.ok) return refuse(text, parsed.error, parsed.place);
  if (as === 'json') {
    try {
      JSON.parse(text);
    } catch (caught) {
      const message = caught instanceof Error ? caught.message : String(caught);
      const offset = /\bat position (\d+)/.exec(message)?.[1];
      const place = offset === undefined ? parsed.locate([]) : placeAt(text, Number(offset));
      return refuse(text, message.replace(/ (in JSON )?at position \d+.*$/s, ''), place);
    }
  }
  return { text, value: parsed.value, fault: null, place: null, locate: (segments) => parsed.locate(segments) };
}

function refuse(text: string, fault: string, place: TextPlace): Parsed {
  return { text, value: null, fault, place, locate: () => place };
}

function placeAt(text: string, offset: number): TextPlace {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
