import t from 'tap';
import { applyOperations, judgeAnswer, type Phase } from './oracle.ts';
import { configMap, configMapRequest } from './reviews.ts';

const request = configMapRequest(configMap({ a: '1' }));
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
const good = { uid: request.uid, allowed: true };
const denied = { uid: request.uid, allowed: false, status: { code: 403, reason: 'Forbidden', message: 'no' } };

function judge(response: object, phase: Phase = 'validate', asked: object = request): string[] {
  return judgeAnswer(
    asked,
    phase,
    200,
    JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }),
  );
}

t.test('the oracle lets good answers pass', async (t) => {
  t.same(judge(good), []);
  t.same(judge(denied), []);
  t.same(
    judge({ ...good, patchType: 'JSONPatch', patch: base64([{ op: 'add', path: '/data/b', value: '2' }]) }, 'mutate'),
    [],
  );
});

t.test('the oracle finds what an API server refuses or a person does not see', async (t) => {
  const patch = { patchType: 'JSONPatch', patch: base64([{ op: 'remove', path: '/data/a' }]) };
  const cases: [RegExp, object, Phase?, object?][] = [
    [/uid differs/, { ...good, uid: 'other' }],
    [/allowed is missing/, { uid: request.uid, status: denied.status }],
    [/without explanation/, { uid: request.uid, allowed: false }],
    [/raised to 400/, { ...denied, status: { ...denied.status, code: 200 } }],
    [/drops the message/, { ...denied, status: { ...denied.status, reason: 'Invalid' } }],
    [/reach the terminal/, { ...denied, status: { ...denied.status, message: '\u001b[31mno' } }],
    [/half a surrogate/, { ...denied, status: { ...denied.status, message: '\ud800' } }],
    [/8 KiB/, { ...denied, status: { ...denied.status, message: 'x\n'.repeat(5000) } }],
    [
      /cause is not one printable/,
      {
        ...denied,
        status: {
          ...denied.status,
          details: { name: '', group: '', kind: '', causes: [{ reason: 'R', message: 'a\nb' }] },
        },
      },
    ],
    [/validating answer with a patch/, { ...good, ...patch }],
    [/both or not at all/, { ...good, patch: patch.patch }, 'mutate'],
    [/not base64/, { ...good, ...patch, patch: '***' }, 'mutate'],
    [
      /does not apply/,
      { ...good, patchType: 'JSONPatch', patch: base64([{ op: 'remove', path: '/data/b' }]) },
      'mutate',
    ],
    [/patch on DELETE/, { ...good, ...patch }, 'mutate', { ...request, operation: 'DELETE' }],
    [/denial with a patch/, { ...denied, ...patch }, 'mutate'],
    [/dropped silently/, { ...good, warnings: ['a\tb'] }],
    [/may be cut/, { ...good, warnings: ['x'.repeat(257)] }],
    [/the rest is dropped/, { ...good, warnings: Array.from({ length: 20 }, (_, i) => `${i}`.padEnd(250, 'x')) }],
    [/same warning twice/, { ...good, warnings: ['a', 'a'] }],
    [/qualified name/, { ...good, auditAnnotations: { 'a/b': 'c' } }],
    [/unknown field/, { ...good, patches: [] }],
  ];
  for (const [wrong, response, phase, asked] of cases) t.match(judge(response, phase, asked), [wrong], String(wrong));
  t.match(judgeAnswer(request, 'validate', 500, '{}'), [/uid/, /neither/, /Status/]);
  t.match(judgeAnswer(request, 'validate', 429, '{"kind":"Status","apiVersion":"v1","message":"busy"}'), [
    /Retry-After/,
  ]);
  t.same(
    judgeAnswer(request, 'validate', 429, '{"kind":"Status","apiVersion":"v1","message":"busy"}', {
      'retry-after': '1',
    }),
    [],
  );
  t.match(judgeAnswer(request, 'validate', 200, 'ok'), [/not JSON/]);
});

t.test('patches are applied as RFC 6902 has it', async (t) => {
  const document = { list: [1, 2], map: { 'a/b': 1, 'm~n': 2 } };
  t.same(
    applyOperations(document, [
      { op: 'add', path: '/list/-', value: 3 },
      { op: 'remove', path: '/list/0' },
    ]),
    { ...document, list: [2, 3] },
  );
  t.same(
    applyOperations(document, [
      { op: 'move', from: '/map/a~1b', path: '/moved' },
      { op: 'copy', from: '/list', path: '/map/c' },
    ]),
    {
      list: [1, 2],
      map: { 'm~n': 2, c: [1, 2] },
      moved: 1,
    },
  );
  t.same(
    applyOperations(document, [
      { op: 'test', path: '/map/m~0n', value: 2 },
      { op: 'replace', path: '', value: 7 },
    ]),
    7,
  );
  for (const wrong of [
    { op: 'add', path: '/x/y', value: 1 },
    { op: 'add', path: '/list/5', value: 1 },
    { op: 'test', path: '/list', value: [2, 1] },
    { op: 'add', path: '/a' },
  ]) {
    t.throws(() => applyOperations(document, [wrong]));
  }
});
