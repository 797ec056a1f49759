import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { issueCertificates } from '../../../certs-scripts/issue-certificates.ts';
import { createWebhookClient, type WebhookClient } from '../../../src/cli/demo/client.ts';

const hosts = ['127.0.0.1'];
const uid = 'c0ffee00-0000-4000-8000-000000000001';
const review = { request: { uid } };

/** A client, and a TLS server that gives one answer to everything. */
async function answering(
  t: Test,
  body: unknown,
  options: { status?: number; ca?: string } = {},
): Promise<WebhookClient> {
  const { ca, leaf } = await issueCertificates({ hosts });
  const server = createServer(leaf, (request, response) => {
    request.resume().on('end', () => response.writeHead(options.status ?? 200).end(JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = createWebhookClient({ host: '127.0.0.1', port }, options.ca ?? ca.cert);
  t.teardown(() => {
    client.close();
    server.close();
  });
  return client;
}

function answer(response: object): object {
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, ...response } };
}

function encode(patch: unknown): string {
  return Buffer.from(JSON.stringify(patch)).toString('base64');
}

t.test('a denial is read with its reason, message, warnings and rules', async (t) => {
  const status = { reason: 'Forbidden', message: 'no' };
  const client = await answering(
    t,
    answer({ allowed: false, status, warnings: ['w'], auditAnnotations: { rules: 'A,B' } }),
  );
  t.strictSame(await client.ask('/validate', review), {
    allowed: false,
    reason: 'Forbidden',
    message: 'no',
    warnings: ['w'],
    patch: [],
    rules: ['A', 'B'],
  });
});

t.test('a patch is decoded', async (t) => {
  const patch = [{ op: 'add', path: '/a', value: 1 }];
  const client = await answering(t, answer({ allowed: true, patch: encode(patch), patchType: 'JSONPatch' }));
  t.strictSame((await client.ask('/mutate', review)).patch, patch);
});

t.test('a server whose certificate another authority signed is not talked to', async (t) => {
  const stranger = await issueCertificates({ hosts });
  const client = await answering(t, answer({ allowed: true }), { ca: stranger.ca.cert });
  await t.rejects(client.ask('/validate', review), { code: /CERT|SIGNATURE|ISSUER/ });
});

t.test('what an API server would not take is not taken', async (t) => {
  const patch = encode([]);
  const refused: [string, '/mutate' | '/validate', object, RegExp][] = [
    ['another uid', '/validate', answer({ uid: 'other', allowed: true }), /the answer is to `other`/],
    ['no verdict', '/validate', answer({}), /does not say whether it allows/],
    ['another version', '/validate', { ...answer({ allowed: true }), apiVersion: 'v1' }, /no AdmissionReview/],
    ['a patch without type', '/mutate', answer({ allowed: true, patch }), /would not take/],
    ['a patch from /validate', '/validate', answer({ allowed: true, patch, patchType: 'JSONPatch' }), /would not take/],
    [
      'a patch that is no list',
      '/mutate',
      answer({ allowed: true, patch: encode({}), patchType: 'JSONPatch' }),
      /is no list/,
    ],
  ];
  for (const [what, path, body, message] of refused) {
    const client = await answering(t, body);
    await t.rejects(client.ask(path, review), { message }, what);
  }
});

t.test('an HTTP error is told with its status', async (t) => {
  const client = await answering(t, { message: 'busy' }, { status: 429 });
  await t.rejects(client.ask('/validate', review), { message: /found HTTP 429, wanted 200.*busy/ });
});
