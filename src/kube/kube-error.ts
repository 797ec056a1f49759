/** An answer of the API server that is no success, or no answer at all. */
export class KubeError extends Error {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** Kubernetes' own word: `NotFound`, `Forbidden`, `Expired`; `ConnectionFailed` when there was no answer. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.name = 'KubeError';
    this.status = status;
    this.reason = reason;
  }
}

/**
 * The error for one answer. The body is a `Status` of the API server, or whatever a proxy wrote.
 * @param asked method and path, for answers that do not say what they are about
 */
export function toKubeError(status: number, body: string, asked: string): KubeError {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'kind' in parsed && parsed.kind === 'Status') {
      const reason = 'reason' in parsed && typeof parsed.reason === 'string' ? parsed.reason : '';
      const message = 'message' in parsed && typeof parsed.message === 'string' ? parsed.message : '';
      return new KubeError(status, reason, message === '' ? `${asked}: HTTP ${status} ${reason}` : message);
    }
  } catch {
    // Not JSON: a proxy speaks.
  }
  return new KubeError(status, '', `${asked}: HTTP ${status} ${body.split('\n', 1)[0]?.slice(0, 200) ?? ''}`.trimEnd());
}

/** Whether the error is the API server's answer with this HTTP status. */
export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof KubeError && error.status === status;
}
