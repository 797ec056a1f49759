/**
 * What the door costs: reviews per second over TLS keep-alive with the whole VitiStack pack, beside a bare node:https
 * server that parses the same body and answers a constant. Both run all the time and are loaded in turns, so that a busy
 * machine slows both. The client is this process. Rounds and seconds a round: `npm run bench:door -- 6 5`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import autocannon from 'autocannon';
import { generate } from 'selfsigned';
import type { Order } from './door-child.ts';
import { createBenchReview } from './door-review.ts';

const CONNECTIONS = 16;

interface Server {
  kind: Order['kind'];
  child: ChildProcess;
  url: string;
  rounds: Round[];
}

interface Round {
  perSecond: number;
  p50: number;
  p99: number;
  /** CPU time of the server in microseconds a review. */
  cpu: number;
}

async function start(kind: Order['kind'], pair: { cert: string; key: string }): Promise<Server> {
  const child = fork(new URL('./door-child.ts', import.meta.url), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.send({ kind, ...pair } satisfies Order);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { kind, child, url: `https://127.0.0.1:${port}/validate?timeout=10s`, rounds: [] };
}

async function readCpu(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [{ cpu }] = (await once(child, 'message')) as [{ cpu: number }];
  return cpu;
}

async function load({ child, url }: Server, body: string, ca: string, duration: number): Promise<Round> {
  const before = await readCpu(child);
  const result = await autocannon({
    url,
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
    connections: CONNECTIONS,
    duration,
    tlsOptions: { ca },
    verifyBody: (answer: unknown) => String(answer).includes('"allowed":true'),
  });
  const failed = result.errors + result.timeouts + result.non2xx + result.mismatches;
  if (failed > 0 || result['2xx'] === 0) throw new Error(`${failed} requests failed, ${result['2xx']} went well`);
  const cpu = ((await readCpu(child)) - before) / result['2xx'];
  return { perSecond: result['2xx'] / result.duration, p50: result.latency.p50, p99: result.latency.p99, cpu };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function summarise(rounds: readonly Round[]): Round {
  const of = (field: keyof Round): number => median(rounds.map((round) => round[field]));
  return { perSecond: of('perSecond'), p50: of('p50'), p99: of('p99'), cpu: of('cpu') };
}

const [rounds = 5, seconds = 4] = process.argv.slice(2).map(Number);
const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
  keyType: 'ec',
  algorithm: 'sha256',
  extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
});
const body = JSON.stringify(createBenchReview());
const servers = await Promise.all([start('lintel', { cert, key }), start('bare', { cert, key })]);
try {
  console.log(
    `review ${Buffer.byteLength(body)} bytes, ${CONNECTIONS} connections, ${rounds} rounds of ${seconds} s after a warm-up`,
  );
  for (const server of servers) await load(server, body, cert, 2);
  for (let round = 1; round <= rounds; round++) {
    for (const server of servers) {
      const measured = await load(server, body, cert, seconds);
      server.rounds.push(measured);
      const { perSecond, p50, p99, cpu } = measured;
      console.log(
        `${round} ${server.kind.padEnd(6)} ${perSecond.toFixed(0).padStart(6)}/s p50 ${p50} ms p99 ${p99} ms, server CPU ${cpu.toFixed(0)} us a review`,
      );
    }
  }
} finally {
  for (const { child } of servers) child.disconnect();
}
const [lintel, bare] = servers.map((server) => summarise(server.rounds)) as [Round, Round];
console.log(
  `medians: lintel ${lintel.perSecond.toFixed(0)}/s, bare ${bare.perSecond.toFixed(0)}/s; server CPU a review ${lintel.cpu.toFixed(0)} us and ${bare.cpu.toFixed(0)} us`,
);
console.log(
  `bench:door ratio=${(lintel.perSecond / bare.perSecond).toFixed(2)} reviews_per_s=${lintel.perSecond.toFixed(0)} p50_ms=${lintel.p50.toFixed(2)} p99_ms=${lintel.p99.toFixed(2)}`,
);
