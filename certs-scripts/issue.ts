import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  CA_DAYS,
  type Certificates,
  issueCertificates,
  type KeyPair,
  LEAF_DAYS,
  listServiceHosts,
} from './issue-certificates.ts';
import { insertCaBundle, renderSecret } from './manifests.ts';

const HELP = `Issues the certificates an API server needs to trust Lintel's webhook.

Usage: node certs-scripts/issue.ts --out DIR [options]

Writes into DIR: ca.crt, ca.key (the authority), tls.crt, tls.key (the serving certificate).

Options
  --out DIR          where to write; made when it is not there
  --service NAME     the Service in front of Lintel             (default lintel)
  --namespace NAME   its namespace (default lintel-system); another also has to stand in the manifests
  --host HOST        one more DNS name or IP address; repeatable
  --days N           days the serving certificate is good for   (default ${LEAF_DAYS})
  --ca-days N        days a new authority is good for           (default ${CA_DAYS})
  --ca DIR           sign with the authority (ca.crt, ca.key) in DIR, so that caBundle need not change
  --manifests DIR    also write the Secret, and copies of the webhook manifests of DIR with their caBundle
  --force            overwrite files that are there
  --help             show this

Examples
  node certs-scripts/issue.ts --out certs --manifests manifests/base
  node certs-scripts/issue.ts --out certs --host 192.0.2.10
  node certs-scripts/issue.ts --out certs-2027 --ca certs --manifests manifests/base

Exit codes: 0 written, 2 nothing written
`;

/** Webhook manifests that get the authority, in the order they are applied. */
const WEBHOOK_MANIFESTS = ['70-mutatingwebhookconfiguration.yaml', '80-validatingwebhookconfiguration.yaml'];

interface OutputFile {
  name: string;
  content: string;
  /** Secret files are for their owner alone. */
  secret: boolean;
}

interface Arguments {
  out: string;
  service: string;
  namespace: string;
  hosts: string[];
  days: number;
  caDays: number;
  ca: string | undefined;
  manifests: string | undefined;
  force: boolean;
}

function readArguments(args: string[]): Arguments | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      out: { type: 'string' },
      service: { type: 'string', default: 'lintel' },
      namespace: { type: 'string', default: 'lintel-system' },
      host: { type: 'string', multiple: true, default: [] },
      days: { type: 'string', default: String(LEAF_DAYS) },
      'ca-days': { type: 'string', default: String(CA_DAYS) },
      ca: { type: 'string' },
      manifests: { type: 'string' },
      force: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.out === undefined) throw new Error('`--out` is missing, wanted the folder to write into');
  return {
    out: values.out,
    service: values.service,
    namespace: values.namespace,
    hosts: [...listServiceHosts(values.service, values.namespace), ...values.host],
    days: Number(values.days),
    caDays: Number(values['ca-days']),
    ca: values.ca,
    manifests: values.manifests,
    force: values.force,
  };
}

async function readAuthority(folder: string): Promise<KeyPair> {
  const [cert, key] = await Promise.all([
    readFile(join(folder, 'ca.crt'), 'utf8'),
    readFile(join(folder, 'ca.key'), 'utf8'),
  ]);
  return { cert, key };
}

async function listFiles(options: Arguments, certificates: Certificates): Promise<OutputFile[]> {
  const { ca, leaf } = certificates;
  const files: OutputFile[] = [
    { name: 'ca.crt', content: ca.cert, secret: false },
    { name: 'ca.key', content: ca.key, secret: true },
    { name: 'tls.crt', content: leaf.cert, secret: false },
    { name: 'tls.key', content: leaf.key, secret: true },
  ];
  if (options.manifests === undefined) return files;
  files.push({ name: 'secret.yaml', content: renderSecret(certificates, options.namespace), secret: true });
  const service = { name: options.service, namespace: options.namespace };
  for (const name of WEBHOOK_MANIFESTS) {
    const manifest = await readFile(join(options.manifests, name), 'utf8');
    files.push({ name, content: insertCaBundle(manifest, ca.cert, service), secret: false });
  }
  return files;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

async function writeFiles(folder: string, files: readonly OutputFile[], force: boolean): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const file of files) {
    if (!force && (await isThere(join(folder, file.name)))) {
      throw new Error(
        `\`${join(folder, file.name)}\` is there already; take another folder, or \`--force\` to overwrite`,
      );
    }
  }
  for (const file of files) {
    const path = join(folder, file.name);
    const mode = file.secret ? 0o600 : 0o644;
    await writeFile(path, file.content, { mode, flag: force ? 'w' : 'wx' });
    // The mode of writeFile counts for new files only.
    await chmod(path, mode);
  }
}

function describeNext(options: Arguments): string {
  const { out, manifests, namespace } = options;
  if (manifests === undefined)
    return `start the server with --tls-cert ${join(out, 'tls.crt')} --tls-key ${join(out, 'tls.key')}`;
  const webhooks = WEBHOOK_MANIFESTS.map((name) => `-f ${join(out, name)}`).join(' ');
  return [
    'apply, in this order (the webhooks last: from then on the API server needs an answer)',
    `  kubectl apply -k ${manifests}`,
    `  kubectl apply -f ${join(out, 'secret.yaml')}`,
    `  kubectl -n ${namespace} rollout status deployment/lintel`,
    `  kubectl apply ${webhooks}`,
    `keep ${join(out, 'ca.key')} safe and out of the cluster: it is needed to renew`,
  ].join('\n');
}

/**
 * The command. Writes to `out` and `err`; answers the exit code: 0 when the files are written, 2 when none is.
 */
export async function runIssue(
  args: string[],
  out: (text: string) => void,
  err: (text: string) => void,
): Promise<number> {
  try {
    const options = readArguments(args);
    if (options === 'help') {
      out(HELP);
      return 0;
    }
    const { hosts, days, caDays } = options;
    const ca = options.ca === undefined ? undefined : await readAuthority(options.ca);
    const certificates = await issueCertificates({ hosts, days, caDays, ...(ca === undefined ? {} : { ca }) });
    const files = await listFiles(options, certificates);
    await writeFiles(options.out, files, options.force);
    out(`wrote ${files.map((file) => file.name).join(', ')} to ${options.out}\n`);
    out(`good for ${[...new Set(hosts)].join(', ')}\n${describeNext(options)}\n`);
    return 0;
  } catch (error) {
    err(`issue: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) {
  process.exitCode = await runIssue(
    process.argv.slice(2),
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  );
}
