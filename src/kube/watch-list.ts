/**
 * One kind of object, kept as it is stored: a list in pages, then a watch from its revision, again from the start when
 * that revision is too old. What is not installed is waited for without noise.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../policies/index.ts';
import { hasStatus, KubeError } from './kube-error.ts';
import type { KubeClient } from './ports.ts';

export interface WatchListOptions {
  client: KubeClient;
  /** `/api/v1/namespaces`. */
  path: string;
  labelSelector?: string;
  /** Keeps of each object what is wanted; default all but managedFields. */
  project?: (object: JsonObject) => JsonObject;
  /** Called after the first full list and after every change. */
  onChange?: () => void;
  /** Called when the watch begins to fail, and with null when it works again; not for a kind that is not installed. */
  onTrouble?: (message: string | null) => void;
  /** Objects a page. Default 500, what kubectl asks for. */
  pageSize?: number;
  /** Milliseconds between two looks for a kind that is not installed. Default 5,000. */
  absentMs?: number;
  /** First and longest wait after a failure, in milliseconds; doubled between, half of it random. Default 500 and 30,000. */
  backOffMs?: readonly [first: number, longest: number];
}

/** A kind that is watched. */
export interface WatchList {
  readonly path: string;
  start(): void;
  stop(): Promise<void>;
  /** Whether the list was complete once. A kind that is not installed counts: known to be none. */
  synced(): boolean;
  /** Whether the API server does not serve the kind. */
  absent(): boolean;
  /** Milliseconds since the API server last said anything: a list, an event, a bookmark. Infinity before the first. */
  age(): number;
  /** All objects, in the order in which they came. */
  items(): JsonObject[];
  /** @param key `namespace/name`, or the name of a cluster-scoped object */
  get(key: string): JsonObject | undefined;
}

/** The API server sends a bookmark a minute; twice that in silence is a dead connection. */
const IDLE_MS = 130_000;
/** The API server ends a watch after this and 0–100 % more at random by itself; asking makes it the same everywhere. */
const WATCH_SECONDS = 300;

interface WatchEvent {
  type: string;
  object: JsonObject;
}

/** Creates the watch of one kind; `start` begins it. */
export function createWatchList(options: WatchListOptions): WatchList {
  const { client, path, project = dropManagedFields, onChange = () => {}, onTrouble = () => {} } = options;
  const [first, longest] = options.backOffMs ?? [500, 30_000];
  const stopping = new AbortController();
  let objects = new Map<string, JsonObject>();
  let revision = '';
  let isSynced = false;
  let isAbsent = false;
  let heard = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let missed = 0;
  let loop: Promise<void> = Promise.resolve();

  const hear = (): void => {
    heard = performance.now();
    if (failures > 0) {
      failures = 0;
      onTrouble(null);
    }
  };

  const list = async (): Promise<void> => {
    const found = await listAll(
      client,
      { path, labelSelector: options.labelSelector, pageSize: options.pageSize ?? 500 },
      stopping.signal,
    );
    objects = new Map(found.items.map((object) => [keyOf(object), project(object)]));
    revision = found.revision;
    isSynced = true;
    isAbsent = false;
    missed = 0;
    hear();
    onChange();
  };

  const apply = (event: WatchEvent): void => {
    hear();
    if (event.type === 'ERROR') {
      const status = event.object;
      throw new KubeError(
        Number(status.code ?? 0),
        String(status.reason ?? ''),
        String(status.message ?? 'the watch failed'),
      );
    }
    revision = revisionOf(event.object);
    if (event.type === 'BOOKMARK') {
      return;
    }
    if (event.type === 'DELETED') {
      objects.delete(keyOf(event.object));
    } else {
      objects.set(keyOf(event.object), project(event.object));
    }
    onChange();
  };

  const watch = async (): Promise<void> => {
    await client.stream({
      path,
      query: {
        watch: true,
        resourceVersion: revision,
        allowWatchBookmarks: true,
        timeoutSeconds: WATCH_SECONDS + Math.floor(Math.random() * 60),
        ...(options.labelSelector && { labelSelector: options.labelSelector }),
      },
      signal: stopping.signal,
      idleMs: IDLE_MS,
      onLine: (line) => apply(readEvent(line)),
    });
  };

  /** One step: list if there is no revision to go on from, then watch until the server ends it. */
  const step = async (): Promise<number> => {
    try {
      if (revision === '') {
        await list();
      }
      const begun = performance.now();
      await watch();
      // A server that ends watches at once must not be asked in a tight circle.
      return performance.now() - begun < 1_000 ? jitter(first) : 0;
    } catch (error) {
      if (stopping.signal.aborted) {
        return 0;
      }
      if (hasStatus(error, 404)) {
        return settleAbsent();
      }
      return settleFailure(error);
    }
  };

  /** Objects are only given up when the API server says twice that it does not know the kind. */
  const settleAbsent = (): number => {
    revision = '';
    missed += 1;
    if (!isAbsent && missed < 2) {
      return first;
    }
    const changed = !isSynced || objects.size > 0;
    objects = new Map();
    isSynced = true;
    isAbsent = true;
    hear();
    if (changed) {
      onChange();
    }
    return options.absentMs ?? 5_000;
  };

  const settleFailure = (error: unknown): number => {
    // 410: the revision is older than what the API server remembers. Anything but a lost connection is a reason to
    // begin anew as well: a list is always right.
    const lost = error instanceof KubeError && error.status === 0;
    if (!lost) {
      revision = '';
    }
    if (hasStatus(error, 410)) {
      return jitter(first);
    }
    failures += 1;
    onTrouble(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    return jitter(Math.min(first * 2 ** (failures - 1), longest));
  };

  return {
    path,
    start() {
      loop = (async () => {
        while (!stopping.signal.aborted) {
          const wait = await step();
          if (wait > 0) {
            await sleep(wait, undefined, { signal: stopping.signal }).catch(() => {});
          }
        }
      })();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
    synced: () => isSynced,
    absent: () => isAbsent,
    age: () => performance.now() - heard,
    items: () => [...objects.values()],
    get: (key) => objects.get(key),
  };
}

/** From half of it to all of it: replicas that failed together do not come back together. */
function jitter(ms: number): number {
  return ms / 2 + Math.random() * (ms / 2);
}

function readEvent(line: string): WatchEvent {
  const parsed: unknown = JSON.parse(line);
  if (typeof parsed === 'object' && parsed !== null && 'type' in parsed && 'object' in parsed) {
    return { type: String(parsed.type), object: parsed.object as JsonObject };
  }
  throw new KubeError(0, '', 'the watch sent a line that is no event');
}

interface Listed {
  items: JsonObject[];
  revision: string;
}

async function listAll(
  client: KubeClient,
  asked: { path: string; labelSelector: string | undefined; pageSize: number },
  signal: AbortSignal,
): Promise<Listed> {
  const items: JsonObject[] = [];
  let next = '';
  for (;;) {
    const page = (await client.request({
      path: asked.path,
      query: {
        limit: asked.pageSize,
        ...(asked.labelSelector && { labelSelector: asked.labelSelector }),
        ...(next !== '' && { continue: next }),
      },
      signal,
    })) as {
      items?: JsonObject[];
      kind?: string;
      apiVersion?: string;
      metadata?: { continue?: string; resourceVersion?: string };
    };
    // Items of a built-in kind's list carry no kind of their own; those of a watch do.
    const kind = (page.kind ?? '').replace(/List$/, '');
    for (const item of page.items ?? []) {
      items.push({ apiVersion: page.apiVersion ?? '', kind, ...item });
    }
    next = page.metadata?.continue ?? '';
    if (next === '') {
      return { items, revision: page.metadata?.resourceVersion ?? '' };
    }
  }
}

function metadataOf(object: JsonObject): JsonObject {
  const metadata = object.metadata;
  return typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata) ? metadata : {};
}

function revisionOf(object: JsonObject): string {
  return String(metadataOf(object).resourceVersion ?? '');
}

function keyOf(object: JsonObject): string {
  const { namespace, name } = metadataOf(object);
  return typeof namespace === 'string' && namespace !== '' ? `${namespace}/${String(name)}` : String(name);
}

/** A third of a small object, and nobody's business here. */
function dropManagedFields(object: JsonObject): JsonObject {
  const { managedFields: _managed, ...metadata } = metadataOf(object);
  return { ...object, metadata };
}
