import t from 'tap';
import { findUid, parseAdmissionReview } from '../../src/webhook/admission-review.ts';
import { configMap, configMapRequest, envelope } from './reviews.ts';

t.test('a wrong field is named with its path, what stands there and what is wanted', async (t) => {
  const good = configMapRequest(configMap({}));
  const cases: [object, RegExp][] = [
    [{ uid: 7 }, /^request\.uid: found `7`, wanted a string$/],
    [{ uid: undefined }, /^request\.uid: found nothing, wanted a non-empty string$/],
    [{ kind: { group: '', version: 'v1' } }, /^request\.kind\.kind: found nothing/],
    [{ resource: { group: '', version: '', resource: 'x' } }, /^request\.resource\.version: found ``/],
    [{ operation: 'PATCH' }, /^request\.operation: found `PATCH`, wanted one of CREATE, UPDATE, DELETE, CONNECT$/],
    [{ object: null }, /^request\.object: found null, wanted an object under CREATE$/],
    [{ object: [] }, /^request\.object: found a list, wanted an object or null$/],
    [{ operation: 'DELETE' }, /^request\.oldObject: found null, wanted an object under DELETE$/],
    [{ operation: 'UPDATE' }, /^request\.oldObject: found null, wanted an object under UPDATE$/],
    [{ dryRun: 'yes' }, /^request\.dryRun: found `yes`, wanted true or false$/],
    [{ namespace: {} }, /^request\.namespace: found an object, wanted a string$/],
    [{ userInfo: 'root' }, /^request\.userInfo: found `root`, wanted an object$/],
    [{ userInfo: { username: 'a', groups: ['x', 1] } }, /^request\.userInfo\.groups\[1\]: found `1`, wanted a string$/],
    [
      { userInfo: { username: 'a', extra: { k: 'v' } } },
      /^request\.userInfo\.extra\[`k`\]: found `v`, wanted a list of strings$/,
    ],
  ];
  for (const [changes, message] of cases) {
    t.match(parseAdmissionReview(envelope({ ...good, ...changes })), { ok: false, status: 400, message });
  }
});

t.test('what stands in the place of an object is not quoted', async (t) => {
  const parsed = parseAdmissionReview(envelope(configMapRequest(configMap({}), { object: 'hunter2' })));
  t.notOk(JSON.stringify(parsed).includes('hunter2'));
});

t.test('objects are passed on uncopied, and are not part of `request`', async (t) => {
  const object = configMap({ a: '1' });
  const parsed = parseAdmissionReview(envelope(configMapRequest(object, { operation: 'UPDATE', oldObject: object })));
  if (!parsed.ok) throw new Error(parsed.message);
  t.equal(parsed.review.object, object);
  t.equal(parsed.review.oldObject, object);
  t.same(
    Object.keys(parsed.review.request ?? {}).filter((key) => key.endsWith('bject')),
    [],
  );
});

t.test('the Namespace object is asked for by name, and unknown is not the same as none', async (t) => {
  const namespace = { kind: 'Namespace', metadata: { name: 'demo' } };
  const body = envelope(configMapRequest(configMap({})));
  const known = parseAdmissionReview(body, (name) => (name === 'demo' ? namespace : undefined));
  t.equal(known.ok && known.review.namespaceObject, namespace);
  const unknown = parseAdmissionReview(body);
  t.equal(unknown.ok && unknown.review.namespaceObject, undefined);
  const none = parseAdmissionReview(envelope(configMapRequest(configMap({}), { namespace: '' })));
  t.equal(none.ok && none.review.namespaceObject, null);
});

t.test('the uid is found at the beginning of a text, and only in its place', async (t) => {
  t.equal(
    findUid('{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"ab-1","kind":'),
    'ab-1',
  );
  t.equal(findUid('{"request":{"object":{"uid":"x"}}}'), undefined);
});
