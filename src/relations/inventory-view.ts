import type { Inventory, Known } from '../policies/index.ts';
import type { Identity } from './object-table.ts';
import type { Referrers } from './questions.ts';
import type { RelationIndex } from './relation-index.ts';

/**
 * The engine's port, for the review of one object: whatever is asked about others leaves that object out. Asked for by
 * name it is found, because then it is not one of the others but who was named.
 * @param self null where no object is under review
 */
export function createInventoryView(index: RelationIndex, self: Identity | null): Inventory {
  return {
    find: (query) => index.find({ ...query, exclude: query.name === null ? self : null }),
    holders: (query) => index.holders({ ...query, exclude: self }),
    overlapping: (query) => index.overlapping({ ...query, exclude: self }),
    referrers(query) {
      const answer: Known<Referrers> = index.referrers({ ...query, exclude: self });
      return answer.known ? { known: true, value: answer.value.holders } : answer;
    },
  };
}
