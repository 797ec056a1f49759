/**
 * What YAML silently makes of text that was meant otherwise. Only asked of Lintel's own documents: a tag or an
 * unquoted `no` is nobody's business elsewhere.
 */
import { isScalar, type Pair, type Scalar, visit } from 'yaml';
import type { Problem } from '../policies/index.ts';
import { createProblem } from './unit.ts';
import type { TextDocument } from './yaml-text.ts';

/** Fields that hold text for people, where a cut would not be noticed by the compiler. */
const PROSE_FIELDS = new Set(['message', 'remedy', 'title', 'rationale', 'reason', 'description', 'name', 'owner']);

/** Plain words that kubectl (YAML 1.1) takes for true or false and YAML 1.2 for text. */
const OLD_BOOLEANS = /^(y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)$/;
/** Plain numbers that YAML 1.1 reads in base 8 or 60. */
const OLD_NUMBERS = /^[-+]?(0[0-7]+|[1-9]\d*(:[0-5]?\d)+)$/;
/** What is most likely a Kubernetes version (1.20, 1.30, 1.40) and is a number that has lost its zero. */
const TRAILING_ZERO = /^1\.\d0$/;

/** Finds the traps in one document: tags, cut text, and scalars that kubectl reads differently. */
export function findTraps(document: TextDocument, unit: string, text: string): Problem[] {
  const found: Problem[] = [];
  const tell = (
    offset: number,
    parts: { severity?: Problem['severity']; code: string; message: string; hint: string },
  ) => {
    found.push(createProblem({ source: unit, ...document.placeOf(offset), ...parts }));
  };
  for (const warning of document.tree.warnings) {
    if (warning.code === 'TAG_RESOLVE_FAILED') {
      tell(warning.pos[0], explainTag(restOfLine(text, warning.pos[0])));
    }
  }
  visit(document.tree, {
    Pair(_key, pair) {
      const bare = findBareTag(pair);
      if (bare !== null) {
        tell(bare, explainTag(restOfLine(text, bare)));
      }
      const cut = findCut(pair, text);
      if (cut !== null) {
        tell(cut.at, {
          severity: 'warning',
          code: 'yaml-trap',
          message: cut.message,
          hint: 'put quotes around the whole text',
        });
      }
    },
    Scalar(_key, scalar) {
      const trap = explainScalar(scalar);
      if (trap !== null && scalar.range) {
        tell(scalar.range[0], trap);
      }
    },
  });
  return found;
}

/** The value as it was meant: up to the comment, and inside `{…}` up to the next key or the closing brace. */
function restOfLine(text: string, offset: number): string {
  const line = text.slice(offset, offset + 200).split('\n', 1)[0] ?? '';
  return line
    .replace(/\s+#.*$/, '')
    .replace(/,\s*\w+:\s.*$/, '')
    .replace(/[\s},]+$/, '');
}

function explainTag(written: string): { code: string; message: string; hint: string } {
  return {
    code: 'yaml-trap',
    message: `\`${written}\` begins with \`!\`, which YAML reads as a tag and not as "not"`,
    hint: `put quotes around it: ${JSON.stringify(written)}`,
  };
}

/** `check: ! spec.x` carries the tag `!`, which the reader drops without a word. */
function findBareTag(pair: Pair): number | null {
  const token = pair.srcToken;
  const tag = token?.sep?.find((part) => part.type === 'tag');
  return tag !== undefined && 'source' in tag && tag.source === '!' ? tag.offset : null;
}

/** A comment that stands as YAML linters want it (two blanks before, one behind `#`) is meant as one. */
function findCut(pair: Pair, text: string): { at: number; message: string } | null {
  const value = pair.value;
  if (!isScalar(pair.key) || !PROSE_FIELDS.has(String(pair.key.value)) || !isScalar(value)) {
    return null;
  }
  if (value.type !== 'PLAIN' || !value.comment || !value.range || value.source === '') {
    return null;
  }
  const behind = text.slice(value.range[1]).split('\n', 1)[0] ?? '';
  if (!/^\s+#/.test(behind) || /^\s{2,}#+(\s|$)/.test(behind)) {
    return null;
  }
  const message = `the text ends at \`${String(value.source)}\`: YAML takes \`${behind.trim()}\` for a comment`;
  return { at: value.range[1], message };
}

function explainScalar(
  scalar: Scalar,
): { severity: Problem['severity']; code: string; message: string; hint: string } | null {
  const source = scalar.source ?? '';
  if (scalar.type !== 'PLAIN' || source === '') {
    return null;
  }
  const warning = { severity: 'warning' as const, code: 'yaml-trap', hint: `put quotes around it: "${source}"` };
  if (OLD_BOOLEANS.test(source)) {
    return { ...warning, message: `\`${source}\` is text here, and kubectl reads it as a boolean` };
  }
  if (OLD_NUMBERS.test(source)) {
    return {
      ...warning,
      message: `\`${source}\` is ${JSON.stringify(scalar.value)} here, and kubectl reads another number`,
    };
  }
  if (typeof scalar.value === 'number' && TRAILING_ZERO.test(source)) {
    return { ...warning, message: `\`${source}\` is the number ${scalar.value}, which is not the version ${source}` };
  }
  if (typeof scalar.value === 'number' && (!Number.isFinite(scalar.value) || isRounded(source, scalar.value))) {
    return { ...warning, severity: 'error', message: `\`${source}\` cannot be held exactly as a number` };
  }
  return null;
}

function isRounded(source: string, value: number): boolean {
  return /^[-+]?\d+$/.test(source) && !Number.isSafeInteger(value);
}
