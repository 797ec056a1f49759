import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import type { JsonObject } from '../../src/policies/index.ts';
import { parseAdmissionReview } from '../../src/webhook/admission-review.ts';
import { startDoor } from './live-door.ts';
import { compileAll, IN_USE_POLICY, MODE_POLICY, OWNER_POLICY, STAMP_POLICY } from './sample-policies.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Requests of real API servers: a collection beside the repository, and our own recordings. */
const FOLDERS = [
  ...['v1.36', 'v1.33'].map((version) => join(ROOT, '../shared/data/admission-reviews', version)),
  ...globSync(join(ROOT, 'test/recordings/v*')),
];

interface Recording {
  name: string;
  body: JsonObject;
  request: JsonObject;
}

function readRecordings(folder: string): Recording[] {
  return globSync(join(folder, '*.json')).flatMap((file) => {
    const body = JSON.parse(readFileSync(file, 'utf8')) as JsonObject;
    const name = `${basename(dirname(file))}/${basename(file, '.json')}`;
    return body.kind === 'AdmissionReview' ? [{ name, body, request: body.request as JsonObject }] : [];
  });
}

for (const folder of FOLDERS) {
  t.test(
    `each review in ${basename(dirname(folder))}/${basename(folder)} is answered as an API server accepts it`,
    async (t) => {
      if (!existsSync(folder)) {
        t.comment(`the recordings of ${basename(folder)} are not here: skipped`);
        return;
      }
      const recordings = readRecordings(folder);
      const door = await startDoor(() => compileAll([OWNER_POLICY, IN_USE_POLICY, MODE_POLICY, STAMP_POLICY]));
      t.teardown(door.stop);
      let denied = 0;
      let patched = 0;
      for (const { name, body, request } of recordings) {
        for (const phase of ['validate', 'mutate'] as const) {
          const { wrong, status, response } = await door.ask(phase, body);
          t.same(wrong, [], `${phase} ${name}`);
          const isV1 = body.apiVersion === 'admission.k8s.io/v1';
          if (status !== (isV1 ? 200 : 400)) t.fail(`${name} is answered with HTTP ${status}`);
          if (response.allowed === false) denied++;
          if (response.patch !== undefined) patched++;
          if (phase === 'validate' && isV1) checkOwner(t, name, request, response);
        }
      }
      t.ok(denied > 0 && denied < recordings.length, `${denied} of ${recordings.length} denied`);
      t.comment(`${patched} patched`);
    },
  );
}

/** The one rule that every write meets: an object without the label is refused, and no other. */
function checkOwner(t: Test, name: string, request: JsonObject, response: JsonObject): void {
  const object = request.object as { metadata?: { labels?: { owner?: string }; deletionTimestamp?: string } } | null;
  if (request.operation !== 'CREATE' || request.subResource !== undefined || object?.metadata?.deletionTimestamp)
    return;
  t.equal(response.allowed, object?.metadata?.labels?.owner !== undefined, name);
}

t.test('the recorded shapes are read as they mean', async (t) => {
  const folder = FOLDERS[0] as string;
  if (!existsSync(folder)) {
    t.comment('the recordings of v1.36 are not here: skipped');
    return;
  }
  const read = (name: string) => {
    const parsed = parseAdmissionReview(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')));
    if (!parsed.ok) throw new Error(parsed.message);
    return parsed.review;
  };
  t.match(read('delete-collection'), { name: 'demo-c1', operation: 'DELETE', object: null, namespace: 'demo' });
  t.notOk('name' in (read('delete-collection').request ?? {}), 'the request itself has no name');
  t.match(read('create-generate-name-mutating'), { name: '', operation: 'CREATE' });
  t.match(read('create-generate-name-validating'), { name: /^demo-gen-/ });
  const exec = read('pod-exec');
  t.match(exec, { operation: 'CONNECT', subresource: 'exec', oldObject: null, kind: { kind: 'PodExecOptions' } });
  t.match(exec.object, { container: 'app' });
  t.match(read('node-proxy'), { namespace: '', name: 'demo-node', namespaceObject: null });
  const namespace = read('namespace-create');
  t.equal(namespace.namespace, '', 'a namespace lies in no namespace');
  t.equal(namespace.namespaceObject, namespace.object);
  const gone = read('namespace-delete');
  t.equal(gone.namespaceObject, gone.oldObject);
  t.match(read('dry-run'), { dryRun: true });
  t.match(read('user-service-account').userInfo, {
    extra: { 'authentication.kubernetes.io/credential-id': [/^JTI=/] },
  });
  t.ok(Object.hasOwn((read('configmap-key-proto').object as { data: object }).data, '__proto__'));
  t.match(read('custom-resource-through-older-version').request, { requestKind: { version: 'v1beta1' } });
  t.match(read('cluster-scoped-custom-resource'), { namespace: '', resource: { resource: 'vitistacks' } });
});
