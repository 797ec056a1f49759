/**
 * Flags and environment to one frozen configuration: the only reader of `process.env`. Whatever is wrong is found here,
 * before anything listens.
 */
import { existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { findClosest } from './cli/closest.ts';
import type { ClusterAccess } from './kube/ports.ts';
import { LOG_LEVELS, type LogLevel } from './log.ts';

/** What `lintel serve` runs with. */
export interface Config {
  /** 0 takes a free one. */
  readonly port: number;
  readonly address: string;
  /** Files of the serving certificate; null issues one in memory. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** null serves without a cluster. */
  readonly cluster: ClusterAccess | null;
  /** Folders of policies, in order. */
  readonly policies: readonly string[];
  readonly packs: readonly string[];
  /** Only ConfigMaps of this namespace are policies; null means all namespaces, which has to be asked for with `*`. */
  readonly configMapNamespace: string | null;
  /** '' when the cluster has none of its own. */
  readonly environment: string;
  readonly clusterName: string;
  readonly logLevel: LogLevel;
  /** Milliseconds between the signal to stop and the end of accepting. */
  readonly shutdownDelayMs: number;
  /** null takes the door's own bound. */
  readonly maxInFlight: number | null;
  /** null serves probes and metrics on the main port. */
  readonly metricsPort: number | null;
}

/** A flag or variable that cannot be used. The message is for the person who wrote it; the program ends with 2. */
export class ConfigError extends Error {}

/** Every flag of `serve`. Each has a variable: `--log-level` is `LINTEL_LOG_LEVEL`; lists take commas there. */
export const SERVE_FLAGS = {
  port: { type: 'string' },
  address: { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  kubeconfig: { type: 'string' },
  'no-cluster': { type: 'boolean' },
  policies: { type: 'string', multiple: true },
  pack: { type: 'string', multiple: true },
  'no-packs': { type: 'boolean' },
  'config-map-namespace': { type: 'string' },
  environment: { type: 'string' },
  'cluster-name': { type: 'string' },
  'log-level': { type: 'string' },
  'shutdown-delay': { type: 'string' },
  'max-in-flight': { type: 'string' },
  'metrics-port': { type: 'string' },
} as const;
type FlagName = keyof typeof SERVE_FLAGS;

/** What stands in for the world, for tests. */
export interface ConfigSurroundings {
  env?: { readonly [name: string]: string | undefined };
  /** Names that `--pack` knows. */
  packs: readonly string[];
}

/**
 * Reads the configuration of `serve`. Flags win over variables, variables over defaults; an empty variable is none.
 * @throws ConfigError naming the flag or variable, what was found and what is wanted
 */
export function readConfig(args: readonly string[], surroundings: ConfigSurroundings): Config {
  const env = surroundings.env ?? process.env;
  const given = readGiven(args, env);
  const config: Config = {
    port: readInteger(given, 'port', 8443, 0, 65_535),
    address: given.text('address') ?? '0.0.0.0',
    tls: readTls(given),
    cluster: readCluster(given, env),
    policies: given.list('policies').map((folder) => checkFolder(given, folder)),
    packs: readPacks(given, surroundings.packs),
    configMapNamespace: readConfigMapNamespace(given.text('config-map-namespace')),
    environment: given.text('environment') ?? '',
    clusterName: given.text('cluster-name') ?? '',
    logLevel: readLogLevel(given),
    shutdownDelayMs: readInteger(given, 'shutdown-delay', 10, 0, 600) * 1000,
    maxInFlight: given.text('max-in-flight') === undefined ? null : readInteger(given, 'max-in-flight', 0, 1, 100_000),
    metricsPort: given.text('metrics-port') === undefined ? null : readInteger(given, 'metrics-port', 0, 0, 65_535),
  };
  return Object.freeze(config);
}

interface Given {
  text(flag: FlagName): string | undefined;
  isSet(flag: FlagName): boolean;
  list(flag: FlagName): string[];
  /** Flag or variable, whichever it came from, for messages. */
  nameOf(flag: FlagName): string;
}

function readGiven(args: readonly string[], env: NonNullable<ConfigSurroundings['env']>): Given {
  const values = parseFlags(args);
  checkVariables(env);
  const variable = (flag: FlagName): string | undefined => env[toVariable(flag)] || undefined;
  const own = (flag: FlagName): string | boolean | string[] | undefined => values[flag];
  return {
    text: (flag) => {
      const value = own(flag);
      return typeof value === 'string' ? value : variable(flag);
    },
    isSet: (flag) => {
      const value = own(flag);
      return typeof value === 'boolean' ? value : readBoolean(flag, variable(flag));
    },
    list: (flag) => {
      const value = own(flag);
      const texts = Array.isArray(value) ? value : (variable(flag)?.split(',') ?? []);
      return texts.map((text) => text.trim()).filter((text) => text !== '');
    },
    nameOf: (flag) => (own(flag) === undefined ? toVariable(flag) : `--${flag}`),
  };
}

type FlagValues = { readonly [flag in FlagName]?: string | boolean | string[] };

function parseFlags(args: readonly string[]): FlagValues {
  try {
    return parseArgs({ args: [...args], options: SERVE_FLAGS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new ConfigError(explainParseError(args, error));
  }
}

function explainParseError(args: readonly string[], error: unknown): string {
  const known = Object.keys(SERVE_FLAGS).map((flag) => `--${flag}`);
  const unknown = args
    .map((arg) => arg.split('=', 1)[0] ?? '')
    .find((arg) => arg.startsWith('-') && !known.includes(arg));
  if (unknown !== undefined) {
    const meant = findClosest(unknown, known);
    return `unknown flag \`${unknown}\`${meant === null ? '; `lintel serve --help` lists them' : `, did you mean \`${meant}\`?`}`;
  }
  const message = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
  return message.charAt(0).toLowerCase() + message.slice(1).replaceAll("'", '`').replace(/\.$/, '');
}

function toVariable(flag: string): string {
  return `LINTEL_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** A variable that is misspelt would otherwise do nothing. Kubernetes itself sets `LINTEL_SERVICE_…` and `LINTEL_PORT…` for a Service of that name. */
function checkVariables(env: NonNullable<ConfigSurroundings['env']>): void {
  const known = Object.keys(SERVE_FLAGS).map(toVariable);
  for (const name of Object.keys(env)) {
    if (name.startsWith('LINTEL_') && !known.includes(name) && !/^LINTEL_(SERVICE|PORT)_/.test(name)) {
      const meant = findClosest(name, known);
      if (meant !== null) {
        throw new ConfigError(`unknown variable \`${name}\`, did you mean \`${meant}\`?`);
      }
    }
  }
}

function readBoolean(flag: FlagName, value: string | undefined): boolean {
  if (value === undefined || value === 'false' || value === '0') {
    return false;
  }
  if (value === 'true' || value === '1') {
    return true;
  }
  throw new ConfigError(`${toVariable(flag)} is \`${value}\`, wanted true or false`);
}

function readInteger(given: Given, flag: FlagName, fallback: number, least: number, most: number): number {
  const text = given.text(flag);
  if (text === undefined || (flag === 'port' && isServiceUrl(text))) {
    return fallback;
  }
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new ConfigError(`${given.nameOf(flag)} is \`${text}\`, wanted a whole number from ${least} to ${most}`);
  }
  return value;
}

/** For a Service named `lintel` Kubernetes sets `LINTEL_PORT=tcp://10.0.0.1:443` in every pod beside it. */
function isServiceUrl(text: string): boolean {
  return /^(tcp|udp|sctp):\/\//.test(text);
}

function readTls(given: Given): Config['tls'] {
  const cert = given.text('tls-cert');
  const key = given.text('tls-key');
  if (cert === undefined && key === undefined) {
    return null;
  }
  if (cert === undefined || key === undefined) {
    const missing = cert === undefined ? '--tls-cert' : '--tls-key';
    throw new ConfigError(`${missing} is missing: a certificate and its key are given together, or neither`);
  }
  for (const [flag, file] of [
    ['tls-cert', cert],
    ['tls-key', key],
  ] as const) {
    if (!existsSync(file)) {
      throw new ConfigError(`${given.nameOf(flag)}: there is no file \`${file}\``);
    }
  }
  return { cert, key };
}

/** In this order: told so, `KUBECONFIG`, the pod's own account, `~/.kube/config`. */
function readCluster(given: Given, env: NonNullable<ConfigSurroundings['env']>): ClusterAccess | null {
  const told = given.text('kubeconfig');
  if (given.isSet('no-cluster')) {
    if (told !== undefined) {
      throw new ConfigError('--no-cluster and --kubeconfig exclude each other');
    }
    return null;
  }
  if (told !== undefined) {
    return readKubeconfigs(given.nameOf('kubeconfig'), [told]);
  }
  if (env.KUBECONFIG) {
    return readKubeconfigs(
      'KUBECONFIG',
      env.KUBECONFIG.split(delimiter).filter((file) => file !== ''),
    );
  }
  if (env.KUBERNETES_SERVICE_HOST) {
    return { kind: 'in-cluster' };
  }
  const usual = join(env.HOME ?? '', '.kube', 'config');
  if (env.HOME && existsSync(usual)) {
    return { kind: 'files', files: [usual] };
  }
  throw new ConfigError('no cluster found: give --kubeconfig FILE, or --no-cluster to serve policies without one');
}

function readKubeconfigs(from: string, files: readonly string[]): ClusterAccess {
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) {
    throw new ConfigError(`${from}: there is no file \`${missing}\``);
  }
  return { kind: 'files', files };
}

function checkFolder(given: Given, folder: string): string {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new ConfigError(`${given.nameOf('policies')}: there is no folder \`${folder}\``);
  }
  return folder;
}

function readPacks(given: Given, known: readonly string[]): readonly string[] {
  const asked = given.list('pack');
  if (given.isSet('no-packs')) {
    if (asked.length > 0) {
      throw new ConfigError('--no-packs and --pack exclude each other');
    }
    return [];
  }
  for (const name of asked) {
    if (!known.includes(name)) {
      const meant = findClosest(name, known);
      const hint = meant === null ? `wanted one of ${known.join(', ')}` : `did you mean \`${meant}\`?`;
      throw new ConfigError(`${given.nameOf('pack')}: there is no pack \`${name}\`, ${hint}`);
    }
  }
  return asked.length > 0 ? [...new Set(asked)] : DEFAULT_PACKS;
}

const DEFAULT_PACKS = ['vitistack'] as const;

function readLogLevel(given: Given): LogLevel {
  const text = given.text('log-level') ?? 'info';
  const level = LOG_LEVELS.find((name) => name === text);
  if (level === undefined) {
    throw new ConfigError(`${given.nameOf('log-level')} is \`${text}\`, wanted one of ${LOG_LEVELS.join(', ')}`);
  }
  return level;
}

/** The namespace of manifests/base. */
const OWN_NAMESPACE = 'lintel-system';

/** Whoever may write the ConfigMap writes policy: its own namespace unless told otherwise, all only by an explicit `*`. */
function readConfigMapNamespace(given: string | undefined): string | null {
  if (given === '*') return null;
  return given ?? OWN_NAMESPACE;
}
