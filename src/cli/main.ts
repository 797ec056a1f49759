#!/usr/bin/env node
/** `lintel <verb>`. Loads only the verb that is asked for: the whole program takes half a second to load, one verb rarely. */
import { findClosest } from './closest.ts';
import { describeVerb } from './help.ts';

/** Runs with the arguments behind the verb; gives the exit code. */
type Run = (args: string[]) => Promise<number>;

const VERBS: { readonly [verb: string]: () => Promise<Run> } = {
  check: async () => (await import('./check.ts')).runCheck,
  serve: async () => (await import('./serve.ts')).runServe,
  demo: async () => (await import('./demo.ts')).runDemo,
  version: async () => (await import('./version.ts')).runVersion,
};

/** Verbs that print their own help. */
const OWN_HELP: ReadonlySet<string> = new Set(['demo', 'check']);

/** @kubernetes/client-node 2 needs it, and Node 20 is past its end of life. */
const LEAST_NODE = [22, 19] as const;

function checkNode(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const enough = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  return enough ? null : `lintel needs Node ${LEAST_NODE.join('.')} or newer, this is ${version}`;
}

async function main(args: string[]): Promise<number> {
  const tooOld = checkNode(process.versions.node);
  if (tooOld !== null) {
    process.stderr.write(`${tooOld}\n`);
    return 2;
  }
  const [first, ...rest] = args;
  const verb = first === '--version' || first === '-v' ? 'version' : first;
  if (verb === undefined || verb === 'help' || verb === '--help' || verb === '-h') {
    return help(rest[0] === '--help' || rest[0] === '-h' ? 'help' : rest[0], verb === undefined);
  }
  const load = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (load === undefined) {
    return refuse(verb);
  }
  if (!OWN_HELP.has(verb) && rest.some((arg) => arg === '--help' || arg === '-h')) {
    return help(verb, false);
  }
  const run = await load();
  return run(rest);
}

/** Help that was asked for is an answer; help for want of a verb is a refusal. */
async function help(topic: string | undefined, refused: boolean): Promise<number> {
  if (topic === 'demo') {
    const run = await (VERBS.demo as () => Promise<Run>)();
    return run(['--help']);
  }
  if (topic !== undefined && topic !== 'help' && !Object.hasOwn(VERBS, topic)) {
    return refuse(topic);
  }
  (refused ? process.stderr : process.stdout).write(describeVerb(topic));
  return refused ? 2 : 0;
}

function refuse(word: string): number {
  const meant = findClosest(word, [...Object.keys(VERBS), 'help']);
  const hint = meant === null ? '`lintel help` lists the verbs' : `did you mean \`${meant}\`?`;
  process.stderr.write(`lintel: there is no verb \`${word}\`, ${hint}\n`);
  return 2;
}

/** What still runs when a verb has ended must not keep the process; unflushed output may, for a moment. */
const LAST_OUTPUT_MS = 3_000;

process.exitCode = await main(process.argv.slice(2));
setTimeout(() => process.exit(), LAST_OUTPUT_MS).unref();
