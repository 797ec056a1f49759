// Each rule of the pack, refused (or warned of, or completed) once and let through once, by kubectl.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { parse } from 'yaml';
import { waitFor } from '../cluster/start.ts';
import { isPartOf } from './is-part-of.ts';
import type { Manifest, Stage } from './stage.ts';

interface Case {
  rule: string;
  action: 'deny' | 'warn' | 'default' | 'audit';
  denied?: Manifest;
  allowed?: Manifest;
  update?: { old: Manifest; new: Manifest };
  /** What must be part of the stored object after `allowed` was applied. */
  stored?: Record<string, unknown>;
  /** Values for the policy's parameters in this case alone, set with PolicySettings. */
  parameters?: Record<string, unknown>;
  /** Why no API server can be asked. */
  unreachable?: string;
}

const FOLDER = join(import.meta.dirname, 'cases', 'vitistack');
const DEFAULTS_POLICY = 'vitistack-network-defaults';

function readCases(): Case[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => parse(readFileSync(join(FOLDER, file), 'utf8')) as Case[]);
}

/** Runs all cases; each is one subtest. */
export async function runPackCases(t: Test, stage: Stage): Promise<void> {
  for (const one of readCases()) {
    if (one.unreachable !== undefined) {
      t.comment(`${one.rule} is not asked here: ${one.unreachable}`);
      continue;
    }
    await t.test(`${one.rule} (${one.action})`, async (tt) => {
      await withParameters(stage, one.parameters, async () => {
        await runCase(tt, stage, one);
      });
    });
  }
}

async function runCase(t: Test, stage: Stage, one: Case): Promise<void> {
  const { rule, action, denied, allowed, update, stored } = one;
  if (denied) await expectFinding(t, stage, rule, action, denied);
  if (update) {
    const before = await stage.apply(update.old);
    t.equal(before.code, 0, `the object as it was gets in: ${before.stderr}`);
    await expectFinding(t, stage, rule, action, update.new);
    await remove(stage, update.old);
  }
  if (!allowed) return;
  const { code, stderr } = await stage.apply(allowed);
  t.equal(code, 0, `what is right gets in: ${stderr}`);
  t.notMatch(stderr, rule, 'and nothing is said of the rule');
  if (stored) {
    const { kind, metadata } = allowed;
    const now = await stage.read(kind, metadata.name ?? '', metadata.namespace);
    t.ok(isPartOf(stored, now), `stored as completed: ${JSON.stringify(now?.spec)}`);
  }
  await remove(stage, allowed);
}

async function expectFinding(
  t: Test,
  stage: Stage,
  rule: string,
  action: Case['action'],
  object: Manifest,
): Promise<void> {
  const { code, stderr } = await stage.apply(object);
  if (action === 'deny') {
    t.equal(code, 1, 'refused');
    t.match(stderr, 'denied the request', 'by us');
    t.match(stderr, rule, `for this rule: ${stderr}`);
    return;
  }
  t.equal(code, 0, `let through: ${stderr}`);
  t.match(stderr, /Warning: /, 'with a warning');
  t.match(stderr, rule, `of this rule: ${stderr}`);
  await remove(stage, object);
}

async function remove(stage: Stage, { kind, metadata }: Manifest): Promise<void> {
  const namespace = metadata.namespace ? ['-n', metadata.namespace] : [];
  await stage.kubectl(['delete', kind, metadata.name ?? '', ...namespace, '--ignore-not-found', '--wait=false']);
}

/** Parameters for one case, as an operator sets them: PolicySettings, live. */
async function withParameters(stage: Stage, parameters: Case['parameters'], run: () => Promise<void>): Promise<void> {
  if (!parameters) return run();
  const before = await fingerprint(stage);
  await stage.apply({
    apiVersion: 'lintel.dev/v1alpha1',
    kind: 'PolicySettings',
    metadata: { name: 'case' },
    spec: { policies: [DEFAULTS_POLICY], parameters },
  });
  await waitFor(async () => (await fingerprint(stage)) !== before, {
    timeout: 20_000,
    what: 'the settings to be in force',
  });
  try {
    await run();
  } finally {
    await stage.kubectl(['delete', 'policysettings', 'case', '--ignore-not-found']);
    await waitFor(async () => (await fingerprint(stage)) === before, {
      timeout: 20_000,
      what: 'the settings to be gone',
    });
  }
}

/** Number of times a set was put in force, as the log tells: the last fingerprint. */
async function fingerprint(stage: Stage): Promise<string> {
  const log = await stage.lintel.logs();
  return log.match(/"fingerprint":"[0-9a-f]+"/g)?.at(-1) ?? '';
}
