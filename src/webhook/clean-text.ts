/**
 * Makes text that came from users, objects and policies fit for a terminal, an HTTP header and a log.
 * A webhook's words reach the terminal of whoever runs kubectl unchanged, escape sequences included.
 */

/** CSI sequences (colours, cursor moves) and terminated OSC sequences (titles, links), in 7-bit and 8-bit form. */
const TERMINAL_SEQUENCE =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)/g;
/** White space that is not a plain space, with the line and paragraph separators. */
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** C0, DEL, C1, and the bidirectional controls with which text can show in another order than it is read. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const SUSPECT = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/;

/** One line without control characters; half surrogate pairs become U+FFFD. */
export function cleanLine(text: string): string {
  if (!SUSPECT.test(text)) return text.trim();
  return text.toWellFormed().replace(TERMINAL_SEQUENCE, '').replace(BREAKS, ' ').replace(CONTROLS, '').trim();
}

/** Number of Unicode code points: what Go calls runes, and what the API server counts in warnings. */
export function countRunes(text: string): number {
  let runes = 0;
  for (const _rune of text) runes++;
  return runes;
}

/** At most `limit` runes (limit >= 1); a text that is cut ends in `…`, which counts. */
export function cutRunes(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let runes = 0;
  let end = 0;
  for (const rune of text) {
    runes++;
    if (runes > limit) return `${text.slice(0, end)}…`;
    if (runes < limit) end += rune.length;
  }
  return text;
}

/** User text inside one of our own messages: cleaned, cut, in backticks. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return `\`${cutRunes(cleanLine(text.slice(0, 400)), 80).replaceAll('`', "'")}\``;
}
