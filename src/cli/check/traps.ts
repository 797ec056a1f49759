/** Plain scalars that kubectl reads as something else than they look, where no schema says what is wanted. */
import { type MapEntry, type MapNode, type ScalarNode, type Step, walkNodes } from '../../reader/nodes.ts';
import type { KindSchema } from '../../schemas/read-crd.ts';
import { type Structural, schemaOfKey } from '../../schemas/structural.ts';

export interface Trap {
  steps: Step[];
  side: 'key' | 'value';
  message: string;
  remedy: string;
}

/** Words that YAML 1.1 takes for booleans and hardly anybody else does. */
const WORDS = /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)$/;
/** File modes are octal by custom, and meant so. */
const MODES = new Set(['defaultMode', 'mode', 'fsGroupMode']);

/** Finds them in one object. Where the schema knows the type, it says itself what does not fit. */
export function findTraps(root: MapNode, kind: KindSchema | null): Trap[] {
  const traps: Trap[] = [];
  const schema = kind?.schema() ?? null;
  walkNodes(root, (node, steps) => {
    if (node.type === 'map') {
      for (const entry of node.entries) tellKey(entry, steps, traps);
    } else if (node.type === 'scalar' && node.source !== '') {
      const message = explain(node, steps.at(-1));
      if (message === null || hasKnownType(schema, steps)) return;
      traps.push({ steps: [...steps], side: 'value', message, remedy: `put quotes around it: "${node.source}"` });
    }
  });
  return traps;
}

function tellKey({ key, written }: MapEntry, steps: readonly Step[], traps: Trap[]): void {
  if (written === '') return;
  const message = `the key \`${written}\` is read as \`${key}\``;
  traps.push({ steps: [...steps, key], side: 'key', message, remedy: `put quotes around it: "${written}"` });
}

function explain({ source, value }: ScalarNode, step: Step | undefined): string | null {
  if (typeof value === 'boolean') return WORDS.test(source) ? `\`${source}\` is read as ${value}` : null;
  if (typeof value !== 'number') return null;
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return `\`${source}\` is a number too large to be kept exactly by most programs`;
  }
  if (/^[-+]?0[0-7]+$/.test(source) && MODES.has(String(step))) return null;
  const based = /^[-+]?0[xXbBoO0-9]/.test(source) || source.includes('_');
  const lossy = /^[-+]?\d+\.\d*0$/.test(source) || /^\d+[eE]\d+$/.test(source);
  return based || lossy ? `\`${source}\` is read as the number ${value}` : null;
}

/** Whether the schema says of what type the value is: then it judges it. */
function hasKnownType(schema: Structural | null, steps: readonly Step[]): boolean {
  let at: Structural | null = schema;
  if (schema !== null && steps[0] === 'metadata') return true;
  for (const step of steps) {
    if (at === null) return false;
    at = typeof step === 'number' ? at.items : schemaOfKey(at, step);
  }
  return at !== null && at.types.length === 1;
}
