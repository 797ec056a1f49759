/** One reason to be ready or not. */
export interface Check {
  /** `policies`, `certificate`: letters, digits and dashes. */
  name: string;
  /** null when all is well, else why not, as one line. Asked at every probe: cheap, and without effects. */
  problem(): string | null;
}

export interface ProbeAnswer {
  /** 200 or 503. */
  status: number;
  /** Plain text; with `verbose`, or when something is wrong, one line a check. */
  text: string;
}

/** The answer of `/livez` and `/healthz`: that it comes at all says that the event loop turns. */
export function answerLiveness(): ProbeAnswer {
  return { status: 200, text: 'ok\n' };
}

/** The answer of `/readyz`, in the API server's own form: `[+]name ok`, `[-]name failed: reason`. */
export function answerReadiness(checks: readonly Check[], verbose: boolean): ProbeAnswer {
  const results = checks.map(({ name, problem }) => ({ name, reason: problem() }));
  const failed = results.some(({ reason }) => reason !== null);
  if (!failed && !verbose) return { status: 200, text: 'ok\n' };
  const lines = results.map(({ name, reason }) => (reason === null ? `[+]${name} ok` : `[-]${name} failed: ${reason}`));
  lines.push(failed ? 'readyz check failed' : 'readyz check passed');
  return { status: failed ? 503 : 200, text: `${lines.join('\n')}\n` };
}
