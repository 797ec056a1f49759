/** Words for messages: bounded, one line, user text in backticks. */

const MAX_SHOWN = 60;

/** A value as a message shows it: its kind, and its text where that is short. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty map' : 'a map';
  if (value === '') return 'an empty string';
  const text = typeof value === 'string' ? quote(value) : String(value);
  return typeof value === 'string' ? text : `the ${typeof value} \`${text}\``;
}

/** User text in backticks, cut to a bounded length and kept on one line. */
export function quote(text: string): string {
  const flat = text.replaceAll(/\s+/gu, ' ').replaceAll('`', "'");
  const points = Array.from(flat.slice(0, MAX_SHOWN * 2));
  return points.length > MAX_SHOWN ? `\`${points.slice(0, MAX_SHOWN).join('')}…\`` : `\`${flat}\``;
}

/** A list of names in backticks. */
export function names(words: readonly string[], conjunction: 'or' | 'and'): string {
  const quoted = words.map((word) => `\`${word}\``);
  const tail = quoted.pop();
  if (tail === undefined) return '';
  return quoted.length === 0 ? tail : `${quoted.join(', ')} ${conjunction} ${tail}`;
}

/** A JSON pointer as a path of the path grammar: `/spec/rules/0/id` becomes `spec.rules[0].id`. */
export function pointerToPath(pointer: string): string {
  let path = '';
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (/^(0|[1-9]\d*)$/u.test(name)) path += `[${name}]`;
    else if (/^[A-Za-z_$][\w$-]*$/u.test(name)) path += path === '' ? name : `.${name}`;
    else path += `[${JSON.stringify(name)}]`;
  }
  return path;
}

/** One more step of a JSON pointer. */
export function extendPointer(pointer: string, name: string): string {
  return `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
