import t from 'tap';
import { hasStatus, toKubeError } from '../../src/kube/kube-error.ts';

t.test('a Status speaks for itself', async (t) => {
  const body = JSON.stringify({ kind: 'Status', reason: 'Forbidden', message: 'policies is forbidden' });
  t.match(toKubeError(403, body, 'GET /x'), { status: 403, reason: 'Forbidden', message: 'policies is forbidden' });
});

t.test('what a proxy answers is told with what was asked, cut to one line', async (t) => {
  t.equal(toKubeError(502, '<html>\n<p>bad', 'GET /x').message, 'GET /x: HTTP 502 <html>');
  t.equal(toKubeError(502, '', 'GET /x').message, 'GET /x: HTTP 502');
  t.equal(toKubeError(400, '{"kind":"Status"}', 'GET /x').message, 'GET /x: HTTP 400 ');
});

t.test('only errors of the API server have a status', async (t) => {
  t.equal(hasStatus(toKubeError(409, '', ''), 409), true);
  t.equal(hasStatus(toKubeError(409, '', ''), 404), false);
  t.equal(hasStatus(new Error('409'), 409), false);
});
