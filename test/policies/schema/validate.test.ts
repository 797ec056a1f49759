import fc from 'fast-check';
import t from 'tap';
import { parse } from 'yaml';
import { type SchemaProblem, validateDocument } from '../../../src/policies/schema/validate.ts';

const HEAD = 'apiVersion: lintel.dev/v1alpha1\nkind: Policy\nmetadata: {name: p}\n';

/** A policy with these lines in its spec, beside what it must have. */
function policy(lines: string): unknown {
  const spec = { title: 'T', match: { resources: ['pods'] }, rules: [{ id: 'A-1', check: 'spec.a' }], ...parse(lines) };
  return { ...parse(HEAD), spec };
}

function rule(lines: string): unknown {
  return policy(`rules: [{id: A-1, ${lines}}]`);
}

function told(document: unknown): string[] {
  return validateDocument(document).map(({ pointer, message, hint }) => `${pointer} | ${message} | ${hint}`);
}

t.test('every rule kind is accepted in its full form', async (t) => {
  const kinds = [
    'check: spec.a == true',
    'check: {"==": [{var: object.spec.a}, 1]}',
    'check: [spec.a, spec.b]',
    'check: false',
    'schema: {type: object, additionalProperties: false}',
    'default: {"spec.list[*].on": true, spec.c: {text: "{{object.metadata.name}}"}, spec.d: null}',
    'set: {spec.a: 1}',
    'remove: spec.a',
    'remove: [spec.a, spec.b]',
    'move: {from: spec.a, to: spec.b, ifPresent: keep}',
    'transition: {field: spec.s, from: status.s, initial: [a], allowed: {a: [b], b: []}}',
    'immutable: [spec.a, spec.b]',
    'monotonic: {forEach: {path: "spec.p[*]", key: item.name}, field: item.v, as: version, direction: up, step: minor}',
    'monotonic: {field: [spec.a, spec.b], step: 2.5}',
    'reference: {from: ["spec.p[*].name"], to: {resource: machineproviders.vitistack.io}, require: target.spec.enabled != false, onMissing: deny, onDelete: {restrict: A-2}, onUpdate: {restrict: [spec.x], id: A-3}, exact: true}',
    'reference: {name: spec.n, to: {resource: nodes, namespace: same, key: metadata.name}, deferred: true}',
    'unique: {key: [spec.a, spec.b], exact: true}',
    'unique: {each: "spec.a[*]", key: item.name, within: object}',
    'disjoint: {domain: p/vpcs, between: [a, b], when: a.x in b.y, unless: self.name == other.name}',
    'within: {value: variables.vip, domain: p/pools}',
    'outside: {each: "spec.a[*]", value: item, ranges: parent.cidr}',
    'limit: {count: machines.vitistack.io, sum: object.spec.cpus, of: [spec.a, spec.b], to: {resource: vitistacks.vitistack.io, key: [spec.r, spec.z]}, max: target.spec.max}',
    'exists: {resource: poddisruptionbudgets.policy, namespace: same, where: other.spec.x == 1}',
    'absent: {resource: pods}',
  ];
  for (const kind of kinds) t.strictSame(told(rule(kind)), [], kind);
});

t.test('every other part of a policy is accepted in its full form', async (t) => {
  const parts = [
    'match: {resources: [{group: "", resource: pods, version: v1}, "*", pods, "vitistacks.vitistack.io"], operations: [CREATE, DELETE], subresources: [scale], names: ["a-*"], namespaces: [prod], namespaceSelector: {matchLabels: {a: b}}, objectSelector: {matchExpressions: [{key: a, operator: In, values: [b]}]}, users: ["system:*"], groups: [dev], files: ["**/*.yaml"]}',
    'match: {preset: workloads}',
    'enforcementAction: deny',
    'enforcementAction: {default: warn, production: deny}',
    'parameters: {max: {type: integer, description: d, default: 3, enum: [3, 4], byEnvironment: {test: 4}, since: {"1.34": 5}}}',
    'parameters: {ports: {type: array, items: {type: integer}, default: [22]}}',
    'lookups: {p: {resource: nodes, where: other.x == 1, select: metadata.name}}',
    'documents: {config: {from: \'data["config.yaml"]\', as: yaml}}',
    'domains: {p/vpcs: {type: range, exact: true, scope: [spec.a], members: [{as: v, resource: vitistacks.vitistack.io, each: "spec.v[*]", range: item.cidr, attributes: {n: item.name}, home: spec.x}, {as: elsewhere, constants: params.pools, range: item, observe: true}]}}',
    'kubernetes: ">=1.30 <1.34"',
    'requires: spec.infrastructure',
    'surfaces: [admission, audit, check]',
    'examples: [{name: a, object: {}, expect: pass}, {name: b, object: null, oldObject: {}, operation: DELETE, request: {}, environment: e, namespaceObject: {}, inventory: [{}], file: f, parameters: {a: null}, expect: [{rule: A-1, path: "", message: m}]}, {name: c, expect: {object: {}, findings: []}}]',
    '{category: c, severity: info, rationale: r, link: l, exclude: {names: [x]}, when: true, failurePolicy: Ignore, priority: 0, subject: pod, environments: [test], environmentFrom: spec.e, variables: {v: spec.a}}',
  ];
  for (const part of parts) t.strictSame(told(policy(part)), [], part);
});

t.test('exemptions and settings are accepted, also as a cluster gives them back', async (t) => {
  const stored = 'uid: 1, resourceVersion: "5", managedFields: []';
  const exemption = `{apiVersion: lintel.dev/v1alpha1, kind: PolicyExemption, metadata: {name: e, ${stored}}, spec: {rules: [A-1], match: {names: [x]}, reason: r, owner: o, expires: 2027-01-31T12:00:00Z}, status: {hits: 3}}`;
  const settings = `{apiVersion: lintel.dev/v1alpha1, kind: PolicySettings, metadata: {name: s}, spec: {policies: ["A-*"], parameters: {max: null}, enforcementAction: {test: audit}, enabled: false}}`;
  t.strictSame(told(parse(exemption)), []);
  t.strictSame(told(parse(settings)), []);
});

t.test('what is no document says what it is and what is wanted', async (t) => {
  t.strictSame(told(null), [' | the document is null, wanted a map with apiVersion and kind | ']);
  t.strictSame(told([]), [' | the document is an empty list, wanted a map with apiVersion and kind | ']);
  t.strictSame(told({ kind: 'Polcy' }), [
    '/kind | `kind` is `Polcy`, wanted one of `Policy`, `PolicyExemption`, `PolicySettings` of `lintel.dev/v1alpha1` | did you mean `Policy`?',
  ]);
  t.match(told({}), [/^ \| `kind` is missing/]);
  t.match(told({ kind: 7 }), [/`kind` is the number `7`/]);
  t.match(told({ kind: '__proto__' }), [/`kind` is `__proto__`/]);
  t.match(told({ ...(policy('') as object), apiVersion: 'lintel.dev/v1' }), [
    /^\/apiVersion \| `apiVersion` is `lintel.dev\/v1`, wanted `lintel.dev\/v1alpha1`/,
  ]);
});

const WRONG: [what: string, document: unknown, expected: string[]][] = [
  [
    'a misspelt field is told once, with what it was meant to be',
    rule('chek: spec.a'),
    ['/spec/rules/0/chek | `spec.rules[0]` has the unknown field `chek` | did you mean `check`?'],
  ],
  [
    'a field that resembles none lists those there are',
    policy('match: {resources: [{resource: pods, colour: red}]}'),
    [
      '/spec/match/resources/0/colour | `spec.match.resources[0]` has the unknown field `colour` | known fields are `group`, `resource` and `version`',
    ],
  ],
  [
    'a missing field says what belongs there',
    policy('rules: [{check: spec.a}]'),
    [
      '/spec/rules/0 | `spec.rules[0]` lacks `id` | add `id`: stable id, such as `VITI-NET-003`; exemptions, settings and reports name it',
    ],
  ],
  [
    'two kinds in one rule are told as one problem',
    rule('check: spec.a, immutable: spec.b'),
    [
      '/spec/rules/0 | `spec.rules[0]` (`A-1`) has `check` and `immutable`, wanted exactly one of `check`, `schema`, `default`, `set`, `remove`, `move`, `transition`, `immutable`, `monotonic`, `reference`, `unique`, `disjoint`, `within`, `outside`, `limit`, `exists` or `absent` | write one rule for each, such as `ID/a` and `ID/b`',
    ],
  ],
  [
    'a rule without a kind lists the kinds',
    policy('rules: [{id: A-1}]'),
    [
      '/spec/rules/0 | `spec.rules[0]` (`A-1`) has none of `check`, `schema`, `default`, `set`, `remove`, `move`, `transition`, `immutable`, `monotonic`, `reference`, `unique`, `disjoint`, `within`, `outside`, `limit`, `exists` or `absent`, wanted exactly one | ',
    ],
  ],
  [
    'an expression that YAML took for a tag says so',
    rule('check: '),
    [
      '/spec/rules/0/check | `spec.rules[0].check` is null, wanted an expression: short form in quotes, JSON Logic, or a literal | a value such as `!spec.x` without quotes is a YAML tag and reads as nothing; put the expression in quotes',
    ],
  ],
  [
    'a misspelt word of a closed list is guessed',
    policy('severity: hihg'),
    [
      '/spec/severity | `spec.severity` is `hihg`, wanted one of `critical`, `high`, `medium`, `low` or `info` | did you mean `high`?',
    ],
  ],
  [
    'a value of the wrong type is told once, though it is no word of the list either',
    policy('failurePolicy: 3'),
    ['/spec/failurePolicy | `spec.failurePolicy` is the number `3`, wanted a string | put it in quotes'],
  ],
  [
    'one word where a list belongs is shown in brackets',
    policy('surfaces: audit'),
    ['/spec/surfaces | `spec.surfaces` is `audit`, wanted a list | write `[audit]`'],
  ],
  [
    'a kind where a plural belongs',
    policy('match: {resources: [Vitistack]}'),
    [
      '/spec/match/resources/0 | `spec.match.resources[0]` is `Vitistack`, wanted the lower-case plural and its group, such as `vitistacks.vitistack.io`, or a map with `group` and `resource` | ',
    ],
  ],
  [
    'a union of shapes says all of them',
    rule('forEach: 3, check: item'),
    [
      '/spec/rules/0/forEach | `spec.rules[0].forEach` is the number `3`, wanted a path, a list of paths, or a map `{path, key}` | ',
    ],
  ],
  [
    'a wrong action in one environment points there',
    policy('enforcementAction: {production: denny}'),
    [
      '/spec/enforcementAction/production | `spec.enforcementAction.production` is `denny`, wanted one of `deny`, `warn` or `audit` | did you mean `deny`?',
    ],
  ],
  [
    'a key of a map is judged too',
    policy('domains: {"a b": {type: key, members: [{as: x, resource: pods}]}}'),
    ['/spec/domains/a b | `spec.domains` has the key `a b`, wanted a domain name such as `vitistack/vpcs` | '],
  ],
  [
    'a choice between two fields',
    rule('within: {value: x, ranges: y, domain: z}'),
    [
      '/spec/rules/0/within | `spec.rules[0].within` has `ranges` and `domain`, wanted exactly one of `ranges` or `domain` | ',
    ],
  ],
  [
    'at least one field',
    rule('limit: {max: 3}'),
    ['/spec/rules/0/limit | `spec.rules[0].limit` has none of `count` or `sum`, wanted at least one | '],
  ],
  [
    'a message over two lines, which an API server would drop',
    rule('check: x, message: "a\\nb"'),
    ['/spec/rules/0/message | `spec.rules[0].message` is `a b`, wanted one line without a line break | '],
  ],
  [
    'a number out of range',
    policy('priority: -1'),
    ['/spec/priority | `spec.priority` is the number `-1`, wanted at least 0 | '],
  ],
  [
    'an empty list',
    policy('rules: []'),
    ['/spec/rules | `spec.rules` is an empty list, wanted at least one element | '],
  ],
  [
    'a repetition',
    policy('surfaces: [audit, audit]'),
    ['/spec/surfaces | `spec.surfaces` is a list, wanted a list without repetitions | '],
  ],
  [
    'text that is too long is measured, not repeated',
    policy(`title: ${'x'.repeat(201)}`),
    ['/spec/title | `spec.title` is 201 characters long, wanted at most 200 characters | '],
  ],
  [
    'a key with a slash is escaped in the pointer and quoted in the path',
    policy('enforcementAction: {"a/b~c": x}'),
    [
      '/spec/enforcementAction/a~1b~0c | `spec.enforcementAction["a/b~c"]` is `x`, wanted one of `deny`, `warn` or `audit` | ',
    ],
  ],
  [
    'backticks and length of what the user wrote are bounded',
    policy(`severity: "${'`'}${'é'.repeat(100)}"`),
    [
      `/spec/severity | \`spec.severity\` is \`'${'é'.repeat(59)}…\`, wanted one of \`critical\`, \`high\`, \`medium\`, \`low\` or \`info\` | `,
    ],
  ],
  [
    'a day that does not exist in any month',
    parse(
      '{apiVersion: lintel.dev/v1alpha1, kind: PolicyExemption, metadata: {name: e}, spec: {rules: [A], reason: r, owner: o, expires: 2027-01-32}}',
    ),
    [
      '/spec/expires | `spec.expires` is `2027-01-32`, wanted a date such as `2027-01-31` or a date-time such as `2027-01-31T12:00:00Z` | ',
    ],
  ],
];

for (const [what, document, expected] of WRONG) {
  t.test(what, async (t) => {
    t.strictSame(told(document), expected);
  });
}

t.test('all problems of a document are told at once', async (t) => {
  const found = validateDocument(policy('{titel: x, severity: x, priority: a, rules: [{id: "A 1", check: x}, 7]}'));
  t.strictSame(found.map(({ pointer }) => pointer).sort(), [
    '/spec/priority',
    '/spec/rules/0/id',
    '/spec/rules/1',
    '/spec/severity',
    '/spec/titel',
  ]);
});

t.test('a field the language does not know is refused in every closed map', async (t) => {
  const places = [
    'match: {resources: [pods], x1: 1}',
    'rules: [{id: A-1, check: x, x1: 1}]',
    'parameters: {p: {type: string, x1: 1}}',
    'lookups: {p: {resource: pods, x1: 1}}',
    'documents: {p: {from: data.a, as: yaml, x1: 1}}',
    'domains: {p: {type: key, members: [{as: a, resource: pods}], x1: 1}}',
    'domains: {p: {type: key, members: [{as: a, resource: pods, x1: 1}]}}',
    'examples: [{name: a, expect: pass, x1: 1}]',
    'examples: [{name: a, expect: [{rule: A-1, x1: 1}]}]',
    'rules: [{id: A-1, reference: {from: a, to: {resource: pods, x1: 1}}}]',
    'rules: [{id: A-1, transition: {field: a, allowed: {}, x1: 1}}]',
    '{x1: 1}',
  ];
  for (const place of places) {
    const found = validateDocument(policy(place));
    t.equal(found.length, 1, place);
    t.match(found[0]?.message, /has the unknown field `x1`/);
  }
});

function isWellWorded({ pointer, message, hint }: SchemaProblem): boolean {
  const oneLine = !/[\n\r]/u.test(message + hint);
  const start = /^(`|the document)/u.test(message);
  return (
    oneLine && start && !message.endsWith('.') && !hint.endsWith('.') && (pointer === '' || pointer.startsWith('/'))
  );
}

t.test('no document makes it throw, and every problem is one line in the house style', async (t) => {
  const spec = fc.dictionary(
    fc.constantFrom('title', 'match', 'rules', 'domains', 'examples', 'variables', 'parameters', '__proto__', 'x'),
    fc.jsonValue(),
  );
  const rules = fc.array(fc.dictionary(fc.constantFrom('id', 'check', 'unique', 'forEach', 'chek'), fc.jsonValue()));
  const document = fc.record({
    apiVersion: fc.constantFrom('lintel.dev/v1alpha1', 'x'),
    kind: fc.constantFrom('Policy', 'PolicyExemption', 'PolicySettings'),
    metadata: fc.oneof(fc.constant({ name: 'p' }), fc.jsonValue()),
    spec: fc.oneof(spec, fc.record({ title: fc.constant('t'), match: fc.constant({}), rules }), fc.jsonValue()),
  });
  fc.assert(
    fc.property(fc.oneof(document, fc.jsonValue()), (value) => {
      for (const problem of validateDocument(value)) {
        if (!isWellWorded(problem)) throw new Error(JSON.stringify(problem));
      }
    }),
    { numRuns: 300 },
  );
  t.pass('300 documents');
});
