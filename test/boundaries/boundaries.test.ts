// Each import rule bites, and bites nothing else: trees with forbidden and with allowed imports are judged by the very
// configuration that holds the house.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';

const ROOT = join(import.meta.dirname, '..', '..');
const CONFIG = '.dependency-cruiser.cjs';

interface Violation {
  rule: { name: string };
  from: string;
  to: string;
}

/** One forbidden import: the rule, the file that breaks it, and what it imports. */
const BREACHES: [rule: string, file: string, imports: string][] = [
  ['core-imports-nobody', 'src/policies/asks-the-log.ts', '../log.ts'],
  ['core-imports-few-packages', 'src/policies/writes-lines.ts', 'pino'],
  ['core-imports-few-packages', 'src/policies/reads-files.ts', 'node:fs'],
  ['core-has-one-door', 'src/webhook/climbs-in.ts', '../policies/match.ts'],
  ['relations-are-pure', 'src/relations/parses.ts', 'yaml'],
  ['relations-are-pure', 'src/relations/hashes.ts', 'node:crypto'],
  ['schemas-are-pure', 'src/schemas/parses.ts', 'yaml'],
  ['schemas-are-pure', 'src/schemas/asks-the-log.ts', '../log.ts'],
  ['reader-touches-no-file', 'src/reader/opens.ts', 'node:fs/promises'],
  ['one-importer-of-the-client', 'src/sources/watches.ts', '@kubernetes/client-node'],
  ['one-importer-of-fastify', 'src/cli/listens.ts', 'fastify'],
  ['audit-imports-no-package', 'src/audit/parses.ts', 'yaml'],
  ['audit-knows-no-edge', 'src/audit/lists.ts', '../kube/client.ts'],
  ['webhook-stays-apart', 'src/webhook/lists.ts', '../kube/client.ts'],
  ['edges-know-no-use-case', 'src/kube/answers.ts', '../webhook/door.ts'],
  ['offline-verbs-load-no-client', 'src/cli/check.ts', '../kube/client.ts'],
  ['src-needs-no-tools', 'src/cli/generates.ts', '../../scripts/tool.ts'],
  ['src-needs-no-development-package', 'src/cli/measures.ts', 'autocannon'],
  ['src-needs-no-development-package', 'src/cli/borrows.ts', 'nobody-lists-this'],
  ['imports-are-found', 'src/cli/misses.ts', './nowhere.ts'],
  ['no-cycles', 'src/webhook/egg.ts', './hen.ts'],
  ['no-orphans', 'src/webhook/forgotten.ts', ''],
];

const BESIDE: Record<string, string> = {
  'src/log.ts': "import 'pino';\n",
  'src/policies/index.ts': "import './match.ts';\n",
  'src/policies/match.ts': "import 'yaml';\n",
  'src/kube/client.ts': "import '@kubernetes/client-node';\n",
  'src/webhook/door.ts': "import 'fastify';\n",
  'src/webhook/hen.ts': "import './egg.ts';\n",
  'scripts/tool.ts': '',
};

/** What the house lives on. */
const ALLOWED: Record<string, string> = {
  ...BESIDE,
  'src/webhook/egg.ts': "import type { Hen } from './hen.ts';\nexport type Egg = Hen;\n",
  'src/webhook/hen.ts': "import './egg.ts';\nexport type Hen = 1;\n",
  'src/policies/operators.ts': ['ajv', 'json-logic-js', 're2js', 'ipaddr.js']
    .map((name) => `import '${name}';\n`)
    .join(''),
  'src/relations/index.ts': "import '../policies/index.ts';\n",
  'src/schemas/patterns.ts': "import 're2js';\nimport '../policies/index.ts';\n",
  'src/sources/packs.ts': "import 'yaml';\nimport 'node:fs';\nimport '../kube/ports.ts';\n",
  'src/kube/ports.ts': "import '../policies/index.ts';\n",
  'src/reader/nodes.ts': "import 'yaml';\nimport '../sources/packs.ts';\n",
  'src/audit/scan.ts': "import '../policies/index.ts';\nimport '../relations/index.ts';\n",
  'src/cli/serve.ts': "import '../kube/client.ts';\nimport '../webhook/door.ts';\nimport '../audit/scan.ts';\n",
  'src/cli/check.ts': "import '../reader/nodes.ts';\nimport '../schemas/patterns.ts';\n",
};

const PACKAGES = [
  ...['@kubernetes/client-node', 'ajv', 'autocannon', 'fastify', 'ipaddr.js', 'json-logic-js'],
  ...['nobody-lists-this', 'pino', 're2js', 'yaml'],
];

/** A tree of its own, with packages that have nothing but their names. */
function judge(t: Test, files: Record<string, string>): Violation[] {
  const folder = t.testdir({});
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const name of [CONFIG, 'tsconfig.json', 'package.json']) copyFileSync(join(ROOT, name), join(folder, name));
  for (const name of PACKAGES) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    write(`node_modules/${name}/index.js`, '');
  }
  for (const [path, text] of Object.entries(files)) write(path, text);
  const program = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
  const args = [program, '--config', CONFIG, '--output-type', 'json', 'src'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  t.equal(stderr, '');
  const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[] } };
  return summary.violations;
}

t.test('each rule refuses the import that it is there for, and no file is refused for another reason', async (t) => {
  const files = BREACHES.map(([, file, imports]) => [file, imports === '' ? '' : `import '${imports}';\n`] as const);
  const violations = judge(t, { ...BESIDE, ...Object.fromEntries(files) });
  for (const [rule, file, imports] of BREACHES) {
    const found = violations.some(({ rule: { name }, from }) => name === rule && from === file);
    t.ok(found, `${rule}: \`${file}\` may not import \`${imports}\``);
  }
  const planned = new Map(BREACHES.map(([rule, file]) => [file, rule]));
  const others = violations.filter(({ rule, from }) => planned.get(from) !== rule.name);
  t.strictSame(others, []);
});

t.test('what the house lives on is allowed', async (t) => {
  t.strictSame(judge(t, ALLOWED), []);
});

t.test('no rule is without its breach', async (t) => {
  const { forbidden } = createRequire(import.meta.url)(join(ROOT, CONFIG)) as { forbidden: { name: string }[] };
  t.strictSame(forbidden.map(({ name }) => name).sort(), [...new Set(BREACHES.map(([rule]) => rule))].sort());
});

t.test('the core does not know what Node is', async (t) => {
  const core = join(ROOT, 'src', 'policies', 'tsconfig.json');
  const files = {
    'process.ts': 'export const now = process.hrtime();\n',
    'timer.ts': 'export const later = setTimeout(() => {}, 1);\n',
    'fetch.ts': "export const answer = fetch('https://example.org');\n",
    'module.ts': "export { readFile } from 'node:fs';\n",
    'console.ts': "console.log('here');\nexport {};\n",
    'pure.ts': 'export const sum = [1, 2].reduce((a, b) => a + b, 0);\n',
  };
  const folder = t.testdir({ ...files, 'tsconfig.json': JSON.stringify({ extends: core, include: ['./*.ts'] }) });
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  });
  t.not(status, 0);
  const refused = [...stdout.matchAll(/^(\w+\.ts)\(/gm)].map(([, file]) => file);
  t.strictSame(
    [...new Set(refused)].sort(),
    Object.keys(files)
      .filter((file) => file !== 'pure.ts')
      .sort(),
    stdout,
  );
});
