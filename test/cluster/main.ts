// The command behind `npm run cluster`: a control plane to play with, Lintel in front of it, and its programs built
// ahead of time.

import { parseArgs } from 'node:util';
import { openStage } from '../e2e/stage.ts';
import { findBinaries } from './binaries.ts';
import { type Minor, minors } from './go-modules.ts';
import { type Cluster, startCluster } from './start.ts';

const usage = `usage: node test/cluster/main.ts [up|build] [flags]

  up      (default) start etcd, kube-apiserver and kube-controller-manager on this machine's
          loopback, with the VitiStack CRDs and Lintel registered as validating and mutating
          webhook, and stay until Ctrl-C; then nothing is left
  build   build the programs ahead of time (Go 1.26 or newer, about 5 minutes a minor on two cores)

flags
  --minor MINOR        Kubernetes minor: ${minors.join(', ')} (default ${minors[0]}; \`build\` also takes all, its default)
  --replicas N         processes of Lintel behind one address (default 1)
  --policies DIR       more policies, watched; may be given again
  --bare               the control plane alone: no CRDs, no Lintel
  --no-controllers     without kube-controller-manager: namespaces and owned objects stay
  -h, --help           this text

environment
  KUBEBUILDER_ASSETS     folder with etcd, kube-apiserver, kubectl: used as they are, nothing is built
  LINTEL_CLUSTER_CACHE   folder for built programs (default .cache/cluster in the project)

examples
  npm run cluster
  npm run cluster -- --minor 1.33
  npm run cluster -- --replicas 3 --policies ./my-policies
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
  if (verb === 'up') return await up(values);
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
        replicas: { type: 'string', default: '1' },
        policies: { type: 'string', multiple: true, default: [] },
        bare: { type: 'boolean', default: false },
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

interface UpFlags {
  minor?: string | undefined;
  controllers: boolean;
  replicas: string;
  policies: string[];
  bare: boolean;
}

/** Ctrl-C ends it in order; whatever else ends this process, the supervisor cleans up. */
async function up(flags: UpFlags): Promise<number> {
  const stopped = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => done());
  });
  const running = await Promise.race([flags.bare ? startBare(flags) : startWhole(flags), stopped]);
  if (running === undefined) return 130;
  const { cluster } = running;
  const { kubectl } = await findBinaries(flags.minor === undefined ? undefined : readMinor(flags.minor));
  process.stdout.write(
    [
      `Kubernetes ${cluster.version} is up at ${cluster.url}${flags.bare ? '' : ', and asks Lintel about every write of VitiStack'}`,
      '',
      `  export KUBECONFIG=${cluster.kubeconfigPath}`,
      `  alias kubectl=${kubectl}`,
      ...(flags.bare
        ? ['  kubectl --context alice create configmap demo --from-literal key=value']
        : [
            '  kubectl apply -f examples/vitistack/bad.yaml     # refused, with all that is wrong',
            '  kubectl apply -f examples/vitistack/terse.yaml   # completed',
          ]),
      '',
      'Ctrl-C ends it and removes everything',
      '',
    ].join('\n'),
  );
  await stopped;
  await running.stop();
  return 0;
}

interface Running {
  cluster: Cluster;
  stop(): Promise<void>;
}

async function startBare({ minor, controllers }: UpFlags): Promise<Running> {
  const cluster = await startCluster({ minor: minor === undefined ? undefined : readMinor(minor), controllers });
  return { cluster, stop: () => cluster.stop() };
}

async function startWhole({ minor, controllers, replicas, policies }: UpFlags): Promise<Running> {
  const count = Number(replicas);
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`--replicas is \`${replicas}\`: a whole number from 1 is wanted`);
  return await openStage({
    minor: minor === undefined ? undefined : readMinor(minor),
    controllers,
    replicas: count,
    args: policies.flatMap((folder) => ['--policies', folder]),
  });
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write('\nnode test/cluster/main.ts --help\n');
  process.exit(error instanceof UsageError ? 2 : 1);
}
