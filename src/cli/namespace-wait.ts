/** Handlers that wait, where they must, for the namespace of a review. */
import type { Handlers } from '../webhook/admission-routes.ts';

/** Asks for a namespace that is not known; undefined when there is nothing to wait for. */
export type EnsureNamespace = (name: string) => Promise<void> | undefined;

/**
 * Lets the handlers see a namespace that was created a moment ago and that no watch has told of yet. A review in a
 * known namespace, which is all but the first few, goes straight through.
 */
export function waitForNamespace(handlers: Handlers, ensure: EnsureNamespace): Handlers {
  const delay = <Asked extends readonly [body: unknown, ...rest: unknown[]], Answer>(
    handle: (...asked: Asked) => Answer | Promise<Answer>,
  ) => {
    return (...asked: Asked): Answer | Promise<Answer> => {
      const waiting = ensure(readNamespace(asked[0]));
      return waiting === undefined ? handle(...asked) : waiting.then(() => handle(...asked));
    };
  };
  return { ...handlers, validate: delay(handlers.validate), mutate: delay(handlers.mutate) };
}

function asRecord(value: unknown): { [key: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { [key: string]: unknown }) : {};
}

/** '' for cluster-scoped objects and for namespaces themselves, which carry their own labels. */
function readNamespace(body: unknown): string {
  const request = asRecord(asRecord(body).request);
  const { group, resource } = asRecord(request.resource);
  const itself = group === '' && resource === 'namespaces';
  return itself || typeof request.namespace !== 'string' ? '' : request.namespace;
}
