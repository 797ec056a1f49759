/**
 * The vocabulary of the core. Everything here is plain data or a plain function type:
 * policy documents as written, reviews as asked, decisions as answered.
 */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

export interface GroupVersionResource {
  group: string;
  version: string;
  /** Plural, lower case: `vitistacks`. */
  resource: string;
}

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
/** What a failed rule does. */
export type EnforcementAction = 'deny' | 'warn' | 'audit';
/** What an *error* does; never consulted for a rule that merely failed. */
export type FailurePolicy = 'Fail' | 'Ignore';
export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info';
/** Which front door asks. */
export type Surface = 'admission' | 'audit' | 'check';

// ---------------------------------------------------------------- documents as written

/** A short-form string, or JSON Logic as a map or list, or a literal. */
export type Expression = Json;
/** A path of the path grammar: `spec.rules[*].port`. */
export type PathString = string;
export type Paths = PathString | PathString[];

export type ActionByEnvironment =
  | EnforcementAction
  | { default?: EnforcementAction; [environment: string]: EnforcementAction | undefined };

export interface ResourceMatch {
  /** API group, `''` for core, `*` for any. */
  group?: string;
  /** Plural resource name, `*` for any. */
  resource: string;
  version?: string;
}

export interface LabelSelector {
  matchLabels?: { [key: string]: string };
  matchExpressions?: { key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: string[] }[];
}

export interface Match {
  /** Objects or the short `plural.group` string. */
  resources?: (ResourceMatch | string)[];
  /** `workloads`: Pod and every built-in kind that carries a pod template. */
  preset?: 'workloads';
  operations?: Operation[];
  /** Sub-resources this policy also looks at; the main resource only when absent. */
  subresources?: string[];
  names?: string[];
  namespaces?: string[];
  namespaceSelector?: LabelSelector;
  objectSelector?: LabelSelector;
  users?: string[];
  groups?: string[];
  /** Globs over file names, for the `check` surface. */
  files?: string[];
}

export interface ParameterSpec {
  type: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';
  description?: string;
  default?: Json;
  enum?: Json[];
  items?: JsonObject;
  byEnvironment?: { [environment: string]: Json };
  /** Value from this Kubernetes minor on: `{"1.34": 5}`. */
  since?: { [minor: string]: Json };
}

export interface DocumentSpec {
  /** Path of the string that holds the document. */
  from: PathString;
  as: 'yaml' | 'json';
}

export interface Lookup {
  resource: string;
  namespace?: Expression;
  where?: Expression;
  select?: PathString;
}

export interface DomainMember {
  as: string;
  resource?: string;
  constants?: Expression;
  each?: Paths;
  key?: Expression;
  range?: Expression;
  ip?: Expression;
  scope?: Expression;
  attributes?: { [name: string]: Expression };
  when?: Expression;
  /** Seen, never judged. */
  observe?: boolean;
  home?: Expression;
}

export interface Domain {
  type: 'key' | 'ip' | 'range';
  exact?: boolean;
  scope?: Expression;
  description?: string;
  members: DomainMember[];
}

export type ForEach = Paths | { path: Paths; key?: Expression };

export interface TransitionRule {
  field: PathString;
  /** Expression that gives the state come from; default: the field in oldObject. */
  from?: Expression;
  initial?: Json[];
  allowed: { [from: string]: Json[] };
}

export interface MonotonicRule {
  forEach?: ForEach;
  field: Paths;
  as?: 'number' | 'quantity' | 'version' | 'duration';
  direction?: 'up' | 'down';
  /** `minor`: at most one minor version per change; a number: at most that much. */
  step?: 'minor' | number;
}

export interface UniqueRule {
  /** Inside one object: the elements that must differ. */
  each?: Paths;
  key?: Expression;
  within?: 'object' | 'parent';
  domain?: string;
  between?: string[];
  scope?: Expression;
  when?: Expression;
  unless?: Expression;
  exact?: boolean;
}

export interface DisjointRule {
  each?: Paths;
  range?: Expression;
  within?: 'object' | 'parent';
  domain?: string;
  between?: string[];
  scope?: Expression;
  when?: Expression;
  unless?: Expression;
  exact?: boolean;
}

export interface WithinRule {
  each?: Paths;
  value: Expression;
  /** Range or list of ranges found in the same object. */
  ranges?: Expression;
  domain?: string;
}

export interface ReferenceRule {
  from?: Paths;
  name?: Expression;
  to: { resource: string; namespace?: Expression; key?: PathString };
  require?: Expression;
  onMissing?: 'deny' | 'warn' | 'allow';
  onDelete?: { restrict: string };
  onUpdate?: { restrict: Paths; id?: string };
  exact?: boolean;
  deferred?: boolean;
}

export interface LimitRule {
  count?: string;
  sum?: Expression;
  of?: Expression;
  to?: { resource: string; namespace?: Expression; key?: Paths };
  max: Expression;
  exact?: boolean;
}

export interface ExistsRule {
  resource: string;
  namespace?: Expression;
  where?: Expression;
}

/** The rule kinds; a rule carries exactly one of these keys. */
export const RULE_KINDS = [
  'check',
  'schema',
  'default',
  'set',
  'remove',
  'move',
  'transition',
  'immutable',
  'monotonic',
  'reference',
  'unique',
  'disjoint',
  'within',
  'outside',
  'limit',
  'exists',
  'absent',
] as const;
export type RuleKind = (typeof RULE_KINDS)[number];

export interface RuleDocument {
  /** `VITI-NET-003` or `VITI-NET-003/inside`. */
  id: string;
  title?: string;
  rationale?: string;
  severity?: Severity;
  match?: Match;
  exclude?: Match;
  operations?: Operation[];
  when?: Expression;
  forEach?: ForEach;
  /** `pod`, or the name of one of the policy's documents; the object when absent. */
  subject?: string;
  variables?: { [name: string]: Expression };
  enforcementAction?: ActionByEnvironment;
  surfaces?: Surface[];
  environments?: string[];
  /** Kubernetes version constraint: `">=1.34"`. */
  kubernetes?: string;
  requires?: Paths;
  message?: string;
  remedy?: string;
  /** Where the finding points, when not where the check looks first. */
  path?: PathString;
  ratchet?: boolean;
  /** A mutating rule tells what it did as a warning. */
  announce?: boolean;

  check?: Expression | Expression[];
  schema?: JsonObject;
  default?: { [path: string]: Json };
  set?: { [path: string]: Json };
  remove?: Paths;
  move?: { from: PathString; to: PathString; ifPresent?: 'keep' | 'replace' };
  transition?: TransitionRule;
  immutable?: Paths;
  monotonic?: MonotonicRule;
  reference?: ReferenceRule;
  unique?: UniqueRule;
  disjoint?: DisjointRule;
  within?: WithinRule;
  outside?: WithinRule;
  limit?: LimitRule;
  exists?: ExistsRule;
  absent?: ExistsRule;
}

export interface ExpectedFinding {
  /** Rule id. */
  rule: string;
  path?: string;
  message?: string;
}

export interface Example {
  name: string;
  operation?: Operation;
  object?: JsonObject | null;
  oldObject?: JsonObject | null;
  request?: JsonObject;
  environment?: string;
  namespaceObject?: JsonObject;
  inventory?: JsonObject[];
  file?: string;
  parameters?: { [name: string]: Json };
  /**
   * `pass` (no finding), a list of findings (the exact set), or the mutated object
   * (compared whole, after all mutating rules of the policy).
   */
  expect: 'pass' | ExpectedFinding[] | { findings?: ExpectedFinding[]; object?: JsonObject };
}

export interface PolicySpec {
  title: string;
  category?: string;
  severity?: Severity;
  rationale?: string;
  /** Page that explains the policy. */
  link?: string;
  match: Match;
  exclude?: Match;
  when?: Expression;
  enforcementAction?: ActionByEnvironment;
  failurePolicy?: FailurePolicy;
  /** Order of mutations: lower runs first. Default 100. */
  priority?: number;
  subject?: string;
  surfaces?: Surface[];
  environments?: string[];
  /** For cluster-scoped objects: expression that gives the environment. */
  environmentFrom?: Expression;
  kubernetes?: string;
  requires?: Paths;
  parameters?: { [name: string]: ParameterSpec };
  variables?: { [name: string]: Expression };
  lookups?: { [name: string]: Lookup };
  documents?: { [name: string]: DocumentSpec };
  domains?: { [name: string]: Domain };
  rules: RuleDocument[];
  examples?: Example[];
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  labels?: { [key: string]: string };
  annotations?: { [key: string]: string };
}

export interface PolicyDocument {
  apiVersion: 'lintel.dev/v1alpha1';
  kind: 'Policy';
  metadata: ObjectMeta;
  spec: PolicySpec;
}

/** Lets named objects break named rules until a day, for a reason, on somebody's word. */
export interface PolicyExemptionDocument {
  apiVersion: 'lintel.dev/v1alpha1';
  kind: 'PolicyExemption';
  metadata: ObjectMeta;
  spec: {
    /** Rule ids (`VITI-NET-003` covers its parts) or policy names. */
    rules: string[];
    match?: Match;
    reason: string;
    owner: string;
    /** RFC 3339 date or date-time; from then on the exemption does nothing. */
    expires: string;
  };
}

/** Overrides parameters and actions without touching the policy. */
export interface PolicySettingsDocument {
  apiVersion: 'lintel.dev/v1alpha1';
  kind: 'PolicySettings';
  metadata: ObjectMeta;
  spec: {
    /** Policy names or rule ids, globs allowed. */
    policies: string[];
    parameters?: { [name: string]: Json };
    enforcementAction?: ActionByEnvironment;
    enabled?: boolean;
  };
}

export type LintelDocument = PolicyDocument | PolicyExemptionDocument | PolicySettingsDocument;

// ---------------------------------------------------------------- what is asked

export interface UserInfo {
  username: string;
  uid?: string;
  groups: string[];
  extra?: { [key: string]: string[] };
}

/** The protocol-free input of one evaluation. */
export interface Review {
  surface: Surface;
  operation: Operation;
  kind: GroupVersionKind;
  resource: GroupVersionResource;
  /** `''` for the main resource. */
  subresource: string;
  /** Name of the object, from oldObject where the request has none; `''` before generateName was applied. */
  name: string;
  /** `''` for cluster-scoped objects. */
  namespace: string;
  /** null under DELETE. */
  object: JsonObject | null;
  oldObject: JsonObject | null;
  dryRun: boolean;
  userInfo: UserInfo | null;
  /** What expressions see as `request`; null on surfaces that have no request (audit, files). */
  request: JsonObject | null;
  /** The Namespace object; null where there is none (cluster-scoped), undefined where it is not known. */
  namespaceObject?: JsonObject | null;
  /** Settled by the caller (tests, `--environment`); the engine derives it when absent. */
  environment?: string;
  /** File the object was read from, on the check surface. */
  file?: string;
}

// ---------------------------------------------------------------- what is answered

export type Outcome = 'pass' | 'fail' | 'error' | 'skip';

/** A rule that the object breaks. */
export interface Finding {
  policy: string;
  rule: string;
  action: EnforcementAction;
  severity: Severity;
  category: string;
  /** Path in the object, in the path grammar: `spec.networking.vpcs[1].cidr`; `''` for the whole object. */
  path: string;
  /** One line, able to stand alone. */
  message: string;
  remedy: string;
  link: string;
  /** Line and column inside the embedded document, both from 1, where the rule's subject is one. */
  position: { line: number; column: number } | null;
}

export type EvaluationErrorCode =
  | 'budget-exceeded'
  | 'expression-failed'
  | 'inventory-unknown'
  | 'namespace-unknown'
  | 'relation-not-implemented'
  | 'deadline-exceeded';

/** A rule that could not be judged; only failurePolicy turns it into an answer. */
export interface EvaluationError {
  code: EvaluationErrorCode;
  policy: string;
  rule: string;
  failurePolicy: FailurePolicy;
  message: string;
}

export interface Exempted {
  finding: Finding;
  /** Name of the PolicyExemption. */
  exemption: string;
  reason: string;
  owner: string;
  expires: string;
}

export interface Skipped {
  policy: string;
  rule: string;
  reason: string;
}

export interface Decision {
  allowed: boolean;
  /** Everything found, ordered by policy and rule; each carries its own action. */
  findings: Finding[];
  errors: EvaluationError[];
  exempted: Exempted[];
  /** Rules that were asked and could not apply, with the reason; only filled when a trace is asked for. */
  skipped: Skipped[];
  /** Number of rules judged. */
  evaluated: number;
  environment: string;
  trace: Trace | null;
}

export type PatchOperation =
  | { op: 'add' | 'replace' | 'test'; path: string; value: Json }
  | { op: 'remove'; path: string }
  | { op: 'move' | 'copy'; from: string; path: string };

export interface Change {
  policy: string;
  rule: string;
  path: string;
  /** Set when the rule announces itself. */
  warning: string | null;
}

export interface Mutation {
  /** The object after all mutating rules; the very input object when nothing changed. */
  object: JsonObject | null;
  /** RFC 6902, from the object reviewed to `object`; empty when nothing changed. */
  patch: PatchOperation[];
  changes: Change[];
  errors: EvaluationError[];
  trace: Trace | null;
}

export interface TraceNode {
  /** What was evaluated, as written (short form) or as JSON Logic. */
  expression: string;
  value: Json;
  children: TraceNode[];
}

export interface TraceElement {
  path: string;
  outcome: Outcome;
  expressions: TraceNode[];
  /** Why a finding was dropped, when it was. */
  dropped: string | null;
}

export interface TraceRule {
  rule: string;
  outcome: Outcome;
  /** Why it was skipped, or what the error was. */
  reason: string | null;
  elements: TraceElement[];
}

export interface TracePolicy {
  policy: string;
  matched: boolean;
  /** The clause of match or exclude that decided, with both values. */
  reason: string;
  rules: TraceRule[];
}

export interface Trace {
  policies: TracePolicy[];
}

// ---------------------------------------------------------------- loading

/** One document to compile, and how to find a place in it. */
export interface PolicySource {
  /** File, or `configmap/ns/name:key`, or `policy/name`. */
  name: string;
  document: unknown;
  /** JSON pointer to place, both from 1; undefined where it is not known. */
  locate?: (pointer: string) => { line: number; column: number } | undefined;
}

/** Something wrong in a document. All of them are reported at once. */
export interface Problem {
  severity: 'error' | 'warning';
  /** From the catalogue in errors.ts. */
  code: string;
  source: string;
  /** From 1; 0 where no place is known. */
  line: number;
  column: number;
  /** JSON pointer into the document. */
  pointer: string;
  /** Name of the policy, '' before it is known. */
  policy: string;
  message: string;
  /** The likely mend, '' when there is none. */
  hint: string;
}

/** An openAPIV3Schema that a CRD declares for one version of a resource. */
export interface ResourceSchema {
  group: string;
  version: string;
  resource: string;
  kind: string;
  scope: 'Namespaced' | 'Cluster';
  /** Which CRD generation it is from: `crds`, `common`, or `cluster` when it is installed there. */
  generation: string;
  schema: JsonObject;
}

export interface ClusterInfo {
  name: string;
  /** `1.36.3` or `1.36`; '' when not known. */
  version: string;
  /** '' when the cluster has none of its own. */
  environment: string;
}

// ---------------------------------------------------------------- ports

export type Known<T> = { known: true; value: T } | { known: false; reason: string };

/** A claim on a key or range that some object holds in a domain. */
export interface Holder {
  member: string;
  resource: string;
  namespace: string;
  name: string;
  uid: string;
  path: string;
  value: string;
  attributes: JsonObject;
}

/**
 * What rules may ask about other objects. Declared here, implemented beside the engine and asked synchronously.
 * An answer that is not known is said to be so and never guessed.
 */
export interface Inventory {
  find(query: { resource: string; namespace: string | null; name: string | null }): Known<JsonObject[]>;
  holders(query: { domain: string; scope: Json; key: Json }): Known<Holder[]>;
  overlapping(query: { domain: string; scope: Json; range: string }): Known<Holder[]>;
  referrers(query: { resource: string; namespace: string; name: string }): Known<Holder[]>;
}
