import { connect, createServer, type Socket } from 'node:net';
import t from 'tap';
import { createBalancer } from './balancer.ts';
import { waitFor } from './wait.ts';

/** A server that says its own name and then echoes. */
async function startEcho(name: string): Promise<{ port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.write(`${name}:`);
    socket.pipe(socket);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const stop = async () => {
    const closed = new Promise((done) => server.close(done));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port: address.port, stop };
}

/** Sends a text, ends its side, and reads until the other side ends: what a half-closed connection must survive. */
async function talk(port: number, text: string): Promise<string> {
  return await new Promise((done, fail) => {
    let heard = '';
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      heard += chunk;
    });
    socket.once('error', fail);
    socket.once('end', () => done(heard));
    socket.end(text);
  });
}

t.test('spreads connections in turn and carries both directions to the end', async (t) => {
  const a = await startEcho('a');
  const b = await startEcho('b');
  const balancer = await createBalancer([a.port, b.port]);
  t.teardown(() => Promise.all([balancer.stop(), a.stop(), b.stop()]));
  const heard = [];
  for (const text of ['1', '2', '3', '4']) heard.push(await talk(balancer.port, text));
  t.strictSame(heard, ['a:1', 'b:2', 'a:3', 'b:4']);
  t.equal(balancer.count(a.port), 2);
  const long = 'x'.repeat(3_000_000);
  t.ok((await talk(balancer.port, long)) === `a:${long}`, 'three megabytes come back whole');
});

t.test('a target that is not ready gets no connection, and an existing one stays', async (t) => {
  const a = await startEcho('a');
  const b = await startEcho('b');
  const well = new Set([a.port, b.port]);
  const balancer = await createBalancer([a.port, b.port], { isReady: (port) => well.has(port), interval: 10 });
  t.teardown(() => Promise.all([balancer.stop(), a.stop(), b.stop()]));
  const open = connect({ port: balancer.port, host: '127.0.0.1' });
  open.setEncoding('utf8');
  let heard = '';
  open.on('data', (chunk: string) => {
    heard += chunk;
  });
  await waitFor(() => heard === 'a:', { interval: 5, what: 'the first answer of a' });
  well.delete(a.port);
  await waitFor(() => !balancer.ready().includes(a.port), { interval: 5, what: 'a to be taken out' });
  t.equal(await talk(balancer.port, '1'), 'b:1');
  t.equal(await talk(balancer.port, '2'), 'b:2');
  open.write('still here');
  await waitFor(() => heard === 'a:still here', { interval: 5, what: 'the old connection to answer' });
  well.add(a.port);
  await balancer.check();
  t.strictSame(new Set(balancer.ready()), new Set([a.port, b.port]));
  open.destroy();
});

t.test('a readiness check that throws takes its target out', async (t) => {
  const a = await startEcho('a');
  const isReady = () => {
    throw new Error('unreachable');
  };
  const balancer = await createBalancer([a.port], { isReady });
  t.teardown(() => Promise.all([balancer.stop(), a.stop()]));
  t.strictSame(balancer.ready(), []);
});

t.test('without a ready target, and to a dead one, a connection fails', async (t) => {
  const dead = await startEcho('dead');
  await dead.stop();
  const balancer = await createBalancer([]);
  t.teardown(() => balancer.stop());
  await t.rejects(talk(balancer.port, 'nobody'), { code: 'ECONNRESET' });
  balancer.add(dead.port);
  await t.rejects(talk(balancer.port, 'dead'), { code: 'ECONNRESET' });
  t.equal(balancer.count(dead.port), 1, 'it was tried');
});

t.test('targets come and go, and the end cuts what is open', async (t) => {
  const a = await startEcho('a');
  const b = await startEcho('b');
  const balancer = await createBalancer([a.port]);
  t.teardown(() => Promise.all([balancer.stop(), a.stop(), b.stop()]));
  balancer.add(b.port);
  balancer.remove(a.port);
  t.equal(await talk(balancer.port, '1'), 'b:1');
  const open = connect({ port: balancer.port, host: '127.0.0.1' });
  open.on('error', () => {}).resume();
  const closed = new Promise((done) => open.once('close', done));
  await waitFor(() => balancer.count(b.port) === 2, { interval: 5, what: 'the connection to arrive' });
  await balancer.stop();
  await closed;
  await t.rejects(talk(balancer.port, 'over'), { code: 'ECONNREFUSED' });
});
