/** Beyond this length a word is no typing slip, and the distance would cost more than it tells. */
const MAX_WORD = 64;

/**
 * The candidate that was probably meant by `word`: at most two typing slips away (Damerau-Levenshtein: insert, drop,
 * replace, swap neighbours; one slip for words of up to four letters), or else one that starts with it; null when
 * there is none. Case is ignored. Among equals the first candidate wins.
 */
export function suggest(word: string, candidates: Iterable<string>): string | null {
  if (word === '' || word.length > MAX_WORD) {
    return null;
  }
  const wanted = word.toLowerCase();
  const limit = wanted.length <= 4 ? 1 : 2;
  let best: string | null = null;
  let bestDistance = limit + 1;
  let prefixed: string | null = null;
  for (const candidate of candidates) {
    const lower = candidate.toLowerCase();
    if (Math.abs(lower.length - wanted.length) < bestDistance) {
      const distance = measureSlips(wanted, lower);
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    if (wanted.length >= 3 && lower.startsWith(wanted) && (prefixed === null || lower.length < prefixed.length)) {
      prefixed = candidate;
    }
  }
  return best ?? prefixed;
}

/** Optimal string alignment: three rows are all it looks back at. */
function measureSlips(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let distance = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        distance = Math.min(distance, (beforeLast[column - 2] as number) + 1);
      }
      current.push(distance);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] as number;
}
