/** `lintel version`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRootWith } from './package-root.ts';

/** The version in package.json. */
export function readVersion(): string {
  const text = readFileSync(join(findRootWith('package.json'), 'package.json'), 'utf8');
  const parsed: unknown = JSON.parse(text);
  const version = typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : undefined;
  if (typeof version !== 'string') {
    throw new Error('package.json has no version');
  }
  return version;
}

/** Prints the versions of Lintel and of Node. */
export async function runVersion(): Promise<number> {
  process.stdout.write(`lintel ${readVersion()} (node ${process.version})\n`);
  return 0;
}
