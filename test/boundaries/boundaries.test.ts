// Each import rule bites: a tree with one forbidden import is refused, by the very configuration that holds the house.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';

const ROOT = join(import.meta.dirname, '..', '..');

/** File that breaks the rule, what it imports, and what else must be there. */
const BREACHES: { rule: string; file: string; imports: string; beside?: Record<string, string> }[] = [
  { rule: 'core-imports-nobody', file: 'src/policies/bad.ts', imports: '../log.ts', beside: { 'src/log.ts': '' } },
  { rule: 'core-imports-few-packages', file: 'src/policies/bad.ts', imports: 'pino' },
  { rule: 'core-imports-few-packages', file: 'src/policies/bad.ts', imports: 'node:fs' },
  {
    rule: 'core-has-one-door',
    file: 'src/webhook/bad.ts',
    imports: '../policies/match.ts',
    beside: { 'src/policies/match.ts': '' },
  },
  { rule: 'relations-are-pure', file: 'src/relations/bad.ts', imports: 'yaml' },
  { rule: 'one-importer-of-the-client', file: 'src/sources/bad.ts', imports: '@kubernetes/client-node' },
  { rule: 'one-importer-of-fastify', file: 'src/cli/bad.ts', imports: 'fastify' },
  {
    rule: 'kube-and-webhook-stay-apart',
    file: 'src/webhook/bad.ts',
    imports: '../kube/client.ts',
    beside: { 'src/kube/client.ts': '' },
  },
  {
    rule: 'kube-knows-no-use-case',
    file: 'src/kube/bad.ts',
    imports: '../webhook/door.ts',
    beside: { 'src/webhook/door.ts': '' },
  },
  { rule: 'audit-imports-no-package', file: 'src/audit/bad.ts', imports: 'yaml' },
  {
    rule: 'offline-verbs-load-no-client',
    file: 'src/cli/check.ts',
    imports: '../kube/client.ts',
    beside: { 'src/kube/client.ts': "import '@kubernetes/client-node';\n" },
  },
  {
    rule: 'no-cycles',
    file: 'src/webhook/bad.ts',
    imports: './other.ts',
    beside: { 'src/webhook/other.ts': "import './bad.ts';\n" },
  },
];

function cruise(folder: string): { status: number | null; output: string } {
  const depcruise = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [depcruise, '--config', '.dependency-cruiser.cjs', 'src'],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );
  return { status, output: stdout + stderr };
}

function write(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

for (const { rule, file, imports, beside } of BREACHES) {
  t.test(`${rule}: ${file} may not import ${imports}`, async (tt) => {
    const folder = tt.testdir({});
    for (const config of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
      copyFileSync(join(ROOT, config), join(folder, config));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    write(folder, { ...beside, [file]: `import '${imports}';\n` });
    const { status, output } = cruise(folder);
    tt.not(status, 0, output);
    tt.match(output, rule);
  });
}

t.test('the core does not know what Node is', async (tt) => {
  const folder = tt.testdir({
    'clock.ts': 'export const now = process.hrtime();\nexport const later = setTimeout(() => {}, 1);\n',
  });
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: join(ROOT, 'src', 'policies', 'tsconfig.json'), include: [join(folder, '*.ts')] }),
  );
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  tt.not(status, 0);
  tt.match(stdout, /Cannot find name 'process'/);
  tt.match(stdout, /Cannot find name 'setTimeout'/);
});
