import t from 'tap';
import { createInventoryView } from '../../src/relations/inventory-view.ts';
import { createRelationIndex } from '../../src/relations/relation-index.ts';
import { PLAN, POOLS, SITES } from './sample-plan.ts';

t.test('the port leaves out the object under review, unless it is asked for by name', async (t) => {
  const index = createRelationIndex(PLAN);
  for (const resource of index.resources) index.markKnown(resource);
  for (const name of ['n1', 'n2']) {
    const spec = { dc: 'east', id: 'i1', nets: ['10.0.0.0/24'], pools: ['p1'] };
    index.apply({ type: 'added', resource: SITES, object: { metadata: { name, uid: name }, spec } });
  }
  const view = createInventoryView(index, { resource: SITES, namespace: '', name: 'n1', uid: 'n1' });
  const inN2 = { known: true, value: [{ name: 'n2' }] };
  t.match(view.holders({ domain: 'sample/ids', scope: null, key: 'i1' }), inN2);
  t.match(view.referrers({ resource: POOLS, namespace: 'a', name: 'p1' }), inN2);
  const overlapping = view.overlapping({ domain: 'sample/nets', scope: ['east'], range: '10.0.0.1' });
  t.match(overlapping, inN2);
  t.equal(overlapping.known && overlapping.value.length, 1);
  const others = view.find({ resource: SITES, namespace: null, name: null });
  t.match(others, { known: true, value: [{ metadata: { name: 'n2' } }] });
  t.equal(others.known && others.value.length, 1);
  t.match(view.find({ resource: SITES, namespace: '', name: 'n1' }), {
    known: true,
    value: [{ metadata: { name: 'n1' } }],
  });
  const audit = createInventoryView(index, null);
  const all = audit.holders({ domain: 'sample/ids', scope: null, key: 'i1' });
  t.equal(all.known && all.value.length, 2);
});

t.test('what is not known is passed on with its reason', async (t) => {
  const view = createInventoryView(createRelationIndex(PLAN), null);
  t.same(view.referrers({ resource: POOLS, namespace: 'a', name: 'p1' }), {
    known: false,
    reason: '`sites.example.io` has not been listed yet',
  });
});
