import { setImmediate as nextTurn } from 'node:timers/promises';
import { JsonCutter } from './json-cutter.ts';

/**
 * Bodies up to this many bytes are read by one JSON.parse: 10 ms at worst.
 *
 * Measured with Node 24 on a 2-core machine, JSON.parse of 32 MiB: one string of `\u003c` 60-100 ms, small objects 450 ms,
 * two million different keys 1,500 ms, during all of which nobody is answered. A worker thread does not help: taking its
 * result in (structured clone) blocks the main thread for 1,000 ms and more. So larger bodies are read in steps of
 * about 1 ms between which others are served. The pauses that remain are the garbage collector's and of growing tables:
 * 10-35 ms for the bodies an API server can send, up to 400 ms for 32 MiB of nothing but brackets.
 */
export const WHOLE_PARSE_BYTES = 256 * 1024;
/** How long reading may go on before the event loop gets a turn. */
const SLICE_MS = 5;

/** Parses as JSON.parse does; at once for small bodies, in steps for large ones. Throws or rejects with SyntaxError. */
export type ParseJson = (body: Buffer) => unknown | Promise<unknown>;

/**
 * Large bodies of one parser take turns as whole bodies, first come first served: two at a time would only
 * make both late, hold twice the memory and lengthen the pause of everybody else.
 */
export function createJsonParser(clock: () => number = () => performance.now()): ParseJson {
  let previous: Promise<unknown> = Promise.resolve();
  return (body) => {
    if (body.length <= WHOLE_PARSE_BYTES) return JSON.parse(body.toString('utf8'));
    const mine = previous.then(() => parseInSteps(body, clock));
    previous = mine.catch(() => undefined);
    return mine;
  };
}

async function parseInSteps(body: Buffer, clock: () => number): Promise<unknown> {
  const cutter = new JsonCutter(body);
  let sliceEnd = clock() + SLICE_MS;
  while (!cutter.advance()) {
    if (clock() < sliceEnd) continue;
    await nextTurn();
    sliceEnd = clock() + SLICE_MS;
  }
  return cutter.result();
}
