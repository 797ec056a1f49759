import type { Frame, Segments } from '../logic/frame.ts';
import type {
  ActionByEnvironment,
  EnforcementAction,
  FailurePolicy,
  JsonObject,
  ParameterSpec,
  Review,
  RuleKind,
  Severity,
  Surface,
} from '../types.ts';
import type { Template } from './message.ts';

/** What a rule kind hands over when an element fails. The frame still shows the element. */
export interface Failure {
  /** Where the finding points; relative to the document when the rule's subject is one. */
  segments: Segments;
  /** The segments start at the object all the same. */
  inObject?: boolean;
  /** What the judgement rests on; equal evidence in oldObject means the finding is not new. */
  evidence: unknown[];
  /** Default message, when the rule has none of its own. */
  text: () => string;
  /** Says the rule's own message does not apply: garbage, schema errors. */
  ownText?: boolean;
  remedy?: string;
}

export type Emit = (failure: Failure) => void;

export interface CompiledMatch {
  /** null when it matches, else the clause that did not, with both values. */
  test(review: Review): string | null;
  /** The clauses ask about the user, which audit and files do not have. */
  needsUser: boolean;
  needsNamespace: boolean;
}

export interface CompiledRule {
  policy: CompiledPolicy;
  id: string;
  kind: RuleKind;
  mutating: boolean;
  pointer: string;
  severity: Severity;
  action: ActionByEnvironment;
  surfaces: ReadonlySet<Surface> | null;
  environments: ReadonlySet<string> | null;
  match: CompiledMatch | null;
  exclude: CompiledMatch | null;
  /** `group/resource` keys and operations and sub-resources under which the rule is a candidate. */
  routes: Route[];
  readsRequest: boolean;
  ratchet: boolean;
  message: Template | null;
  remedy: Template | null;
  announce: boolean;
  /** Set when a declared `requires` or Kubernetes version puts the rule to sleep: why. */
  asleep: string | null;
  /** Name of the document the rule is about; '' for the object or the pod. */
  document: string;
  subjectPod: boolean;
  /** Its routes alone say when it is asked: no further clause could keep it from a review that has a request. */
  unconditional: boolean;
  /** Judges the object in the frame; validating rules only. */
  judge(frame: Frame, emit: Emit): void;
  /** Changes the object in the frame, and tells each path written; mutating rules only. */
  write(frame: Frame, wrote: (path: string) => void): void;
}

export interface Route {
  group: string;
  resource: string;
  /** The only version it is about; undefined for any. */
  version: string | undefined;
  operations: readonly string[];
  subresources: readonly string[];
}

/** How to find places in a document inside a string. */
export interface CompiledDocument {
  name: string;
  slot: number;
  /** Path of the string, as text. */
  path: string;
  locate(frame: Frame, segments: Segments): { line: number; column: number } | null;
}

export interface CompiledPolicy {
  name: string;
  source: string;
  title: string;
  category: string;
  severity: Severity;
  link: string;
  failurePolicy: FailurePolicy;
  priority: number;
  match: CompiledMatch | null;
  exclude: CompiledMatch | null;
  when: ((frame: Frame) => unknown) | null;
  whenText: string;
  /** The policy's own `when` reads request, itself or in a variable. */
  whenReadsRequest: boolean;
  environmentFrom: ((frame: Frame) => unknown) | null;
  programs: ((frame: Frame) => unknown)[];
  documents: ReadonlyMap<string, CompiledDocument>;
  parameters: { [name: string]: ParameterSpec };
  /** Parameter values in one environment. */
  params(environment: string): JsonObject;
  rules: CompiledRule[];
  /** What the pair conditions of its rules read of the claims of a domain: `self.share` as `self` and `share`. */
  claimReads: readonly { pointer: string; name: string; attribute: string }[];
  /** The policy reads the Namespace object somewhere. */
  needsNamespace: boolean;
  /** Something in it differs by environment, which the Namespace of the object decides. */
  usesEnvironment: boolean;
}

export function actionIn(action: ActionByEnvironment, environment: string): EnforcementAction {
  if (typeof action === 'string') return action;
  const own = Object.hasOwn(action, environment) ? action[environment] : undefined;
  return own ?? action.default ?? 'deny';
}

export function asJsonObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}
