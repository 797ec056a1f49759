import fc from 'fast-check';
import t from 'tap';
import { JsonCutter } from '../../src/webhook/json-cutter.ts';

/** Cuts a text into pieces so small that every rule of cutting comes into play. */
function parseCut(text: string | Buffer, piece: number, longString: number): unknown {
  const cutter = new JsonCutter(Buffer.from(text), { piece, longString });
  while (!cutter.advance());
  return cutter.result();
}

type Outcome = { value: string } | { failed: true };

/** Serialised, because `__proto__` and the order of keys count too. */
function outcomeOf(parse: () => unknown): Outcome {
  try {
    return { value: JSON.stringify(parse()) };
  } catch (error) {
    if (error instanceof SyntaxError) return { failed: true };
    throw error;
  }
}

const sizes = fc.record({ piece: fc.integer({ min: 8, max: 60 }), longString: fc.integer({ min: 8, max: 80 }) });
const keys = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'a', 'b', '1', '0', ''),
  fc.string({ unit: 'grapheme' }),
);
const document = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -1.5e300),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: fc.constantFrom('\\', '"', '\n', '<', '🫐', 'é', '\ud83e'), maxLength: 60 }),
    fc.array(tie('value'), { maxLength: 8 }),
    fc.array(fc.tuple(keys, tie('value')), { maxLength: 8 }).map((entries) => {
      const object = {};
      for (const [key, value] of entries)
        Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
      return object;
    }),
  ),
})).value;

/** The ways one value may be written: spaces, line breaks, `\u` escapes as Go writes them. */
const layouts = [
  (value: unknown) => JSON.stringify(value),
  (value: unknown) => JSON.stringify(value, null, '\t'),
  (value: unknown) => JSON.stringify(value, null, 7).replaceAll('<', '\\u003c'),
  (value: unknown) => ` \n${JSON.stringify(value, null, 1)}\r\n `,
];

t.test('whatever JSON.parse reads is read alike, wherever it is cut', async (t) => {
  fc.assert(
    fc.property(document, fc.constantFrom(...layouts), sizes, (value, layout, { piece, longString }) => {
      const text = layout(value);
      const wanted = outcomeOf(() => JSON.parse(text));
      const found = outcomeOf(() => parseCut(text, piece, longString));
      if (JSON.stringify(wanted) !== JSON.stringify(found)) throw new Error(`${text} gives ${JSON.stringify(found)}`);
    }),
    { numRuns: 3000 },
  );
  t.pass('3,000 documents');
});

t.test('whatever JSON.parse refuses is refused, wherever it is cut', async (t) => {
  const damage = fc.record({
    at: fc.nat(),
    drop: fc.nat({ max: 3 }),
    put: fc.constantFrom('', ',', ':', '{', '}', '[', ']', '"', '\\', 'null', ' ', '1'),
  });
  let refused = 0;
  fc.assert(
    fc.property(
      document,
      fc.constantFrom(...layouts),
      sizes,
      damage,
      (value, layout, { piece, longString }, { at, drop, put }) => {
        const whole = layout(value);
        const place = at % (whole.length + 1);
        const text = whole.slice(0, place) + put + whole.slice(place + drop);
        const wanted = outcomeOf(() => JSON.parse(Buffer.from(text).toString()));
        if ('failed' in wanted) refused++;
        const found = outcomeOf(() => parseCut(text, piece, longString));
        if (JSON.stringify(wanted) !== JSON.stringify(found)) throw new Error(`${text} gives ${JSON.stringify(found)}`);
      },
    ),
    { numRuns: 6000 },
  );
  t.ok(refused > 1000, `${refused} broken documents`);
});

t.test('documents that are almost right are refused', async (t) => {
  const wrong = [
    '',
    ' ',
    '[1,2',
    '{"a":1',
    '1 2',
    '[1]]',
    '[1}',
    '{"a":1]',
    '[1,]',
    '[,1]',
    '[,]',
    '{,}',
    '{"a":1,}',
    '{"a" 1}',
    '{"a":}',
  ];
  const inner = '[1,2,3,4,5,6,7,8,9]';
  wrong.push(
    `[${inner},]`,
    `[${inner} ${inner}]`,
    `[${inner},,1]`,
    `[1 ${inner}]`,
    `{"a" ${inner}}`,
    `{${inner}}`,
    `{"a":1 ${inner}}`,
  );
  wrong.push(
    `{"a":${inner},}`,
    `{"a":${inner} "b":1}`,
    `${inner},`,
    `,${inner}`,
    `{"a":-${inner}}`,
    `{"a","b":${inner}}`,
    '"abc',
    '["abcdefghijklmnop]',
  );
  for (const text of wrong) {
    t.throws(() => JSON.parse(text), text);
    t.throws(() => parseCut(text, 8, 8), { name: 'SyntaxError' }, text);
  }
});

t.test('nesting is read to 10,000 levels and refused far beyond', async (t) => {
  const nest = (depth: number): string => `${'['.repeat(depth)}${'{"a":1},'.repeat(20)}1${']'.repeat(depth)}`;
  let value = parseCut(nest(10_000), 32, 32);
  for (let depth = 1; depth < 10_000; depth++) value = (value as unknown[])[0];
  t.equal((value as unknown[]).length, 21);
  t.throws(() => parseCut(nest(20_000), 32, 32), { message: 'the text is nested too deeply' });
});

t.test('bytes that are no UTF-8 are replaced and stop nothing', async (t) => {
  const text = Buffer.concat([Buffer.from('["'), Buffer.alloc(300, 0x80), Buffer.from('"]')]);
  t.equal((parseCut(text, 16, 16) as string[])[0]?.replaceAll('\ufffd', ''), '');
});
