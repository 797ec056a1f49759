import t from 'tap';
import { createLog } from '../src/log.ts';

t.test('a line is one JSON object with a level, a time and the message', async (t) => {
  const lines: string[] = [];
  const log = createLog({ destination: { write: (line: string) => void lines.push(line) } });
  log.info({ uid: 'u' }, 'decision');
  log.debug({}, 'not written at this level');
  t.equal(lines.length, 1);
  t.match(JSON.parse(lines[0] as string), { level: 'info', msg: 'decision', uid: 'u', time: /^\d{4}-\d\d-\d\dT.*Z$/ });
});

t.test('objects, secret data and credentials are not written, even when logged by mistake', async (t) => {
  const lines: string[] = [];
  const log = createLog({ destination: { write: (line: string) => void lines.push(line) } });
  log.error(
    { object: { data: 'hunter2' }, request: { oldObject: 'hunter2', headers: 1 }, token: 'hunter2' },
    'mistake',
  );
  log.warn({ secret: { data: { password: 'hunter2' } }, headers: { authorization: 'Bearer hunter2' } }, 'mistake');
  t.notMatch(lines.join(''), /hunter2/);
  t.match(lines.join(''), /\[redacted\]/);
});
