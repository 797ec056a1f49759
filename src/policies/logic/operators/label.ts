import type { Operator } from '../operator.ts';
import { isMap, readOwn } from '../own.ts';
import { allow, definePredicate, type Form, need, orNull, Unreadable } from './define.ts';
import { map, text } from './forms.ts';

type Requirement = (labels: Record<string, unknown>) => boolean;

const SELECTOR_KEYS: ReadonlySet<string> = new Set(['matchLabels', 'matchExpressions']);

/** All requirements of a LabelSelector; none for the empty selector, which matches everything. */
function readSelector(value: unknown): readonly Requirement[] | Unreadable {
  if (!isMap(value)) return new Unreadable(value);
  const unknown = Object.keys(value).find((key) => !SELECTOR_KEYS.has(key));
  if (unknown !== undefined) return new Unreadable(unknown, 'matchLabels or matchExpressions');
  const pairs = readOwn(value, 'matchLabels') ?? {};
  const expressions = readOwn(value, 'matchExpressions') ?? [];
  if (!isMap(pairs)) return new Unreadable(pairs, 'matchLabels as a map of strings');
  if (!Array.isArray(expressions)) return new Unreadable(expressions, 'matchExpressions as a list');
  const requirements: Requirement[] = [];
  for (const [key, wanted] of Object.entries(pairs)) {
    if (typeof wanted !== 'string') return new Unreadable(wanted, 'matchLabels as a map of strings');
    requirements.push((labels) => readOwn(labels, key) === wanted);
  }
  for (const expression of expressions) {
    const requirement = readExpression(expression);
    if (requirement instanceof Unreadable) return requirement;
    requirements.push(requirement);
  }
  return requirements;
}

function readExpression(expression: unknown): Requirement | Unreadable {
  const key = readOwn(expression, 'key');
  const operator = readOwn(expression, 'operator');
  const values = readOwn(expression, 'values') ?? [];
  if (typeof key !== 'string' || key === '') return new Unreadable(expression, 'a match expression with a key');
  if (!Array.isArray(values) || values.some((value) => typeof value !== 'string')) {
    return new Unreadable(values, 'values as a list of strings');
  }
  const among: ReadonlySet<unknown> = new Set(values);
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) return new Unreadable(expression, `values for ${operator}`);
    if (operator === 'In') return (labels) => among.has(readOwn(labels, key));
    return (labels) => !among.has(readOwn(labels, key));
  }
  if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) return new Unreadable(expression, `no values for ${operator}`);
    const wanted = operator === 'Exists';
    return (labels) => Object.hasOwn(labels, key) === wanted;
  }
  return new Unreadable(operator, 'In, NotIn, Exists or DoesNotExist');
}

const selectorForm: Form<readonly Requirement[]> = {
  type: 'map',
  wanted: 'a label selector with matchLabels and matchExpressions',
  read: readSelector,
};

const labelsForm: Form<Record<string, unknown>> = { ...map, wanted: 'a map of labels' };

const SOURCE = 'k8s.io/apimachinery/pkg/apis/meta/v1, LabelSelectorAsSelector';

export const LABEL_OPERATORS: readonly Operator[] = [
  definePredicate({
    name: 'label.matches',
    operands: [need('selector', selectorForm), orNull(need('labels', labelsForm))],
    returns: 'true or false',
    summary: 'The LabelSelector selects these labels: an absent selector selects nothing, an empty one everything.',
    source: SOURCE,
    examples: [
      [[{ matchLabels: { app: 'web' } }, { app: 'web', tier: 'front' }], true],
      [[{ matchLabels: { app: 'web' } }, { app: 'api' }], false],
      [[{}, { app: 'web' }], true],
      [[{}, null], true],
      [[null, { app: 'web' }], false],
      [[{ matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['back'] }] }, {}], true],
      [[{ matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, null], false],
      [[{ matchExpressions: [{ key: 'tier', operator: 'In', values: [] }] }, {}], 'garbage'],
      [[{ app: 'web' }, { app: 'web' }], 'garbage'],
    ],
    evaluate: (requirements, labels) => requirements.every((requirement) => requirement(labels ?? {})),
  }),
  definePredicate({
    name: 'label.has',
    operands: [need('labels', labelsForm), need('key', text), allow(need('value', text))],
    returns: 'true or false',
    summary: 'The key is among the labels, with the value where one is given.',
    source: SOURCE,
    examples: [
      [[{ app: 'web' }, 'app'], true],
      [[{ app: 'web' }, 'app', 'api'], false],
      [[{ app: '' }, 'app'], true],
      [[{}, 'constructor'], false],
      [[null, 'app'], false],
      [[['app'], 'app'], 'garbage'],
    ],
    evaluate: (labels, key, value) =>
      Object.hasOwn(labels, key) && (value === undefined || readOwn(labels, key) === value),
  }),
  definePredicate({
    name: 'label.subset',
    operands: [need('part', labelsForm), orNull(need('labels', labelsForm))],
    returns: 'true or false',
    summary: 'Every label of part is among the labels with the same value; true when part is empty.',
    source: 'k8s.io/apimachinery/pkg/labels, SelectorFromSet',
    examples: [
      [[{ app: 'web' }, { app: 'web', tier: 'front' }], true],
      [[{ app: 'web' }, { app: 'api' }], false],
      [[{}, null], true],
      [[{ app: 'web' }, null], false],
      [['app=web', { app: 'web' }], 'garbage'],
    ],
    evaluate: (part, labels) =>
      Object.keys(part).every((key) => Object.hasOwn(labels ?? {}, key) && readOwn(labels, key) === readOwn(part, key)),
  }),
];
