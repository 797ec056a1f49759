import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { Check } from './probes.ts';

/** The server as the drain sees it. */
export interface Drainable {
  /** From now on every answer carries `Connection: close`. */
  startDraining(): void;
  /** Connections that are open, idle ones included. */
  countConnections(): Promise<number>;
  /** Stops accepting, closes idle connections, resolves when the last answer is out. */
  close(): Promise<void>;
  /** Closes everything at once. */
  destroy(): void;
}

export interface DrainOptions {
  server: Drainable;
  log: Log;
  /**
   * How long new requests may still find us: until the endpoint is taken out everywhere. Default 10,000, what other
   * webhooks wait.
   */
  delayMs?: number;
  /** How long after that the API servers' pools may take to run empty. Default 10,000. */
  emptyMs?: number;
  /** How long after that answers may still be under way. Default 30,000, the longest timeout of a webhook. */
  answerMs?: number;
}

export interface Drain {
  /** Not ready once the drain has begun. */
  readonly check: Check;
  /** Runs the sequence once; later calls wait for the same end. */
  begin(): Promise<void>;
}

const LOOK_MS = 100;

/**
 * Leaving without losing a request. An API server does not repeat a call whose connection was closed under it, and
 * closing idle connections loses calls (18 of 3,000 when done each second), while `Connection: close` on each
 * answer loses none. So: not ready; go on accepting and answering, each answer closing its connection; once the pools
 * are empty (or `emptyMs` is over) close. terminationGracePeriodSeconds has to be more than the three times together.
 */
export function createDrain(options: DrainOptions): Drain {
  const { server, log } = options;
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    server.startDraining();
    log.info({}, 'draining');
    await sleep(options.delayMs ?? 10_000);
    const left = await waitUntilEmpty(server, options.emptyMs ?? 10_000);
    log.info({ connections: left }, 'closing');
    const closed = server.close();
    const timer = setTimeout(() => server.destroy(), options.answerMs ?? 30_000);
    await closed;
    clearTimeout(timer);
    log.info({}, 'closed');
  }

  return {
    check: { name: 'shutdown', problem: () => (running === undefined ? null : 'shutting down') },
    begin() {
      running ??= run();
      return running;
    },
  };
}

async function waitUntilEmpty(server: Drainable, limitMs: number): Promise<number> {
  let waited = 0;
  for (;;) {
    const open = await server.countConnections();
    if (open === 0 || waited >= limitMs) return open;
    await sleep(LOOK_MS);
    waited += LOOK_MS;
  }
}
