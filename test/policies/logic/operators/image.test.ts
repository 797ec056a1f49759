import fc from 'fast-check';
import t from 'tap';
import { parseImage } from '../../../../src/policies/logic/operators/image.ts';

const SHA256 = `sha256:${'a1'.repeat(32)}`;

t.test('references are taken apart as container runtimes take them', async (t) => {
  const cases: [string, string, string, string | null, string | null][] = [
    ['nginx', 'docker.io', 'library/nginx', null, null],
    ['nginx:1.29', 'docker.io', 'library/nginx', '1.29', null],
    ['team/app', 'docker.io', 'team/app', null, null],
    ['docker.io/nginx', 'docker.io', 'library/nginx', null, null],
    ['index.docker.io/nginx', 'docker.io', 'library/nginx', null, null],
    ['index.docker.io/team/app', 'docker.io', 'team/app', null, null],
    ['docker.io/library/nginx', 'docker.io', 'library/nginx', null, null],
    ['localhost/app', 'localhost', 'app', null, null],
    ['localhost:5000/app:1', 'localhost:5000', 'app', '1', null],
    ['registry:5000/a/b/c:v1', 'registry:5000', 'a/b/c', 'v1', null],
    ['REGISTRY/app', 'REGISTRY', 'app', null, null],
    ['[2001:db8::1]:5000/app', '[2001:db8::1]:5000', 'app', null, null],
    ['10.0.0.1/app', '10.0.0.1', 'app', null, null],
    [`ghcr.io/team/app@${SHA256}`, 'ghcr.io', 'team/app', null, SHA256],
    [`ghcr.io/team/app:1.2@${SHA256}`, 'ghcr.io', 'team/app', '1.2', SHA256],
    ['a__b/c--d.e_f', 'docker.io', 'a__b/c--d.e_f', null, null],
    ['app:5000', 'docker.io', 'library/app', '5000', null],
  ];
  for (const [text, registry, repository, tag, digest] of cases) {
    t.strictSame(parseImage(text), { registry, repository, tag, digest }, text);
  }
});

t.test('what is no reference is refused', async (t) => {
  for (const text of [
    '',
    ':1',
    '@',
    'App',
    'team/App',
    'app:',
    'app@',
    'app@sha256:abc',
    `app@${SHA256.toUpperCase()}`,
    `app@md5:${'a'.repeat(32)}`,
    `app@${SHA256}@${SHA256}`,
    'app:-1',
    `app:${'1'.repeat(129)}`,
    '/app',
    'app/',
    'a//b',
    'https://ghcr.io/app',
    'ghcr.io/-app',
    'ghcr.io/a___b',
    'ghcr.io:port/app',
    '-ghcr.io/app',
    'a..b/app:1:2',
    'app name',
    'a1'.repeat(32),
    `team/${'a'.repeat(252)}`,
  ]) {
    t.equal(parseImage(text), null, JSON.stringify(text).slice(0, 60));
  }
});

t.test('parts put together are read back', async (t) => {
  const part = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,8})?$/);
  const image = fc.record({
    registry: fc.constantFrom('ghcr.io', 'localhost', 'registry.example.org:443', '10.1.2.3:5000'),
    repository: fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
    tag: fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/)),
    digest: fc.option(fc.constant(SHA256)),
  });
  fc.assert(
    fc.property(image, (parts) => {
      const text = `${parts.registry}/${parts.repository}${parts.tag ? `:${parts.tag}` : ''}${parts.digest ? `@${parts.digest}` : ''}`;
      t.strictSame(parseImage(text), { ...parts }, text);
    }),
    { numRuns: 50 },
  );
});
