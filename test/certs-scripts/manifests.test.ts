import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse, parseAllDocuments } from 'yaml';
import { issueCertificates } from '../../certs-scripts/issue-certificates.ts';
import { insertCaBundle, renderSecret, SECRET_NAME } from '../../certs-scripts/manifests.ts';

const BASE = join(import.meta.dirname, '..', '..', 'manifests', 'base');
const CA = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

t.test('the Secret holds the serving pair and the authority, and never the key of the authority', async (t) => {
  const issued = await issueCertificates({ hosts: ['localhost'] });
  const text = renderSecret(issued, 'elsewhere');
  const secret = parse(text);
  t.equal(secret.type, 'kubernetes.io/tls');
  t.equal(secret.metadata.name, SECRET_NAME);
  t.equal(secret.metadata.namespace, 'elsewhere');
  t.strictSame(Object.keys(secret.data).sort(), ['ca.crt', 'tls.crt', 'tls.key']);
  t.equal(Buffer.from(secret.data['tls.crt'], 'base64').toString(), issued.leaf.cert);
  t.equal(Buffer.from(secret.data['tls.key'], 'base64').toString(), issued.leaf.key);
  const everything = Object.values<string>(secret.data).map((value) => Buffer.from(value, 'base64').toString());
  // The first line of every P-256 key is the same; the second is the key itself.
  const secretLine = issued.ca.key.split('\n')[2] ?? '';
  t.ok(secretLine.length > 40);
  t.notOk(everything.join('').includes(secretLine));
});

t.test('the authority goes into every webhook of the shipped registrations, and nothing else changes', async (t) => {
  for (const name of ['70-mutatingwebhookconfiguration.yaml', '80-validatingwebhookconfiguration.yaml']) {
    const before = readFileSync(join(BASE, name), 'utf8');
    const after = insertCaBundle(before, CA);
    const expected = parse(before);
    for (const webhook of expected.webhooks) webhook.clientConfig.caBundle = Buffer.from(CA).toString('base64');
    t.strictSame(parse(after), expected);
    t.ok(after.includes('never */status'), 'the comments stay');
    t.equal(insertCaBundle(after, CA), after, 'a second time changes nothing');
  }
});

t.test('another service or namespace is written beside it, in all documents of a file', async (t) => {
  const text = ['a', 'b'].map((name) => `kind: X\nwebhooks: [{name: ${name}, clientConfig: {service: {path: /v}}}]\n`);
  const after = insertCaBundle(text.join('---\n'), CA, { name: 'n', namespace: 's' });
  const documents = parseAllDocuments(after).map((document) => document.toJS());
  t.equal(documents.length, 2);
  for (const document of documents) {
    t.strictSame(document.webhooks[0].clientConfig.service, { path: '/v', name: 'n', namespace: 's' });
  }
});

t.test('what is no registration is refused', async (t) => {
  t.throws(() => insertCaBundle('kind: ConfigMap\n', CA), /has no `webhooks`/);
  t.throws(() => insertCaBundle('', CA), /has no `webhooks`/);
  t.throws(() => insertCaBundle('webhooks: [x]\n', CA), /not a map/);
  t.throws(() => insertCaBundle('a: {\n', CA), /not YAML/);
});
