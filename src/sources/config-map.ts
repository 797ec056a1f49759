/** ConfigMaps that hold policies: one unit for each data key that does. */
import type { PolicySource, Problem } from '../policies/index.ts';
import { isRecord, type ReadUnit, readUnit } from './documents.ts';
import { createProblem, type Unit } from './unit.ts';
import type { Place } from './yaml-text.ts';

/** Names the resource (`plural.group`) that plain check lists of the ConfigMap are about. */
export const LIST_RESOURCE_ANNOTATION = 'lintel.dev/resource';

export interface ConfigMapOptions {
  /** What the units are named after: `configmap/ns/name`, or the file that the ConfigMap stands in. */
  origin?: string;
  /** The place, in the file around it, of a place inside a data key. */
  locateInside?: (key: string, inner: Place) => Place | undefined;
}

/** A text that was meant as policy, though it cannot be read as one. */
const LOOKS_LIKE_POLICY = /lintel\.dev\/|^\s*["']?(mandatory|recommended)["']?\s*:/m;

/**
 * Reads a ConfigMap into units, one for each data key that holds Lintel documents, a plain check list or a
 * threshold list. A ConfigMap in which no key does is data, not policy: it gives no unit but a note.
 */
export function readConfigMap(
  object: Record<string, unknown>,
  options: ConfigMapOptions = {},
): { units: Unit[]; notes: string[] } {
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  const name = String(metadata.name ?? '');
  const namespace = typeof metadata.namespace === 'string' ? metadata.namespace : '';
  const origin = options.origin ?? `configmap/${namespace === '' ? '' : `${namespace}/`}${name}`;
  const data = isRecord(object.data) ? object.data : {};
  const texts = Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const listResource = readListResource(metadata);
  const read = (key: string, text: string, listName: string): ReadUnit =>
    readUnit(text, `${origin}:${key}`, { listName, ...(listResource && { listResource }) });
  const lists = texts.filter(([key, text]) => read(key, text, name).lists > 0).length;
  const units: Unit[] = [];
  for (const [key, text] of texts) {
    const found = read(key, text, lists > 1 ? `${name}-${slug(key)}` : name);
    if (found.recognised || (!found.unit.readable && LOOKS_LIKE_POLICY.test(text))) {
      units.push(movePlaces(found.unit, key, options.locateInside));
    }
  }
  const notes = units.length === 0 ? [`${origin}: no key holds a policy, a check list or thresholds; passed over`] : [];
  return { units, notes };
}

/** Several lists in one ConfigMap would share its name, so each takes its key's name behind it. */
function slug(key: string): string {
  return key
    .replace(/\.(ya?ml|json)$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
}

function readListResource(metadata: Record<string, unknown>): { group: string; resource: string } | null {
  const written = isRecord(metadata.annotations) ? metadata.annotations[LIST_RESOURCE_ANNOTATION] : undefined;
  if (typeof written !== 'string' || written === '') {
    return null;
  }
  const [resource = '', ...group] = written.split('.');
  return { group: group.join('.'), resource };
}

function movePlaces(unit: Unit, key: string, locateInside: ConfigMapOptions['locateInside']): Unit {
  if (locateInside === undefined) {
    return unit;
  }
  const move = (place: Place): Place => locateInside(key, place) ?? place;
  const problems = unit.problems.map(
    (problem): Problem => (problem.line === 0 ? problem : { ...problem, ...move(problem) }),
  );
  const documents = unit.documents.map((source): PolicySource => {
    const locate = source.locate;
    return {
      ...source,
      locate: (pointer) => {
        const place = locate?.(pointer);
        return place && move(place);
      },
    };
  });
  return { ...unit, documents, problems };
}

/** A problem for a ConfigMap that says it holds policies and holds none. */
export function createEmptyConfigMapProblem(origin: string): Problem {
  return createProblem({
    severity: 'warning',
    code: 'not-a-document',
    source: origin,
    message: 'the ConfigMap is labelled as policy, and no key of it holds one',
    hint: 'a key holds Policy documents, or a check list with `mandatory` or `recommended` entries',
  });
}
