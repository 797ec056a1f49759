/** Tells a person at a terminal how far a long run is. */

export interface Progress {
  /** Gives a promise when it wrote, so that the terminal shows it before the next stretch of work. */
  tell(done: number, total: number): Promise<void> | undefined;
  /** Takes the line away. */
  end(): void;
}

/** Shorter runs are over before anybody wonders. */
const FIRST_AFTER_MS = 1_000;
const AGAIN_AFTER_MS = 200;

/** On anything but a terminal it says nothing. */
export function createProgress(stream: NodeJS.WriteStream, start: number): Progress {
  let next = start + FIRST_AFTER_MS;
  let shown = false;
  return {
    tell(done, total) {
      const now = performance.now();
      if (!stream.isTTY || now < next) return undefined;
      next = now + AGAIN_AFTER_MS;
      shown = true;
      stream.write(`\r\u001b[Kchecked ${done} of ${total} objects`);
      return new Promise((resolve) => setImmediate(resolve));
    },
    end() {
      if (shown) stream.write('\r\u001b[K');
      shown = false;
    },
  };
}
