/** `lintel demo`: the webhook at work without a cluster. */
import { ConfigError } from '../config.ts';
import { createLog } from '../log.ts';
import { type Admission, admitObject, createValidationReview } from './demo/admit.ts';
import { prepareByHand } from './demo/by-hand.ts';
import { createWebhookClient, type WebhookClient } from './demo/client.ts';
import { type DemoDoor, HOST, openDemoDoor, PACK } from './demo/door.ts';
import { type ExampleFile, readExamples } from './demo/examples.ts';
import { HELP, readDemoFlags } from './demo/flags.ts';
import { count, summarise, tellAdmission } from './demo/tell.ts';
import { createPainter } from './output/paint.ts';

/**
 * Walks the examples through a door of its own, and keeps it open until it is asked to end.
 * @returns 0 after an orderly end, 1 when something failed, 2 when it could not begin; why is then on stderr
 */
export async function runDemo(args: string[]): Promise<number> {
  try {
    const flags = readDemoFlags(args);
    if (flags.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const end = watchForEnd();
    const log = createLog({ level: 'warn', destination: process.stderr });
    const [files, door] = await Promise.all([readExamples(), openDemoDoor(flags.port, log)]);
    try {
      await show(files, door, flags.once, end);
    } finally {
      await door.close();
    }
    return 0;
  } catch (error) {
    process.stderr.write(`lintel: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof ConfigError ? 2 : 1;
  }
}

async function show(files: readonly ExampleFile[], door: DemoDoor, once: boolean, end: AbortSignal): Promise<void> {
  const paint = createPainter(process.stdout);
  const url = `https://${HOST}:${door.port}`;
  const { policies } = door.set;
  const rules = policies.reduce((sum, policy) => sum + policy.rules.length, 0);
  say(
    `${paint('strong', 'lintel demo')}: the pack \`${PACK}\`, ${count(rules, 'rule')} of ${policies.length} policies, at ${url}`,
  );
  say('Each object goes through /mutate and /validate, as on its way into a cluster; this is what kubectl would show.');
  say(
    paint('faint', 'One thing is left out: the defaults of the CRD, which an API server fills in around each phase.\n'),
  );
  const client = createWebhookClient({ host: HOST, port: door.port }, door.ca);
  try {
    const admissions = await walk(files, { client, door, end, paint });
    if (end.aborted) return;
    say(paint('strong', summarise(admissions)));
    if (!once) await stay(url, door, admissions, end);
  } finally {
    client.close();
  }
}

interface Walk {
  client: WebhookClient;
  door: DemoDoor;
  end: AbortSignal;
  paint: ReturnType<typeof createPainter>;
}

/** Sends the objects one after the other, as kubectl does. */
async function walk(files: readonly ExampleFile[], { client, door, end, paint }: Walk): Promise<Admission[]> {
  const admissions: Admission[] = [];
  for (const { path, objects } of files) {
    say(paint('faint', `$ kubectl apply -f ${path}`));
    let apart = false;
    for (const object of objects) {
      if (end.aborted) return admissions;
      const admission = await admitObject(client, door.schemas, object);
      admissions.push(admission);
      const text = tellAdmission(path, admission, paint);
      const long = text.indexOf('\n') < text.length - 1;
      // what takes several lines stands by itself
      process.stdout.write(apart || (long && object !== objects[0]) ? `\n${text}` : text);
      apart = long;
    }
    say('');
  }
  return admissions;
}

/** Says how to ask by hand, with an object that was denied, and waits. */
async function stay(url: string, door: DemoDoor, admissions: readonly Admission[], end: AbortSignal): Promise<void> {
  const shown = admissions.find(({ denial }) => denial !== null) ?? admissions[0];
  if (shown === undefined || end.aborted) return;
  const byHand = await prepareByHand(url, door.ca, createValidationReview(door.schemas, shown.object));
  try {
    say('\nThe door stays open until Ctrl-C. Ask it yourself:\n');
    say(`  ${byHand.command}\n`);
    say('The same works for /mutate; /readyz?verbose and /metrics answer a plain GET.');
    await waitFor(end);
  } finally {
    await byHand.remove();
  }
}

/**
 * Aborted by a signal, or when nobody reads any longer. Later signals change nothing: closing takes a second at most,
 * and npm sends its child a Ctrl-C that the terminal has sent already.
 */
function watchForEnd(): AbortSignal {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', end);
  return controller.signal;
}

function waitFor(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
