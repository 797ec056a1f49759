/** The tree that both YAML readers make: values, and where each of them stands in the text. */
import type { Json, JsonObject } from '../policies/index.ts';

/** A step into a value: a key of a map or a position in a list. */
export type Step = string | number;

interface NodeBase {
  /** Offset of the first character of the value. For what is absent (`key:`), the place behind the colon. */
  start: number;
  /** Offset behind its last character. */
  end: number;
}

export interface ScalarNode extends NodeBase {
  type: 'scalar';
  value: null | boolean | number | string;
  style: 'plain' | 'quoted' | 'literal' | 'folded';
  /** A plain scalar as it was written; '' for any other style. */
  source: string;
  /** Of a literal block: by how many characters its lines are indented in the text. */
  indent: number;
}

export interface MapEntry {
  key: string;
  /** Offsets of the key as it was written, with its quotes. */
  start: number;
  end: number;
  /** The key as it was written where kubectl makes another text of it (`no` is `false`); otherwise ''. */
  written: string;
  node: YamlNode;
}

export interface MapNode extends NodeBase {
  type: 'map';
  value: JsonObject;
  /** In the order written, those of merged maps where they were merged. Of a repeated key the last one counts. */
  entries: MapEntry[];
  /** Whether it was written as `{…}`. */
  flow: boolean;
}

export interface ListNode extends NodeBase {
  type: 'list';
  value: Json[];
  items: YamlNode[];
  /** Whether it was written as `[…]`. */
  flow: boolean;
}

export type YamlNode = ScalarNode | MapNode | ListNode;

export function createScalar(
  value: ScalarNode['value'],
  start: number,
  end: number,
  style: ScalarNode['style'],
  source = '',
): ScalarNode {
  return { type: 'scalar', value, start, end, style, source, indent: 0 };
}

/** What a path led to. */
export interface FoundNode {
  node: YamlNode;
  /** The entry whose value it is; null for the root and for elements of a list. */
  entry: MapEntry | null;
  /** How many of the steps are there; fewer than asked for when the path leads to nothing. */
  depth: number;
}

/** Follows steps as far as they lead. */
export function findNode(root: YamlNode, steps: readonly Step[]): FoundNode {
  let found: FoundNode = { node: root, entry: null, depth: 0 };
  for (const step of steps) {
    const next = stepInto(found.node, step);
    if (next === null) break;
    found = { ...next, depth: found.depth + 1 };
  }
  return found;
}

function stepInto(node: YamlNode, step: Step): { node: YamlNode; entry: MapEntry | null } | null {
  if (node.type === 'list') {
    const item = node.items[Number(step)];
    return item === undefined ? null : { node: item, entry: null };
  }
  if (node.type === 'scalar') return null;
  const entry = node.entries.findLast(({ key }) => key === String(step));
  return entry === undefined ? null : { node: entry.node, entry };
}

/** Sets a key as JSON.parse does: `__proto__` becomes a key like any other. */
export function setOwn(target: JsonObject, key: string, value: Json): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

/** Visits every node below and including `root`, with the steps that lead to it. What aliases share is visited at each place. */
export function walkNodes(root: YamlNode, visit: (node: YamlNode, steps: readonly Step[]) => void): void {
  const steps: Step[] = [];
  const enter = (node: YamlNode): void => {
    visit(node, steps);
    if (node.type === 'map') {
      for (const { key, node: child } of node.entries) {
        steps.push(key);
        enter(child);
        steps.pop();
      }
    } else if (node.type === 'list') {
      for (const [index, child] of node.items.entries()) {
        steps.push(index);
        enter(child);
        steps.pop();
      }
    }
  };
  enter(root);
}
