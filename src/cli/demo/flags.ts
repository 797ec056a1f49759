/** The flags of `lintel demo`. */
import { parseArgs } from 'node:util';
import { ConfigError } from '../../config.ts';
import { findClosest } from '../closest.ts';
import { USUAL_PORT } from './door.ts';

export const HELP = `lintel demo: see policies refuse, complete and explain, without a cluster

usage: lintel demo [flags]

Opens the webhook's own HTTPS door on this machine, with the VitiStack policies that ship with lintel, and sends
every object of examples/vitistack through it as an API server would: /mutate, then /validate with what came back.
For each it prints what \`kubectl apply\` would have shown. Then it stays, and says how to ask it by hand.

  --once       end after the walk
  --port N     listen on this port; default ${USUAL_PORT}, or a free one where that is taken; 0 takes a free one
  --help       print this

examples:
  lintel demo
  lintel demo --once
  NO_COLOR=1 lintel demo --once --port 0

exit codes: 0 done, also by Ctrl-C; 1 failed; 2 could not begin (a flag, a port)
`;

export interface DemoFlags {
  help: boolean;
  once: boolean;
  /** null takes the usual one or a free one. */
  port: number | null;
}

const OPTIONS = {
  help: { type: 'boolean', short: 'h', default: false },
  once: { type: 'boolean', default: false },
  port: { type: 'string' },
} as const;

/** @throws ConfigError naming the flag, what was found and what is wanted */
export function readDemoFlags(args: readonly string[]): DemoFlags {
  const known = Object.keys(OPTIONS).map((flag) => `--${flag}`);
  const unknown = args.find((arg) => arg.startsWith('-') && !['-h', ...known].includes(arg.split('=', 1)[0] ?? ''));
  if (unknown !== undefined) {
    const meant = findClosest(unknown, known);
    const hint = meant === null ? '; `lintel demo --help` lists them' : `, did you mean \`${meant}\`?`;
    throw new ConfigError(`unknown flag \`${unknown}\`${hint}`);
  }
  const { help, once, port } = parse(args);
  return { help, once, port: port === undefined ? null : readPort(port) };
}

function parse(args: readonly string[]): { help: boolean; once: boolean; port?: string } {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
    throw new ConfigError(message.charAt(0).toLowerCase() + message.slice(1).replaceAll("'", '`').replace(/\.$/, ''));
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new ConfigError(`--port is \`${text}\`, wanted a whole number from 0 to 65535`);
  }
  return port;
}
