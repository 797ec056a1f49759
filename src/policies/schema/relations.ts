import { atLeastOne, choice, closed, exactlyOne, flag, listOf, mapOf, type Schema } from './build.ts';
import { DOMAIN_NAME, expression, IDENTIFIER, path, paths, resourceName } from './slots.ts';

/** Rule kinds and declarations that are about more than one object. */

const namespaceSlot = expression(
  'Namespace of the other object: `same` for the one of the object judged, or an expression. Default: `same` for a namespaced resource.',
);
const each = paths('Elements that each make a claim. Default: the object itself.');
const withinSlot = choice(
  'Compare inside one object (`object`) or only among elements of the same parent element (`parent`), never with other objects.',
  ['object', 'parent'],
);
const domainSlot: Schema = { ...DOMAIN_NAME, description: 'Name of the declared domain the claims belong to.' };
const between = listOf(
  'The two members of the domain whose pairs are judged; the first is the one that is at fault.',
  { ...IDENTIFIER, description: 'Name (`as`) of a member of the domain.' },
  { minItems: 2, maxItems: 2 },
);
const scope = expression('Claims only meet where this is equal. A list is a tuple. Default: everywhere.');
const when = expression('The pair or claim only counts where this holds; members are named by their `as`.');
const unless = expression('The pair is fine where this holds. `self` and `other` are the two; null equals nothing.');
const exact = flag(
  'Hold also under concurrent writers, by claims kept in the cluster. Costs one write per new claim. Default false.',
);

const PAIRING = { within: withinSlot, domain: domainSlot, between, scope, when, unless, exact };

/** No two of these are equal. */
export const UNIQUE = closed(
  'No two objects, or elements of one object, have the same key (UNIQUE).',
  { each, key: expression('The key. A list is a tuple; null and the empty string claim nothing.'), ...PAIRING },
  [],
  atLeastOne(['key', 'domain', 'each']),
);

/** No two of these ranges overlap. */
export const DISJOINT = closed(
  'No two objects, or elements of one object, have ranges that overlap (EXCLUDE … WITH &&).',
  { each, range: expression('The range: a CIDR, an address, `a-b`, or a list of them.'), ...PAIRING },
  [],
  atLeastOne(['range', 'domain']),
);

/** A value lies inside ranges; `outside` is the negation with the same shape. */
export function within(description: string): Schema {
  return closed(
    description,
    {
      each,
      value: expression('The address or range that is judged.'),
      ranges: expression('Range or list of ranges found in the same object.'),
      domain: domainSlot,
    },
    ['value'],
    exactlyOne(['ranges', 'domain']),
  );
}

const TARGET = closed(
  'The objects that are referred to.',
  {
    resource: resourceName('Resource of the other object, such as `machineproviders.vitistack.io`.'),
    namespace: namespaceSlot,
    key: path('Where the other object keeps the name. Default `metadata.name`.'),
  },
  ['resource'],
);

const ON_DELETE = closed(
  'What deleting the object referred to does while it is referred to. Default: nothing.',
  {
    restrict: {
      description: 'Refuse; the value is the id of the rule that carries wording and action.',
      type: 'string',
      minLength: 1,
    },
  },
  ['restrict'],
);

const ON_UPDATE = closed(
  'What changing the object referred to does while it is referred to. Default: nothing.',
  {
    restrict: paths('Fields of the object referred to that may not change meanwhile.'),
    id: { description: 'Rule id that such a finding carries. Default: this rule.', type: 'string', minLength: 1 },
  },
  ['restrict'],
);

/** What is named exists and stays fit. */
export const REFERENCE = closed(
  'What the object names exists, is fit, and stays so while it is named (FOREIGN KEY).',
  {
    from: paths('Where the object names the other one.'),
    name: expression('The name, where it must be computed instead of read from a path.'),
    to: TARGET,
    require: expression('Condition on the other object, which is called `target`. Missing and unfit are told apart.'),
    onMissing: choice('What a name without an object does. Default deny.', ['deny', 'warn', 'allow']),
    onDelete: ON_DELETE,
    onUpdate: ON_UPDATE,
    exact,
    deferred: flag('Let the object in before what it names exists, and report it in the audit. Default false.'),
  },
  ['to'],
  exactlyOne(['from', 'name']),
);

/** How many, or how much, at most. */
export const LIMIT = closed(
  'How many objects, or how much of something, there may be at most (ASSERTION).',
  {
    count: resourceName('Resource whose objects are counted, or summed over when `sum` is given.'),
    sum: expression('What each of those objects adds; they are called `object`. Default: 1 each.'),
    of: expression('Which objects belong together: those whose value of this is equal. A list is a tuple.'),
    to: closed(
      'The object that carries the limit, called `target` in `max`.',
      {
        resource: resourceName('Its resource, such as `vitistacks.vitistack.io`.'),
        namespace: namespaceSlot,
        key: paths('Where it keeps the value that `of` must equal; one path for each element of `of`.'),
      },
      ['resource'],
    ),
    max: expression('The highest value allowed; null means no limit.'),
    exact,
  },
  ['max'],
  atLeastOne(['count', 'sum']),
);

/** Another object is there; `absent` has the same shape. */
export function exists(description: string): Schema {
  return closed(
    description,
    {
      resource: resourceName('Resource of the other object, such as `poddisruptionbudgets.policy`.'),
      namespace: namespaceSlot,
      where: expression('Condition on the other object, which is called `other`. Default: any object will do.'),
    },
    ['resource'],
  );
}

/** A question about other objects that expressions may use. */
export const LOOKUP = closed(
  'A list of other objects, or of a field of them, that expressions can name as `lookups.<name>`.',
  {
    resource: resourceName('Resource of the other objects.'),
    namespace: namespaceSlot,
    where: expression('Condition on each of them, called `other`. Default: all.'),
    select: path('Field taken of each of them. Default: the whole object.'),
  },
  ['resource'],
);

const MEMBER = closed(
  'One kind of holder of claims in the domain.',
  {
    as: { ...IDENTIFIER, description: 'What rules call it in `between`, `when` and `unless`.' },
    resource: resourceName('Resource of the objects that hold the claims.'),
    constants: expression('A list written in the policy or its parameters, instead of objects.'),
    each: paths('Elements of the object that each hold a claim, called `item`. Default: the object itself.'),
    key: expression('The key claimed, in a domain of type key.'),
    range: expression('The range claimed, in a domain of type range.'),
    ip: expression('The address claimed, in a domain of type ip.'),
    scope: expression("Scope of this member's claims, where it differs from the domain's."),
    attributes: mapOf(
      'What rules may read of a claim in `when` and `unless`.',
      expression('Value of the attribute: a function of the holder alone.'),
      { propertyNames: IDENTIFIER },
    ),
    when: expression('The element only claims where this holds.'),
    observe: flag('Seen by others and never itself at fault. Default false.'),
    home: expression('Identity of the thing a claim is really for: claims with the same one do not conflict.'),
  },
  ['as'],
  exactlyOne(['resource', 'constants']),
);

/** A shared space of keys, addresses or ranges. */
export const DOMAIN = closed(
  'A space of keys, addresses or ranges that several kinds of objects share.',
  {
    type: choice('What is claimed.', ['key', 'ip', 'range']),
    exact,
    scope,
    description: { description: 'What the domain is, in a sentence.', type: 'string' },
    members: listOf('Who holds claims in it.', MEMBER),
  },
  ['type', 'members'],
);
