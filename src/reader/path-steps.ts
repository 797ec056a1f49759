/** Reads the concrete paths that findings carry: `spec.rules[0].port`, `data["config.yaml"]`. */
import type { Step } from './nodes.ts';

const STEP = /(?:^|\.)([A-Za-z_$][A-Za-z0-9_$]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;

/** The steps of a path, as far as it can be read; what is no step (a place inside a document) ends it. */
export function readSteps(path: string): Step[] {
  const steps: Step[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < path.length) {
    const found = STEP.exec(path);
    if (found === null) break;
    const [, name, index, quoted] = found;
    if (name !== undefined) steps.push(name);
    else steps.push(index !== undefined ? Number(index) : readQuoted(quoted ?? '""'));
  }
  return steps;
}

function readQuoted(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : '';
  } catch {
    return '';
  }
}

/** Writes steps as the path grammar does. */
export function writeSteps(steps: readonly Step[]): string {
  return steps
    .map((step, at) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(step)) return `[${JSON.stringify(step)}]`;
      return at === 0 ? step : `.${step}`;
    })
    .join('');
}
