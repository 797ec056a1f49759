/** What the watches and writers of this folder ask of a client. Imports no client, so that types cost nothing. */

/** Where the credentials come from. */
export type ClusterAccess = { kind: 'in-cluster' } | { kind: 'files'; files: readonly string[] };

export interface KubeRequest {
  /** Default GET. */
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/apis/lintel.dev/v1alpha1/policies`. */
  path: string;
  query?: { [name: string]: string | number | boolean };
  body?: unknown;
  /** Of the body; default `application/json`. */
  contentType?: string;
  signal?: AbortSignal;
}

export interface KubeStream extends KubeRequest {
  /** Called with each line of the body. */
  onLine: (line: string) => void;
  /** The stream has failed when nothing comes for so many milliseconds. */
  idleMs: number;
}

export interface KubeClient {
  /** URL of the API server. */
  readonly server: string;
  /**
   * One request; resolves with the parsed body of a 2xx answer.
   * @throws KubeError for any other answer, and with status 0 when there was none
   */
  request(call: KubeRequest): Promise<unknown>;
  /**
   * One answer that never ends; resolves when the server ends it in order.
   * @throws KubeError as `request`, also when the connection is cut
   */
  stream(call: KubeStream): Promise<void>;
}
