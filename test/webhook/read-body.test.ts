import { PassThrough } from 'node:stream';
import t from 'tap';
import { readBody } from '../../src/webhook/read-body.ts';

const always = (): boolean => true;

t.test('pieces become one body', async (t) => {
  const stream = new PassThrough();
  const body = readBody(stream, { grow: always });
  stream.write('{"a"');
  stream.end(':1}');
  t.same(await body, { kind: 'whole', bytes: Buffer.from('{"a":1}') });
  const empty = new PassThrough();
  empty.end();
  t.same(await readBody(empty, { grow: always }), { kind: 'whole', bytes: Buffer.alloc(0) });
});

t.test('of a body that is too large the beginning is kept, once all of it has come', async (t) => {
  const stream = new PassThrough();
  let settled = false;
  const reading = readBody(stream, { grow: always, limit: 10 }).finally(() => {
    settled = true;
  });
  for (const piece of ['0123', '4567', '89ab', 'cdef']) stream.write(piece);
  await new Promise((resolve) => setTimeout(resolve, 10));
  t.notOk(settled);
  stream.end();
  t.same(await reading, { kind: 'too-large', size: 16, limit: 10, head: '0123456789ab' });
});

t.test('a sender who never ends is not listened to for ever', async (t) => {
  const stream = new PassThrough();
  const reading = readBody(stream, { grow: always, limit: 10 });
  stream.write('x'.repeat(50));
  t.match(await reading, { kind: 'too-large', size: 50 });
});

t.test('without room the body is read to its end and dropped', async (t) => {
  const stream = new PassThrough();
  const asked: number[] = [];
  const reading = readBody(stream, { grow: (bytes) => asked.push(bytes) < 2 });
  for (const piece of ['1', '22', '333']) {
    stream.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  stream.end();
  t.same(await reading, { kind: 'no-room' });
  t.same(asked, [1, 2], 'not asked again after a no');
});

t.test('a body that does not come in time is late, one that breaks off is cut', async (t) => {
  const slow = new PassThrough();
  slow.write('{');
  t.same(await readBody(slow, { grow: always, timeoutMs: 5 }), { kind: 'late' });
  const cut = new PassThrough();
  const reading = readBody(cut, { grow: always });
  cut.write('{');
  cut.destroy();
  t.same(await reading, { kind: 'cut' });
});
