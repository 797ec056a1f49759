/** Text that a template tool would replace: Helm, Argo CD, Ansible and Jinja write `{{…}}`, envsubst and Flux `${…}`. */

const PLACEHOLDER = /\{\{.*?\}\}|\$\{[^}\n]*\}/;

/** The first placeholder in a text, shortened to one line; null when there is none. */
export function findPlaceholder(text: string): string | null {
  if (!text.includes('{{') && !text.includes('${')) return null;
  const found = PLACEHOLDER.exec(text)?.[0];
  return found === undefined ? null : found.length > 60 ? `${found.slice(0, 59)}…` : found;
}

/** The text without its placeholders: lines that hold nothing else are blank, in others a word stands for each. */
export function fillPlaceholders(text: string): string {
  return text
    .replace(/^[ \t]*\{\{[^\n]*\}\}[ \t]*$/gm, '')
    .replace(/\{\{.*?\}\}/g, 'x')
    .replace(/\$\{[^}\n]*\}/g, 'x');
}
