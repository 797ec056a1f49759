/** Every code a load problem can carry. docs/errors.md lists exactly these. */
export const PROBLEM_CODES = {
  'unreadable-source': 'A file or folder of policies cannot be read.',
  'set-held':
    'Neither a document nor its last good version goes with the others, so the whole set of before stays in force.',
  'not-yaml': 'The text is not YAML or JSON.',
  'yaml-trap':
    'YAML reads the text in a way nobody means: an unresolved tag, an unquoted `[*]`, a comment that cuts a message.',
  schema: 'The document does not fit the published schema.',
  'not-a-document': 'The document is none of Policy, PolicyExemption, PolicySettings.',
  'duplicate-policy': 'Two documents of one kind have the same name.',
  'duplicate-rule': 'Two rules have the same id.',
  'duplicate-domain': 'A domain is declared twice, and differently.',
  'bad-expression': 'A short-form expression cannot be read.',
  'bad-path': 'A path cannot be read, or may not have this form here.',
  'bad-template': 'A message template cannot be read.',
  'bad-value': 'A literal has the wrong form: a regular expression, a version, a date, a selector.',
  'unknown-operator': 'There is no operator of this name.',
  'wrong-arity': 'An operator has too few or too many operands.',
  'wrong-literal': 'A literal operand has the wrong type or form.',
  'unknown-name': 'A name means nothing in this place, or is not declared.',
  'outer-name': 'An outer name inside an iterator, which sees only its element.',
  'unknown-path': 'The path exists in no known schema of the resource.',
  'no-schema': 'No schema is known for the resource, so its paths are not checked.',
  'variable-cycle': 'Variables need each other.',
  'write-conflict': 'Two rules write one path differently.',
  'unknown-reference': 'A rule, domain, document or member that is named does not exist.',
  'example-failed': 'An example does not come out as it says.',
  'engines-differ': 'The compiled expression and json-logic-js differ on an example.',
  coercion: 'JSON Logic coerces here in a way that bites.',
} as const;
export type ProblemCode = keyof typeof PROBLEM_CODES;

/** Every code an evaluation error can carry. docs/errors.md lists exactly these. */
export const EVALUATION_ERROR_CODES = {
  'budget-exceeded': 'The evaluation took more steps than one review may take.',
  'deadline-exceeded': 'The time that the API server gave was up.',
  'expression-failed': 'A bug inside an operator or the engine; please report it with the trace.',
  'inventory-unknown': 'The rule asks about other objects, and what is known of them is missing or too old.',
  'namespace-unknown': 'The rule asks about the Namespace of the object, and it is not known.',
  'relation-not-implemented': 'The rule relates to other objects, which this version cannot judge.',
} as const;
