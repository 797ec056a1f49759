import type { FastifyInstance, RawServerBase } from 'fastify';
import type { Log } from '../log.ts';
import { quote } from './clean-text.ts';
import { createFailure } from './failure.ts';

/** What a server answers to, by path: the one method each path takes. */
export type Paths = { readonly [path: string]: 'GET' | 'POST' };

/** 404, 405 with Allow, and whatever the HTTP layer refuses: each a Kubernetes Status that says what is wanted. */
export function addErrorAnswers<Server extends RawServerBase>(
  app: FastifyInstance<Server>,
  { paths, log }: { paths: Paths; log: Log },
): void {
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const method = Object.hasOwn(paths, path) ? paths[path] : undefined;
    if (method !== undefined) {
      const message = `${path} takes ${method}, found ${quote(request.method)}`;
      return reply.code(405).header('allow', method).send(createFailure(405, message));
    }
    const message = `nothing is served at ${quote(path)}; wanted one of ${Object.keys(paths).join(', ')}`;
    return reply.code(404).send(createFailure(404, message));
  });
  app.setErrorHandler((error: unknown, request, reply) => {
    const status = statusOf(error);
    if (status === 415) {
      const found = quote(request.headers['content-type'] ?? '');
      return reply.code(415).send(createFailure(415, `content-type: found ${found}, wanted \`application/json\``));
    }
    if (status < 500)
      return reply.code(status).send(createFailure(status, 'the request is not valid HTTP for this path'));
    const { name, stack } = error instanceof Error ? error : new Error('something that is not an Error was thrown');
    log.error({ path: request.routeOptions.url, error: name, stack: framesOf(stack) }, 'internal error');
    return reply.code(500).send(createFailure(500, 'lintel failed on this request; look in its log'));
  });
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return 500;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 600 ? statusCode : 500;
}

/** Without the message, which may quote what was being read. */
function framesOf(stack: string | undefined): string[] {
  return (stack ?? '').split('\n').flatMap((line) => (line.trimStart().startsWith('at ') ? [line.trim()] : []));
}
