/**
 * The time an answer may take. The API server tells it in `?timeout=10s`: the smaller of the webhook's timeoutSeconds
 * and what is left of the request, rounded up to whole seconds. An answer that comes later is lost, and the person
 * reads `context deadline exceeded` instead of our reason; so we stop judging a little earlier and say what was not judged.
 */

/** timeoutSeconds of a webhook configuration that does not set it: 10 s by the Kubernetes API reference. */
const DEFAULT_TIMEOUT_MS = 10_000;
/** No webhook may be given more than 30 s by the same reference. */
const MAXIMUM_TIMEOUT_MS = 30_000;

const UNIT_MS = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1, us: 0.001, µs: 0.001, ns: 0.000_001 } as const;
const DURATION = /^(?:\d{1,9}(?:\.\d{1,9})?(?:h|ms|us|µs|ns|m|s))+$/;
const DURATION_PART = /(\d+(?:\.\d+)?)(h|ms|us|µs|ns|m|s)/g;

export interface Deadline {
  /** True once judging has to stop. */
  expired(): boolean;
  /** Milliseconds left for judging; 0 when expired. */
  remaining(): number;
}

/** Milliseconds of a Go duration (`10s`, `1m30s`, `250ms`); undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(DURATION_PART)) {
    total += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  }
  return total;
}

/**
 * What is kept back of a timeout, in milliseconds: a tenth of it, at least 100 and at most 500.
 * It pays for the way back: building and sending the answer, one turn of a busy event loop, the network.
 */
export function marginOf(timeoutMs: number): number {
  return Math.min(500, Math.max(100, timeoutMs / 10));
}

/**
 * @param timeout the `timeout` parameter of the request; absent or unreadable means 10 s
 * @param receivedAt when the request's headers were read, on `clock`
 * @param clock a monotonic clock in milliseconds
 */
export function createDeadline(timeout: string | undefined, receivedAt: number, clock: () => number): Deadline {
  const asked = (timeout === undefined ? undefined : parseDuration(timeout)) ?? DEFAULT_TIMEOUT_MS;
  const allowed = Math.min(asked, MAXIMUM_TIMEOUT_MS);
  const end = receivedAt + allowed - marginOf(allowed);
  return {
    expired: () => clock() >= end,
    remaining: () => Math.max(0, end - clock()),
  };
}
