/** The objects that the demo shows. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../policies/index.ts';
import { readTextDocuments } from '../../sources/yaml-text.ts';
import { findRootWith } from '../package-root.ts';

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
  const root = findRootWith(EXAMPLES);
  const names = (await readdir(join(root, EXAMPLES))).filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(names.map((name) => readExample(root, `${EXAMPLES}/${name}`)));
}

async function readExample(root: string, path: string): Promise<ExampleFile> {
  const { documents, problems } = readTextDocuments(await readFile(join(root, path), 'utf8'), path);
  const [problem] = problems;
  if (problem !== undefined) {
    throw new Error(`${path}:${problem.line}:${problem.column}: ${problem.message}`);
  }
  return { path, objects: documents.map(({ value }) => value as JsonObject) };
}
