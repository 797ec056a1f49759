import type { FastifyInstance, RawServerBase } from 'fastify';
import type { Metrics } from '../metrics.ts';
import { answerLiveness, answerReadiness, type Check, type ProbeAnswer } from './probes.ts';

export interface ProbeRoutes {
  checks: readonly Check[];
  metrics: Metrics;
}

/** Paths that `addProbeRoutes` answers, all by GET. */
export const PROBE_PATHS = ['/livez', '/healthz', '/readyz', '/metrics'] as const;

/** `/livez`, `/healthz`, `/readyz[?verbose]` and `/metrics`. */
export function addProbeRoutes<Server extends RawServerBase>(app: FastifyInstance<Server>, routes: ProbeRoutes): void {
  for (const path of ['/livez', '/healthz']) {
    app.get(path, (_request, reply) => sendText(reply, answerLiveness()));
  }
  app.get('/readyz', (request, reply) => {
    const verbose = Object.hasOwn(request.query as object, 'verbose');
    return sendText(reply, answerReadiness(routes.checks, verbose));
  });
  app.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await routes.metrics.render();
    return reply.type(contentType).send(text);
  });
}

function sendText(
  reply: { code(status: number): unknown; type(type: string): unknown; send(text: string): unknown },
  answer: ProbeAnswer,
): unknown {
  reply.code(answer.status);
  reply.type('text/plain; charset=utf-8');
  return reply.send(answer.text);
}
