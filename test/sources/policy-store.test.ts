import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { createDirectoryOrigin } from '../../src/sources/directory.ts';
import { readUnit } from '../../src/sources/documents.ts';
import type { LoadReport } from '../../src/sources/load.ts';
import { createPolicyStore } from '../../src/sources/policy-store.ts';
import type { OriginSnapshot, PolicyOrigin } from '../../src/sources/unit.ts';
import { policyText } from './documents-in-text.ts';

/** An origin that delivers what it is told to. */
function createHand(name: string): PolicyOrigin & { show(texts: { [file: string]: string }): void; stopped: boolean } {
  let deliver: (snapshot: OriginSnapshot) => void = () => {};
  return {
    name,
    stopped: false,
    start(listener) {
      deliver = listener;
    },
    async stop() {
      this.stopped = true;
    },
    show(texts) {
      const units = Object.entries(texts).map(([unit, text]) => readUnit(text, unit, { listName: 'list' }).unit);
      deliver({ units, problems: [], notes: [], complete: true });
    },
  };
}

function nextReport(store: ReturnType<typeof createPolicyStore>): Promise<LoadReport> {
  return new Promise((resolve) => {
    const end = store.onReport((report) => {
      end();
      resolve(report);
    });
  });
}

t.test('nothing is in force before an origin delivers, and the store says what it waits for', async (t) => {
  const one = createHand('one');
  const two = createHand('two');
  const store = createPolicyStore({ origins: [one, two], debounceMs: 1 });
  store.start();
  t.same(store.waitingFor(), ['one', 'two', 'compilation']);
  t.equal(store.report(), null);
  one.show({ 'a.yaml': policyText('a', 'spec.a') });
  t.ok(store.waitingFor().includes('two'));
  await nextReport(store);
  t.same(store.waitingFor(), ['two']);
  two.show({});
  t.same(store.waitingFor(), ['compilation'], 'delivered is not yet in force');
  await nextReport(store);
  t.same(store.waitingFor(), []);
  t.equal(store.current().policies.length, 1);
  await store.stop();
  t.ok(one.stopped && two.stopped);
});

t.test('a burst of changes is compiled once, and a set is swapped, never changed', async (t) => {
  const hand = createHand('hand');
  const store = createPolicyStore({ origins: [hand], debounceMs: 20 });
  let reports = 0;
  store.onReport(() => reports++);
  store.start();
  const before = store.current();
  for (let i = 0; i < 10; i++) hand.show({ 'a.yaml': policyText('a', `spec.a == ${i}`) });
  await nextReport(store);
  t.equal(reports, 1);
  t.not(store.current(), before);
  t.equal(before.policies.length, 0);
});

t.test('what is delivered again unchanged is not compiled again', async (t) => {
  const hand = createHand('hand');
  const store = createPolicyStore({ origins: [hand], debounceMs: 1 });
  let reports = 0;
  store.start();
  hand.show({ 'a.yaml': policyText('a', 'spec.a') });
  await nextReport(store);
  store.onReport(() => reports++);
  hand.show({ 'a.yaml': policyText('a', 'spec.a') });
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.equal(reports, 0);
  t.same(store.waitingFor(), []);
});

t.test('schemas of the cluster that come later are compiled against', async (t) => {
  const hand = createHand('hand');
  const store = createPolicyStore({ origins: [hand], debounceMs: 1 });
  store.start();
  hand.show({ 'a.yaml': policyText('a', 'spec.colour == 1') });
  t.same((await nextReport(store)).rejected, []);
  const schema = { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'number' } } } } };
  store.setCluster({
    schemas: [
      {
        group: 'example.com',
        version: 'v1',
        resource: 'widgets',
        kind: 'Widget',
        scope: 'Cluster',
        generation: 'cluster',
        schema,
      },
    ],
  });
  const report = await nextReport(store);
  t.match(report.problems, [{ code: 'unknown-path' }]);
});

t.test('a listener that throws is told of and hinders no other', async (t) => {
  const failures: unknown[] = [];
  const hand = createHand('hand');
  const store = createPolicyStore({ origins: [hand], debounceMs: 1, onFailure: (error) => failures.push(error) });
  store.onReport(() => {
    throw new Error('deaf');
  });
  store.start();
  hand.show({});
  await nextReport(store);
  t.match(failures, [{ message: 'deaf' }]);
});

t.test('a file that is broken and mended on the disk goes all the way', async (t) => {
  const folder = t.testdir({ 'a.yaml': policyText('a', 'spec.x == 1') });
  const store = createPolicyStore({ origins: [createDirectoryOrigin(folder, { debounceMs: 10 })], debounceMs: 10 });
  const alive = setInterval(() => {}, 1_000);
  t.teardown(async () => {
    clearInterval(alive);
    await store.stop();
  });
  store.start();
  const first = await nextReport(store);
  await writeFile(join(folder, 'a.yaml'), policyText('a', 'spec.x = 1'));
  const broken = await nextReport(store);
  t.equal(broken.set.fingerprint, first.set.fingerprint);
  t.equal(broken.usingLastGood.length, 1);
  await writeFile(join(folder, 'a.yaml'), policyText('a', 'spec.x == 2'));
  const mended = await nextReport(store);
  t.not(mended.set.fingerprint, first.set.fingerprint);
  t.same(mended.usingLastGood, []);
});
