// Registers the webhooks of the shipped manifests with a test cluster, changing nothing but where they are.

import { readFile } from 'node:fs/promises';
import { parseAllDocuments, stringify } from 'yaml';
import type { Cluster } from './start.ts';

/** What to register and where it listens. */
export interface WebhookRegistration {
  /** YAML files; documents of other kinds in them are left alone. */
  yamlFiles: string[];
  /** `https://127.0.0.1:PORT`, to which each webhook's service path is appended. */
  url: string;
  /** PEM of the authority that signed the server's certificate. */
  caBundle: string;
}

interface ClientConfig {
  service?: { path?: string };
  url?: string;
  caBundle?: string;
}

/** The fields of a webhook configuration that matter here. */
interface WebhookConfiguration {
  kind: 'ValidatingWebhookConfiguration' | 'MutatingWebhookConfiguration';
  metadata: { name: string };
  webhooks?: { name: string; clientConfig: ClientConfig }[];
}

/**
 * Applies the webhook configurations in these files with `clientConfig.service` replaced by a URL on the loopback
 * interface, where no Service can lead.
 * @returns `Kind/name` of each.
 * @throws Error when a file is no YAML, holds no configuration at all, or kubectl fails.
 */
export async function registerWebhooks(
  cluster: Pick<Cluster, 'kubectl'>,
  { yamlFiles, url, caBundle }: WebhookRegistration,
): Promise<string[]> {
  const found: WebhookConfiguration[] = [];
  for (const file of yamlFiles) found.push(...(await readConfigurations(file)));
  if (found.length === 0) throw new Error(`no webhook configuration in ${yamlFiles.join(', ')}`);
  for (const configuration of found) {
    for (const webhook of configuration.webhooks ?? []) {
      webhook.clientConfig = {
        url: new URL(webhook.clientConfig.service?.path ?? '/', url).href,
        caBundle: Buffer.from(caBundle).toString('base64'),
      };
    }
  }
  const stdin = found.map((configuration) => stringify(configuration)).join('---\n');
  const { code, stderr } = await cluster.kubectl(['apply', '-f', '-'], { stdin });
  if (code !== 0) throw new Error(`registering the webhooks ended with ${code}: ${stderr.trim()}`);
  return found.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
}

async function readConfigurations(file: string): Promise<WebhookConfiguration[]> {
  const documents = parseAllDocuments(await readFile(file, 'utf8'));
  if ('empty' in documents) return [];
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`\`${file}\`: ${error.message}`);
    const value: unknown = document.toJS();
    return isWebhookConfiguration(value) ? [value] : [];
  });
}

function isWebhookConfiguration(value: unknown): value is WebhookConfiguration {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return value.kind === 'ValidatingWebhookConfiguration' || value.kind === 'MutatingWebhookConfiguration';
}
