import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { parseAllDocuments } from 'yaml';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = 'src/cli/main.ts';
/** The last line that it prints before it waits. */
const STAYS = '/metrics answer a plain GET';

t.setTimeout(120_000);

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

interface Demo {
  stdout(): string;
  /** Resolves once the text was printed; rejects when the process ended before. */
  waitFor(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  closeOutput(): void;
  ended: Promise<Ended>;
}

function startDemo(t: Test, args: string[]): Demo {
  const { FORCE_COLOR: _painted, ...env } = process.env;
  const child = spawn(process.execPath, [MAIN, 'demo', ...args], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  let onOutput = (): void => undefined;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    onOutput();
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  t.teardown(() => child.kill('SIGKILL'));
  return {
    stdout: () => stdout,
    waitFor(text) {
      const printed = new Promise<void>((resolve) => {
        onOutput = () => (stdout.includes(text) ? resolve() : undefined);
        onOutput();
      });
      const early = ended.then((end) => {
        throw new Error(`it ended before it printed \`${text}\`: ${JSON.stringify(end)}`);
      });
      return Promise.race([printed, early]);
    },
    kill: (signal) => child.kill(signal),
    closeOutput: () => child.stdout.destroy(),
    ended,
  };
}

/** Objects of one example file, by name. */
function readNames(file: string): string[] {
  const documents = parseAllDocuments(readFileSync(`${ROOT}examples/vitistack/${file}`, 'utf8'));
  return documents.map((document) => String(document.getIn(['metadata', 'name'])));
}

t.test('--once walks every example through the door and ends with 0', async (t) => {
  const { code, stdout, stderr } = await startDemo(t, ['--once', '--port', '0']).ended;
  t.equal(code, 0, stderr);
  t.equal(stderr, '');
  for (const name of readNames('good.yaml')) t.match(stdout, new RegExp(`/${name} created$`, 'm'), `${name} gets in`);
  const denials = stdout.split('\n').filter((line) => line.startsWith('Error from server (Forbidden): '));
  const bad = denials.filter((line) => line.includes('error when creating "examples/vitistack/bad.yaml"'));
  t.equal(bad.length, readNames('bad.yaml').length, 'all of bad.yaml is denied');
  for (const line of bad)
    t.match(line, /: admission webhook "validate\.lintel\.dev" denied the request: \d+ rules? refuse/);
  t.match(stdout, /^- VITI-NET-002\/ranges spec\.networking\.vpcs\[1\]\.cidr: .*10\.40\.128\.0\/17.*10\.40\.0\.0\/16/m);
  t.match(stdout, /^Warning: VITI-SEC-005/m);
  // says nothing of security: only the object that /mutate completed can pass /validate
  t.match(stdout, /\/tromso created\n {2}completed by .*VITI-DEF-001/);
  t.notMatch(stdout, '\u001b', 'no colours where there is no terminal');
  t.notMatch(stdout, 'curl', 'a door that closes is not recommended');
});

t.test('the summary counts what was printed', async (t) => {
  const { stdout } = await startDemo(t, ['--once', '--port', '0']).ended;
  const count = (pattern: RegExp): number => (stdout.match(pattern) ?? []).length;
  const files = ['bad', 'good', 'network', 'providers', 'terse'].map((name) => readNames(`${name}.yaml`).length);
  const objects = files.reduce((sum, length) => sum + length, 0);
  const [created, denied] = [count(/ created$/gm), count(/^Error from server/gm)];
  t.equal(created + denied, objects);
  const completed = count(/^ {2}completed by VITI-DEF-/gm);
  t.ok(completed > 0);
  const warnings = count(/^Warning: /gm);
  const summary = `${objects} objects, ${created} created (${completed} of them completed), ${denied} denied, ${warnings} warnings`;
  t.equal(stdout.trimEnd().split('\n').at(-1), summary);
});

t.test('it stays, answers the review that it left for curl, and ends with 0 on a signal', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const demo = startDemo(t, ['--port', '0']);
    await demo.waitFor(STAYS);
    const command = /^ {2}(curl .*)$/m.exec(demo.stdout())?.[1] ?? '';
    const ca = /--cacert (\S+)/.exec(command)?.[1] ?? '';
    const review = readFileSync(/@(\S+)/.exec(command)?.[1] ?? '', 'utf8');
    const url = command.split(' ').at(-1) ?? '';
    const answer = JSON.parse(await post(url, readFileSync(ca, 'utf8'), review)) as {
      response: { uid: string; allowed: boolean; status: { message: string } };
    };
    const { request: asked } = JSON.parse(review) as { request: { uid: string } };
    t.equal(answer.response.uid, asked.uid);
    t.equal(answer.response.allowed, false);
    t.ok(demo.stdout().includes(answer.response.status.message), 'and says what the walk said');
    demo.kill(signal);
    // npm sends its child the Ctrl-C that the terminal has sent already
    demo.kill(signal);
    const { code, signal: killedBy, stderr } = await demo.ended;
    t.strictSame({ code, killedBy, stderr }, { code: 0, killedBy: null, stderr: '' }, signal);
    t.notOk(existsSync(dirname(ca)), 'its files are gone');
  }
});

t.test('a signal in the middle of the walk ends it cleanly as well', async (t) => {
  const demo = startDemo(t, ['--port', '0']);
  await demo.waitFor('$ kubectl apply');
  demo.kill('SIGINT');
  const { code, signal, stderr } = await demo.ended;
  t.strictSame({ code, signal, stderr }, { code: 0, signal: null, stderr: '' });
});

t.test('it ends with 0 when nobody reads its output any longer', async (t) => {
  const demo = startDemo(t, ['--port', '0']);
  await demo.waitFor('lintel demo');
  demo.closeOutput();
  const { code, signal } = await demo.ended;
  t.strictSame({ code, signal }, { code: 0, signal: null });
});

t.test('a port that is taken is an error when it was asked for', async (t) => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  t.teardown(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const { code, stdout, stderr } = await startDemo(t, ['--once', '--port', String(port)]).ended;
  t.equal(code, 2);
  t.equal(stdout, '');
  t.match(stderr, new RegExp(`^lintel: cannot listen on 127\\.0\\.0\\.1:${port} \\(--port\\): .*EADDRINUSE`));
});

t.test('a free port is taken where the usual one is not free', async (t) => {
  const taken = createServer();
  // somebody else may hold it already, which serves as well
  await new Promise<void>((resolve) => taken.on('error', () => resolve()).listen(8443, '127.0.0.1', resolve));
  t.teardown(() => taken.close());
  const { code, stdout, stderr } = await startDemo(t, ['--once']).ended;
  t.equal(code, 0, stderr);
  const port = Number(/at https:\/\/127\.0\.0\.1:(\d+)/.exec(stdout)?.[1]);
  t.ok(port > 0 && port !== 8443, `port ${port}`);
});

t.test('help is an answer, a wrong flag a refusal', async (t) => {
  const help = await startDemo(t, ['--help']).ended;
  t.equal(help.code, 0);
  t.match(help.stdout, /^lintel demo: /);
  const wrong = await startDemo(t, ['--onec']).ended;
  t.equal(wrong.code, 2);
  t.match(wrong.stderr, 'did you mean `--once`?');
});

function post(url: string, ca: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', ca, agent: false, headers: { 'content-type': 'application/json' } });
    call.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(text)).on('error', reject);
    });
    call.on('error', reject).end(body);
  });
}
