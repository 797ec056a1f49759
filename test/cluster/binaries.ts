// Finds the programs of a control plane: those the user points to, those built before, or builds them.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureBuilt, type Say, sayOnStderr } from './build.ts';
import { type Minor, minors, readEtcdModule, readKubernetesModule } from './go-modules.ts';

/** Absolute paths of a control plane's programs. */
export interface Binaries {
  /** As the API server says of itself, without `v`: `1.36.3`. */
  version: string;
  /** `1.36`. */
  minor: string;
  etcd: string;
  apiServer: string;
  kubectl: string;
  /** Absent in a `KUBEBUILDER_ASSETS` folder that has none: then nothing deletes namespaces or collects garbage. */
  controllerManager?: string;
}

/**
 * Finds the programs, in this order: the folder `KUBEBUILDER_ASSETS` (if its minor is the wanted one, or none is
 * wanted), the cache, a build from source.
 * @throws Error when `KUBEBUILDER_ASSETS` lacks a program, or when nothing is cached and Go is missing or fails.
 */
export async function findBinaries(minor?: Minor, say: Say = sayOnStderr): Promise<Binaries> {
  const assets = process.env.KUBEBUILDER_ASSETS;
  if (assets) {
    const found = readAssets(resolve(assets), say);
    if (minor === undefined || found.minor === minor) return found;
    say(`\`KUBEBUILDER_ASSETS\` holds Kubernetes ${found.version}, ${minor} is wanted: looking for a build of it`);
  }
  const module = await readKubernetesModule(minor ?? minors[0]);
  const etcdFolder = await ensureBuilt(await readEtcdModule(), say);
  const folder = await ensureBuilt(module, say);
  const apiServer = join(folder, 'kube-apiserver');
  return {
    ...askVersion(apiServer),
    etcd: join(etcdFolder, 'etcd'),
    apiServer,
    kubectl: join(folder, 'kubectl'),
    controllerManager: join(folder, 'kube-controller-manager'),
  };
}

function readAssets(folder: string, say: Say): Binaries {
  const missing = ['etcd', 'kube-apiserver', 'kubectl'].filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0) {
    throw new Error(
      `\`KUBEBUILDER_ASSETS\` is \`${folder}\`, which has no ${missing.join(', no ')}; ` +
        'point it to a complete folder, or unset it to build from source',
    );
  }
  const controllerManager = join(folder, 'kube-controller-manager');
  const complete = existsSync(controllerManager);
  if (!complete) say(`no kube-controller-manager in \`${folder}\`: namespaces and owned objects will not go away`);
  return {
    ...askVersion(join(folder, 'kube-apiserver')),
    etcd: join(folder, 'etcd'),
    apiServer: join(folder, 'kube-apiserver'),
    kubectl: join(folder, 'kubectl'),
    controllerManager: complete ? controllerManager : undefined,
  };
}

function askVersion(apiServer: string): { version: string; minor: string } {
  const asked = spawnSync(apiServer, ['--version'], { encoding: 'utf8' });
  const version = /v(\d+\.\d+\.\d\S*)/.exec(asked.stdout ?? '')?.[1];
  if (version === undefined) {
    const why = asked.error?.message ?? (asked.stderr || asked.stdout).trim();
    throw new Error(`\`${apiServer} --version\` told no version: ${why}`);
  }
  return { version, minor: version.split('.').slice(0, 2).join('.') };
}
