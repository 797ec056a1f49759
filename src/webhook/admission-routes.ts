import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:https';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Metrics, Phase, RefusalReason } from '../metrics.ts';
import type { Answer, Door } from './door.ts';
import { createFailure } from './failure.ts';
import { createGate, type GateLimits, type Place, RETRY_AFTER_SECONDS } from './overload.ts';
import { createJsonParser } from './parse-json.ts';
import { type ReadBody, readBody } from './read-body.ts';

/** What answers a parsed review; a door, or a door with something asynchronous before or after it. */
export type Handlers = Pick<Door, 'refuseLarge'> & {
  [phase in Phase]: (...asked: Parameters<Door[phase]>) => Answer | Promise<Answer>;
};

export interface AdmissionRoutes {
  handlers: Handlers;
  metrics: Metrics;
  /** Bytes; default 32 MiB. */
  bodyLimit?: number;
  /** Milliseconds for a body to arrive; default 10,000. */
  bodyTimeoutMs?: number;
  /** What may be in work at once. */
  limits?: GateLimits;
}

/** Paths that `addAdmissionRoutes` answers, all by POST. */
export const ADMISSION_PATHS = ['/validate', '/mutate'] as const;

/** A body, and the place it takes up until its answer is out. */
interface Arrival {
  body: ReadBody;
  place: Place;
  /** `performance.now()` when the headers were read. */
  receivedAt: number;
}

/** POST /validate and POST /mutate: the body, a place in work, the handler, the answer. */
export function addAdmissionRoutes(app: FastifyInstance<Server>, routes: AdmissionRoutes): void {
  const { handlers, metrics } = routes;
  const gate = createGate(routes.limits, (inFlight) => metrics.setInFlight(inFlight));
  const parse = createJsonParser();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', async (_request: FastifyRequest, payload: IncomingMessage) => {
    const receivedAt = performance.now();
    const place = gate.open();
    const { bodyLimit: limit, bodyTimeoutMs: timeoutMs } = routes;
    return {
      receivedAt,
      place,
      body: await readBody(payload, { limit, timeoutMs, grow: place.grow }),
    } satisfies Arrival;
  });

  async function answer(phase: Phase, { body, place, receivedAt }: Arrival, query: unknown): Promise<Answer | 'cut'> {
    if (body.kind === 'cut') {
      metrics.recordRefusal(phase, 'cut');
      return 'cut';
    }
    if (body.kind === 'too-large') return handlers.refuseLarge(phase, body);
    if (body.kind === 'late') return refuse(phase, 'late', 408, 'the body was not complete in time');
    if (body.kind === 'no-room' || !place.start()) return refuseOverload(phase);
    let review: unknown;
    try {
      const parsed = parse(body.bytes);
      review = parsed instanceof Promise ? await parsed : parsed;
    } catch {
      // the parser's own message quotes the text, which may be a secret
      const message = `the body of ${body.bytes.length} bytes is not JSON, wanted an AdmissionReview`;
      return refuse(phase, 'malformed', 400, message);
    }
    return handlers[phase](review, { timeout: readTimeout(query) }, receivedAt);
  }

  function refuse(phase: Phase, reason: RefusalReason, status: number, message: string): Answer {
    metrics.recordRefusal(phase, reason);
    return { status, body: createFailure(status, message) };
  }

  function refuseOverload(phase: Phase): Answer {
    const message = 'too many reviews are in work; try again after the time in Retry-After';
    return { ...refuse(phase, 'overloaded', 429, message), retryAfter: RETRY_AFTER_SECONDS };
  }

  for (const phase of ['validate', 'mutate'] as const) {
    app.post(`/${phase}`, async (request, reply) => {
      const arrival = request.body as Arrival | undefined;
      if (arrival === undefined) {
        const { status, body } = refuse(phase, 'malformed', 400, 'the body is empty, wanted an AdmissionReview');
        return reply.code(status).send(body);
      }
      reply.raw.once('close', arrival.place.leave);
      const answered = await answer(phase, arrival, request.query);
      if (answered === 'cut') {
        arrival.place.leave();
        return reply.hijack();
      }
      if (answered.retryAfter !== undefined) reply.header('retry-after', answered.retryAfter);
      // the rest of such a body may still be on its way
      if (arrival.body.kind !== 'whole') reply.header('connection', 'close');
      return reply.code(answered.status).type('application/json; charset=utf-8').send(JSON.stringify(answered.body));
    });
  }
}

function readTimeout(query: unknown): string | undefined {
  if (typeof query !== 'object' || query === null || !('timeout' in query)) return undefined;
  return typeof query.timeout === 'string' ? query.timeout : undefined;
}
