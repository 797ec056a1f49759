import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { SERVE_FLAGS } from '../../src/config.ts';
import { createMetrics } from '../../src/metrics.ts';
import { compilePolicies } from '../../src/policies/index.ts';
import { readUnit } from '../../src/sources/documents.ts';
import { readPack, readPackSchemas } from '../../src/sources/packs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

function blocksOf(page: string, language: string): string[] {
  return [...read(page).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, text = '']) => text,
  );
}

function listPages(): string[] {
  const below = (folder: string) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`);
  return ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...below('docs'), ...below('docs/adr')];
}

/** Anchors as GitHub makes them. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((one) =>
      one
        .toLowerCase()
        .replace(/[^\p{L}\p{N} -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

t.test('every link within the repository leads somewhere', async (t) => {
  for (const page of listPages()) {
    for (const [, target = ''] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (!t.ok(existsSync(join(ROOT, file)), `${page} links to ${file}`)) continue;
      if (anchor !== undefined) t.ok(anchorsOf(read(file)).has(anchor), `${page} links to #${anchor} of ${file}`);
    }
  }
});

t.test('the README shows what the demo prints, line by line and in order', async (t) => {
  const args = ['src/cli/main.ts', 'demo', '--once', '--port', '0'];
  const { FORCE_COLOR: _painted, ...env } = process.env;
  const output = execFileSync(process.execPath, args, { cwd: ROOT, env, encoding: 'utf8' });
  const shown = blocksOf('README.md', 'text');
  t.ok(shown.length >= 2);
  for (const block of shown) t.ok(output.includes(block), block.split('\n', 1)[0] ?? '');
});

t.test('the policy of the README goes into force', async (t) => {
  const [yaml = ''] = blocksOf('README.md', 'yaml');
  const { unit } = readUnit(yaml, 'README.md', { listName: 'readme' });
  const schemas = await readPackSchemas('vitistack');
  const { problems, accepted } = compilePolicies(unit.documents, { schemas, verifyExamples: true });
  t.strictSame([unit.problems, problems], [[], []]);
  t.strictSame(accepted, ['README.md']);
});

t.test('the page of operations names every flag of serve and no other', async (t) => {
  const section = read('docs/operations.md').split('## Flags')[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `--'));
  const named = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`--([a-z-]+)`/g)].map(([, flag]) => flag),
  );
  t.strictSame(named.sort(), Object.keys(SERVE_FLAGS).sort());
});

t.test('the page of operations names every metric of ours and no other', async (t) => {
  const named = [...read('docs/operations.md').matchAll(/^\| `(lintel_\w+)`/gm)].map(([, metric]) => metric);
  const metrics = createMetrics({ processMetrics: false });
  const own = (await metrics.registry.getMetricsAsJSON()).map(({ name }) => name);
  // this one is made where there is a cluster to watch
  t.strictSame(named.sort(), [...own, 'lintel_watch_age_seconds'].sort());
});

t.test('what the runbook would have somebody apply at night is in force with the pack', async (t) => {
  const documents = blocksOf('docs/operations.md', 'yaml').flatMap((yaml, i) => {
    const { unit } = readUnit(yaml, `operations-${i}`, { listName: 'operations' });
    t.strictSame(unit.problems, []);
    return unit.documents;
  });
  t.equal(documents.length, 2);
  const pack = (await readPack('vitistack')).units.flatMap((unit) => unit.documents);
  const schemas = await readPackSchemas('vitistack');
  const { rejected, problems, set } = compilePolicies([...pack, ...documents], { schemas });
  t.strictSame([rejected, problems], [[], []]);
  const names = set.policies.flatMap(({ name, rules }) => [name, ...rules.map(({ id }) => id)]);
  for (const { document } of documents) {
    const { spec } = document as { spec: { policies?: string[]; rules?: string[] } };
    for (const name of [...(spec.policies ?? []), ...(spec.rules ?? [])]) t.ok(names.includes(name), `${name} exists`);
  }
});
