/** The packs that ship with Lintel: folders of policies, and the CRDs their paths are checked against. */
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toResourceSchemas } from '../kube/crd-schemas.ts';
import type { ResourceSchema } from '../policies/index.ts';
import { readDirectory } from './directory.ts';
import { readFolder } from './directory-files.ts';
import { createProblem, type OriginSnapshot, type PolicyOrigin } from './unit.ts';
import { readTextDocuments } from './yaml-text.ts';

const LIBRARY = fileURLToPath(new URL('../policies/library', import.meta.url));
const CRDS = 'crds';

/** Names of the packs that ship with this build, in order. */
export async function listPacks(): Promise<string[]> {
  const entries = await readdir(LIBRARY, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** Reads a pack's policies. Its units are named `pack/<name>/<file>`, wherever the build is installed. */
export async function readPack(name: string): Promise<OriginSnapshot> {
  const folder = join(LIBRARY, name);
  const snapshot = await readDirectory(folder, [CRDS]);
  const rename = (text: string): string => text.replace(folder, `pack/${name}`);
  const units = snapshot.units.map((unit) => ({
    ...unit,
    name: rename(unit.name),
    documents: unit.documents.map((source) => ({ ...source, name: rename(source.name) })),
    problems: unit.problems.map((problem) => ({ ...problem, source: rename(problem.source) })),
  }));
  const problems = snapshot.problems.map((problem) => ({
    ...problem,
    source: rename(problem.source),
    hint: 'the installation is incomplete; `lintel` must be installed with its library folder',
  }));
  return { ...snapshot, units, problems, notes: snapshot.notes.map(rename) };
}

/** A pack as an origin: read once, for it changes only with the program. */
export function createPackOrigin(name: string): PolicyOrigin {
  let stopped = false;
  return {
    name: `pack/${name}`,
    start(deliver) {
      readPack(name).then(
        (snapshot) => {
          if (!stopped) {
            deliver(snapshot);
          }
        },
        (error: unknown) => {
          const message = `the pack cannot be read: ${error instanceof Error ? error.message : String(error)}`;
          const problem = createProblem({ code: 'unreadable-source', source: `pack/${name}`, message });
          deliver({ units: [], problems: [problem], notes: [], complete: false });
        },
      );
    },
    async stop() {
      stopped = true;
    },
  };
}

/**
 * Schemas of the CRDs that a pack carries. Each folder below its `crds` is one generation and gives it its name;
 * a pack without CRDs has no schemas.
 */
export async function readPackSchemas(name: string): Promise<ResourceSchema[]> {
  const root = join(LIBRARY, name, CRDS);
  try {
    await access(root);
  } catch {
    return [];
  }
  const { files } = await readFolder(root);
  return files.flatMap((file) => {
    const generation = file.path.slice(root.length + 1).split(/[\\/]/)[0] ?? '';
    const { documents } = readTextDocuments(file.text ?? '', file.path);
    return documents.flatMap((document) => toResourceSchemas(document.value, generation));
  });
}
