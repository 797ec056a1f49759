/** Colours for people, where there is somebody to see them. */
import { styleText } from 'node:util';

/** What a piece of text is; each meaning has one colour everywhere. */
export type Meaning = 'good' | 'bad' | 'caution' | 'added' | 'removed' | 'faint' | 'strong';

export type Paint = (meaning: Meaning, text: string) => string;

const STYLES = {
  good: 'green',
  bad: 'red',
  caution: 'yellow',
  added: 'green',
  removed: 'red',
  faint: 'dim',
  strong: 'bold',
} as const;

/**
 * A painter for one stream. It leaves text as it is where the stream is no terminal, where `NO_COLOR` is set, and
 * where the terminal has no colours; `FORCE_COLOR` paints everywhere. The rules are Node's own.
 */
export function createPainter(stream: NodeJS.WritableStream): Paint {
  return (meaning, text) => styleText(STYLES[meaning], text, { stream });
}
