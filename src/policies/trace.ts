import type { Frame } from './logic/frame.ts';
import type { Outcome, Trace, TraceElement, TracePolicy, TraceRule } from './types.ts';

/** Collects how a decision came about. Only made when a trace is asked for. */
export class Tracer {
  readonly policies: TracePolicy[] = [];
  policy: TracePolicy | null = null;
  rule: TraceRule | null = null;

  startPolicy(policy: string, matched: boolean, reason: string): void {
    this.policy = { policy, matched, reason, rules: [] };
    this.policies.push(this.policy);
  }

  /** Nothing was asked of these policies, for one reason. */
  leaveOut(policies: readonly { name: string }[], reason: string): void {
    for (const { name } of policies) this.startPolicy(name, false, reason);
  }

  startRule(rule: string, frame: Frame): void {
    this.rule = { rule, outcome: 'pass', reason: null, elements: [] };
    this.policy?.rules.push(this.rule);
    frame.trace = [];
  }

  /** Ends what was recorded so far as one element of the current rule. */
  element(frame: Frame, path: string, outcome: Outcome): TraceElement {
    const element: TraceElement = { path, outcome, expressions: frame.trace ?? [], dropped: null };
    frame.trace = [];
    this.rule?.elements.push(element);
    if (this.rule && outcome === 'fail') this.rule.outcome = 'fail';
    return element;
  }

  /** Notes why a finding of the current rule was dropped. */
  drop(path: string, reason: string): void {
    const element = this.rule?.elements.find((one) => one.path === path && one.dropped === null);
    if (element) element.dropped = reason;
  }

  endRule(frame: Frame, outcome: Outcome, reason: string | null): void {
    if (this.rule) {
      if (frame.trace && frame.trace.length > 0) this.element(frame, '', outcome === 'fail' ? 'pass' : outcome);
      if (outcome !== 'pass') this.rule.outcome = outcome;
      this.rule.reason = reason;
    }
    frame.trace = null;
    this.rule = null;
  }

  skipRule(rule: string, reason: string): void {
    this.policy?.rules.push({ rule, outcome: 'skip', reason, elements: [] });
  }

  finish(): Trace {
    return { policies: this.policies };
  }
}
