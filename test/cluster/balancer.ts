// A TCP balancer on the loopback interface that stands for a Service: connections, not requests, are spread over the
// ready targets, and connections that exist stay with their target when it stops being ready.

import { connect, createServer, type Socket } from 'node:net';

/** Where a connection may go: a port on the loopback interface. */
export type Target = number;

/** What a balancer is given. */
export interface BalancerOptions {
  /** Asked every `interval` for each target; false or an error takes it out. Without it every target is ready. */
  isReady?: (target: Target) => boolean | Promise<boolean>;
  /** Milliseconds between two rounds of asking. Default 200 (a kubelet's default is 10 s: too slow for tests). */
  interval?: number;
}

/** A listening balancer. */
export interface Balancer {
  port: number;
  /** Adds a target. It gets connections when it is ready: at once without `isReady`, else after the next round. */
  add(target: Target): void;
  /** No new connections for this target; existing ones stay. */
  remove(target: Target): void;
  /** Targets that get connections at this moment. */
  ready(): Target[];
  /** Connections ever handed to a target. */
  count(target: Target): number;
  /** Asks all targets now instead of at the next round. */
  check(): Promise<void>;
  /** Stops listening and cuts all connections. */
  stop(): Promise<void>;
}

interface State {
  targets: Map<Target, { ready: boolean; count: number }>;
  sockets: Set<Socket>;
  next: number;
}

/**
 * Starts a balancer on a free port. With no ready target a connection is reset, as a Service without endpoints refuses
 * it; a connection to a target that has just died fails too: a Service does not try another one either.
 */
export async function createBalancer(targets: Target[], options: BalancerOptions = {}): Promise<Balancer> {
  const { isReady, interval = 200 } = options;
  const state: State = { targets: new Map(), sockets: new Set(), next: 0 };
  const add = (target: Target) => void state.targets.set(target, { ready: isReady === undefined, count: 0 });
  targets.forEach(add);
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => forward(client, state));
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the balancer has no port');
  const check = async () => {
    if (isReady !== undefined) await Promise.all([...state.targets].map((entry) => ask(entry, isReady)));
  };
  let stopped = false;
  const round = async () => {
    await check();
    if (!stopped) timer = setTimeout(round, interval);
  };
  let timer: NodeJS.Timeout | undefined;
  await round();
  return {
    port: address.port,
    add,
    remove: (target) => void state.targets.delete(target),
    ready: () => listReady(state),
    count: (target) => state.targets.get(target)?.count ?? 0,
    check,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      const closed = new Promise((done) => server.close(done));
      for (const socket of state.sockets) socket.destroy();
      await closed;
    },
  };
}

function listReady(state: State): Target[] {
  return [...state.targets].filter(([, { ready }]) => ready).map(([target]) => target);
}

async function ask([target, entry]: [Target, { ready: boolean }], isReady: NonNullable<BalancerOptions['isReady']>) {
  try {
    entry.ready = await isReady(target);
  } catch {
    entry.ready = false;
  }
}

function forward(client: Socket, state: State): void {
  const ready = listReady(state);
  const target = ready[state.next++ % Math.max(ready.length, 1)];
  const entry = target === undefined ? undefined : state.targets.get(target);
  if (target === undefined || entry === undefined) {
    client.resetAndDestroy();
    return;
  }
  entry.count++;
  const upstream = connect({ host: '127.0.0.1', port: target, allowHalfOpen: true, noDelay: true });
  track(client, upstream, state);
  track(upstream, client, state);
  client.pipe(upstream);
  upstream.pipe(client);
}

/** An end that breaks takes the other with it; an end that closes in order passes its FIN on (through `pipe`). */
function track(socket: Socket, other: Socket, state: State): void {
  state.sockets.add(socket);
  socket.once('error', () => other.resetAndDestroy());
  socket.once('close', () => {
    state.sockets.delete(socket);
    if (!other.writableEnded) other.destroy();
  });
}
