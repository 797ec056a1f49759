/** The objects that the demo shows. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../policies/index.ts';
import { readTextDocuments } from '../../sources/yaml-text.ts';

/** Where the examples are, from the root of the package; as a person there would name it. */
const EXAMPLES = 'examples/vitistack';

export interface ExampleFile {
  /** `examples/vitistack/good.yaml`. */
  path: string;
  objects: JsonObject[];
}

/**
 * Reads every file of the examples, in the order of their names.
 * @throws Error when there are none, or one cannot be read as YAML objects
 */
export async function readExamples(): Promise<ExampleFile[]> {
  const root = findRoot();
  const names = (await readdir(join(root, EXAMPLES))).filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(names.map((name) => readExample(root, `${EXAMPLES}/${name}`)));
}

/** The source and what is built of it lie at different depths of the package. */
function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, EXAMPLES))) {
    const above = dirname(folder);
    if (above === folder) {
      throw new Error(`the installation is incomplete: there is no folder \`${EXAMPLES}\` in it`);
    }
    folder = above;
  }
  return folder;
}

async function readExample(root: string, path: string): Promise<ExampleFile> {
  const { documents, problems } = readTextDocuments(await readFile(join(root, path), 'utf8'), path);
  const [problem] = problems;
  if (problem !== undefined) {
    throw new Error(`${path}:${problem.line}:${problem.column}: ${problem.message}`);
  }
  return { path, objects: documents.map(({ value }) => value as JsonObject) };
}
