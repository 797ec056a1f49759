import t from 'tap';
import type { Decision, EvaluationError, Finding, JsonObject, Mutation, Review } from '../../src/policies/index.ts';
import { parseAdmissionReview } from '../../src/webhook/admission-review.ts';
import { nameSubject } from '../../src/webhook/denial.ts';
import {
  type AdmissionReviewAnswer,
  answerDecision,
  answerMutation,
  answerUnjudged,
} from '../../src/webhook/response.ts';
import { judgeAnswer, type Phase } from './oracle.ts';
import { configMap, configMapRequest, envelope } from './reviews.ts';

const object = configMap({ a: '1' });

function contextOf(request: JsonObject): { uid: string; review: Review; fingerprint: string } {
  const parsed = parseAdmissionReview(envelope(request));
  if (!parsed.ok) throw new Error(parsed.message);
  return { uid: parsed.uid, review: parsed.review, fingerprint: 'f1' };
}

function finding(rule: string, changes: Partial<Finding> = {}): Finding {
  return {
    policy: 'p',
    rule,
    action: 'deny',
    severity: 'high',
    category: '',
    path: 'spec.a',
    message: 'it is off',
    remedy: 'set it',
    link: '',
    position: null,
    ...changes,
  };
}

function error(failurePolicy: 'Fail' | 'Ignore', changes: Partial<EvaluationError> = {}): EvaluationError {
  return {
    code: 'inventory-unknown',
    policy: 'p',
    rule: 'R-1',
    failurePolicy,
    message: 'machines are not known yet',
    ...changes,
  };
}

function decide(changes: Partial<Decision>): Decision {
  return {
    allowed: false,
    findings: [],
    errors: [],
    exempted: [],
    skipped: [],
    evaluated: 1,
    environment: 'default',
    trace: null,
    ...changes,
  };
}

function mutate(changes: Partial<Mutation>): Mutation {
  return { object, patch: [], changes: [], errors: [], trace: null, ...changes };
}

/** The response, after the oracle has seen it. */
function judged(
  t: { same(a: unknown, b: unknown): unknown },
  request: JsonObject,
  phase: Phase,
  answer: AdmissionReviewAnswer,
) {
  t.same(judgeAnswer(request, phase, 200, JSON.stringify(answer)), []);
  return answer.response;
}

t.test('a denial says who refuses what in one line, then each reason with its remedy', async (t) => {
  const request = configMapRequest(object);
  const findings = [
    finding('V-1'),
    finding('V-2', { path: 'data.x', message: '`data.x` is `1`, wanted `2`', remedy: 'set `data.x: 2`' }),
    finding('V-3', { action: 'warn', message: 'careful' }),
    finding('V-4', { action: 'audit' }),
  ];
  const response = judged(t, request, 'validate', answerDecision(contextOf(request), decide({ findings })));
  t.equal(
    response.status?.message,
    [
      '2 rules refuse configmap demo/settings: V-1, V-2',
      '- V-1 spec.a: it is off; set it',
      '- V-2: `data.x` is `1`, wanted `2`; set `data.x: 2`',
    ].join('\n'),
  );
  t.match(response.status, {
    code: 403,
    reason: 'Forbidden',
    details: { name: 'settings', group: '', kind: 'ConfigMap' },
  });
  t.same(response.status?.details?.causes, [
    { reason: 'FieldValueInvalid', message: 'V-1 spec.a: it is off; set it', field: 'spec.a' },
    { reason: 'FieldValueInvalid', message: 'V-2: `data.x` is `1`, wanted `2`; set `data.x: 2`', field: 'data.x' },
  ]);
  t.same(response.warnings, ['V-3 spec.a: careful; set it']);
  t.same(response.auditAnnotations, {
    decision: 'denied',
    rules: 'deny=V-1,V-2 warn=V-3 audit=V-4',
    'policy-set': 'f1',
  });
});

t.test('one rule is one rule, and a place inside a document is told', async (t) => {
  const request = configMapRequest(object);
  const findings = [finding('V-1', { path: 'data.doc', position: { line: 3, column: 5 } })];
  const response = judged(t, request, 'validate', answerDecision(contextOf(request), decide({ findings })));
  t.equal(
    response.status?.message,
    '1 rule refuses configmap demo/settings: V-1\n- V-1 data.doc (line 3, column 5): it is off; set it',
  );
});

t.test('an error under Fail refuses with 500 and says which policy, why, and what to do', async (t) => {
  const request = configMapRequest(object);
  const response = judged(
    t,
    request,
    'validate',
    answerDecision(contextOf(request), decide({ errors: [error('Fail')] })),
  );
  t.match(response.status, { code: 500, reason: 'InternalError' });
  t.equal(
    response.status?.message,
    '1 policy could not judge configmap demo/settings: p\n' +
      '- R-1 of p could not be judged: machines are not known yet (inventory-unknown); ' +
      'try again in a moment; if it stays, ask an operator to look at /readyz?verbose',
  );
  t.equal(response.auditAnnotations?.decision, 'error');
});

t.test('an error under Ignore passes with a warning', async (t) => {
  const request = configMapRequest(object);
  const response = judged(
    t,
    request,
    'validate',
    answerDecision(contextOf(request), decide({ allowed: true, errors: [error('Ignore')] })),
  );
  t.equal(response.allowed, true);
  t.match(response.warnings, [/^not checked: R-1 of p could not be judged: machines are not known yet/]);
});

t.test('findings and errors together are a refusal for the findings that tells the errors, too', async (t) => {
  const request = configMapRequest(object);
  const decision = decide({ findings: [finding('V-1')], errors: [error('Fail'), error('Ignore', { rule: 'R-2' })] });
  const response = judged(t, request, 'validate', answerDecision(contextOf(request), decision));
  t.equal(response.status?.code, 403);
  t.match(response.status?.message, /^1 rule refuses .*\n- V-1 .*\n- R-1 of p could not be judged/);
  t.notMatch(response.status?.message, /R-2/);
  t.match(response.warnings, [/R-2/]);
});

t.test('a refusal without any reason is a bug and not an answer', async (t) => {
  const request = configMapRequest(object);
  t.throws(() => answerDecision(contextOf(request), decide({})), { message: /without a finding or an error/ });
});

t.test('the first line has at most 120 runes, whatever the names', async (t) => {
  const request = configMapRequest(object, { name: 'n'.repeat(253) });
  const findings = Array.from({ length: 30 }, (_, i) => finding(`A-RULE-WITH-A-LONG-ID-${i}`));
  const response = judged(t, request, 'validate', answerDecision(contextOf(request), decide({ findings })));
  const first = response.status?.message.split('\n')[0] ?? '';
  t.ok([...first].length <= 120, first);
  t.match(first, /^30 rules refuse configmap demo\/n+….*: .* and \d+ more$/);
});

t.test('text of the object cannot break a line, a header or a terminal', async (t) => {
  const request = configMapRequest(object, { name: 'a\u001b[2Jb' });
  const nasty = 'x\n- V-9 fake: \u001b[31mred\u0007 \ud800';
  const findings = [
    finding('V-1', { message: nasty, path: 'a["\n"]' }),
    finding('V-2', { action: 'warn', message: nasty }),
  ];
  const response = judged(t, request, 'validate', answerDecision(contextOf(request), decide({ findings })));
  t.equal(response.status?.message.split('\n').length, 2);
});

t.test('a patch is base64 JSON Patch, changes that announce themselves are warnings', async (t) => {
  const request = configMapRequest(object);
  const changes = [
    { policy: 'p', rule: 'D-1', path: 'data.b', warning: 'wrote b' },
    { policy: 'p', rule: 'D-2', path: 'data.b', warning: null },
  ];
  const mutation = mutate({ patch: [{ op: 'add', path: '/data/b', value: 'blå' }], changes });
  const response = judged(t, request, 'mutate', answerMutation(contextOf(request), mutation));
  t.equal(response.patchType, 'JSONPatch');
  t.same(JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString()), mutation.patch);
  t.same(response.warnings, ['wrote b']);
  t.same(response.auditAnnotations, { decision: 'patched', rules: 'D-1,D-2', 'policy-set': 'f1' });
});

t.test('no patch when nothing changed, when an error refuses, or on DELETE', async (t) => {
  const patch = [{ op: 'add', path: '/data/b', value: '1' }] as const;
  const request = configMapRequest(object);
  t.notOk('patch' in judged(t, request, 'mutate', answerMutation(contextOf(request), mutate({}))));
  const refused = judged(
    t,
    request,
    'mutate',
    answerMutation(contextOf(request), mutate({ patch: [...patch], errors: [error('Fail')] })),
  );
  t.equal(refused.allowed, false);
  t.notOk('patch' in refused);
  const deletion = configMapRequest(null, { operation: 'DELETE', oldObject: object });
  t.notOk('patch' in judged(t, deletion, 'mutate', answerMutation(contextOf(deletion), mutate({ patch: [...patch] }))));
});

t.test('what could not be judged refuses with its code, or passes with a warning', async (t) => {
  const request = configMapRequest(object);
  const problem = { code: 413, reason: 'RequestEntityTooLarge', message: 'too\nlarge' };
  t.match(judged(t, request, 'validate', answerUnjudged(String(request.uid), { ...problem, allowed: false })), {
    status: { code: 413, message: 'too large' },
  });
  t.match(judged(t, request, 'validate', answerUnjudged(String(request.uid), { ...problem, allowed: true })), {
    allowed: true,
    warnings: ['too large'],
  });
});

t.test('a subject is named as people name it', async (t) => {
  const name = (changes: JsonObject) => nameSubject(contextOf(configMapRequest(object, changes)).review);
  t.equal(name({}), 'configmap demo/settings');
  t.equal(name({ namespace: '' }), 'configmap settings');
  t.equal(
    name({ subResource: 'exec', resource: { group: '', version: 'v1', resource: 'pods' }, name: 'web' }),
    'pods/exec demo/web',
  );
  const generated = { ...object, metadata: { generateName: 'web-' } };
  t.equal(name({ name: '', object: generated }), 'configmap demo/web-*');
  t.equal(name({ name: '', namespace: '', object: { metadata: 'odd' } }), 'configmap');
});
