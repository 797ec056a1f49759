import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { createDrain, type Drainable } from '../../src/webhook/drain.ts';
import { createFixedCertificate } from '../../src/webhook/tls.ts';
import { createCapturedLog, exchange, issueCertificate, type LiveDoor, startDoor } from './live-door.ts';
import { judgeAnswer } from './oracle.ts';
import { configMap, configMapRequest, envelope } from './reviews.ts';
import { sampleSet } from './sample-policies.ts';

/** Connections to whichever replica `port` names when one is needed; those that are open stay where they are. */
class ServiceAgent extends Agent {
  port: number;
  constructor(port: number, ca: string[]) {
    super({ keepAlive: true, maxSockets: 20, ca, ALPNProtocols: ['http/1.1'] });
    this.port = port;
  }
  override getName(): string {
    return 'service';
  }
  override createConnection(
    ...[options, callback]: Parameters<Agent['createConnection']>
  ): ReturnType<Agent['createConnection']> {
    return super.createConnection({ ...options, port: this.port }, callback);
  }
}

interface Load {
  asked: number;
  answered: number;
  problems: string[];
  running: boolean;
}

/** Writers that each wait for their answer, as requests at an API server do. */
function startLoad(agent: ServiceAgent, writers: number): { load: Load; stop(): Promise<Load> } {
  const load: Load = { asked: 0, answered: 0, problems: [], running: true };
  const write = async (): Promise<void> => {
    while (load.running) {
      load.asked++;
      const request = configMapRequest(configMap({ mode: 'blue' }));
      const body = JSON.stringify(envelope(request));
      try {
        const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
        const reply = await exchange(
          { agent, port: agent.port, method: 'POST', path: '/validate?timeout=10s', headers },
          body,
        );
        load.problems.push(...judgeAnswer(request, 'validate', reply.status, reply.text, reply.headers));
        load.answered++;
      } catch (error) {
        load.problems.push(String(error));
      }
      await sleep(Math.random() * 4);
    }
  };
  const writing = Array.from({ length: writers }, write);
  return {
    load,
    async stop() {
      load.running = false;
      await Promise.all(writing);
      return load;
    },
  };
}

async function startPair(): Promise<{ leaving: LiveDoor; staying: LiveDoor; agent: ServiceAgent }> {
  const pair = await issueCertificate();
  const server = { certificate: createFixedCertificate(pair) };
  const [leaving, staying] = await Promise.all([startDoor(sampleSet, { server }), startDoor(sampleSet, { server })]);
  const agent = new ServiceAgent(leaving.port, [pair.cert]);
  return { leaving, staying, agent };
}

t.test('a replica that leaves under load loses no request', async (t) => {
  const { leaving, staying, agent } = await startPair();
  t.teardown(() => Promise.all([leaving.stop(), staying.stop()]));
  t.teardown(() => agent.destroy());
  const { log, lines } = createCapturedLog();
  const drain = createDrain({ server: leaving.server, log, delayMs: 400, emptyMs: 5000 });
  const { load, stop } = startLoad(agent, 12);
  while (load.answered < 500) await sleep(5);
  t.equal(drain.check.problem(), null);
  const drained = drain.begin();
  t.equal(drain.check.problem(), 'shutting down', 'not ready at once');
  await sleep(200);
  const before = load.answered;
  agent.port = staying.port;
  await drained;
  t.ok(load.answered > before, 'answers went out while draining');
  const answered = load.answered;
  while (load.answered < answered + 200 && load.problems.length === 0) await sleep(5);
  const { problems, asked } = await stop();
  t.same(problems, []);
  t.equal(load.answered, asked, `${asked} asked, all answered`);
  t.match(lines, [{ msg: 'draining' }, { msg: 'closing', connections: 0 }, { msg: 'closed' }]);
  await t.rejects(leaving.send('GET', '/livez'), 'nobody listens there any more');
});

t.test('closing without draining does lose requests, so the test above can fail', async (t) => {
  const { leaving, staying, agent } = await startPair();
  t.teardown(() => Promise.all([leaving.stop(), staying.stop()]));
  t.teardown(() => agent.destroy());
  const { load, stop } = startLoad(agent, 12);
  while (load.answered < 300) await sleep(5);
  leaving.server.destroy();
  agent.port = staying.port;
  await sleep(100);
  t.ok((await stop()).problems.length > 0);
});

t.test('every answer closes its connection once draining has begun, errors and probes included', async (t) => {
  const door = await startDoor(sampleSet);
  t.teardown(door.stop);
  t.equal((await door.send('GET', '/livez')).headers.connection, 'keep-alive');
  door.server.startDraining();
  for (const [method, path] of [
    ['GET', '/livez'],
    ['GET', '/nothing'],
    ['POST', '/validate'],
  ] as const) {
    t.equal((await door.send(method, path)).headers.connection, 'close', path);
  }
});

t.test('a review in work when the drain begins is answered before the server is gone', async (t) => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const door = await startDoor(sampleSet, {
    wrap: (handlers) => ({
      ...handlers,
      validate: async (...asked) => {
        await held;
        return handlers.validate(...asked);
      },
    }),
  });
  t.teardown(door.stop);
  const { log } = createCapturedLog();
  const drain = createDrain({ server: door.server, log, delayMs: 0, emptyMs: 100 });
  const asking = door.ask('validate', envelope(configMapRequest(configMap({ mode: 'blue' }))));
  while ((await door.server.countConnections()) === 0) await sleep(5);
  const drained = drain.begin();
  t.equal(drain.begin(), drained, 'a second signal waits for the same end');
  await sleep(200);
  release();
  const { wrong, headers } = await asking;
  t.same(wrong, []);
  t.equal(headers.connection, 'close');
  await drained;
});

t.test('an answer that never comes does not keep the process for ever', async (t) => {
  const calls: string[] = [];
  let finish = (): void => undefined;
  const server: Drainable = {
    startDraining: () => void calls.push('drain'),
    countConnections: async () => 1,
    close: () =>
      new Promise((resolve) => {
        calls.push('close');
        finish = resolve;
      }),
    destroy: () => {
      calls.push('destroy');
      finish();
    },
  };
  const { log } = createCapturedLog();
  await createDrain({ server, log, delayMs: 0, emptyMs: 10, answerMs: 20 }).begin();
  t.same(calls, ['drain', 'close', 'destroy']);
});
