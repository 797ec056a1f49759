/** The plural of a kind as Kubernetes' own code generators make it where nobody says otherwise: `Ingress`, `ingresses`. */
export function guessPlural(kind: string): string {
  const word = kind.toLowerCase();
  if (/(?:s|x|z|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}
