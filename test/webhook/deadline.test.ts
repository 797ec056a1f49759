import t from 'tap';
import { createDeadline, marginOf, parseDuration } from '../../src/webhook/deadline.ts';

t.test('durations are read as Go writes them', async (t) => {
  t.equal(parseDuration('10s'), 10_000);
  t.equal(parseDuration('1m30s'), 90_000);
  t.equal(parseDuration('250ms'), 250);
  t.equal(parseDuration('1.5s'), 1500);
  for (const wrong of ['', '10', 's', '-1s', '10 s', '1e3s', '10sx', '9'.repeat(40)])
    t.equal(parseDuration(wrong), undefined, wrong);
});

t.test('judging ends before the API server stops waiting', async (t) => {
  let now = 1000;
  const deadline = createDeadline('10s', 1000, () => now);
  t.equal(deadline.remaining(), 9500);
  now = 10_499;
  t.notOk(deadline.expired());
  now = 10_500;
  t.ok(deadline.expired());
  t.equal(deadline.remaining(), 0);
});

t.test('a missing or unreadable timeout is the default, a huge one the maximum', async (t) => {
  t.equal(createDeadline(undefined, 0, () => 0).remaining(), 9500);
  t.equal(createDeadline('soon', 0, () => 0).remaining(), 9500);
  t.equal(createDeadline('3h', 0, () => 0).remaining(), 29_500);
});

t.test('the margin leaves most of a short timeout', async (t) => {
  t.same([1000, 3000, 10_000, 30_000].map(marginOf), [100, 300, 500, 500]);
});
