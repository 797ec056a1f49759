// The Go modules the control plane's programs are built from, as written in the go.mod files beside this one.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Kubernetes minors the cluster tests can build, the default first. */
export const minors = ['1.36', '1.33'] as const;

/** One of the minors that have a go.mod beside this file. */
export type Minor = (typeof minors)[number];

/** One folder with a go.mod, and what comes out of building its tools. */
export interface GoModule {
  /** What messages and the cache folder call it: `1.36`, `etcd`. */
  name: string;
  /** Absolute path of the folder that holds go.mod and go.sum. */
  folder: string;
  /** Version of the product as in go.mod, with its `v`. */
  version: string;
  /** For the Go linker: stripped, and told its own version (unset, Kubernetes calls itself v0.0.0-master). */
  ldflags: string;
  /** File name that Go gives a tool → name wanted in the cache. */
  programs: Record<string, string>;
  /** Hash (12 hex digits) over go.mod and go.sum: changes with every dependency. */
  hash: string;
}

/**
 * Reads the module of one Kubernetes minor.
 * @throws Error when its go.mod is missing or names no version of `k8s.io/kubernetes`.
 */
export async function readKubernetesModule(minor: Minor): Promise<GoModule> {
  const folder = join(import.meta.dirname, `kubernetes-${minor}`);
  const { version, hash } = await readVersion(folder, 'k8s.io/kubernetes');
  const [major, minorNumber] = minor.split('.');
  const variable = 'k8s.io/component-base/version';
  const told = [`gitVersion=${version}`, `gitMajor=${major}`, `gitMinor=${minorNumber}`];
  return {
    name: minor,
    folder,
    version,
    hash,
    ldflags: ['-s -w', ...told.map((pair) => `-X ${variable}.${pair}`)].join(' '),
    programs: {
      'kube-apiserver': 'kube-apiserver',
      kubectl: 'kubectl',
      'kube-controller-manager': 'kube-controller-manager',
    },
  };
}

/**
 * Reads the module of etcd, which serves all minors.
 * @throws Error when its go.mod is missing or names no version of the etcd server.
 */
export async function readEtcdModule(): Promise<GoModule> {
  const folder = join(import.meta.dirname, 'etcd');
  const { version, hash } = await readVersion(folder, 'go.etcd.io/etcd/server/v3');
  return { name: 'etcd', folder, version, hash, ldflags: '-s -w', programs: { server: 'etcd' } };
}

async function readVersion(folder: string, path: string): Promise<{ version: string; hash: string }> {
  const file = join(folder, 'go.mod');
  const mod = await readFile(file, 'utf8');
  const sum = await readFile(join(folder, 'go.sum'), 'utf8');
  const version = mod
    .split('\n')
    .map((line) =>
      line
        .replace(/^require\s/, '')
        .trim()
        .split(/\s+/),
    )
    .find(([first, second, third]) => first === path && second?.startsWith('v') && third !== '=>')?.[1];
  if (version === undefined) throw new Error(`\`${file}\` requires no version of \`${path}\``);
  return { version, hash: createHash('sha256').update(mod).update(sum).digest('hex').slice(0, 12) };
}
