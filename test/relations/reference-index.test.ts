import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { createReferenceIndex } from '../../src/relations/reference-index.ts';

const namespace = fc.constantFrom('', 'a', 'b');
const key = fc.constantFrom('x', 'y', 'z');
const number = fc.integer({ min: 1, max: 5 });
const step = fc.record({ side: fc.constantFrom('referrer', 'target'), remove: fc.boolean(), number, namespace, key });

t.test('after any steps, both ends of a reference are what a look at every object finds', async (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const index = createReferenceIndex();
      let held: (typeof steps)[number][] = [];
      for (const taken of steps) {
        const { side, remove } = taken;
        if (remove) {
          held = held.filter((own) => own.side !== side || own.number !== taken.number);
          if (side === 'referrer') index.removeReferrer(taken.number);
          else index.removeTarget(taken.number);
        } else {
          held.push(taken);
          if (side === 'referrer') index.addReferrer(taken.number, taken.namespace, taken.key);
          else index.addTarget(taken.number, taken.namespace, taken.key);
        }
      }
      for (const ns of ['', 'a', 'b']) {
        for (const name of ['x', 'y', 'z']) {
          const named = held.filter((own) => own.namespace === ns && own.key === name);
          const wanted = (side: string) => new Set(named.filter((own) => own.side === side).map((own) => own.number));
          assert.deepEqual(new Set(index.referrers(ns, name, 99)), wanted('referrer'));
          assert.deepEqual(new Set(index.targets(ns, name)), wanted('target'));
        }
      }
    }),
    { numRuns: 300 },
  );
  t.pass();
});
