import t from 'tap';
import { resolveAsCore, resolveAsKubectl, resolveKey } from '../../src/reader/plain-scalars.ts';

t.test('numbers beyond 53 bits are the nearest that JavaScript has', (t) => {
  t.equal(resolveAsKubectl('9223372036854775807'), 2 ** 63);
  t.equal(resolveAsKubectl('18446744073709551615'), 2 ** 64);
  t.equal(resolveAsKubectl('-9223372036854775808'), -(2 ** 63));
  t.equal(
    resolveAsKubectl('0777777777777777777777777'),
    Number('777777777777777777777777'),
    'too long for octal, so decimal',
  );
  t.equal(resolveAsKubectl('-0'), 0);
  t.ok(Object.is(resolveAsKubectl('-0.0'), 0));
  t.end();
});

t.test('what JSON has no word for is said to be so', (t) => {
  t.equal(resolveAsKubectl('.inf'), Number.POSITIVE_INFINITY);
  t.equal(resolveAsKubectl('-.Inf'), Number.NEGATIVE_INFINITY);
  t.ok(Number.isNaN(resolveAsKubectl('.NaN')));
  t.end();
});

t.test('keys are the texts that kubectl makes of them', (t) => {
  const keys = {
    no: 'false',
    On: 'true',
    '0x1f': '31',
    '0123': '83',
    '1.30': '1.3',
    '1e3': '1000',
    '1e6': '1e+06',
    '1e-7': '1e-07',
    '1234567.5': '1.2345675e+06',
    '9007199254740993': '9007199254740993',
    '12:30': '12:30',
    a: 'a',
    '.inf': '.inf',
  };
  for (const [written, text] of Object.entries(keys)) t.equal(resolveKey(written), text, written);
  t.equal(resolveKey('~'), null);
  t.equal(resolveKey(''), null);
  t.end();
});

t.test('YAML 1.2 knows fewer words and numbers', (t) => {
  for (const text of ['no', 'yes', 'on', 'y', '1_000', '0b1', '12:30', '1e', '.']) t.equal(resolveAsCore(text), text);
  t.same(['true', 'False', 'NULL', '~', ''].map(resolveAsCore), [true, false, null, null, null]);
  t.same(['0123', '0o17', '0x1F', '-1.5', '.5', '5.', '1e3'].map(resolveAsCore), [123, 15, 31, -1.5, 0.5, 5, 1000]);
  t.equal(resolveAsCore('-.inf'), Number.NEGATIVE_INFINITY);
  t.end();
});
