// The fast reader and the whole one must agree in everything: values, places, styles, repeated keys.

import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { readFast, readFlowStream } from '../../src/reader/fast-yaml.ts';
import type { MapEntry, YamlNode } from '../../src/reader/nodes.ts';
import { resolveAsKubectl, resolveKey } from '../../src/reader/plain-scalars.ts';
import { splitStream } from '../../src/reader/split.ts';
import { readWhole } from '../../src/reader/whole-yaml.ts';

const RULES = { resolve: resolveAsKubectl, resolveKey };
const ROOT = new URL('../../', import.meta.url).pathname;

/** A tree as plain data. Where nothing is written, the readers may place it as they like. */
function describe(node: YamlNode): unknown {
  const { start, end } = node;
  if (node.type === 'scalar') {
    const { value, style, source, indent } = node;
    const absent = value === null && source === '';
    return { value, style, source, indent, at: absent ? null : [start, end] };
  }
  if (node.type === 'list') return { at: [start, end], flow: node.flow, items: node.items.map(describe) };
  const entries = node.entries.map(({ key, start: from, end: to, written, node: child }) => [
    key,
    from,
    to,
    written,
    describe(child),
  ]);
  return { at: [start, end], flow: node.flow, entries };
}

function describeRepeated(repeated: readonly MapEntry[]): unknown {
  return repeated.map(({ key, start }) => [key, start]).sort((a, b) => Number(a[1]) - Number(b[1]));
}

/**
 * What the whole reader has against texts that kubectl takes, as kubectl-cases.ts shows: flow collections at the margin,
 * and a comment at the margin between a key and the text below it.
 */
const STRICTER = ['must be sufficiently indented', 'implicit keys need to be on a single line'];

/** What differs between the readers; null when they agree or the fast one leaves it to the other. */
function findDifference(text: string, start: number, end: number): string | null {
  const repeated: MapEntry[] = [];
  const fast = readFast(text, start, end, RULES, repeated);
  if (fast === undefined) return null;
  const whole = readWhole(text, start, end, RULES);
  if (whole.faults.some(({ message }) => STRICTER.some((words) => message.includes(words)))) return null;
  if (whole.faults.length > 0) return `only the whole reader has a fault: ${whole.faults[0]?.message}`;
  const ours = JSON.stringify([fast && describe(fast), fast?.value, describeRepeated(repeated)]);
  const theirs = JSON.stringify([
    whole.root && describe(whole.root),
    whole.root?.value,
    describeRepeated(whole.repeated),
  ]);
  return ours === theirs ? null : `${ours}\n${theirs}`;
}

t.test('the readers agree on every YAML file of the repository', (t) => {
  const files = globSync(['examples/**/*.yaml', 'manifests/**/*.yaml', 'src/**/*.yaml', 'test/**/*.yaml'], {
    cwd: ROOT,
  });
  let fast = 0;
  let total = 0;
  for (const file of files.filter((name) => !name.includes('node_modules'))) {
    for (const text of withLineEnds(readFileSync(ROOT + file, 'utf8'))) {
      for (const { start, end } of splitStream(text).chunks) {
        total++;
        if (readFast(text, start, end, RULES) !== undefined) fast++;
        const difference = findDifference(text, start, end);
        if (difference !== null) t.fail(`${file} at ${start}: ${difference}`);
      }
    }
  }
  t.ok(total > 100, `${total} documents`);
  t.ok(fast / total > 0.9, `${fast} of ${total} are read fast`);
  t.end();
});

function withLineEnds(text: string): string[] {
  return [text, text.replaceAll('\n', '\r\n')];
}

const WORDS = [
  'a',
  'b',
  'name',
  'no',
  '0123',
  '1.50',
  '"q: x"',
  "'it''s'",
  'a b',
  'x#y',
  '~',
  '-x',
  'http://a:1/b',
  'é😀',
  '""',
  'a:b',
];

/** Documents that look like people's: valid and nearly valid ones. */
const { document } = fc.letrec<{ value: string[]; map: string[]; list: string[]; flow: string; document: string }>(
  (tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(...WORDS).map((word) => [` ${word}`]),
      fc.constantFrom('', ' # note', ' {}', ' []').map((word) => [word]),
      fc.constantFrom('', ' # note').chain((note) => tie('flow').map((flow) => [` ${flow}${note}`])),
      fc
        .tuple(
          fc.constantFrom('|', '>', '|-', '>-', '|+', '>+', '|2'),
          fc.array(fc.constantFrom('text', '', ' deeper', '# no note', 'a: b', '  '), { maxLength: 5 }),
        )
        .map(([head, lines]) => [` ${head}`, ...lines.map((line) => `  ${line}`)]),
      tie('map').map((lines) => ['', ...lines.map((line) => `  ${line}`)]),
      tie('list').map((lines) => ['', ...lines.map((line) => `  ${line}`)]),
      tie('list').map((lines) => ['', ...lines]),
    ),
    map: fc
      .array(fc.tuple(fc.constantFrom('a', 'b', 'c', '"d e"', '1', 'no', 'x y'), tie('value')), {
        minLength: 1,
        maxLength: 4,
      })
      .map((entries) => entries.flatMap(([key, [first = '', ...rest]]) => [`${key}:${first}`, ...rest])),
    list: fc
      .array(
        fc.oneof(
          tie('value').map((lines) => lines),
          tie('map').map(([first = '', ...rest]) => [` ${first}`, ...rest.map((line) => `  ${line}`)]),
        ),
        { minLength: 1, maxLength: 3 },
      )
      .map((items) => items.flatMap(([first = '', ...rest]) => [`-${first}`, ...rest.map((line) => line)])),
    flow: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(...WORDS),
      fc.array(tie('flow'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
      fc
        .array(fc.tuple(fc.constantFrom('a', '"b"', 'c d', '1'), tie('flow')), { maxLength: 3 })
        .map((entries) => `{ ${entries.map(([key, value]) => `${key}: ${value}`).join(',')} }`),
    ),
    document: fc
      .tuple(tie('map'), fc.constantFrom('\n', '\r\n'), fc.boolean())
      .map(([lines, eol, last]) => lines.join(eol) + (last ? eol : '')),
  }),
);

t.test('the readers agree on documents that nobody wrote', (t) => {
  let fast = 0;
  fc.assert(
    fc.property(document, (text) => {
      if (readFast(text, 0, text.length, RULES) !== undefined) fast++;
      const difference = findDifference(text, 0, text.length);
      if (difference !== null) throw new Error(`${JSON.stringify(text)}\n${difference}`);
    }),
    { numRuns: 2_000 },
  );
  t.ok(fast > 700, `${fast} were read fast`);
  t.end();
});

t.test('the readers agree where a few characters of a document are struck or put in', (t) => {
  const marks = [
    ' ',
    '\n',
    ':',
    '-',
    '#',
    '"',
    "'",
    '[',
    ']',
    '{',
    '}',
    ',',
    '|',
    '>',
    '\t',
    '?',
    '&',
    '*',
    '!',
    '%',
    '@',
    'a',
    '\r',
    '\\',
    '...',
  ];
  const damage = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...marks), fc.boolean()), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(document, damage, (text, strikes) => {
      let damaged = text;
      for (const [place, mark, strike] of strikes) {
        const at = place % (damaged.length + 1);
        damaged = damaged.slice(0, at) + (strike ? '' : mark) + damaged.slice(strike ? at + 1 : at);
      }
      // a lone carriage return is none of the fast reader's texts
      if (/\r(?!\n)/.test(damaged)) return;
      const difference = findDifference(damaged, 0, damaged.length);
      if (difference !== null) throw new Error(`${JSON.stringify(damaged)}\n${difference}`);
    }),
    { numRuns: 2_500 },
  );
  t.end();
});

t.test('JSON is read as JSON.parse reads it', (t) => {
  fc.assert(
    fc.property(fc.object({ maxDepth: 4 }), fc.constantFrom(undefined, 2, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      const [root] = readFlowStream(text, 0, text.length, RULES) ?? [];
      const plain: unknown = JSON.parse(text);
      if (JSON.stringify(root?.value) !== JSON.stringify(plain)) throw new Error(text);
    }),
    { numRuns: 1_000 },
  );
  t.end();
});
