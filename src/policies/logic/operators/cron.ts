import type { Operator } from '../operator.ts';
import { definePredicate, need } from './define.ts';
import { parseGoDuration } from './duration.ts';
import { anything, memoise } from './forms.ts';

interface Field {
  min: number;
  max: number;
  names: readonly string[];
  /** Number of the first name. */
  firstName: number;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Minute, hour, day of month, month, day of week; Sunday is 0 and never 7. */
const FIELDS: readonly Field[] = [
  { min: 0, max: 59, names: [], firstName: 0 },
  { min: 0, max: 23, names: [], firstName: 0 },
  { min: 1, max: 31, names: [], firstName: 0 },
  { min: 1, max: 12, names: MONTHS, firstName: 1 },
  { min: 0, max: 6, names: DAYS, firstName: 0 },
];

const DESCRIPTORS: ReadonlySet<string> = new Set([
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
]);
const EVERY = '@every ';

/** What Go's unicode.IsSpace takes for white space. */
const BLANKS = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
/** strconv.Atoi, without the minus that can never reach it. */
const NUMBER = /^\+?[0-9]+$/;
const MAX_INT = 2 ** 63;

/** The grammar that the API server applies to a CronJob's schedule. */
function isSchedule(text: string): boolean {
  if (text.startsWith('@')) {
    if (DESCRIPTORS.has(text)) return true;
    return text.startsWith(EVERY) && parseGoDuration(text.slice(EVERY.length)) !== null;
  }
  const fields = text.split(BLANKS).filter((field) => field !== '');
  return fields.length === FIELDS.length && fields.every((field, i) => isField(field, FIELDS[i] as Field));
}

/** Empty parts between commas are passed over, as the parser does. */
function isField(text: string, field: Field): boolean {
  return text.split(',').every((part) => part === '' || isPart(part, field));
}

function isPart(text: string, field: Field): boolean {
  const [range = '', step, ...tooMany] = text.split('/');
  if (tooMany.length > 0) return false;
  if (step !== undefined && !(NUMBER.test(step) && Number(step) > 0 && Number(step) < MAX_INT)) return false;
  const [low = '', high, ...more] = range.split('-');
  // After `*` or `?` the parser does not look at the rest of the range.
  if (low === '*' || low === '?') return true;
  if (more.length > 0) return false;
  const start = readNumber(low, field);
  // `5/10` runs from 5 to the end of the field.
  const end = high !== undefined ? readNumber(high, field) : step !== undefined ? field.max : start;
  return start !== null && end !== null && start >= field.min && end <= field.max && start <= end;
}

function readNumber(text: string, field: Field): number | null {
  const name = field.names.indexOf(text.toLowerCase());
  if (name >= 0) return name + field.firstName;
  return NUMBER.test(text) ? Number(text) : null;
}

const isScheduleMemoised = memoise((text) => (isSchedule(text) ? true : null));

export const CRON_OPERATORS: readonly Operator[] = [
  definePredicate({
    name: 'cron.valid',
    operands: [need('value', anything)],
    returns: 'true or false',
    summary:
      'A CronJob may have it as its schedule: five fields, names, `?`, or a descriptor such as `@daily` or `@every 1h`. `TZ=` and `CRON_TZ=` are refused, as the API server refuses them in new objects.',
    source: 'robfig/cron v3, ParseStandard, as k8s.io/kubernetes/pkg/apis/batch/validation applies it',
    examples: [
      [['0 2 * * *'], true],
      [['*/15 9-17 * jan-mar mon-fri'], true],
      [['5/10 * ? * 0,6'], true],
      [['@daily'], true],
      [['@every 1h30m'], true],
      [['0 2 * * 7'], false],
      [['60 * * * *'], false],
      [['0 0 2 * * *'], false],
      [['*/0 * * * *'], false],
      [['@reboot'], false],
      [['TZ=Europe/Oslo 0 2 * * *'], false],
      [['daily'], false],
      [[2], false],
    ],
    evaluate: (value) => typeof value === 'string' && isScheduleMemoised(value) === true,
  }),
];
