import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The two calls the API server makes for one write. */
export type Phase = 'validate' | 'mutate';

/** How a request was answered: `error` is a denial that only an evaluation error or a bug caused. */
export type AnswerWord = 'allowed' | 'denied' | 'patched' | 'error';

/** Why a request was not judged: it got an HTTP error, or for `too-large` and `internal` an answer without judging. */
export type RefusalReason = 'overloaded' | 'not-ready' | 'malformed' | 'too-large' | 'late' | 'cut' | 'internal';

/** What is counted. Implemented with prom-client by `createMetrics`; every label has a bounded set of values. */
export interface Metrics {
  recordRequest(request: {
    phase: Phase;
    operation: string;
    /** `vitistacks.vitistack.io`. */
    resource: string;
    decision: AnswerWord;
    seconds: number;
  }): void;
  recordRefusal(phase: Phase, reason: RefusalReason): void;
  recordFinding(policy: string, rule: string, action: string): void;
  recordExempted(exemption: string, rule: string): void;
  recordError(policy: string, code: string, failurePolicy: string): void;
  /** An evaluation error was let pass because of failurePolicy Ignore. */
  recordFailedOpen(phase: Phase): void;
  setPolicies(count: number): void;
  setLoadErrors(count: number): void;
  /** Milliseconds since 1970. */
  setCertificateNotAfter(notAfter: number): void;
  setInFlight(count: number): void;
  /** The text of `GET /metrics`. */
  render(): Promise<{ contentType: string; text: string }>;
  /** For modules that bring gauges of their own. */
  readonly registry: Registry;
}

/**
 * Seconds. Evaluation takes 10 µs to 1 ms, the way there is not measured; the upper end is where timeouts lie
 * (timeoutSeconds is 1 to 30).
 */
const DURATION_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 10, 30];
/** Resources that get a label value of their own; further ones share `other`. The port may be open to any pod. */
const MAXIMUM_RESOURCES = 200;
/** Pairs of policy and rule, or of exemption and rule, that get values of their own. */
const MAXIMUM_RULES = 5_000;

/** @param options.processMetrics also memory, event loop and garbage collection of the process; default true */
export function createMetrics(options: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry });
  const counters = createCounters(registry);
  const gauges = createGauges(registry);
  const seconds = new Histogram({
    name: 'lintel_admission_duration_seconds',
    help: 'Time from the headers of a review to its answer, in seconds.',
    labelNames: ['phase'] as const,
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
  const boundResource = createBound(MAXIMUM_RESOURCES);
  const boundRule = createBound(MAXIMUM_RULES);
  const boundExempted = createBound(MAXIMUM_RULES);
  return {
    registry,
    recordRequest: ({ phase, operation, resource, decision, seconds: duration }) => {
      counters.requests.inc({ phase, operation, resource: boundResource(resource) ? resource : 'other', decision });
      seconds.observe({ phase }, duration);
    },
    recordRefusal: (phase, reason) => counters.refused.inc({ phase, reason }),
    recordFinding: (policy, rule, action) => {
      const own = boundRule(`${policy} ${rule}`);
      counters.findings.inc({ policy: own ? policy : 'other', rule: own ? rule : 'other', action });
    },
    recordExempted: (exemption, rule) => {
      const own = boundExempted(`${exemption} ${rule}`);
      counters.exempted.inc({ exemption: own ? exemption : 'other', rule: own ? rule : 'other' });
    },
    recordError: (policy, code, failurePolicy) => {
      counters.errors.inc({ policy: boundRule(policy) ? policy : 'other', code, failure_policy: failurePolicy });
    },
    recordFailedOpen: (phase) => counters.failedOpen.inc({ phase }),
    setPolicies: (count) => gauges.policies.set(count),
    setLoadErrors: (count) => gauges.loadErrors.set(count),
    setCertificateNotAfter: (notAfter) => gauges.notAfter.set(Math.floor(notAfter / 1000)),
    setInFlight: (count) => gauges.inFlight.set(count),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

function createCounters(registry: Registry) {
  const registers = [registry];
  return {
    requests: new Counter({
      name: 'lintel_admission_requests_total',
      help: 'Admission reviews judged. resource is plural.group; decision is allowed, patched, denied, or error (denied because of an error).',
      labelNames: ['phase', 'operation', 'resource', 'decision'] as const,
      registers,
    }),
    refused: new Counter({
      name: 'lintel_admission_refused_total',
      help: 'Requests that were not judged: overloaded, not-ready, malformed, too-large, late, cut, internal.',
      labelNames: ['phase', 'reason'] as const,
      registers,
    }),
    findings: new Counter({
      name: 'lintel_findings_total',
      help: 'Rules that objects under review broke; action is deny, warn or audit.',
      labelNames: ['policy', 'rule', 'action'] as const,
      registers,
    }),
    exempted: new Counter({
      name: 'lintel_exempted_findings_total',
      help: 'Findings that an exemption let pass.',
      labelNames: ['exemption', 'rule'] as const,
      registers,
    }),
    errors: new Counter({
      name: 'lintel_evaluation_errors_total',
      help: 'Rules that could not be judged.',
      labelNames: ['policy', 'code', 'failure_policy'] as const,
      registers,
    }),
    failedOpen: new Counter({
      name: 'lintel_failed_open_total',
      help: 'Reviews in which an error was let pass because of failurePolicy Ignore.',
      labelNames: ['phase'] as const,
      registers,
    }),
  };
}

function createGauges(registry: Registry) {
  const registers = [registry];
  return {
    policies: new Gauge({ name: 'lintel_policies', help: 'Policies in force.', registers }),
    loadErrors: new Gauge({
      name: 'lintel_policy_load_errors',
      help: 'Errors in policy documents at the last load; the last good policies stay in force.',
      registers,
    }),
    notAfter: new Gauge({
      name: 'lintel_certificate_not_after_seconds',
      help: 'End of validity of the serving certificate, in seconds since 1970.',
      registers,
    }),
    inFlight: new Gauge({
      name: 'lintel_admission_in_flight',
      help: 'Admission reviews being judged.',
      registers,
    }),
  };
}

/** Tells whether a value may have a label of its own: the first `limit` different ones may. */
function createBound(limit: number): (value: string) => boolean {
  const seen = new Set<string>();
  return (value) => {
    if (seen.has(value)) return true;
    if (seen.size >= limit) return false;
    seen.add(value);
    return true;
  };
}
