import { join } from 'node:path';
import t from 'tap';
import { ConfigError, readConfig, SERVE_FLAGS } from '../src/config.ts';

const packs = ['vitistack', 'homelab'];
const folder = t.testdir({
  policies: {},
  more: {},
  'tls.crt': 'x',
  'tls.key': 'y',
  config: 'z',
  '.kube': { config: 'k' },
});
const at = (name: string): string => join(folder, name);

function read(args: string[], env: Record<string, string> = {}) {
  return readConfig(args, { env, packs });
}
function complain(args: string[], env: Record<string, string> = {}): string {
  try {
    read(args, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'no error';
}

t.test('without flags but --no-cluster there are defaults', async (t) => {
  t.same(read(['--no-cluster']), {
    port: 8443,
    address: '0.0.0.0',
    tls: null,
    cluster: null,
    policies: [],
    packs: ['vitistack'],
    configMapNamespace: 'lintel-system',
    environment: '',
    clusterName: '',
    logLevel: 'info',
    shutdownDelayMs: 10_000,
    maxInFlight: null,
    metricsPort: null,
  });
});

t.test('the configuration cannot be changed', async (t) => {
  t.ok(Object.isFrozen(read(['--no-cluster'])));
});

t.test('every flag is read', async (t) => {
  const args = [
    ...['--port', '0', '--address=127.0.0.1', '--tls-cert', at('tls.crt'), '--tls-key', at('tls.key')],
    ...['--kubeconfig', at('config'), '--policies', at('policies'), '--policies', at('more')],
    ...['--pack', 'homelab', '--pack', 'vitistack', '--pack', 'homelab', '--config-map-namespace', 'lintel-system'],
    ...['--environment', 'production', '--cluster-name', 'edge', '--log-level', 'debug'],
    ...['--shutdown-delay', '0', '--max-in-flight', '5', '--metrics-port', '0'],
  ];
  t.same(read(args), {
    port: 0,
    address: '127.0.0.1',
    tls: { cert: at('tls.crt'), key: at('tls.key') },
    cluster: { kind: 'files', files: [at('config')] },
    policies: [at('policies'), at('more')],
    packs: ['homelab', 'vitistack'],
    configMapNamespace: 'lintel-system',
    environment: 'production',
    clusterName: 'edge',
    logLevel: 'debug',
    shutdownDelayMs: 0,
    maxInFlight: 5,
    metricsPort: 0,
  });
  t.same(read(['--no-cluster', '--no-packs']).packs, []);
});

t.test('each flag has a variable, flags win, and lists take commas', async (t) => {
  const env = {
    LINTEL_NO_CLUSTER: 'true',
    LINTEL_PORT: '9000',
    LINTEL_POLICIES: `${at('policies')}, ${at('more')}`,
    LINTEL_LOG_LEVEL: 'warn',
    LINTEL_ENVIRONMENT: '',
  };
  const config = read(['--log-level', 'error'], env);
  t.match(config, {
    port: 9000,
    policies: [at('policies'), at('more')],
    logLevel: 'error',
    environment: '',
    cluster: null,
  });
});

t.test('what Kubernetes sets for a Service named lintel is no configuration', async (t) => {
  const env = {
    LINTEL_PORT: 'tcp://10.0.0.1:443',
    LINTEL_SERVICE_HOST: '10.0.0.1',
    LINTEL_PORT_443_TCP_ADDR: '10.0.0.1',
  };
  t.equal(read(['--no-cluster'], env).port, 8443);
});

t.test('the cluster is the one told, KUBECONFIG, the pod, the usual file, in this order', async (t) => {
  const pod = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };
  const usual = { HOME: folder };
  const own = { KUBECONFIG: `${at('config')}:${at('.kube/config')}` };
  t.same(read(['--kubeconfig', at('config')], { ...own, ...pod, ...usual }).cluster, {
    kind: 'files',
    files: [at('config')],
  });
  t.same(read([], { ...own, ...pod, ...usual }).cluster, { kind: 'files', files: [at('config'), at('.kube/config')] });
  t.same(read([], { ...pod, ...usual }).cluster, { kind: 'in-cluster' });
  t.same(read([], usual).cluster, { kind: 'files', files: [at('.kube/config')] });
  t.match(complain([], { HOME: at('policies') }), /no cluster found: give --kubeconfig FILE, or --no-cluster/);
});

const WRONG: readonly [args: string[], env: Record<string, string>, message: RegExp][] = [
  [['--no-clster'], {}, /^unknown flag `--no-clster`, did you mean `--no-cluster`\?$/],
  [['--frobnicate'], {}, /unknown flag `--frobnicate`; `lintel serve --help` lists them/],
  [['policies'], {}, /unexpected argument/],
  [['--no-cluster', '--port'], {}, /--port/],
  [['--no-cluster', '--port', '70000'], {}, /--port is `70000`, wanted a whole number from 0 to 65535/],
  [['--no-cluster'], { LINTEL_PORT: 'x' }, /LINTEL_PORT is `x`/],
  [['--no-cluster', '--log-level', 'loud'], {}, /--log-level is `loud`, wanted one of debug, info/],
  [['--no-cluster', '--tls-cert', at('tls.crt')], {}, /--tls-key is missing/],
  [['--no-cluster', '--tls-cert', at('no.crt'), '--tls-key', at('tls.key')], {}, /--tls-cert: there is no file/],
  [['--no-cluster', '--policies', at('tls.crt')], {}, /--policies: there is no folder/],
  [['--no-cluster', '--kubeconfig', at('config')], {}, /exclude each other/],
  [['--kubeconfig', at('no')], {}, /--kubeconfig: there is no file/],
  [[], { KUBECONFIG: at('no') }, /KUBECONFIG: there is no file/],
  [['--no-cluster', '--pack', 'vitistck'], {}, /no pack `vitistck`, did you mean `vitistack`/],
  [['--no-cluster', '--pack', 'x'], {}, /wanted one of vitistack, homelab/],
  [['--no-cluster', '--no-packs', '--pack', 'homelab'], {}, /exclude each other/],
  [[], { LINTEL_NO_CLUSTER: 'maybe' }, /LINTEL_NO_CLUSTER is `maybe`, wanted true or false/],
  [
    ['--no-cluster'],
    { LINTEL_LOG_LEVL: 'info' },
    /unknown variable `LINTEL_LOG_LEVL`, did you mean `LINTEL_LOG_LEVEL`/,
  ],
];
for (const [args, env, message] of WRONG) {
  t.test(
    `${JSON.stringify(args.map((arg) => arg.replace(folder, '')))} ${Object.keys(env)} is refused in one line`,
    async (t) => {
      const found = complain(args, env);
      t.match(found, message);
      t.notMatch(found, '\n');
    },
  );
}

t.test('every flag is in the help of serve, with its value', async (t) => {
  const { describeVerb } = await import('../src/cli/help.ts');
  for (const flag of Object.keys(SERVE_FLAGS)) t.match(describeVerb('serve'), new RegExp(`^ +--${flag}( |$)`, 'm'));
});
