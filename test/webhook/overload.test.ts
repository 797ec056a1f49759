import t from 'tap';
import { createGate } from '../../src/webhook/overload.ts';

t.test('so many reviews are in work, and a place is given back once', async (t) => {
  const seen: number[] = [];
  const gate = createGate({ maxInFlight: 2 }, (count) => seen.push(count));
  const [first, second, third] = [gate.open(), gate.open(), gate.open()];
  t.ok(first.start() && second.start());
  t.notOk(third.start());
  third.leave();
  first.leave();
  first.leave();
  t.ok(gate.open().start());
  t.notOk(gate.open().start());
  t.notOk(first.start(), 'who has left does not come back');
  t.same(seen, [1, 2, 1, 2]);
});

t.test('so many bytes are held, yet one body alone always gets in', async (t) => {
  const gate = createGate({ maxBytes: 100, usualBytes: 0 });
  const large = gate.open();
  t.ok(large.grow(80) && large.grow(80));
  const small = gate.open();
  t.notOk(small.grow(1));
  large.leave();
  t.ok(small.grow(60));
  const other = gate.open();
  t.notOk(other.grow(60));
  t.ok(other.grow(40));
  t.notOk(small.grow(1));
});

t.test('large bodies that stall keep no usual one out', async (t) => {
  const gate = createGate({ maxBytes: 100, usualBytes: 10 });
  t.ok(gate.open().grow(100));
  t.notOk(gate.open().grow(11));
  const usual = gate.open();
  t.ok(usual.grow(5) && usual.grow(5));
  t.notOk(usual.grow(1), 'until it is larger than usual');
});
