import fc from 'fast-check';
import t from 'tap';
import { Garbage } from '../../../../src/policies/logic/operator.ts';
import { OPERATORS } from '../../../../src/policies/logic/operators/index.ts';

const call = (name: string, ...operands: unknown[]) => OPERATORS.get(name)?.apply(operands);

const cidr = fc
  .tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(128))
  .map(([address, n]) => {
    const bits = address.includes(':') ? 128 : 32;
    return `${address}/${n % (bits + 1)}`;
  })
  .filter((text) => call('cidr.valid', text) === true);

t.test('the nth address lies inside the CIDR, and the one after the last does not exist', async (t) => {
  fc.assert(
    fc.property(cidr, fc.integer({ min: -300, max: 300 }), (text, n) => {
      const at = call('cidr.nth', text, n);
      const size = 2 ** ((text.includes(':') ? 128 : 32) - Number(call('cidr.prefix', text)));
      const exists = n >= 0 ? n < size : -n <= size;
      if (!exists) return at instanceof Garbage;
      return call('cidr.contains', text, at) === true || String(at).startsWith('::ffff:');
    }),
  );
  t.pass();
});

t.test('counting from the end meets counting from the start', async (t) => {
  for (let n = 0; n < 256; n += 1) {
    if (call('cidr.nth', '10.0.4.0/24', n) !== call('cidr.nth', '10.0.4.0/24', n - 256)) t.fail(`at ${n}`);
  }
  t.equal(call('cidr.nth', '10.0.4.0/24', 256) instanceof Garbage, true);
  t.equal(call('cidr.nth', '10.0.4.0/24', -257) instanceof Garbage, true);
  t.equal(call('cidr.nth', '::/0', -1), 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff');
});

t.test('a CIDR too small says how many addresses are wanted', async (t) => {
  t.match(call('cidr.nth', '10.0.4.5/28', 200), {
    operand: 0,
    found: '10.0.4.5/28',
    wanted: 'a CIDR of at least 201 addresses',
  });
  t.match(call('cidr.nth', '10.0.4.0/31', -3), { wanted: 'a CIDR of at least 3 addresses' });
});

t.test('the network of a network is itself, equals it and has no host bits', async (t) => {
  fc.assert(
    fc.property(cidr, (text) => {
      const network = call('cidr.network', text);
      if (String(network).startsWith('::ffff:')) return true;
      return (
        call('cidr.network', network) === network &&
        call('cidr.equals', text, network) === true &&
        call('cidr.hostBits', network) === false
      );
    }),
  );
  t.pass();
});

t.test('two CIDRs overlap exactly when one contains the other', async (t) => {
  const near = fc
    .tuple(fc.nat(255), fc.integer({ min: 20, max: 32 }))
    .map(([last, prefix]) => `10.0.0.${last}/${prefix}`);
  fc.assert(
    fc.property(near, near, (a, b) => {
      const nested = call('cidr.contains', a, b) === true || call('cidr.contains', b, a) === true;
      return call('cidr.overlaps', a, b) === nested && call('cidr.overlaps', b, a) === nested;
    }),
  );
  t.pass();
});
