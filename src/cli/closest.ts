/** Finds the word that was most likely meant. The start of the program must be fast, so it loads nothing. */

/** The candidate at most two edits away, or the only one that begins so; null when nothing is near. */
export function findClosest(word: string, candidates: readonly string[]): string | null {
  const near = candidates
    .map((candidate) => ({ candidate, distance: countEdits(word, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.min(2, Math.floor(candidate.length / 2)))
    .sort((a, b) => a.distance - b.distance);
  const begun = candidates.filter((candidate) => word.length > 1 && candidate.startsWith(word));
  return near[0]?.candidate ?? (begun.length === 1 ? (begun[0] ?? null) : null);
}

/** Levenshtein: insertions, deletions and replacements. */
function countEdits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
