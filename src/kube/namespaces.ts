/** The Namespace objects of a cluster, for selectors and for what policies read of the namespace. */
import type { JsonObject } from '../policies/index.ts';
import type { KubeClient } from './ports.ts';
import { createWatchList, type WatchList } from './watch-list.ts';

export interface NamespaceStore {
  /** The Namespace object without managedFields; undefined where none is known. */
  get(name: string): JsonObject | undefined;
  /**
   * Asks the API server for a namespace that is not known: a request may follow the creation of its namespace faster
   * than the watch. Undefined when there is nothing to wait for; never rejects.
   */
  ensure(name: string): Promise<void> | undefined;
  readonly list: WatchList;
  start(): void;
  stop(): Promise<void>;
}

/** A name that was asked for in vain is not asked for again for so long, in milliseconds. */
const REPEAT_MS = 1_000;
/** Longest wait for an answer, in milliseconds: a review has 10 s by default, and is judged without it as well. */
const WAIT_MS = 1_000;
/** Names remembered as unknown; whoever reaches the port may ask for any number. */
const MAX_ASKED = 1_000;

/** Creates the store; `start` begins to watch. */
export function createNamespaceStore(
  client: KubeClient,
  onTrouble: (message: string | null) => void = () => {},
): NamespaceStore {
  const fetched = new Map<string, JsonObject>();
  const asked = new Map<string, { at: number; answer: Promise<void> }>();
  // What the watch has caught up with needs no copy of its own, and a deleted one must not linger.
  const list = createWatchList({ client, path: '/api/v1/namespaces', onTrouble, onChange: () => fetched.clear() });

  const get = (name: string): JsonObject | undefined => list.get(name) ?? fetched.get(name);

  const ask = async (name: string): Promise<void> => {
    try {
      const path = `/api/v1/namespaces/${encodeURIComponent(name)}`;
      fetched.set(name, (await client.request({ path, signal: AbortSignal.timeout(WAIT_MS) })) as JsonObject);
    } catch {
      // Not there, or no connection: unknown stays unknown, and the watch tells of the connection.
    }
  };

  return {
    list,
    get,
    ensure(name) {
      if (name === '' || get(name) !== undefined) {
        return undefined;
      }
      const now = performance.now();
      const last = asked.get(name);
      if (last !== undefined && now - last.at < REPEAT_MS) {
        return last.answer;
      }
      if (asked.size >= MAX_ASKED) {
        asked.clear();
      }
      const answer = ask(name);
      asked.set(name, { at: now, answer });
      return answer;
    },
    start: () => list.start(),
    stop: () => list.stop(),
  };
}
