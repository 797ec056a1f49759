/** The schemas a batch is judged by: its own CRDs, those that were named, and those of the packs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../../config.ts';
import type { ResourceSchema } from '../../policies/index.ts';
import { readCoreText, readText } from '../../reader/read-text.ts';
import { isCrd, type KindSchema, readCrd } from '../../schemas/read-crd.ts';
import { readInputs } from './files.ts';
import type { Problem } from './report.ts';

/** The packs, in the source and in the build alike. */
export const LIBRARY = fileURLToPath(new URL('../../policies/library', import.meta.url));
const CRDS = 'crds';

/**
 * Reads CRDs from folders and files; other objects in them are passed over.
 * @returns also why some of it could not be read
 */
export async function readNamedCrds(paths: readonly string[]): Promise<{ schemas: KindSchema[]; problems: Problem[] }> {
  const { files, failures } = await readInputs(paths);
  const schemas: KindSchema[] = [];
  const problems: Problem[] = failures.map(({ path, reason }) => ({
    file: path,
    line: 0,
    column: 0,
    message: `the CRDs cannot be read: ${reason}`,
    hint: '',
  }));
  for (const { path, text } of files) {
    const read = await readText(text);
    for (const { offset, message, hint } of read.faults) {
      problems.push({ file: path, ...read.placeOf(offset), message, hint });
    }
    for (const { root } of read.documents) schemas.push(...openCrds(root.value, path));
  }
  return { schemas, problems };
}

function openCrds(value: unknown, origin: string): KindSchema[] {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return [];
  if (value.kind === 'List' && 'items' in value && Array.isArray(value.items)) {
    return value.items.flatMap((item) => openCrds(item, origin));
  }
  return isCrd(value) ? readCrd(value, origin) : [];
}

/** One generation of CRDs that a pack carries. */
export interface PackCrds {
  pack: string;
  generation: string;
  /** The texts of its files, not yet read. */
  texts: string[];
}

/** All CRDs of packs as texts: which of them are needed is only known when the batch is. */
export function listPackCrds(packs: readonly string[]): PackCrds[] {
  return packs.flatMap((pack) =>
    listFolder(join(LIBRARY, pack, CRDS)).map((generation): PackCrds => {
      const folder = join(LIBRARY, pack, CRDS, generation);
      const files = listFolder(folder).filter((name) => /\.ya?ml$/.test(name));
      return { pack, generation, texts: files.map((name) => readFileSync(join(folder, name), 'utf8')) };
    }),
  );
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    // a pack need not have CRDs
    return [];
  }
}

/** @throws ConfigError when packs carry CRDs and none of this generation */
export function checkGeneration(crds: readonly PackCrds[], generation: string): void {
  const known = [...new Set(crds.map((one) => one.generation))];
  if (known.length > 0 && !known.includes(generation)) {
    throw new ConfigError(`--generation is \`${generation}\`, the packs carry ${known.join(' and ')}`);
  }
}

/**
 * Reads those CRDs that can be about one of the kinds.
 * @param kinds names of kinds; null for all
 */
export async function readPackCrds(
  crds: readonly PackCrds[],
  kinds: ReadonlySet<string> | null,
): Promise<KindSchema[]> {
  const schemas: KindSchema[] = [];
  for (const { generation, texts } of crds) {
    for (const text of texts) {
      if (kinds !== null && !mentions(text, kinds)) continue;
      const { documents } = await readCoreText(text);
      for (const { root } of documents) schemas.push(...readCrd(root.value, generation));
    }
  }
  return schemas;
}

/** Reading takes longer than looking whether the name of a kind stands in the text at all. */
function mentions(text: string, kinds: ReadonlySet<string>): boolean {
  for (const kind of kinds) {
    if (text.includes(kind)) return true;
  }
  return false;
}

/** A schema in the form the compiler takes. */
export function toResourceSchema(
  { group, version, resource, kind, scope, source }: KindSchema,
  generation: string,
): ResourceSchema {
  return { group, version, resource, kind, scope, generation, schema: source };
}
