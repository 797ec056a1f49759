// Waiting for what happens in another process.

import { setTimeout as sleep } from 'node:timers/promises';

/** How long and how often to look. */
export interface WaitOptions {
  /** Milliseconds until it gives up. Default 30,000: generous, since a busy machine is not a failure. */
  timeout?: number;
  /** Milliseconds between two looks. Default 100. */
  interval?: number;
  /** What is waited for, for the error: `the namespace to be gone`. A function is asked at the end. */
  what?: string | (() => string);
}

/**
 * Calls `look` until it gives something truthy, and gives that. A look that throws counts as "not yet".
 * @throws Error after the timeout, with what the last look threw as its cause.
 */
export async function waitFor<T>(look: () => T | Promise<T>, options: WaitOptions = {}): Promise<NonNullable<T>> {
  const { timeout = 30_000, interval = 100, what = 'a condition' } = options;
  const end = performance.now() + timeout;
  let cause: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found) return found;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= end) break;
    await sleep(interval);
  }
  const last = cause instanceof Error ? `; the last look failed: ${cause.message}` : '';
  throw new Error(`waited ${timeout} ms for ${typeof what === 'string' ? what : what()} in vain${last}`, { cause });
}
