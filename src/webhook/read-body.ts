import type { Readable } from 'node:stream';

/**
 * Largest body that is read, in bytes. An API server takes objects of 3 MB, yet its JSON encoder writes `<`, `>` and `&`
 * as six bytes each: a custom resource arrived with 17.4 MB, an UPDATE holds two objects.
 */
const BODY_LIMIT = 32 * 1024 * 1024;
/** An API server sends a review in one go; 10 s is what it waits for the whole answer by default. */
const BODY_TIMEOUT_MS = 10_000;
/** What is kept of a body that is too large: enough to find its uid. */
const HEAD_BYTES = 4 * 1024;
/** A sender that goes on beyond this multiple of the limit is not listened to any longer. */
const PATIENCE = 4;

export type ReadBody =
  | { kind: 'whole'; bytes: Buffer }
  /** `size` is what arrived; `head` the beginning as text. */
  | { kind: 'too-large'; size: number; limit: number; head: string }
  /** There was no room for it. */
  | { kind: 'no-room' }
  /** It was not complete in time. */
  | { kind: 'late' }
  /** The sender went away. */
  | { kind: 'cut' };

export interface ReadOptions {
  /** Bytes; default 32 MiB. */
  limit?: number;
  /** Asked for each piece that is to be kept; false ends the keeping. */
  grow: (bytes: number) => boolean;
  /** Milliseconds for the whole body; default 10,000. */
  timeoutMs?: number;
}

/**
 * Reads a request's body. A body that cannot be kept is read to its end and thrown away, because a Go client that is
 * still sending when the connection closes reports a broken pipe instead of our answer. Never rejects.
 */
export function readBody(stream: Readable, options: ReadOptions): Promise<ReadBody> {
  const limit = options.limit ?? BODY_LIMIT;
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let size = 0;
    let dropped: 'too-large' | 'no-room' | null = null;
    let head = '';
    const timer = setTimeout(() => settle({ kind: 'late' }), options.timeoutMs ?? BODY_TIMEOUT_MS);

    function settle(body: ReadBody): void {
      clearTimeout(timer);
      // whatever still comes is thrown away
      dropped ??= 'no-room';
      chunks = [];
      resolve(body);
    }

    function tellDropped(): ReadBody {
      return dropped === 'too-large' ? { kind: 'too-large', size, limit, head } : { kind: 'no-room' };
    }

    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (dropped === null) {
        if (size > limit) {
          dropped = 'too-large';
          head = headOf([...chunks, chunk]);
        } else if (!options.grow(chunk.length)) {
          dropped = 'no-room';
        }
        if (dropped === null) chunks.push(chunk);
        else chunks = [];
      }
      if (size > limit * PATIENCE) settle(tellDropped());
    });
    stream.on('end', () => {
      if (dropped !== null) settle(tellDropped());
      else settle({ kind: 'whole', bytes: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size) });
    });
    stream.on('error', () => settle({ kind: 'cut' }));
    stream.on('close', () => settle({ kind: 'cut' }));
  });
}

function headOf(chunks: readonly Buffer[]): string {
  let head = Buffer.alloc(0);
  for (const chunk of chunks) {
    if (head.length >= HEAD_BYTES) break;
    head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES)]);
  }
  return head.toString('utf8', 0, HEAD_BYTES);
}
