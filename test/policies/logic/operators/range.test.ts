import fc from 'fast-check';
import t from 'tap';
import { OPERATORS } from '../../../../src/policies/logic/operators/index.ts';

const call = (name: string, ...operands: unknown[]) => OPERATORS.get(name)?.apply(operands);

/** A range inside 10.0.0.0/24 in one of its spellings, with the set of its last parts. */
const small = fc
  .oneof(
    fc.nat(255).map((n) => ({ text: `10.0.0.${n}`, first: n, last: n })),
    fc.tuple(fc.nat(255), fc.nat(255), fc.boolean()).map(([a, b, short]) => {
      const [first, last] = a <= b ? [a, b] : [b, a];
      return { text: short ? `10.0.0.${first}-${last}` : `10.0.0.${first}-10.0.0.${last}`, first, last };
    }),
    fc.tuple(fc.nat(255), fc.integer({ min: 24, max: 32 })).map(([n, prefix]) => {
      const size = 2 ** (32 - prefix);
      const first = n - (n % size);
      return { text: `10.0.0.${n}/${prefix}`, first, last: first + size - 1 };
    }),
  )
  .map(({ text, first, last }) => ({
    text,
    members: new Set(Array.from({ length: last - first + 1 }, (_, i) => first + i)),
  }));

type Members = { members: Set<number> };
const shareMember = (a: Members, b: Members) => [...a.members].some((member) => b.members.has(member));
const isInside = (a: Members, b: Members) => [...a.members].every((member) => b.members.has(member));

t.test('overlap and containing agree with counting all addresses of a /24', async (t) => {
  fc.assert(
    fc.property(small, small, (a, b) => {
      const shares = shareMember(a, b);
      return (
        call('range.overlaps', a.text, b.text) === shares &&
        call('range.overlaps', b.text, a.text) === shares &&
        call('range.contains', a.text, b.text) === isInside(b, a)
      );
    }),
    { numRuns: 1_000 },
  );
  t.pass();
});

t.test('lists of ranges agree with asking each pair', async (t) => {
  const lists = fc.array(small, { maxLength: 8 });
  fc.assert(
    fc.property(lists, lists, (a, b) => {
      const texts = (list: typeof a) => list.map((range) => range.text);
      const overlaps = a.some((x) => b.some((y) => shareMember(x, y)));
      const contains = b.every((y) => a.some((x) => isInside(y, x)));
      return (
        call('range.overlaps', texts(a), texts(b)) === overlaps &&
        call('range.contains', texts(a), texts(b)) === contains
      );
    }),
    { numRuns: 500 },
  );
  t.pass();
});

t.test('IPv4 and IPv6 never meet, also in mixed lists', async (t) => {
  t.equal(call('range.overlaps', ['0.0.0.0/0'], ['::/0']), false);
  t.equal(call('range.overlaps', ['10.0.0.0/8', '2001:db8::/32'], '2001:db8::7'), true);
  t.equal(call('range.contains', ['10.0.0.0/8', '2001:db8::/32'], ['2001:db8::7', '10.9.9.9']), true);
  t.equal(call('range.contains', ['10.0.0.0/8', '2001:db8::/32'], ['2001:db9::7', '10.9.9.9']), false);
});

t.test('absent elements of a list are passed over', async (t) => {
  t.equal(call('range.overlaps', ['10.0.0.0/8', null], ['10.1.1.1']), true);
});
