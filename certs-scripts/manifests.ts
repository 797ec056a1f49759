import { parseAllDocuments, stringify, YAMLMap, YAMLSeq } from 'yaml';
import type { Certificates } from './issue-certificates.ts';

/** Name of the Secret the Deployment mounts. */
export const SECRET_NAME = 'lintel-tls';

/**
 * The Secret with the serving certificate, as YAML. The authority's key is left out on purpose: whoever can read it
 * can stand in for the webhook.
 */
export function renderSecret(certificates: Certificates, namespace: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: SECRET_NAME, namespace, labels: { 'app.kubernetes.io/name': 'lintel' } },
    type: 'kubernetes.io/tls',
    data: {
      'ca.crt': encode(certificates.ca.cert),
      'tls.crt': encode(certificates.leaf.cert),
      'tls.key': encode(certificates.leaf.key),
    },
  });
}

/**
 * A webhook manifest with the authority in every `clientConfig.caBundle`; comments and order stay.
 * @param manifest YAML of one or more documents.
 * @param authorities PEM; both authorities one after the other while one replaces the other.
 * @param service Where the API server finds the webhook, when not where the manifest says.
 * @throws Error when the YAML is broken or no document is a webhook configuration.
 */
export function insertCaBundle(
  manifest: string,
  authorities: string,
  service?: { name: string; namespace: string },
): string {
  const documents = parseAllDocuments(manifest);
  let inserted = 0;
  for (const document of documents) {
    const broken = document.errors[0];
    if (broken !== undefined) throw new Error(`the webhook manifest is not YAML: ${broken.message.split('\n')[0]}`);
    const webhooks = document.get('webhooks');
    if (!(webhooks instanceof YAMLSeq)) continue;
    for (const webhook of webhooks.items) {
      if (!(webhook instanceof YAMLMap)) throw new Error('an element of `webhooks` is not a map');
      webhook.setIn(['clientConfig', 'caBundle'], encode(authorities));
      if (service !== undefined) {
        webhook.setIn(['clientConfig', 'service', 'name'], service.name);
        webhook.setIn(['clientConfig', 'service', 'namespace'], service.namespace);
      }
      inserted += 1;
    }
  }
  if (inserted === 0) throw new Error('the manifest has no `webhooks`, wanted a webhook configuration');
  return documents.map((document) => document.toString({ lineWidth: 0 })).join('');
}

function encode(pem: string): string {
  return Buffer.from(pem).toString('base64');
}
