import { isMap } from '../logic/own.ts';
import type { Path } from '../syntax/path.ts';
import { suggest } from '../syntax/suggest.ts';

export interface SchemaAnswer {
  found: boolean;
  /** The first step that the schema does not know, and what was meant. */
  missing: string;
  near: string | null;
}

const FOUND: SchemaAnswer = { found: true, missing: '', near: null };

/** Follows a path through an openAPIV3Schema. Where the schema is open, everything below is found. */
export function findInSchema(schema: unknown, path: Path): SchemaAnswer {
  let nodes: unknown[] = [schema];
  for (const segment of path) {
    if (nodes.some(isOpen) || segment.type === 'deep') return FOUND;
    const next = nodes.flatMap((node) => stepInto(node, segment));
    if (next.length === 0) {
      const missing =
        segment.type === 'field'
          ? segment.name
          : segment.type === 'alternatives'
            ? segment.names.join(',')
            : `[${segment.type}]`;
      const known = nodes.flatMap((node) =>
        isMap(node) && isMap(node.properties) ? Object.keys(node.properties) : [],
      );
      return { found: false, missing, near: suggest(missing, known) };
    }
    nodes = next;
  }
  return FOUND;
}

function stepInto(node: unknown, segment: Path[number]): unknown[] {
  if (!isMap(node)) return [];
  const properties = isMap(node.properties) ? node.properties : {};
  const additional = isMap(node.additionalProperties)
    ? [node.additionalProperties]
    : node.additionalProperties === true
      ? [{}]
      : [];
  switch (segment.type) {
    case 'field':
      return Object.hasOwn(properties, segment.name) ? [properties[segment.name]] : additional;
    case 'alternatives':
      return segment.names.flatMap((name) => (Object.hasOwn(properties, name) ? [properties[name]] : additional));
    case 'index':
      return node.items ? [node.items] : [];
    case 'wildcard':
    case 'filter':
      return node.items ? [node.items] : [...Object.values(properties), ...additional];
    default:
      return [node];
  }
}

/** Nothing is declared below, or unknown fields are kept. */
function isOpen(node: unknown): boolean {
  if (!isMap(node)) return true;
  if (node['x-kubernetes-preserve-unknown-fields'] === true || node['x-kubernetes-embedded-resource'] === true)
    return true;
  return (
    !node.properties && !node.additionalProperties && !node.items && (node.type === 'object' || node.type === undefined)
  );
}
