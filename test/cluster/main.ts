// The command behind `npm run cluster`: a control plane to play with, and its programs built ahead of time.

import { parseArgs } from 'node:util';
import { findBinaries } from './binaries.ts';
import { type Minor, minors } from './go-modules.ts';
import { startCluster } from './start.ts';

const usage = `usage: node test/cluster/main.ts [up|build] [flags]

  up      (default) start etcd, kube-apiserver and kube-controller-manager on this machine's
          loopback, and stay until Ctrl-C; then nothing is left
  build   build the programs ahead of time (Go 1.26 or newer, about 5 minutes a minor on two cores)

flags
  --minor MINOR        Kubernetes minor: ${minors.join(', ')} (default ${minors[0]}; \`build\` also takes all, its default)
  --no-controllers     without kube-controller-manager: namespaces and owned objects stay
  -h, --help           this text

environment
  KUBEBUILDER_ASSETS     folder with etcd, kube-apiserver, kubectl: used as they are, nothing is built
  LINTEL_CLUSTER_CACHE   folder for built programs (default .cache/cluster in the project)

examples
  npm run cluster
  npm run cluster -- --minor 1.33
  node test/cluster/main.ts build --minor all
`;

class UsageError extends Error {}

async function main(argv: string[]): Promise<number> {
  const { values, positionals } = readArguments(argv);
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const [verb = 'up', ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`one verb is wanted, got \`${positionals.join(' ')}\``);
  if (verb === 'build') return await build(values.minor ?? 'all');
  if (verb === 'up') return await up(values.minor, values.controllers);
  throw new UsageError(`\`${verb}\` is no verb: \`up\` or \`build\` is wanted`);
}

function readArguments(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      allowNegative: true,
      options: {
        minor: { type: 'string' },
        controllers: { type: 'boolean', default: true },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readMinor(text: string, more: string[] = []): Minor {
  const minor = minors.find((known) => known === text);
  if (minor !== undefined) return minor;
  throw new UsageError(`--minor is \`${text}\`: ${[...minors, ...more].join(' or ')} is wanted`);
}

async function build(minor: string): Promise<number> {
  const wanted = minor === 'all' ? minors : [readMinor(minor, ['all'])];
  for (const one of wanted) {
    const { version, apiServer } = await findBinaries(one);
    process.stdout.write(`${version} ${apiServer}\n`);
  }
  return 0;
}

/** Ctrl-C ends it in order; whatever else ends this process, the supervisor cleans up. */
async function up(minor: string | undefined, controllers: boolean): Promise<number> {
  const stopped = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => done());
  });
  const starting = startCluster({ minor: minor === undefined ? undefined : readMinor(minor), controllers });
  const cluster = await Promise.race([starting, stopped]);
  if (cluster === undefined) return 130;
  process.stdout.write(
    [
      `Kubernetes ${cluster.version} is up at ${cluster.url}`,
      '',
      `  export KUBECONFIG=${cluster.kubeconfigPath}`,
      '  kubectl get namespaces',
      '  kubectl --context alice create configmap demo --from-literal key=value',
      '',
      'Ctrl-C ends it and removes everything',
      '',
    ].join('\n'),
  );
  await stopped;
  await cluster.stop();
  return 0;
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write('\nnode test/cluster/main.ts --help\n');
  process.exit(error instanceof UsageError ? 2 : 1);
}
