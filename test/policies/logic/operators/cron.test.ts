import fc from 'fast-check';
import t from 'tap';
import { OPERATORS } from '../../../../src/policies/logic/operators/index.ts';

const valid = (text: unknown) => OPERATORS.get('cron.valid')?.apply([text]);

t.test('schedules that the API server takes are valid', async (t) => {
  for (const text of [
    '* * * * *',
    '? ? ? ? ?',
    '0 2 * * *',
    '*/15 * * * *',
    '0-59/5 0-23 1-31 1-12 0-6',
    '5/10 * * * *',
    '0 0 1,15 * SUN',
    '0 0 * Jan-DEC Mon-Fri',
    '0 0 * jan,3,mar *',
    '  0\t0  * * *  ',
    '+5 * * * *',
    '00 007 * * *',
    '1,,2 * * * *',
    '*-7 * * * *',
    '*/100 * * * *',
    '@yearly',
    '@annually',
    '@monthly',
    '@weekly',
    '@daily',
    '@midnight',
    '@hourly',
    '@every 90m',
    '@every 1h30m10s',
  ]) {
    t.equal(valid(text), true, text);
  }
});

t.test('schedules that the API server refuses are not', async (t) => {
  for (const text of [
    '',
    ' ',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * 32 * *',
    '* * * 0 *',
    '* * * 13 *',
    '* * * * 7',
    '* * * * sunday',
    '5-1 * * * *',
    '* * * * fri-mon',
    '1-2-3 * * * *',
    '*/5/5 * * * *',
    '*/0 * * * *',
    '*/-1 * * * *',
    '*/x * * * *',
    '-5 * * * *',
    '5- * * * *',
    '5/ * * * *',
    '1.5 * * * *',
    'jan * * * *',
    '@Daily',
    '@daily ',
    '@reboot',
    '@every',
    '@every 5',
    '@every  1h',
    'TZ=UTC 0 2 * * *',
    'CRON_TZ=Europe/Oslo 0 2 * * *',
    'TZ=UTC @daily',
  ]) {
    t.equal(valid(text), false, JSON.stringify(text));
  }
});

t.test('any numbers inside the bounds of their fields make a schedule', async (t) => {
  const within = (min: number, max: number) =>
    fc
      .tuple(fc.integer({ min, max }), fc.integer({ min, max }), fc.integer({ min: 1, max: 99 }))
      .chain(([a, b, step]) => {
        const [low, high] = a <= b ? [a, b] : [b, a];
        return fc.constantFrom(
          `${a}`,
          `${low}-${high}`,
          `${a}/${step}`,
          `${low}-${high}/${step}`,
          `${a},${b}`,
          '*',
          `*/${step}`,
        );
      });
  fc.assert(
    fc.property(fc.tuple(within(0, 59), within(0, 23), within(1, 31), within(1, 12), within(0, 6)), (fields) => {
      return valid(fields.join(' ')) === true && valid([...fields, '*'].join(' ')) === false;
    }),
  );
  t.pass();
});
