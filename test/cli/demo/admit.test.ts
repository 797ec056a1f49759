import t from 'tap';
import { admitObject, createValidationReview } from '../../../src/cli/demo/admit.ts';
import type { Verdict, WebhookClient } from '../../../src/cli/demo/client.ts';
import type { JsonObject } from '../../../src/policies/index.ts';
import { readPackSchemas } from '../../../src/sources/packs.ts';
import { parseAdmissionReview } from '../../../src/webhook/admission-review.ts';

const schemas = await readPackSchemas('vitistack');
const vitistack = { apiVersion: 'vitistack.io/v1alpha1', kind: 'Vitistack', metadata: { name: 'oslo' }, spec: {} };
const machine = { apiVersion: 'vitistack.io/v1alpha1', kind: 'Machine', metadata: { name: 'm1' }, spec: {} };
const allowed: Verdict = { allowed: true, reason: '', message: '', warnings: [], patch: [], rules: [] };

/** Answers as told, and keeps what it was asked. */
function createClient(answers: {
  [path: string]: Partial<Verdict>;
}): WebhookClient & { asked: [string, JsonObject][] } {
  const asked: [string, JsonObject][] = [];
  return {
    asked,
    async ask(path, review) {
      asked.push([path, review]);
      return { ...allowed, ...answers[path] };
    },
    close: () => undefined,
  };
}

function requestOf(review: JsonObject | undefined): JsonObject {
  return review?.request as JsonObject;
}

t.test('/validate is asked about the object as /mutate left it', async (t) => {
  const patch = [{ op: 'add', path: '/spec/backup', value: true }];
  const client = createClient({ '/mutate': { patch, rules: ['A'] } });
  const admission = await admitObject(client, schemas, vitistack);
  t.strictSame(
    client.asked.map(([path]) => path),
    ['/mutate', '/validate'],
  );
  const [first, second] = client.asked.map(([, review]) => requestOf(review));
  t.match(first, { object: { spec: {} } });
  t.match(second, { object: { spec: { backup: true } } });
  t.strictSame(admission.stored.spec, { backup: true });
  t.strictSame(admission.object.spec, {}, 'what was written is left alone');
  t.strictSame(admission.writtenBy, ['A']);
  t.equal(admission.denial, null);
});

t.test('a new object has its uid only in the second phase, and each call has one of its own', async (t) => {
  const client = createClient({});
  await admitObject(client, schemas, vitistack);
  const [first, second] = client.asked.map(([, review]) => requestOf(review)) as [JsonObject, JsonObject];
  t.not(first.uid, second.uid);
  t.notOk((first.object as JsonObject & { metadata: JsonObject }).metadata.uid);
  t.match(second.object, { metadata: { uid: /^[0-9a-f-]{36}$/, generation: 1, creationTimestamp: /^\d{4}-.*\d\dZ$/ } });
});

t.test('where /mutate denies, /validate is not asked', async (t) => {
  const client = createClient({ '/mutate': { allowed: false, reason: 'InternalError', message: 'no' } });
  const { denial } = await admitObject(client, schemas, vitistack);
  t.equal(client.asked.length, 1);
  t.strictSame(denial, { webhook: 'mutate.lintel.dev', reason: 'InternalError', message: 'no' });
});

t.test('a denial of /validate carries that webhook, and the warnings of both without repetition', async (t) => {
  const client = createClient({
    '/mutate': { warnings: ['one', 'two'] },
    '/validate': { allowed: false, reason: 'Forbidden', message: 'no', warnings: ['two', 'three'] },
  });
  const { denial, warnings } = await admitObject(client, schemas, vitistack);
  t.equal(denial?.webhook, 'validate.lintel.dev');
  t.strictSame(warnings, ['one', 'two', 'three']);
});

t.test('a patch that does not apply is an error, not an object', async (t) => {
  const client = createClient({ '/mutate': { patch: [{ op: 'remove', path: '/spec/nothing' }] } });
  await t.rejects(admitObject(client, schemas, vitistack), { message: /the patch of \/mutate does not apply/ });
  t.equal(client.asked.length, 1);
});

t.test('the reviews are such as the door reads, with resource and scope from the CRD', async (t) => {
  const parse = (object: JsonObject) => parseAdmissionReview(createValidationReview(schemas, object));
  t.match(parse(vitistack), {
    ok: true,
    review: { operation: 'CREATE', name: 'oslo', namespace: '', resource: { resource: 'vitistacks' } },
  });
  t.match(parse(machine), { ok: true, review: { namespace: 'default', resource: { resource: 'machines' } } });
  const placed = { ...machine, metadata: { name: 'm1', namespace: 'team' } };
  t.match(parse(placed), { ok: true, review: { namespace: 'team' } });
});

t.test('an object of a kind without a CRD is refused by name', async (t) => {
  const other = { ...vitistack, kind: 'Vitistak' };
  await t.rejects(admitObject(createClient({}), schemas, other), { message: /vitistack\.io\/v1alpha1 Vitistak/ });
});
