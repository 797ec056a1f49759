import type { Json } from '../policies/index.ts';
import type { Feed } from './claims.ts';
import { type CounterTotal, createCounterIndex } from './counter-index.ts';
import { Numbered } from './numbered.ts';
import type { StoredObject } from './object-table.ts';
import type { CounterPlan } from './relation-plan.ts';

/** One counter of the plan, fed by the objects it counts. */
export interface TallyIndex {
  readonly plan: CounterPlan;
  readonly feed: Feed;
  /** What counts under the key, as if these contributions were not there. */
  total(key: Json, without: readonly number[]): CounterTotal;
}

/** An index of one counter. */
export function createTallyIndex(plan: CounterPlan): TallyIndex {
  const index = createCounterIndex();
  const owners = new Numbered<StoredObject>();
  return {
    plan,
    feed: {
      resource: plan.resource,
      read(object) {
        const contributions = plan.contributions(object);
        return (stored) =>
          contributions.map(({ key, amount }) => {
            const number = owners.add(stored);
            // The plan promises a finite amount; one that is not would spoil the sum for good.
            index.add(number, key, amount === null || Number.isFinite(amount) ? amount : null);
            return number;
          });
      },
      remove(number) {
        index.remove(number);
        owners.delete(number);
      },
    },
    total: (key, without) => index.total(key, without),
  };
}
