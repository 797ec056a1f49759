/** What somebody needs who wants to ask the door with curl: files, and the command line that uses them. */
import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../policies/index.ts';

export interface ByHand {
  /** A command for a POSIX shell that posts the review and trusts the door by its authority. */
  command: string;
  /** Removes the files. They go with the process as well, however it ends by itself. */
  remove(): Promise<void>;
}

/** Writes the authority and a review into a folder of their own. @param url of the door, without a path */
export async function prepareByHand(url: string, ca: string, review: JsonObject): Promise<ByHand> {
  const folder = await mkdtemp(join(tmpdir(), 'lintel-demo-'));
  const removeNow = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeNow);
  const caFile = join(folder, 'ca.crt');
  const reviewFile = join(folder, 'review.json');
  await Promise.all([writeFile(caFile, ca), writeFile(reviewFile, `${JSON.stringify(review, null, 2)}\n`)]);
  const words = ['curl', '--cacert', caFile, '--header', 'content-type: application/json'];
  return {
    command: [...words, '--data-binary', `@${reviewFile}`, `${url}/validate`].map(quote).join(' '),
    async remove() {
      process.removeListener('exit', removeNow);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One word of a shell; quotes only where it needs them. */
function quote(word: string): string {
  return /^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
