import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import { createJsonParser, WHOLE_PARSE_BYTES } from '../../src/webhook/parse-json.ts';

/** How often the event loop turns until a promise settles, and what it gives. */
async function countTurns<T>(work: Promise<T>): Promise<{ value: T; turns: number }> {
  let turns = 0;
  let going = true;
  const turn = (): void => {
    turns++;
    if (going) setImmediate(turn);
  };
  setImmediate(turn);
  const value = await work;
  going = false;
  return { value, turns };
}

t.test('a small body is parsed at once', async (t) => {
  const parse = createJsonParser();
  t.same(parse(Buffer.from('{"a":[1,"é"]}')), { a: [1, 'é'] });
  t.throws(() => parse(Buffer.from('{"a":')), { name: 'SyntaxError' });
});

t.test('a key `__proto__` is an own key in small and large bodies', async (t) => {
  const parse = createJsonParser();
  for (const pad of [0, 2 * WHOLE_PARSE_BYTES]) {
    const value = await parse(Buffer.from(`{"__proto__":{"x":1},"pad":"${'p'.repeat(pad)}"}`));
    t.ok(Object.hasOwn(value as object, '__proto__'), `with ${pad} bytes beside it`);
    t.notOk('x' in (value as object));
  }
});

t.test('the event loop turns while 12 MB of escapes or of small members are parsed', async (t) => {
  const parse = createJsonParser();
  const escaped = `{"data":{"big":"${'\\u003c'.repeat(2_000_000)}"}}`;
  const one = await countTurns(Promise.resolve(parse(Buffer.from(escaped))));
  t.equal((one.value as { data: { big: string } }).data.big.length, 2_000_000);
  t.ok(one.turns >= 5, `${one.turns} turns`);
  const members = `[${Array.from({ length: 200_000 }, (_, i) => `{"name":"item ${i}","n":${i},"tags":[true,null]}`).join()}]`;
  const two = await countTurns(Promise.resolve(parse(Buffer.from(members))));
  t.ok(isDeepStrictEqual(two.value, JSON.parse(members)));
  t.ok(two.turns >= 5, `${two.turns} turns`);
});

t.test('large bodies are parsed one after the other, and a broken one does not stop the next', async (t) => {
  const parse = createJsonParser();
  const order: string[] = [];
  const pad = 'x'.repeat(2 * WHOLE_PARSE_BYTES);
  const first = Promise.resolve(parse(Buffer.from(`["first","${pad}"]`))).then(() => order.push('first'));
  const broken = Promise.resolve(parse(Buffer.from(`["broken","${pad}"`))).catch(() => order.push('broken'));
  const last = Promise.resolve(parse(Buffer.from(`["last","${pad}"]`))).then(() => order.push('last'));
  await Promise.all([first, broken, last]);
  t.same(order, ['first', 'broken', 'last']);
});
