// Holds what kubectl-cases.ts states against the real kubectl of every minor. `label --local` reads a file and prints
// it as JSON, and talks to no server.

import { spawnSync } from 'node:child_process';
import t from 'tap';
import { findBinaries } from '../cluster/binaries.ts';
import { minors } from '../cluster/go-modules.ts';
import { cleanEnvironment } from '../cluster/supervise.ts';
import { BODIES, HEAD, REFUSED, SCALARS } from './kubectl-cases.ts';

t.setTimeout(600_000);

interface Answer {
  /** null when it refused. */
  object: { spec?: unknown } | null;
  stderr: string;
}

function ask(kubectl: string, text: string): Answer {
  const env = cleanEnvironment({ KUBECONFIG: '/dev/null' });
  const run = spawnSync(kubectl, ['label', '--local', '-f', '-', 'x=y', '-o', 'json'], {
    input: text,
    encoding: 'utf8',
    env,
  });
  return { object: run.status === 0 ? JSON.parse(run.stdout) : null, stderr: run.stderr.trim() };
}

for (const minor of minors) {
  t.test(`kubectl ${minor} reads scalars as we say it does`, async (t) => {
    const { kubectl } = await findBinaries(minor);
    for (const [written, value] of SCALARS) {
      const { object, stderr } = ask(kubectl, `${HEAD}spec: ${written}\n`);
      t.same(object?.spec, value, `${written} ${stderr}`);
    }
  });

  t.test(`kubectl ${minor} reads documents as we say it does`, async (t) => {
    const { kubectl } = await findBinaries(minor);
    for (const [body, spec] of BODIES) {
      const { object, stderr } = ask(kubectl, HEAD + body);
      t.same(object?.spec, spec, `${JSON.stringify(body)} ${stderr}`);
    }
  });

  t.test(`kubectl ${minor} refuses what we refuse`, async (t) => {
    const { kubectl } = await findBinaries(minor);
    for (const body of REFUSED) t.equal(ask(kubectl, HEAD + body).object, null, JSON.stringify(body));
  });
}
