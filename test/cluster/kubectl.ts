// Runs kubectl as a person would, apart from their own settings.

import { spawn } from 'node:child_process';
import { cleanEnvironment } from './supervise.ts';

/** What one run of kubectl gave. */
export interface KubectlResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** How to run it. */
export interface KubectlOptions {
  /** Text for its standard input, for `-f -`. */
  stdin?: string;
  /** Name of the user to be; default `admin`. */
  user?: string;
  /** Milliseconds until it is killed (code null). Default 120,000. */
  timeout?: number;
}

/** Runs kubectl with these arguments; resolves whatever its exit code. */
export type Kubectl = (args: string[], options?: KubectlOptions) => Promise<KubectlResult>;

/**
 * A kubectl bound to one cluster. `home` takes its caches, so two clusters and the person's own ~/.kube stay apart.
 * @throws Error (rejection) only when the program cannot be started.
 */
export function createKubectl(program: string, kubeconfig: string, home: string): Kubectl {
  return async (args, { stdin, user, timeout = 120_000 } = {}) => {
    const env = cleanEnvironment({ KUBECONFIG: kubeconfig, HOME: home });
    const child = spawn(program, [...(user === undefined ? [] : ['--context', user]), ...args], { env, timeout });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin.on('error', () => {}); // kubectl may end without reading its input
    child.stdin.end(stdin);
    const code = await new Promise<number | null>((done, fail) => {
      child.once('error', fail);
      child.once('close', done);
    });
    return { code, stdout, stderr };
  };
}
