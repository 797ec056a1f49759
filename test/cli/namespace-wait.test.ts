import t from 'tap';
import { waitForNamespace } from '../../src/cli/namespace-wait.ts';
import type { Handlers } from '../../src/webhook/admission-routes.ts';
import type { Answer } from '../../src/webhook/door.ts';

const answer = { status: 200, body: {} } as Answer;

function setUp(ensure: (name: string) => Promise<void> | undefined) {
  const handled: unknown[] = [];
  const handle = (body: unknown): Answer => {
    handled.push(body);
    return answer;
  };
  const handlers: Handlers = { validate: handle, mutate: handle, refuseLarge: () => answer };
  return { handled, waiting: waitForNamespace(handlers, ensure) };
}
const review = (namespace: unknown, resource: object = { group: 'apps', resource: 'deployments' }) => ({
  request: { namespace, resource },
});

t.test('a review in a known namespace is handled at once', async (t) => {
  const { waiting, handled } = setUp(() => undefined);
  t.equal(waiting.validate(review('known'), {}), answer);
  t.equal(waiting.mutate(review('known'), {}), answer);
  t.equal(handled.length, 2);
});

t.test('a review in an unknown namespace waits for the answer about it', async (t) => {
  let arrive: () => void = () => {};
  const { waiting, handled } = setUp(
    () =>
      new Promise((resolve) => {
        arrive = resolve;
      }),
  );
  const answered = waiting.validate(review('new'), {});
  t.same(handled, []);
  arrive();
  t.equal(await answered, answer);
  t.equal(handled.length, 1);
});

t.test('cluster-scoped objects, namespaces and what is no review ask for nothing', async (t) => {
  const asked: string[] = [];
  const { waiting } = setUp((name) => {
    asked.push(name);
    return undefined;
  });
  for (const body of [
    null,
    5,
    {},
    { request: null },
    review(undefined),
    review(7),
    review('n', { group: '', resource: 'namespaces' }),
  ]) {
    waiting.validate(body, {});
  }
  t.same([...new Set(asked)], ['']);
});
