import { connect } from 'node:tls';
import t from 'tap';
import { issueCertificate, type LiveDoor, startDoor } from './live-door.ts';
import { configMap, configMapRequest, envelope } from './reviews.ts';
import { compileAll, NOISY_POLICY, STRICT_POLICY, sampleSet } from './sample-policies.ts';

t.test('a review is answered over TLS with its own uid, kept alive', async (t) => {
  const door = await startDoor(sampleSet);
  t.teardown(door.stop);
  const request = configMapRequest(configMap({ mode: 'forbidden', note: 'n' }));
  const { status, wrong, response, headers } = await door.ask('validate', envelope(request));
  t.same(wrong, []);
  t.equal(status, 200);
  t.equal(response.allowed, false);
  t.match(response.status, { code: 403, reason: 'Forbidden' });
  t.equal(headers.connection, 'keep-alive');
  const again = await door.ask('validate', envelope(configMapRequest(configMap({ mode: 'blue' }))));
  t.same(again.wrong, []);
  t.equal(again.response.allowed, true);
  t.match(again.response.warnings, [/^T-MODE-002/]);
  t.equal(await door.server.countConnections(), 1, 'both over one connection');
});

t.test('a mutating answer carries a patch that applies, and none on DELETE', async (t) => {
  const door = await startDoor(sampleSet);
  t.teardown(door.stop);
  const created = await door.ask('mutate', envelope(configMapRequest(configMap({}))));
  t.same(created.wrong, []);
  t.type(created.response.patch, 'string');
  t.match(created.response.warnings, [/stamped/]);
  const deleted = await door.ask(
    'mutate',
    envelope(configMapRequest(null, { operation: 'DELETE', oldObject: configMap({}), object: null })),
  );
  t.same(deleted.wrong, []);
  t.notOk('patch' in deleted.response);
});

t.test('what is no review gets a client error that says what is wanted', async (t) => {
  const door = await startDoor(sampleSet);
  t.teardown(door.stop);
  const bodies: [string, unknown, number, RegExp][] = [
    ['garbage', '\u0000\u0001 not json', 400, /not JSON/],
    ['an empty body', '', 400, /wanted an AdmissionReview/],
    ['a list', [], 400, /the body: found a list/],
    ['half a JSON', '{"kind":"AdmissionReview",', 400, /not JSON/],
    [
      'v1beta1',
      { ...envelope(configMapRequest(configMap({}))), apiVersion: 'admission.k8s.io/v1beta1' },
      400,
      /admissionReviewVersions/,
    ],
    [
      'no uid',
      envelope({ ...configMapRequest(configMap({})), uid: '' }),
      400,
      /request\.uid: found ``, wanted a non-empty string/,
    ],
    ['no kind', envelope({ ...configMapRequest(configMap({})), kind: null }), 400, /request\.kind: found null/],
    [
      'no resource',
      envelope({ ...configMapRequest(configMap({})), resource: 'x' }),
      400,
      /request\.resource: found `x`/,
    ],
  ];
  for (const [name, body, status, message] of bodies) {
    const answered = await door.ask('validate', body);
    t.same(answered.wrong, [], name);
    t.equal(answered.status, status, name);
    t.match(JSON.parse(answered.text), { message }, name);
  }
  const typed = await door.send('POST', '/validate', 'a: 1', { 'content-type': 'application/yaml' });
  t.equal(typed.status, 415);
  t.match(JSON.parse(typed.text), { kind: 'Status', message: /`application\/yaml`, wanted `application\/json`/ });
});

t.test('other paths and methods are told what is served', async (t) => {
  const door = await startDoor(sampleSet);
  t.teardown(door.stop);
  const missing = await door.send('GET', '/toString?x=1');
  t.equal(missing.status, 404);
  t.match(JSON.parse(missing.text), {
    kind: 'Status',
    code: 404,
    message: /nothing is served at `\/toString`; wanted one of \/validate/,
  });
  const method = await door.send('GET', '/validate');
  t.equal(method.status, 405);
  t.equal(method.headers.allow, 'POST');
  const probe = await door.send('POST', '/readyz', '{}');
  t.equal(probe.status, 405);
  t.equal(probe.headers.allow, 'GET');
});

t.test('keys that are traps in JavaScript are plain data', async (t) => {
  const door = await startDoor(sampleSet);
  t.teardown(door.stop);
  const request = configMapRequest(configMap({ mode: 'forbidden', constructor: 'c', toString: 't' }));
  const text = JSON.stringify(envelope(request)).replace('"constructor"', '"__proto__":{"mode":"blue"},"constructor"');
  const { wrong, response } = await door.ask('validate', text);
  t.same(wrong, []);
  t.equal(response.allowed, false, 'the prototype was not replaced');
  const mutated = await door.ask('mutate', text);
  t.same(mutated.wrong, []);
});

for (const depth of [10, 10_000]) {
  t.test(`an object ${depth} levels deep is judged`, async (t) => {
    const door = await startDoor(sampleSet);
    t.teardown(door.stop);
    const request = configMapRequest(configMap({ mode: 'forbidden', nested: 'HERE' }));
    const text = JSON.stringify(envelope(request)).replace('"HERE"', `${'{"a":'.repeat(depth)}[]${'}'.repeat(depth)}`);
    const { wrong, response } = await door.ask('validate', text);
    t.same(wrong, []);
    t.equal(response.allowed, false);
    const mutated = await door.ask('mutate', text);
    t.same(mutated.wrong, []);
    t.equal(mutated.response.allowed, true);
  });
}

t.test('a body of 40 MB is refused with its uid by an AdmissionReview', async (t) => {
  const door = await startDoor(sampleSet);
  t.teardown(door.stop);
  const request = configMapRequest(configMap({ big: 'x'.repeat(40_000_000) }));
  const { status, wrong, response } = await door.ask('validate', envelope(request));
  t.same(wrong, []);
  t.equal(status, 200);
  t.match(response, { allowed: false, status: { code: 413, message: /more than the 33554432/ } });
});

t.test('a body of 40 MB without a uid in front is an HTTP error', async (t) => {
  const door = await startDoor(sampleSet);
  t.teardown(door.stop);
  const { status, wrong } = await door.ask('validate', `{"pad":"${'x'.repeat(40_000_000)}"}`);
  t.same(wrong, []);
  t.equal(status, 413);
});

t.test('a body that arrives in crumbs and chunks is read whole', async (t) => {
  const door = await startDoor(sampleSet);
  t.teardown(door.stop);
  const request = configMapRequest(configMap({ mode: 'forbidden', note: 'blåbærsyltetøy 🫐' }));
  const text = Buffer.from(JSON.stringify(envelope(request)));
  const socket = connect({
    port: door.port,
    host: '127.0.0.1',
    ca: door.pair.cert,
    servername: 'localhost',
    ALPNProtocols: ['http/1.1'],
  });
  t.teardown(() => socket.destroy());
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  socket.write(
    'POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n',
  );
  for (let at = 0; at < text.length; at += 7) {
    const crumb = text.subarray(at, at + 7);
    socket.write(Buffer.concat([Buffer.from(`${crumb.length.toString(16)}\r\n`), crumb, Buffer.from('\r\n')]));
    if (at % 70 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end('0\r\n\r\n');
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  t.match(answer, /^HTTP\/1\.1 200/);
  t.match(answer, /blåbærsyltetøy 🫐/);
});

/** Opens a connection, sends the head of a review of 1,000 bytes and only a part of the body. */
async function sendHalf(door: LiveDoor, part: string) {
  const socket = connect({ port: door.port, host: '127.0.0.1', ca: door.pair.cert, servername: 'localhost' });
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  socket.write(
    `POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n${part}`,
  );
  return socket;
}

async function untilCounted(door: LiveDoor, line: RegExp): Promise<void> {
  while (!line.test((await door.metrics.render()).text)) await new Promise((resolve) => setTimeout(resolve, 5));
}

t.test('half-sent reviews keep nobody out, and harm nobody when they are cut or late', async (t) => {
  const door = await startDoor(sampleSet, { server: { limits: { maxInFlight: 1 }, bodyTimeoutMs: 300 } });
  t.teardown(door.stop);
  const cut = await sendHalf(door, '{"kind":');
  const late = await sendHalf(door, '{"kind":');
  const { wrong, status } = await door.ask('validate', envelope(configMapRequest(configMap({}))));
  t.same(wrong, []);
  t.equal(status, 200);
  cut.destroy();
  await untilCounted(door, /refused_total\{phase="validate",reason="cut"\} 1/);
  let answer = '';
  for await (const chunk of late) answer += chunk;
  t.match(answer, /^HTTP\/1\.1 408 /);
  t.match(answer, /connection: close/i);
});

t.test('beyond the bound of reviews in work the API server is asked to come again', async (t) => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const door = await startDoor(sampleSet, {
    server: { limits: { maxInFlight: 1 } },
    wrap: (handlers) => ({
      ...handlers,
      mutate: async (...asked) => {
        await held;
        return handlers.mutate(...asked);
      },
    }),
  });
  t.teardown(door.stop);
  const first = door.ask('mutate', envelope(configMapRequest(configMap({}))));
  await untilCounted(door, /^lintel_admission_in_flight 1$/m);
  const busy = await door.ask('validate', envelope(configMapRequest(configMap({}))));
  t.same(busy.wrong, []);
  t.equal(busy.status, 429);
  t.equal(busy.headers['retry-after'], '1');
  release();
  t.same((await first).wrong, []);
  await untilCounted(door, /^lintel_admission_in_flight 0$/m);
  t.equal((await door.ask('validate', envelope(configMapRequest(configMap({}))))).status, 200);
  await untilCounted(door, /refused_total\{phase="validate",reason="overloaded"\} 1/);
});

t.test('beyond the bound of bytes a body is refused, and its bytes are given back', async (t) => {
  const door = await startDoor(sampleSet, { server: { limits: { maxBytes: 2000, usualBytes: 0 } } });
  t.teardown(door.stop);
  const half = await sendHalf(door, 'x'.repeat(900));
  const ask = () => door.ask('validate', envelope(configMapRequest(configMap({ pad: 'x'.repeat(1500) }))));
  let refused = await ask();
  while (refused.status === 200) refused = await ask();
  t.same(refused.wrong, []);
  t.equal(refused.status, 429);
  half.destroy();
  await untilCounted(door, /reason="cut"\} 1/);
  t.equal((await ask()).status, 200);
});

t.test('the timeout of the query reaches the handler as it was sent', async (t) => {
  const seen: unknown[] = [];
  const door = await startDoor(sampleSet, {
    wrap: (handlers) => ({
      ...handlers,
      validate: (...asked) => {
        seen.push(asked[1].timeout);
        return handlers.validate(...asked);
      },
    }),
  });
  t.teardown(door.stop);
  for (const query of ['?timeout=7s', '', '?timeout=1s&timeout=2s']) {
    t.same((await door.ask('validate', envelope(configMapRequest(configMap({}))), query)).wrong, []);
  }
  t.same(seen, ['7s', undefined, undefined]);
});

t.test('HTTP/2 is not offered', async (t) => {
  const door = await startDoor(sampleSet);
  t.teardown(door.stop);
  const negotiate = (protocols: string[]) =>
    new Promise<string>((resolve) => {
      const socket = connect(
        { port: door.port, host: '127.0.0.1', ca: door.pair.cert, servername: 'localhost', ALPNProtocols: protocols },
        () => {
          resolve(String(socket.alpnProtocol));
          socket.destroy();
        },
      );
      socket.on('error', () => resolve('refused'));
    });
  t.equal(await negotiate(['h2', 'http/1.1']), 'http/1.1');
  t.equal(await negotiate(['h2']), 'refused');
});

t.test('many warnings stay within what the API server passes on', async (t) => {
  const door = await startDoor(() => compileAll([NOISY_POLICY]));
  t.teardown(door.stop);
  const { wrong, response } = await door.ask('validate', envelope(configMapRequest(configMap({}))));
  t.same(wrong, []);
  t.equal(response.allowed, true);
  const warnings = response.warnings as string[];
  t.match(warnings.at(-1), /^… and \d+ more warnings$/);
  t.ok(warnings.length > 10);
});

t.test('300 reasons fit into one bounded message that counts the rest', async (t) => {
  const door = await startDoor(() => compileAll([STRICT_POLICY]));
  t.teardown(door.stop);
  const { wrong, response } = await door.ask('validate', envelope(configMapRequest(configMap({}))));
  t.same(wrong, []);
  const { message } = response.status as { message: string };
  t.match(
    message,
    /^300 rules refuse configmap demo\/settings: T-STRICT-0, .* and \d+ more\n- T-STRICT-0 metadata\.labels\.perfect: reason number 0; be perfect\n/,
  );
  t.match(message, /\n… and \d+ more$/);
});

t.test('control characters and escape sequences in values reach nobody', async (t) => {
  const door = await startDoor(sampleSet);
  t.teardown(door.stop);
  const note = 'red \u001b[31mtext\u001b[0m\r\nsecond\tline \u0007 \u202eevil\u202c \ud800 end \u009b1m';
  const { wrong, response } = await door.ask(
    'validate',
    envelope(configMapRequest(configMap({ mode: 'forbidden', note }))),
  );
  t.same(wrong, []);
  t.equal(response.allowed, false);
  t.match((response.status as { message: string }).message, /red text second line/);
});

t.test('two certificates issued one after the other differ', async (t) => {
  const [first, second] = await Promise.all([issueCertificate(), issueCertificate()]);
  t.not(first.cert, second.cert);
});
