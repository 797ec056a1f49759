/** Cuts a stream where kubectl cuts it: at lines that begin with `---`, before anything is read as YAML. */
import type { Fault } from './faults.ts';

export interface Chunk {
  start: number;
  end: number;
}

/**
 * @returns the pieces in order, without those that hold nothing, and what stands behind a `---` where nothing but a
 * comment may
 */
export function splitStream(text: string): { chunks: Chunk[]; faults: Fault[] } {
  const chunks: Chunk[] = [];
  const faults: Fault[] = [];
  let start = 0;
  for (let at = findSeparator(text, 0); at >= 0; at = findSeparator(text, start)) {
    addChunk(chunks, text, start, at);
    const lineEnd = text.indexOf('\n', at);
    const end = lineEnd < 0 ? text.length : lineEnd;
    const rest = text.slice(at + 3, end).trim();
    if (rest !== '' && !rest.startsWith('#')) {
      const message = `\`${rest.slice(0, 40)}\` stands behind \`---\`, where kubectl takes nothing but a comment`;
      faults.push({ offset: at + 3, message, hint: 'put it into the next line' });
    }
    start = Math.min(end + 1, text.length);
    if (start >= text.length) break;
  }
  addChunk(chunks, text, start, text.length);
  return { chunks, faults };
}

function findSeparator(text: string, from: number): number {
  if (text.startsWith('---', from)) return from;
  const at = text.indexOf('\n---', from);
  return at < 0 ? -1 : at + 1;
}

const CONTENT = /[^\s]/g;

function addChunk(chunks: Chunk[], text: string, start: number, end: number): void {
  CONTENT.lastIndex = start;
  const first = CONTENT.exec(text);
  if (first !== null && first.index < end) chunks.push({ start, end });
}
