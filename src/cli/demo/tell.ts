/** An admission in the words of kubectl, and what was written into the object as a difference. */
import type { JsonObject } from '../../policies/index.ts';
import type { Paint } from '../output/paint.ts';
import { diffYaml } from '../output/yaml-diff.ts';
import type { Admission } from './admit.ts';

/** What `kubectl apply -f FILE` prints for one object, followed by what admission wrote into it. Ends in a line break. */
export function tellAdmission(file: string, admission: Admission, paint: Paint): string {
  const warnings = admission.warnings.map((warning) => `${paint('caution', 'Warning:')} ${warning}`);
  const { denial } = admission;
  if (denial !== null) {
    const head = denial.reason === '' ? 'Error from server:' : `Error from server (${denial.reason}):`;
    // an API server takes the reason where there is no message, and says so where there is neither
    const why = denial.message || denial.reason;
    const said = why === '' ? ' without explanation' : `: ${why}`;
    const text = `error when creating "${file}": admission webhook "${denial.webhook}" denied the request${said}`;
    return lines([...warnings, `${paint('bad', head)} ${text}`]);
  }
  return lines([
    ...warnings,
    `${nameObject(admission.object)} ${paint('good', 'created')}`,
    ...tellChange(admission, paint),
  ]);
}

/** Totals of a walk, as one line. */
export function summarise(admissions: readonly Admission[]): string {
  const denied = admissions.filter(({ denial }) => denial !== null).length;
  const completed = admissions.filter((admission) => admission.denial === null && isCompleted(admission)).length;
  const warnings = admissions.reduce((sum, admission) => sum + admission.warnings.length, 0);
  return [
    count(admissions.length, 'object'),
    `${admissions.length - denied} created (${completed} of them completed)`,
    `${denied} denied`,
    count(warnings, 'warning'),
  ].join(', ');
}

/** `1 object`, `2 objects`, for words that take an s. */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

/** `vitistack.vitistack.io/oslo`, as kubectl names what it has created. */
function nameObject(object: JsonObject): string {
  const [group = '', version] = String(object.apiVersion).split('/');
  const kind = String(object.kind).toLowerCase();
  const { metadata } = object;
  const name = typeof metadata === 'object' && metadata !== null && 'name' in metadata ? String(metadata.name) : '';
  return `${kind}${version === undefined ? '' : `.${group}`}/${name}`;
}

function isCompleted({ object, stored }: Admission): boolean {
  return object !== stored;
}

function tellChange(admission: Admission, paint: Paint): string[] {
  if (!isCompleted(admission)) return [];
  const meanings = { '+': 'added', '-': 'removed', ' ': 'faint' } as const;
  const head = `completed by ${admission.writtenBy.join(', ')}:`;
  const changed = diffYaml(admission.object, admission.stored);
  return [head, ...changed.map(({ sign, text }) => paint(meanings[sign], `${sign} ${text}`))].map(
    (line) => `  ${line}`,
  );
}

function lines(texts: readonly string[]): string {
  return `${texts.join('\n')}\n`;
}
