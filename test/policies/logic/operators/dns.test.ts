import fc from 'fast-check';
import t from 'tap';
import { OPERATORS } from '../../../../src/policies/logic/operators/index.ts';

const call = (name: string, ...operands: unknown[]) => OPERATORS.get(name)?.apply(operands);

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));

t.test('a host lies under each of its own suffixes and under no other domain', async (t) => {
  fc.assert(
    fc.property(name, name, (host, other) => {
      const labels = host.split('.');
      const suffixes = labels.map((_, i) => labels.slice(i).join('.'));
      return (
        suffixes.every((suffix) => call('dns.under', host, suffix) === true) &&
        call('dns.under', host, other) === suffixes.includes(other) &&
        call('dns.under', `x${host}`, host) === false &&
        call('dns.under', `x.${host}`, host) === true
      );
    }),
  );
  t.pass();
});

t.test('lengths are bounded as Kubernetes bounds them', async (t) => {
  t.equal(call('dns.label', 'a'.repeat(63)), true);
  t.equal(call('dns.label', 'a'.repeat(64)), false);
  t.equal(call('dns.subdomain', 'a'.repeat(253)), true);
  t.equal(call('dns.subdomain', 'a'.repeat(254)), false);
});

t.test('what is no host name is garbage', async (t) => {
  for (const host of [
    '',
    '.',
    'a..b',
    'a b',
    '*.*.example.org',
    'a.*.example.org',
    '**.example.org',
    'x*.example.org',
    '-a.example.org',
    'a/b',
    7,
  ]) {
    t.match(call('dns.under', host, 'example.org'), { operand: 0 }, JSON.stringify(host));
  }
});
