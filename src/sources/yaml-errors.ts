/** What the YAML reader says, in words that tell a policy author what to do. */

export interface YamlComplaint {
  code: string;
  message: string;
  hint: string;
}

const TEMPLATE_HINT = 'text with `{{…}}` at its start needs quotes around the whole value';

/**
 * Words one error of the YAML reader.
 * @param code the reader's own code
 * @param message the reader's own words, used where there is nothing better to say
 * @param offset where in `text` the error stands
 */
export function explainYamlError(code: string, message: string, offset: number, text: string): YamlComplaint {
  const rest = text.slice(offset, offset + 40).split('\n', 1)[0] ?? '';
  const plain = { code: 'not-yaml', message: lowerFirst(message), hint: '' };
  switch (code) {
    case 'DUPLICATE_KEY':
      return {
        code: 'not-yaml',
        message: `the key \`${keyAt(rest)}\` stands twice in one map`,
        hint: 'remove one of the two',
      };
    case 'NON_STRING_KEY':
      return {
        ...plain,
        message: `a map key must be text, found \`${rest}\``,
        hint: rest.startsWith('{') ? TEMPLATE_HINT : 'put quotes around the key',
      };
    case 'BAD_SCALAR_START':
      return {
        ...plain,
        message: `a value cannot begin with \`${rest.slice(0, 1)}\` unless it is quoted`,
        hint: 'put double quotes around the whole value',
      };
    case 'BAD_ALIAS':
      return { ...plain, message: 'a bare `*` reads as an alias', hint: 'write it in quotes: "*"' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        ...plain,
        message: 'a second `: ` stands in one line, and YAML reads it as a map in a map',
        hint: 'put double quotes around the whole value',
      };
    case 'TAB_AS_INDENT':
      return { ...plain, message: 'a tab indents this line, YAML wants spaces', hint: '' };
    case 'UNEXPECTED_TOKEN':
      return explainUnexpected(plain, rest, offset, text);
    default:
      return plain;
  }
}

function explainUnexpected(plain: YamlComplaint, rest: string, offset: number, text: string): YamlComplaint {
  const line = lineAround(text, offset);
  if (rest.startsWith('[')) {
    return {
      ...plain,
      message: 'a path with `[…]` cannot stand unquoted inside `{…}` or `[…]`',
      hint: `put quotes around it: "${wordAround(line.text, line.column)}"`,
    };
  }
  if (/^['"]/.test(line.text.slice(line.valueAt))) {
    return {
      ...plain,
      message: 'text follows the closing quote of a value',
      hint: 'a value that begins with a quote must be quoted whole: put the other kind of quotes around all of it',
    };
  }
  return plain;
}

function keyAt(rest: string): string {
  return rest.replace(/:(\s.*)?$/, '').replace(/^["']|["']$/g, '');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function lineAround(text: string, offset: number): { text: string; column: number; valueAt: number } {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const line = text.slice(start, end < 0 ? text.length : end);
  const separator = /:\s+/.exec(line);
  return { text: line, column: offset - start, valueAt: separator ? separator.index + separator[0].length : 0 };
}

/** The whole of what was meant as one path: from the last blank, comma or bracket before, to the next one behind. */
function wordAround(line: string, column: number): string {
  const before = /[^\s,{]*$/.exec(line.slice(0, column))?.[0] ?? '';
  const behind = /^[^\s,}]*/.exec(line.slice(column))?.[0] ?? '';
  return before + behind;
}
