import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createDirectoryOrigin, readDirectory } from '../../src/sources/directory.ts';
import type { OriginSnapshot } from '../../src/sources/unit.ts';
import { policyText } from './documents-in-text.ts';

/** Delivered snapshots, one after the other, as the origin gives them. */
function follow(t: Test, folder: string, options = { debounceMs: 20, pollMs: 60_000 }) {
  const origin = createDirectoryOrigin(folder, options);
  const queue: OriginSnapshot[] = [];
  let wake: () => void = () => {};
  origin.start((snapshot) => {
    queue.push(snapshot);
    wake();
  });
  t.teardown(() => origin.stop());
  return {
    origin,
    waiting: () => queue.length,
    /** The first snapshot that fits, dropping those before. */
    async until(fits: (snapshot: OriginSnapshot) => boolean): Promise<OriginSnapshot> {
      // The origin's own timers do not keep a process alive.
      const alive = setInterval(() => {}, 1_000);
      try {
        for (;;) {
          const next = queue.shift();
          if (next && fits(next)) return next;
          if (!next) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      } finally {
        clearInterval(alive);
      }
    },
  };
}

const names = ({ units }: OriginSnapshot): string[] => units.map(({ name }) => name);
const checks = ({ units }: OriginSnapshot): unknown[] =>
  units.flatMap(({ documents }) =>
    documents.map(({ document }) => (document as { spec: { rules: { check: string }[] } }).spec.rules[0]?.check),
  );

t.test('a folder is read with the folders below it, in order, without hidden and foreign files', async (t) => {
  const folder = t.testdir({
    'b.yaml': policyText('b', 'spec.b'),
    'a.yml': policyText('a', 'spec.a'),
    'c.json': '{"kind": "Other"}',
    'notes.txt': 'not: policy',
    '.hidden.yaml': policyText('h', 'spec.h'),
    sub: { 'd.yaml': policyText('d', 'spec.d') },
    crds: { 'e.yaml': policyText('e', 'spec.e') },
  });
  const snapshot = await readDirectory(folder, ['crds']);
  t.same(
    names(snapshot),
    ['a.yml', 'b.yaml', 'c.json', 'sub/d.yaml'].map((file) => join(folder, file)),
  );
  t.equal(snapshot.complete, true);
});

t.test('a ConfigMap in a file is read as in a cluster, with places in the file', async (t) => {
  const text = `apiVersion: v1
kind: ConfigMap
metadata:
  name: baseline
data:
  list.yaml: |
    mandatory:
      - name: A
        check: spec.a
  other.yaml: |
    mandatory: 5
`;
  const folder = t.testdir({ 'cm.yaml': text });
  const { units } = await readDirectory(folder);
  const file = join(folder, 'cm.yaml');
  t.same(
    units.map(({ name, within }) => [name, within]),
    [
      [file, undefined],
      [`${file}:baseline:list.yaml`, file],
      [`${file}:baseline:other.yaml`, file],
    ],
  );
  t.same(units[1]?.documents[0]?.locate?.('/spec/rules/0/check'), { line: 9, column: 16 });
  t.match(units[2]?.problems, [{ line: 11, column: 16 }]);
});

t.test('a check list in a file of its own is named after the file', async (t) => {
  const folder = t.testdir({ 'security-checklist.yaml': 'mandatory:\n  - {name: A, check: spec.a}\n' });
  const { units } = await readDirectory(folder);
  t.match(units[0]?.documents[0]?.document, { metadata: { name: 'security-checklist' } });
});

t.test('changes, new files, files in new folders and removals are delivered', async (t) => {
  const folder = t.testdir({ 'a.yaml': policyText('a', 'spec.one') });
  const { until } = follow(t, folder);
  t.same(checks(await until(() => true)), ['spec.one']);
  await writeFile(join(folder, 'a.yaml'), policyText('a', 'spec.two'));
  await until((snapshot) => checks(snapshot)[0] === 'spec.two');
  await mkdir(join(folder, 'sub'));
  await writeFile(join(folder, 'sub', 'b.yaml'), policyText('b', 'spec.b'));
  await until((snapshot) => snapshot.units.length === 2);
  await writeFile(join(folder, 'sub', 'b.yaml'), policyText('b', 'spec.c'));
  await until((snapshot) => checks(snapshot)[1] === 'spec.c');
  await rm(join(folder, 'a.yaml'));
  t.same(checks(await until((snapshot) => snapshot.units.length === 1)), ['spec.c']);
});

t.test('the swap of a mounted ConfigMap is one change', async (t) => {
  const folder = t.testdir({
    '..v1': { 'a.yaml': policyText('a', 'spec.one'), 'b.yaml': policyText('b', 'spec.one') },
  });
  await symlink('..v1', join(folder, '..data'));
  await symlink('..data/a.yaml', join(folder, 'a.yaml'));
  await symlink('..data/b.yaml', join(folder, 'b.yaml'));
  const { until } = follow(t, folder);
  t.same(checks(await until(() => true)), ['spec.one', 'spec.one']);
  await mkdir(join(folder, '..v2'));
  await writeFile(join(folder, '..v2', 'a.yaml'), policyText('a', 'spec.two'));
  await writeFile(join(folder, '..v2', 'b.yaml'), policyText('b', 'spec.two'));
  await symlink('..v2', join(folder, '..data_tmp'));
  await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  t.same(checks(await until((snapshot) => checks(snapshot)[0] === 'spec.two')), ['spec.two', 'spec.two']);
});

t.test('what changes nothing is not delivered', async (t) => {
  const folder = t.testdir({ 'a.yaml': policyText('a', 'spec.a') });
  const { until, waiting } = follow(t, folder, { debounceMs: 10, pollMs: 20 });
  await until(() => true);
  await writeFile(join(folder, 'a.yaml'), policyText('a', 'spec.a'));
  await writeFile(join(folder, 'note.txt'), 'x');
  await new Promise((resolve) => setTimeout(resolve, 200));
  t.equal(waiting(), 0);
});

t.test('a folder that goes away is incomplete and not empty, and comes back', async (t) => {
  const folder = join(t.testdir({ policies: { 'a.yaml': policyText('a', 'spec.a') } }), 'policies');
  const { until } = follow(t, folder, { debounceMs: 10, pollMs: 30 });
  await until(() => true);
  await rename(folder, `${folder}-away`);
  const away = await until(({ complete }) => !complete);
  t.match(away.problems, [{ source: folder, message: /there is no such folder/ }]);
  await rename(`${folder}-away`, folder);
  t.equal((await until(({ complete }) => complete)).units.length, 1);
});

t.test('a file that cannot be read is an unreadable unit', async (t) => {
  const folder = t.testdir({ 'b.yaml': policyText('b', 'spec.b') });
  await symlink('a.yaml', join(folder, 'a.yaml'));
  t.match((await readDirectory(folder)).units, [
    { name: join(folder, 'a.yaml'), readable: false, problems: [{ message: /ELOOP/ }] },
    { readable: true },
  ]);
});

t.test('links in a circle end', async (t) => {
  const folder = t.testdir({ sub: { 'a.yaml': policyText('a', 'spec.a') } });
  await symlink('..', join(folder, 'sub', 'up'));
  t.equal((await readDirectory(folder)).units.length, 1);
});
