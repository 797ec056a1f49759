import { cleanLine, countRunes, cutRunes } from './clean-text.ts';

/**
 * Warnings travel as `Warning:` headers. The API server drops one with a control character silently, cuts each to 256
 * runes once one answer holds more than 4,096 in all, and drops what is still beyond; so we cut and count ourselves.
 */
const WARNING_RUNES = 256;
const TOTAL_RUNES = 4096;
/** Room for `… and N more warnings`. */
const REST_RUNES = 40;

/** Different one-line warnings within the API server's limits, in the order given; the last one counts what was left out. */
export function limitWarnings(warnings: readonly string[]): string[] {
  const distinct = new Set<string>();
  for (const warning of warnings) {
    const line = cutRunes(cleanLine(warning), WARNING_RUNES);
    if (line !== '') distinct.add(line);
  }
  const shown: string[] = [];
  let room = TOTAL_RUNES - REST_RUNES;
  for (const line of distinct) {
    room -= countRunes(line);
    if (room < 0) break;
    shown.push(line);
  }
  const rest = distinct.size - shown.length;
  if (rest > 0) shown.push(`… and ${rest} more warnings`);
  return shown;
}
