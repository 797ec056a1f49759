// Who may call the API server, and the files that say so.

import { stringify } from 'yaml';

/** A user of the cluster, known by a static token. */
export interface User {
  name: string;
  groups: string[];
  token: string;
}

/** The lines of kube-apiserver's --token-auth-file: token,user,uid,"group,group". */
export function formatTokenFile(users: User[]): string {
  return users.map(({ name, groups, token }) => `${token},${name},${name},"${groups.join(',')}"\n`).join('');
}

/** A kubeconfig with one context a user, named like the user; the first is current. */
export function formatKubeconfig(url: string, caFile: string, users: Pick<User, 'name' | 'token'>[]): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'lintel-test', cluster: { server: url, 'certificate-authority': caFile } }],
    users: users.map(({ name, token }) => ({ name, user: { token } })),
    contexts: users.map(({ name }) => ({
      name,
      context: { cluster: 'lintel-test', user: name, namespace: 'default' },
    })),
    'current-context': users[0]?.name,
  });
}
