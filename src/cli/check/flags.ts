/** The flags of `lintel check`. */
import { parseArgs } from 'node:util';
import { ConfigError } from '../../config.ts';
import { findClosest } from '../closest.ts';

export const HELP = `lintel check: judge manifests as the webhook would, without a cluster

usage: lintel check [flags] PATH…

A PATH is a file, a folder (every *.yaml, *.yml and *.json below it) or - for standard input. Lists, streams of many
documents and recorded AdmissionReviews are opened; all of it is judged as one batch. Each object gets the defaults
of its CRD, then what mutating rules write, and is then checked against the schema and all policies.

what it is judged by
  --pack NAME                a pack that ships with lintel, repeatable; default vitistack
  --no-packs                 none of them
  --policies PATH            policies of your own, a folder or a file, repeatable; their examples are tried first
  --crds PATH                CRDs, a folder or a file, repeatable; those in the batch count without being named
  --generation NAME          which CRDs of the packs: common (default) or crds
  --environment NAME         environment of everything whose namespace names none
  --namespace NAME           namespace of objects that name none; default \`default\`, as in kubectl
  --kubernetes-version V     version the cluster has, for rules that depend on it: 1.34

what is new
  --old PATH                 the objects as they are now, a folder or a file, repeatable: equal names become
                             updates, those that are gone become deletions, and what was wrong before is no news
  --git REV                  the same, from a commit of the repository the paths are in

what comes out
  --output FORMAT[=FILE]     repeatable, or with commas; FILE - is standard output. text json sarif junit github
                             gitlab tap policy-report markdown
  --fail-on ACTION           deny (default) or warn: from what on the run fails
  --strict                   what could not be judged here fails the run too
  --quiet                    only what fails the run
  --fix                      write defaults and what mutating rules add back into the files
  --diff                     show what --fix would write

examples:
  lintel check manifests/
  kubectl kustomize overlays/production | lintel check --environment production -
  lintel check --output text,sarif=lintel.sarif --git origin/main manifests/
  lintel check --policies ./policies --crds ./crds --fix manifests/site.yaml

exit codes: 0 clean, 1 violations, 2 something could not be checked
`;

export const FORMATS = [
  'text',
  'json',
  'sarif',
  'junit',
  'github',
  'gitlab',
  'tap',
  'policy-report',
  'markdown',
] as const;
export type Format = (typeof FORMATS)[number];

export interface OutputTarget {
  format: Format;
  /** Path, or `-`. */
  file: string;
}

export interface CheckFlags {
  help: boolean;
  paths: string[];
  packs: string[];
  policies: string[];
  crds: string[];
  generation: string;
  /** `''` when it is not said. */
  environment: string;
  namespace: string;
  /** `''` when it is not said. */
  kubernetesVersion: string;
  old: string[];
  /** `''` for none. */
  git: string;
  outputs: OutputTarget[];
  failOn: 'deny' | 'warn';
  strict: boolean;
  quiet: boolean;
  fix: boolean;
  diff: boolean;
}

const OPTIONS = {
  help: { type: 'boolean', short: 'h', default: false },
  pack: { type: 'string', multiple: true },
  'no-packs': { type: 'boolean', default: false },
  policies: { type: 'string', multiple: true },
  crds: { type: 'string', multiple: true },
  generation: { type: 'string', default: 'common' },
  environment: { type: 'string', default: '' },
  namespace: { type: 'string', default: 'default' },
  'kubernetes-version': { type: 'string', default: '' },
  old: { type: 'string', multiple: true },
  git: { type: 'string', default: '' },
  output: { type: 'string', short: 'o', multiple: true },
  'fail-on': { type: 'string', default: 'deny' },
  strict: { type: 'boolean', default: false },
  quiet: { type: 'boolean', short: 'q', default: false },
  fix: { type: 'boolean', default: false },
  diff: { type: 'boolean', default: false },
} as const;

const DEFAULT_PACK = 'vitistack';

/** @throws ConfigError naming the flag, what was found and what is wanted */
export function readCheckFlags(args: readonly string[]): CheckFlags {
  refuseUnknown(args);
  const { values, positionals } = parse(args);
  const packs = values['no-packs'] ? [] : (values.pack ?? [DEFAULT_PACK]);
  if (values['no-packs'] && values.pack !== undefined)
    throw new ConfigError('--no-packs and --pack exclude each other');
  const flags: CheckFlags = {
    help: values.help,
    paths: positionals,
    packs,
    policies: values.policies ?? [],
    crds: values.crds ?? [],
    generation: values.generation,
    environment: values.environment,
    namespace: values.namespace,
    kubernetesVersion: readVersion(values['kubernetes-version']),
    old: values.old ?? [],
    git: values.git,
    outputs: readOutputs(values.output ?? []),
    failOn: readFailOn(values['fail-on']),
    strict: values.strict,
    quiet: values.quiet,
    fix: values.fix,
    diff: values.diff,
  };
  if (!flags.help) checkTogether(flags);
  return flags;
}

function checkTogether({ paths, old, git, fix }: CheckFlags): void {
  if (paths.length === 0) throw new ConfigError('nothing to check: name files or folders, or `-` for standard input');
  if (paths.filter((path) => path === '-').length > 1) throw new ConfigError('`-` stands twice among the paths');
  if (old.length > 0 && git !== '') throw new ConfigError('--old and --git exclude each other');
  if (git !== '' && paths.includes('-')) throw new ConfigError('--git needs files, and standard input is in no commit');
  if (fix && paths.includes('-')) throw new ConfigError('--fix needs files to write to, use --diff for standard input');
}

function refuseUnknown(args: readonly string[]): void {
  const end = args.indexOf('--');
  const given = (end < 0 ? args : args.slice(0, end)).map((arg) => arg.split('=', 1)[0] ?? '');
  const known = Object.keys(OPTIONS).map((flag) => `--${flag}`);
  const unknown = given.find((arg) => arg.startsWith('--') && !known.includes(arg));
  if (unknown === undefined) return;
  const meant = findClosest(unknown, known);
  const hint = meant === null ? '; `lintel check --help` lists them' : `, did you mean \`${meant}\`?`;
  throw new ConfigError(`unknown flag \`${unknown}\`${hint}`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
    throw new ConfigError(message.charAt(0).toLowerCase() + message.slice(1).replaceAll("'", '`').replace(/\.$/, ''));
  }
}

function readVersion(text: string): string {
  if (text !== '' && !/^v?\d+\.\d+(\.\d+)?([-+].*)?$/.test(text)) {
    throw new ConfigError(`--kubernetes-version is \`${text}\`, wanted a version such as 1.34 or 1.34.3`);
  }
  return text.replace(/^v/, '');
}

function readFailOn(text: string): 'deny' | 'warn' {
  if (text === 'deny' || text === 'warn') return text;
  throw new ConfigError(`--fail-on is \`${text}\`, wanted deny or warn`);
}

function readOutputs(written: readonly string[]): OutputTarget[] {
  const targets = written.flatMap((value) => value.split(',')).map(readOutput);
  const toStdout = targets.filter(({ file }) => file === '-');
  if (toStdout.length > 1) {
    const formats = toStdout.map(({ format }) => format).join(' and ');
    throw new ConfigError(`--output: ${formats} cannot share standard output, give one a file: \`json=report.json\``);
  }
  const files = targets.map(({ file }) => file).filter((file) => file !== '-');
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined) throw new ConfigError(`--output: two formats would be written to \`${twice}\``);
  return targets.length === 0 ? [{ format: 'text', file: '-' }] : targets;
}

function readOutput(text: string): OutputTarget {
  const [name = '', ...rest] = text.split('=');
  const format = FORMATS.find((one) => one === name);
  if (format === undefined) {
    const meant = findClosest(name, FORMATS);
    const hint = meant === null ? `wanted one of ${FORMATS.join(', ')}` : `did you mean \`${meant}\`?`;
    throw new ConfigError(`--output: there is no format \`${name}\`, ${hint}`);
  }
  const file = rest.length === 0 ? '-' : rest.join('=');
  if (file === '')
    throw new ConfigError(`--output: \`${text}\` names no file; write \`${name}=-\` for standard output`);
  return { format, file };
}
