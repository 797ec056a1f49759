import { readFileSync } from 'node:fs';
import t from 'tap';
import { readVersion } from '../../src/cli/version.ts';
import { runLintel } from './run-lintel.ts';

t.test('version tells the version of the package', async (t) => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  t.equal(readVersion(), version);
  for (const word of ['version', '--version', '-v']) {
    const { code, stdout } = await runLintel(t, [word]);
    t.equal(code, 0);
    t.equal(stdout, `lintel ${version} (node ${process.version})\n`);
  }
});

t.test('help lists the verbs, on stdout and with 0', async (t) => {
  for (const args of [['help'], ['--help'], ['-h']]) {
    const { code, stdout, stderr } = await runLintel(t, args);
    t.equal(code, 0);
    t.match(stdout, /serve.*demo.*version/s);
    t.equal(stderr, '');
  }
});

t.test('each verb has help with an example, by either word', async (t) => {
  for (const verb of ['serve', 'demo', 'version', 'help']) {
    const asked = await runLintel(t, ['help', verb]);
    t.equal(asked.code, 0, verb);
    t.match(asked.stdout, new RegExp(`lintel ${verb}`));
    const flag = await runLintel(t, [verb, '--help']);
    t.equal(flag.code, 0, verb);
    t.equal(flag.stdout, asked.stdout);
  }
});

t.test('no verb at all is a refusal with the same help on stderr', async (t) => {
  const { code, stdout, stderr } = await runLintel(t, []);
  t.equal(code, 2);
  t.equal(stdout, '');
  t.match(stderr, /usage: lintel <verb>/);
});

t.test('an unknown verb is refused with the one that was meant', async (t) => {
  for (const args of [['sevre'], ['help', 'sevre']]) {
    const { code, stderr } = await runLintel(t, args);
    t.equal(code, 2);
    t.equal(stderr, 'lintel: there is no verb `sevre`, did you mean `serve`?\n');
  }
  const { stderr } = await runLintel(t, ['constructor']);
  t.match(stderr, 'there is no verb `constructor`');
});
