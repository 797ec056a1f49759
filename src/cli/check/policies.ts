/** The policies a batch is judged by. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ConfigError } from '../../config.ts';
import {
  type ClusterInfo,
  compilePolicies,
  type Problem as PolicyProblem,
  type PolicySet,
  type PolicySource,
  type ResourceSchema,
} from '../../policies/index.ts';
import { readCoreText } from '../../reader/read-text.ts';
import { LIBRARY } from './crds.ts';
import { explainFailure } from './files.ts';
import type { Note, Problem, RuleInfo } from './report.ts';

export interface LoadedPolicies {
  set: PolicySet;
  problems: Problem[];
  notes: Note[];
  /** By rule id. */
  rules: Map<string, RuleInfo>;
}

export interface PolicyOptions {
  packs: readonly string[];
  /** Folders and files of the user's own. */
  paths: readonly string[];
  cluster: ClusterInfo;
  schemas: readonly ResourceSchema[];
}

/**
 * Reads and compiles policies. Those of a pack were tried with their examples when it was made, so only the examples
 * of the user's own are run.
 * @throws ConfigError when there is no such pack
 */
export async function loadPolicies({ packs, paths, cluster, schemas }: PolicyOptions): Promise<LoadedPolicies> {
  const sources: PolicySource[] = [];
  for (const pack of packs) sources.push(...(await readPackPolicies(pack)));
  const own = paths.length === 0 ? { sources: [], problems: [], notes: [] } : await readOwnPolicies(paths);
  sources.push(...own.sources);
  const { set, problems } = compilePolicies(sources, { cluster, schemas, verifyExamples: own.sources.length > 0 });
  const told = [...own.problems, ...problems];
  return {
    set,
    problems: told.filter(({ severity }) => severity === 'error').map(toProblem),
    notes: [...told.filter(({ severity }) => severity === 'warning').map(toProblem), ...own.notes],
    rules: collectRules(set),
  };
}

function toProblem({ source, line, column, pointer, message, hint }: PolicyProblem): Problem {
  const file = source.replace(/#\d+$/, '');
  return { file, line, column, message: `${pointer === '' ? '' : `${pointer}: `}${message}`, hint };
}

// ---------------------------------------------------------------- packs

async function readPackPolicies(pack: string): Promise<PolicySource[]> {
  const folder = join(LIBRARY, pack);
  const sources: PolicySource[] = [];
  for (const name of listFiles(folder, pack)) {
    const { documents, faults } = await readCoreText(readFileSync(join(folder, name), 'utf8'));
    if (faults.length > 0) throw new Error(`the installation is damaged: pack/${pack}/${name} cannot be read`);
    for (const [index, { root }] of documents.entries()) {
      const source = `pack/${pack}/${name}${documents.length > 1 ? `#${index + 1}` : ''}`;
      sources.push({ name: source, document: dropExamples(root.value) });
    }
  }
  return sources;
}

function listFiles(folder: string, pack: string): string[] {
  if (!/^[a-z0-9-]+$/.test(pack)) throw unknownPack(pack);
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort();
  } catch {
    throw unknownPack(pack);
  }
}

function unknownPack(pack: string): ConfigError {
  const known = readdirSync(LIBRARY, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );
  return new ConfigError(`--pack: there is no pack \`${pack}\`, there is ${known.sort().join(', ')}`);
}

function dropExamples(document: unknown): unknown {
  if (typeof document !== 'object' || document === null || !('spec' in document)) return document;
  const { spec } = document;
  if (typeof spec !== 'object' || spec === null || !('examples' in spec)) return document;
  const { examples: _examples, ...rest } = spec;
  return { ...document, spec: rest };
}

// ---------------------------------------------------------------- the user's own

interface OwnPolicies {
  sources: PolicySource[];
  problems: PolicyProblem[];
  notes: Note[];
}

async function readOwnPolicies(paths: readonly string[]): Promise<OwnPolicies> {
  const [{ readDirectory }, { readUnit }, { readConfigMap }, { createProblem }] = await Promise.all([
    import('../../sources/directory.ts'),
    import('../../sources/documents.ts'),
    import('../../sources/config-map.ts'),
    import('../../sources/unit.ts'),
  ]);
  const own: OwnPolicies = { sources: [], problems: [], notes: [] };
  for (const path of paths) {
    if (isFile(path)) {
      const read = readUnit(readFileSync(path, 'utf8'), path, { listName: basename(path).replace(/\.\w+$/, '') });
      const units = read.configMaps.flatMap((found) => {
        const origin = `${path}:${nameOf(found.object)}`;
        return readConfigMap(found.object, { origin, locateInside: found.locateInside }).units;
      });
      addUnits(own, [read.unit, ...units]);
    } else {
      const snapshot = await readDirectory(path);
      own.problems.push(...snapshot.problems);
      addUnits(own, snapshot.units);
    }
  }
  if (own.sources.length === 0 && own.problems.length === 0) {
    const message = 'no policy was found there';
    own.problems.push(...paths.map((path) => createProblem({ code: 'unreadable-source', source: path, message })));
  }
  return own;
}

function addUnits(
  own: OwnPolicies,
  units: readonly { documents: PolicySource[]; problems: PolicyProblem[]; notes: string[] }[],
): void {
  for (const { documents, problems, notes } of units) {
    own.sources.push(...documents);
    own.problems.push(...problems);
    own.notes.push(...notes.map((message): Note => ({ file: '', line: 0, column: 0, message, hint: '' })));
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch (error) {
    throw new ConfigError(`--policies: \`${path}\` cannot be read: ${explainFailure(error)}`);
  }
}

function nameOf(object: Record<string, unknown>): string {
  const { metadata } = object;
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata ? String(metadata.name) : '';
}

function collectRules(set: PolicySet): Map<string, RuleInfo> {
  const rules = new Map<string, RuleInfo>();
  for (const { name, title, category, severity, rules: own } of set.policies) {
    for (const { id } of own) rules.set(id, { id, policy: name, title, category, severity, link: '' });
  }
  return rules;
}
