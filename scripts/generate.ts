import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { renderCrds } from './crd.ts';
import { renderPublishedSchema } from './published-schema.ts';

/** Writes the files that are made from the code; with `--check` says which of them are not as the code would make them. */

const ROOT = join(import.meta.dirname, '..');
const CRD_FOLDER = 'manifests/crds';

interface GeneratedFile {
  /** Relative to the root of the repository. */
  path: string;
  content: string;
}

async function renderOperators(): Promise<GeneratedFile[]> {
  const script = join(import.meta.dirname, 'operators-doc.ts');
  const there = await readText(script);
  if (there === null) {
    console.error('note: scripts/operators-doc.ts is not there, docs/operators.md is left as it is');
    return [];
  }
  const module: { renderOperatorsDoc?: () => string } = await import(pathToFileURL(script).href);
  if (module.renderOperatorsDoc === undefined)
    throw new Error('scripts/operators-doc.ts exports no `renderOperatorsDoc`');
  return [{ path: 'docs/operators.md', content: module.renderOperatorsDoc() }];
}

function renderKustomization(crds: readonly { name: string }[]): string {
  const resources = crds.map(({ name }) => `  - ${name}\n`).join('');
  return `# Written by \`npm run generate\`.\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${resources}`;
}

async function renderAll(): Promise<GeneratedFile[]> {
  const crds = renderCrds();
  return [
    { path: 'docs/policy.schema.json', content: renderPublishedSchema() },
    ...crds.map(({ name, content }) => ({ path: `${CRD_FOLDER}/${name}`, content })),
    { path: `${CRD_FOLDER}/kustomization.yaml`, content: renderKustomization(crds) },
    ...(await renderOperators()),
  ];
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}

/** CRDs on disk that nothing makes any more. */
async function listStrays(files: readonly GeneratedFile[]): Promise<string[]> {
  const found = await readdir(join(ROOT, CRD_FOLDER));
  const made = new Set(files.map(({ path }) => path));
  return found.map((name) => `${CRD_FOLDER}/${name}`).filter((path) => !made.has(path));
}

async function run(check: boolean): Promise<number> {
  let different = 0;
  const files = await renderAll();
  for (const { path, content } of files) {
    const target = join(ROOT, path);
    if ((await readText(target)) === content) continue;
    different += 1;
    if (check) {
      console.error(
        `\`${relative(process.cwd(), target)}\` is not what the code makes of it; run \`npm run generate\``,
      );
    } else {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
      console.log(`wrote ${path}`);
    }
  }
  for (const path of await listStrays(files)) {
    different += 1;
    console.error(`\`${path}\` is made by nothing; remove it`);
  }
  if (different === 0) console.log(`${files.length} generated files are as they should be`);
  return check && different > 0 ? 1 : 0;
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
process.exitCode = await run(values.check);
