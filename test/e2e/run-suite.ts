// All end-to-end tests on one Kubernetes minor.

import t from 'tap';
import type { Minor } from '../cluster/go-modules.ts';
import { runLivePolicies } from './live-policies.ts';
import { runPackCases } from './pack-cases.ts';
import { openStage } from './stage.ts';
import { runWaysOfWriting } from './ways-of-writing.ts';
import { runWhatPeopleSee } from './what-people-see.ts';

export async function runSuite(minor: Minor): Promise<void> {
  t.setTimeout(900_000);
  const stage = await openStage({ minor });
  t.teardown(() => stage.stop());
  await t.test(`Kubernetes ${stage.cluster.version}: ways of writing`, (tt) => runWaysOfWriting(tt, stage));
  await t.test(`Kubernetes ${stage.cluster.version}: what people see`, (tt) => runWhatPeopleSee(tt, stage));
  await t.test(`Kubernetes ${stage.cluster.version}: each rule of the pack`, (tt) => runPackCases(tt, stage));
  await t.test(`Kubernetes ${stage.cluster.version}: policies that change`, (tt) => runLivePolicies(tt, stage));
}
