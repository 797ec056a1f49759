/**
 * Bounds what is in work at once. A review beyond the bounds is answered with HTTP 429 and Retry-After: the API server
 * repeats such a call by itself within the webhook's timeout (seen up to 11 times), so nobody notices a short burst, and
 * a long one is told as what it is instead of as a timeout. Only bytes that have arrived and reviews that are complete
 * count: whoever opens connections and sends nothing keeps nobody out.
 */

/** Three API servers with 200 writes in flight each (--max-mutating-requests-inflight), each write waiting for one call. */
const MAXIMUM_IN_FLIGHT = 600;
/** Four of the largest bodies; read as JavaScript values they take several times as much memory. */
const MAXIMUM_BYTES = 128 * 1024 * 1024;
/** What etcd stores at most by default (1.5 MiB), and with it nearly every review. */
const USUAL_BYTES = 1_536 * 1_024;
/** Seconds until the API server should try again; the smallest that HTTP can say. */
export const RETRY_AFTER_SECONDS = 1;

export interface GateLimits {
  /** Reviews whose body is there and whose answer is not. Default 600. */
  maxInFlight?: number;
  /** Of bodies, from the first byte until the answer. Default 128 MiB. */
  maxBytes?: number;
  /** Bodies up to this size are let in whatever is held. Default 1.5 MiB. */
  usualBytes?: number;
}

/** What one request takes up. */
export interface Place {
  /** Takes room for bytes that have arrived; false when there is none. */
  grow(bytes: number): boolean;
  /** The body is complete and the work begins; false when there is too much already. */
  start(): boolean;
  /** Gives everything back; further calls do nothing. */
  leave(): void;
}

export interface Gate {
  open(): Place;
}

/** @param onChange told the number of reviews in flight after each change */
export function createGate(limits: GateLimits = {}, onChange: (inFlight: number) => void = () => undefined): Gate {
  const maxInFlight = limits.maxInFlight ?? MAXIMUM_IN_FLIGHT;
  const maxBytes = limits.maxBytes ?? MAXIMUM_BYTES;
  const usualBytes = limits.usualBytes ?? USUAL_BYTES;
  let inFlight = 0;
  let held = 0;

  function open(): Place {
    let own = 0;
    let started = false;
    let left = false;
    return {
      grow(bytes) {
        // One body alone is let in however small the bound. Bodies of a usual size always are: their number is bounded
        // by the connections, and a few large ones that stall must not keep everybody else out.
        if (left || (held > own && own + bytes > usualBytes && held + bytes > maxBytes)) return false;
        own += bytes;
        held += bytes;
        return true;
      },
      start() {
        if (left || inFlight >= maxInFlight) return false;
        started = true;
        onChange(++inFlight);
        return true;
      },
      leave() {
        if (left) return;
        left = true;
        held -= own;
        if (started) onChange(--inFlight);
      },
    };
  }

  return { open };
}
