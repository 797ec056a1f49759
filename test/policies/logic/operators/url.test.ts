import fc from 'fast-check';
import t from 'tap';
import { parseUrl } from '../../../../src/policies/logic/operators/url.ts';

t.test('on ordinary URLs the host is the one a browser would ask', async (t) => {
  const url = fc.webUrl({
    authoritySettings: { withIPv4: true, withUserInfo: true, withPort: true },
    withQueryParameters: true,
    withFragments: true,
  });
  fc.assert(
    fc.property(url, (text) => {
      const read = parseUrl(text);
      // Where it is refused nothing is claimed; where it is read it must be the same host.
      if (!read) return false;
      const expected = new URL(text);
      return read.host === expected.hostname && `${read.scheme}:` === expected.protocol;
    }),
    { numRuns: 1_000 },
  );
  t.pass();
});

t.test('texts made to be read differently are refused, or read as the host that is really asked', async (t) => {
  for (const text of [
    'https://good.example\\@evil.example/',
    'https://good.example\\.evil.example/',
    'https://good.example%2f@evil.example@x/',
    'https://good%2eexample/',
    'https://good.example:443:80/',
    'https://good.example:99999/',
    'https://good.example:port/',
    'https://[2001:db8::1/',
    'https://2001:db8::1/',
    'https://[10.0.0.1]/',
    'https://[::1]x/',
    'https://[v1.x]/',
    'https://good.example /',
    'https://good.example\t/',
    'https://good.example\n',
    ' https://good.example',
    'https://exämple.org/',
    'https:///\\evil.example',
    '//good.example/',
    'good.example',
    ':',
    '1http://x',
    'https://a.example/[x]',
    'https://a.example/%zz',
  ]) {
    t.equal(parseUrl(text), null, JSON.stringify(text));
  }
  t.strictSame(parseUrl('https://good.example@evil.example/'), { scheme: 'https', host: 'evil.example' });
  t.strictSame(parseUrl('https://evil.example?@good.example/'), { scheme: 'https', host: 'evil.example' });
  t.strictSame(parseUrl('https://good.example./'), { scheme: 'https', host: 'good.example.' });
});

t.test('other schemes are URLs too', async (t) => {
  t.strictSame(parseUrl('s3://bucket/key'), { scheme: 's3', host: 'bucket' });
  t.strictSame(parseUrl('urn:isbn:123'), { scheme: 'urn', host: null });
  t.strictSame(parseUrl('file:///etc/hosts'), { scheme: 'file', host: null });
  t.strictSame(parseUrl('git+ssh://git@Example.org:22/repo'), { scheme: 'git+ssh', host: 'example.org' });
  t.strictSame(parseUrl('http://[2001:DB8::1]'), { scheme: 'http', host: '2001:db8::1' });
});
