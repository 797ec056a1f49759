import t, { type Test } from 'tap';
import { createStatusWriter, type LoadOutcome } from '../../src/kube/status.ts';
import { EMPTY_SET, type JsonObject, type Problem } from '../../src/policies/index.ts';
import { type FakeApiServer, startFakeApiServer } from './fake-api-server.ts';

const POLICIES = '/apis/lintel.dev/v1alpha1/policies';
const EVENTS = '/apis/events.k8s.io/v1/namespaces/default/events';
const NOW = new Date('2026-11-24T12:00:00.123Z');

function problem(message: string): Problem {
  return {
    severity: 'error',
    code: 'bad-expression',
    source: 'policy/p',
    line: 0,
    column: 0,
    pointer: '/spec/rules/0/check',
    policy: 'p',
    message,
    hint: 'write `==`',
  };
}

const generations = new Map([['policy/p', 1]]);
const accepted: LoadOutcome = {
  set: EMPTY_SET,
  generations,
  problems: [],
  accepted: ['policy/p', 'a/file.yaml'],
  rejected: [],
};
const rejected = (...messages: string[]): LoadOutcome => ({
  set: EMPTY_SET,
  generations,
  problems: messages.map(problem),
  accepted: [],
  rejected: ['policy/p'],
});

async function open(t: Test, status?: JsonObject) {
  const server = await startFakeApiServer(t);
  server.put(POLICIES, { metadata: { name: 'p' }, spec: {}, ...(status && { status }) });
  const failures: string[] = [];
  const replica = () => {
    const writer = createStatusWriter({
      client: server.client,
      findObject: (unit) => (unit === 'policy/p' ? server.stored(POLICIES, 'p') : undefined),
      now: () => NOW,
      onFailure: (message) => failures.push(message),
    });
    t.teardown(() => writer.stop());
    return writer;
  };
  return { server, failures, replica };
}

function condition(server: FakeApiServer): JsonObject | undefined {
  const status = server.stored(POLICIES, 'p')?.status as { conditions: JsonObject[] } | undefined;
  return status?.conditions.find(({ type }) => type === 'Ready');
}
const patches = (server: FakeApiServer) => server.requests.filter((request) => request.startsWith('PATCH')).length;
const posts = (server: FakeApiServer) => server.requests.filter((request) => request.startsWith('POST')).length;

t.test('an accepted policy is Ready, and what other writers keep in its status stays', async (t) => {
  const { server, replica } = await open(t, { hits: 7, conditions: [{ type: 'Seen', status: 'True' }] });
  await replica().write(accepted);
  t.same(server.stored(POLICIES, 'p')?.status, {
    hits: 7,
    observedGeneration: 1,
    rules: 0,
    conditions: [
      { type: 'Seen', status: 'True' },
      {
        type: 'Ready',
        status: 'True',
        reason: 'Accepted',
        message: 'in force',
        observedGeneration: 1,
        lastTransitionTime: '2026-11-24T12:00:00Z',
      },
    ],
  });
  t.equal(posts(server), 0);
});

t.test('a rejected policy is not Ready, with every problem, and carries one Event', async (t) => {
  const { server, replica } = await open(t);
  await replica().write(rejected('`=` is no operator', 'no such path'));
  t.match(condition(server), {
    status: 'False',
    reason: 'Invalid',
    message: '/spec/rules/0/check: `=` is no operator; write `==` | /spec/rules/0/check: no such path; write `==`',
  });
  t.equal(posts(server), 1);
});

t.test('what is stored already is not written again, by this replica or another', async (t) => {
  const { server, replica } = await open(t);
  await replica().write(rejected('one'));
  const before = server.stored(POLICIES, 'p');
  const other = replica();
  await other.write(rejected('one'));
  await other.write(rejected('one'));
  t.equal(patches(server), 1);
  t.equal(server.stored(POLICIES, 'p'), before);
  t.equal(posts(server), 2, 'the second replica finds the Event there');
  t.same(
    server.requests.filter((request) => request.startsWith('POST')),
    Array(2).fill(`POST ${EVENTS}`),
  );
});

t.test('the time of transition moves when the status does, and only then', async (t) => {
  const old = { type: 'Ready', status: 'True', reason: 'Accepted', message: 'in force', observedGeneration: 0 };
  const { server, replica } = await open(t, {
    conditions: [{ ...old, lastTransitionTime: '2020-01-01T00:00:00Z' }],
  });
  const writer = replica();
  await writer.write(accepted);
  t.match(condition(server), { observedGeneration: 1, lastTransitionTime: '2020-01-01T00:00:00Z' });
  await writer.write(rejected('x'));
  t.match(condition(server), { status: 'False', lastTransitionTime: '2026-11-24T12:00:00Z' });
});

t.test('a conflict is looked at again and comes out right', async (t) => {
  const { server, replica, failures } = await open(t);
  server.fail('PATCH', 409, 1);
  await replica().write(accepted);
  t.match(condition(server), { status: 'True' });
  t.equal(patches(server), 2);
  t.same(failures, []);
});

t.test('what cannot be written is told once, not each time', async (t) => {
  const { server, replica, failures } = await open(t);
  server.fail('PATCH', 403, 2);
  const writer = replica();
  await writer.write(accepted);
  await writer.write(accepted);
  t.match(failures, [/^policy\/p: told to fail/]);
  await writer.write(accepted);
  t.match(condition(server), { status: 'True' });
});

t.test('replicas that disagree do not fight at full speed', async (t) => {
  const { server, replica } = await open(t);
  const one = replica();
  const two = replica();
  for (let i = 0; i < 10; i++) {
    await one.write(accepted);
    await two.write(rejected('x'));
  }
  t.ok(patches(server) <= 6, `${patches(server)} writes`);
});

t.test('a verdict on an older generation is not told of a newer one', async (t) => {
  const { server, replica } = await open(t);
  server.put(POLICIES, { metadata: { name: 'p', generation: 2 }, spec: {} });
  const writer = replica();
  await writer.write(accepted);
  t.equal(condition(server), undefined);
  await writer.write({ ...accepted, generations: new Map([['policy/p', 2]]) });
  t.match(condition(server), { status: 'True', observedGeneration: 2 });
});

t.test('a long list of problems is cut and counted', async (t) => {
  const { server, replica } = await open(t);
  await replica().write(rejected(...Array.from({ length: 100 }, (_, i) => `problem number ${i}`)));
  const message = String(condition(server)?.message);
  t.ok(message.length < 1_100);
  t.match(message, /… and \d+ more$/);
});

t.test('a broken ConfigMap gets an Event in its namespace and no status', async (t) => {
  const server = await startFakeApiServer(t);
  const path = '/api/v1/namespaces/shop/configmaps';
  server.put(path, { metadata: { name: 'rules', namespace: 'shop' }, data: {} });
  const writer = createStatusWriter({
    client: server.client,
    findObject: (unit) => (unit === 'configmap/shop/rules' ? server.stored(path, 'shop/rules') : undefined),
  });
  t.teardown(() => writer.stop());
  const unit = 'configmap/shop/rules:list.yaml';
  await writer.write({ ...rejected('x'), problems: [{ ...problem('x'), source: unit }], rejected: [unit] });
  t.same(server.requests, ['POST /apis/events.k8s.io/v1/namespaces/shop/events']);
});
