import t from 'tap';
import { createLoader } from '../../src/sources/load.ts';
import { createPackOrigin, listPacks, readPack, readPackSchemas } from '../../src/sources/packs.ts';
import type { OriginSnapshot } from '../../src/sources/unit.ts';

t.test('every pack that ships loads without an error', async (t) => {
  const packs = await listPacks();
  t.ok(packs.includes('vitistack'));
  for (const name of packs) {
    const schemas = await readPackSchemas(name);
    const report = createLoader()([await readPack(name)], { cluster: undefined, schemas });
    t.same(
      report.problems.filter(({ severity }) => severity === 'error'),
      [],
      name,
    );
    t.ok(report.set.policies.length > 0, name);
  }
});

t.test('units are named after the pack, wherever it is installed', async (t) => {
  const { units } = await readPack('vitistack');
  t.ok(units.every(({ name }) => name.startsWith('pack/vitistack/')));
  t.ok(units.every(({ documents }) => documents.every(({ name }) => name.startsWith('pack/vitistack/'))));
  t.notOk(units.some(({ name }) => name.includes('/crds/')));
});

t.test('schemas carry the generation of the folder they stand in', async (t) => {
  const schemas = await readPackSchemas('vitistack');
  t.same([...new Set(schemas.map(({ generation }) => generation))].sort(), ['common', 'crds']);
  const vitistacks = schemas.filter(({ resource }) => resource === 'vitistacks');
  t.match(vitistacks, [{ group: 'vitistack.io', version: 'v1alpha1', kind: 'Vitistack', scope: 'Cluster' }]);
  t.same(await readPackSchemas('no-such-pack'), []);
});

t.test('a pack that is not there is a problem, and holds nothing back silently', async (t) => {
  const snapshot = await new Promise<OriginSnapshot>((resolve) => createPackOrigin('no-such-pack').start(resolve));
  t.equal(snapshot.complete, false);
  t.match(snapshot.problems, [{ source: 'pack/no-such-pack', hint: /incomplete/ }]);
});
