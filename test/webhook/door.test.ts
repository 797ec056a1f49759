import t from 'tap';
import { createMetrics } from '../../src/metrics.ts';
import type { JsonObject, PolicyDocument, PolicySet } from '../../src/policies/index.ts';
import { createDoor, type DoorOptions } from '../../src/webhook/door.ts';
import { createCapturedLog } from './live-door.ts';
import { judgeAnswer, type Phase } from './oracle.ts';
import { configMap, configMapRequest, envelope } from './reviews.ts';
import { compileAll, sampleSet } from './sample-policies.ts';

function openDoor(getPolicySet: () => PolicySet, options: Partial<DoorOptions> = {}) {
  const { log, lines } = createCapturedLog();
  const metrics = createMetrics({ processMetrics: false });
  const door = createDoor({ getPolicySet, now: () => 0, log, metrics, isReady: () => true, ...options });
  const ask = (phase: Phase, request: JsonObject, timeout = '10s') => {
    const answer = door[phase](envelope(request), { timeout });
    const headers = answer.retryAfter === undefined ? {} : { 'retry-after': String(answer.retryAfter) };
    const wrong = judgeAnswer(request, phase, answer.status, JSON.stringify(answer.body), headers);
    return { ...answer, wrong, response: 'response' in answer.body ? answer.body.response : undefined };
  };
  return { door, lines, ask, counted: async () => (await metrics.render()).text };
}

/** Reads the Namespace object, which the door does not know unless told. */
function namespacePolicy(failurePolicy: 'Fail' | 'Ignore'): PolicyDocument {
  return {
    apiVersion: 'lintel.dev/v1alpha1',
    kind: 'Policy',
    metadata: { name: `namespace-${failurePolicy.toLowerCase()}` },
    spec: {
      title: 'namespaces have a team',
      match: { resources: ['configmaps'] },
      failurePolicy,
      rules: [
        {
          id: `T-NS-${failurePolicy}`,
          check: 'namespaceObject.metadata.labels.team',
          message: 'the namespace has no team',
        },
        {
          id: `T-NS-${failurePolicy}-SET`,
          set: { 'metadata.labels.team': { var: 'namespaceObject.metadata.labels.team' } },
        },
      ],
    },
  };
}

t.test('what cannot be judged under Fail is refused by us with a reason', async (t) => {
  const { ask, counted, lines } = openDoor(() => compileAll([namespacePolicy('Fail')]));
  for (const phase of ['validate', 'mutate'] as const) {
    const { wrong, response } = ask(phase, configMapRequest(configMap({})));
    t.same(wrong, []);
    t.match(response, { allowed: false, status: { code: 500, reason: 'InternalError', message: /namespace-unknown/ } });
  }
  t.match(
    await counted(),
    /lintel_evaluation_errors_total\{policy="namespace-fail",code="namespace-unknown",failure_policy="Fail"\} 2/,
  );
  t.match(
    await counted(),
    /requests_total\{phase="mutate",operation="CREATE",resource="configmaps",decision="error"\} 1/,
  );
  t.match(lines, [{ msg: 'decision', decision: 'error', errors: ['namespace-fail namespace-unknown'] }]);
});

t.test('what cannot be judged under Ignore passes, with a warning and a count', async (t) => {
  const { ask, counted } = openDoor(() => compileAll([namespacePolicy('Ignore')]));
  const { wrong, response } = ask('validate', configMapRequest(configMap({})));
  t.same(wrong, []);
  t.match(response, { allowed: true, warnings: [/^not checked: T-NS-Ignore of namespace-ignore could not be judged/] });
  t.match(await counted(), /lintel_failed_open_total\{phase="validate"\} 1/);
});

t.test('a known namespace is judged', async (t) => {
  const namespaces = (name: string): JsonObject => ({ metadata: { name, labels: { team: 'a' } } });
  const { ask } = openDoor(() => compileAll([namespacePolicy('Fail')]), { namespaces });
  t.equal(ask('validate', configMapRequest(configMap({}))).response?.allowed, true);
  t.ok(ask('mutate', configMapRequest(configMap({}))).response?.patch);
});

t.test('out of time, the answer is ours', async (t) => {
  const slow: PolicyDocument = {
    apiVersion: 'lintel.dev/v1alpha1',
    kind: 'Policy',
    metadata: { name: 'slow' },
    spec: {
      title: 'slow',
      match: { resources: ['configmaps'] },
      failurePolicy: 'Fail',
      rules: [{ id: 'T-SLOW', forEach: 'data.list[*]', check: "item.name != 'x'", message: 'x' }],
    },
  };
  let now = 0;
  const { ask } = openDoor(() => compileAll([slow]), { clock: () => now++ });
  const list = Array.from({ length: 20_000 }, (_, i) => ({ name: `n${i}` }));
  const { wrong, response } = ask('validate', configMapRequest(configMap({ list })), '0.101s');
  t.same(wrong, []);
  t.match(response, { allowed: false, status: { code: 500, message: /deadline-exceeded/ } });
  t.equal(ask('validate', configMapRequest(configMap({ list })), '10s').response?.allowed, true);
});

t.test('a bug inside is an answer with the uid, and its log line quotes no Secret', async (t) => {
  const { ask, counted, lines } = openDoor(() => {
    throw new TypeError('cannot read hunter2');
  });
  const secret = {
    kind: { group: '', version: 'v1', kind: 'Secret' },
    resource: { group: '', version: 'v1', resource: 'secrets' },
  };
  for (const changes of [{}, secret]) {
    const request = configMapRequest(configMap({}), changes);
    const { wrong, status, response } = ask('mutate', request);
    t.same(wrong, []);
    t.equal(status, 200);
    t.match(response, {
      uid: request.uid,
      allowed: false,
      status: { code: 500, message: new RegExp(String(request.uid)) },
    });
  }
  t.match(await counted(), /refused_total\{phase="mutate",reason="internal"\} 2/);
  t.match(lines[0], { msg: 'internal error', error: 'TypeError', reason: 'cannot read hunter2', stack: [/^at /] });
  t.notMatch(JSON.stringify(lines[1]), /hunter2/);
});

t.test('before policies are loaded the API server is asked to try again', async (t) => {
  const { ask, counted } = openDoor(sampleSet, { isReady: () => false });
  const { wrong, status } = ask('validate', configMapRequest(configMap({})));
  t.same(wrong, []);
  t.equal(status, 503);
  t.match(await counted(), /reason="not-ready"\} 1/);
});

t.test('a review is one log line of names and counts', async (t) => {
  const { ask, lines } = openDoor(sampleSet);
  const request = configMapRequest(configMap({ mode: 'forbidden', note: 'hunter2' }), {
    dryRun: true,
    name: 'set\u001b[2Jtings',
  });
  t.match(ask('validate', request).response?.status?.message, /hunter2/);
  t.equal(lines.length, 1);
  t.match(lines[0], {
    msg: 'decision',
    uid: request.uid,
    phase: 'validate',
    gvk: 'v1 ConfigMap',
    namespace: 'demo',
    name: 'settings',
    operation: 'CREATE',
    subresource: '',
    user: 'erin',
    dryRun: true,
    decision: 'denied',
    rules: ['T-MODE-001', 'T-MODE-002'],
    warnings: 1,
    patchOperations: 0,
    ms: Number,
  });
  t.notMatch(JSON.stringify(lines), /hunter2/);
});

t.test('findings and requests are counted by rule and resource', async (t) => {
  const { ask, counted } = openDoor(sampleSet);
  ask('validate', configMapRequest(configMap({ mode: 'forbidden' })));
  ask('mutate', configMapRequest(configMap({})));
  ask(
    'validate',
    configMapRequest(configMap({}), { resource: { group: 'apps.example', version: 'v1', resource: 'things' } }),
  );
  const text = await counted();
  t.match(text, /lintel_findings_total\{policy="mode",rule="T-MODE-001",action="deny"\} 1/);
  t.match(text, /lintel_findings_total\{policy="mode",rule="T-MODE-002",action="warn"\} 1/);
  t.match(text, /requests_total\{phase="validate",operation="CREATE",resource="configmaps",decision="denied"\} 1/);
  t.match(text, /requests_total\{phase="mutate",operation="CREATE",resource="configmaps",decision="patched"\} 1/);
  t.match(
    text,
    /requests_total\{phase="validate",operation="CREATE",resource="things.apps.example",decision="allowed"\} 1/,
  );
  t.match(text, /lintel_admission_duration_seconds_count\{phase="validate"\} 2/);
});

t.test('a body too large passes only where every policy ignores errors', async (t) => {
  const head = '{"kind":"AdmissionReview","request":{"uid":"u-1","kind":';
  const ask = (set: PolicySet) => {
    const { door } = openDoor(() => set);
    const { status, body } = door.refuseLarge('validate', { size: 99, limit: 10, head });
    t.same(judgeAnswer({ uid: 'u-1' }, 'validate', status, JSON.stringify(body)), []);
    return 'response' in body ? body.response : undefined;
  };
  t.match(ask(compileAll([namespacePolicy('Fail'), namespacePolicy('Ignore')])), {
    allowed: false,
    status: { code: 413 },
  });
  t.match(ask(compileAll([namespacePolicy('Ignore')])), { allowed: true, warnings: [/99 bytes, more than the 10/] });
});
