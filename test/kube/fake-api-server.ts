// A small API server over plain HTTP for what this folder asks of one: lists in pages, watches with bookmarks, merge
// patches that mind the resourceVersion. What it does is checked against a real one by watch-list-contract.ts.

import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Test } from 'tap';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/ports.ts';
import type { JsonObject } from '../../src/policies/index.ts';

interface Stored {
  path: string;
  object: JsonObject & { metadata: JsonObject };
}

interface Watcher {
  path: string;
  selector: string | null;
  response: ServerResponse;
}

export interface FakeApiServer {
  url: string;
  client: KubeClient;
  /** Requests so far, as `GET /path?query`. */
  requests: string[];
  /** Collections that are served; any other answers 404. */
  serve(...paths: string[]): void;
  /** Takes a collection and its objects away, as removing a CRD does. */
  remove(path: string): void;
  put(path: string, object: JsonObject): JsonObject;
  delete(path: string, name: string): void;
  stored(path: string, name: string): JsonObject | undefined;
  /** Forgets old revisions: watches from before now get 410. */
  compact(): void;
  bookmark(): void;
  /** Cuts every connection of a watch without a word. */
  cut(): void;
  /** Ends every watch in order, as its timeout does. */
  endWatches(): void;
  /** Number of open watches. */
  watching(): number;
  /** Answers the next requests whose `METHOD /path` begins so with this status; `times` of them. */
  fail(prefix: string, status: number, times: number): void;
}

function labelsFit(object: JsonObject, selector: string | null): boolean {
  if (selector === null) return true;
  const [name = '', value] = selector.split('=');
  const labels = (object.metadata as JsonObject).labels as JsonObject | undefined;
  return labels?.[name] === value;
}

function keyOf(object: JsonObject): string {
  const { namespace, name } = object.metadata as JsonObject;
  return namespace ? `${namespace}/${name}` : String(name);
}

function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const result = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    const old = result[key];
    const isMap = (it: unknown): it is JsonObject => typeof it === 'object' && it !== null && !Array.isArray(it);
    if (value === null) delete result[key];
    else result[key] = isMap(value) ? mergePatch(isMap(old) ? old : {}, value) : value;
  }
  return result;
}

async function readBody(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as JsonObject);
}

/** Starts one that ends with the test, and a client for it by way of a kubeconfig file. */
export async function startFakeApiServer(t: Test): Promise<FakeApiServer> {
  let revision = 10;
  let oldest = 0;
  const served = new Set<string>();
  const objects = new Map<string, Stored>();
  const watchers = new Set<Watcher>();
  const failures: { prefix: string; status: number; times: number }[] = [];
  const requests: string[] = [];

  const fail = (response: ServerResponse, code: number, reason: string, message = reason): void => {
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message }));
  };
  const answer = (response: ServerResponse, body: unknown, code = 200): void => {
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const send = (watcher: Watcher, type: string, object: JsonObject): void => {
    watcher.response.write(`${JSON.stringify({ type, object })}\n`);
  };
  const tell = (type: string, stored: Stored, before?: JsonObject): void => {
    for (const watcher of watchers) {
      if (!inCollection(stored.path, watcher.path, stored.object)) continue;
      const now = labelsFit(stored.object, watcher.selector);
      const was = before === undefined ? type === 'DELETED' : labelsFit(before, watcher.selector);
      if (type === 'DELETED' ? was : now || was) {
        send(watcher, type === 'DELETED' || !now ? 'DELETED' : was ? 'MODIFIED' : 'ADDED', stored.object);
      }
    }
  };

  const list = (url: URL, response: ServerResponse): void => {
    const selector = url.searchParams.get('labelSelector');
    const all = [...objects.values()]
      .filter(({ path, object }) => inCollection(path, url.pathname, object) && labelsFit(object, selector))
      .map(({ object }) => object);
    const limit = Number(url.searchParams.get('limit') ?? 0) || all.length;
    const from = Number(url.searchParams.get('continue') ?? 0);
    const next = from + limit < all.length ? String(from + limit) : undefined;
    const metadata = { resourceVersion: String(revision), ...(next && { continue: next }) };
    // Items of a list carry no kind of their own.
    const items = all.slice(from, from + limit).map(({ kind: _kind, apiVersion: _version, ...rest }) => rest);
    answer(response, { kind: `${kindOf(url.pathname)}List`, apiVersion: versionOf(url.pathname), metadata, items });
  };

  const watch = (url: URL, response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const from = Number(url.searchParams.get('resourceVersion'));
    const watcher = { path: url.pathname, selector: url.searchParams.get('labelSelector'), response };
    if (from < oldest) {
      const object = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
      response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
      return;
    }
    response.flushHeaders();
    for (const stored of objects.values()) {
      const changed = Number(stored.object.metadata.resourceVersion) > from;
      if (
        changed &&
        inCollection(stored.path, url.pathname, stored.object) &&
        labelsFit(stored.object, watcher.selector)
      ) {
        send(watcher, 'MODIFIED', stored.object);
      }
    }
    watchers.add(watcher);
    response.on('close', () => watchers.delete(watcher));
  };

  const put = (path: string, object: JsonObject): JsonObject => {
    revision++;
    const before = objects.get(`${path}|${keyOf(object)}`)?.object;
    const metadata = {
      uid: `uid-${revision}`,
      generation: 1,
      ...(before?.metadata ?? {}),
      ...(object.metadata as JsonObject),
      resourceVersion: String(revision),
    };
    const stored: Stored = { path, object: { kind: kindOf(path), apiVersion: versionOf(path), ...object, metadata } };
    objects.set(`${path}|${keyOf(object)}`, stored);
    tell(before ? 'MODIFIED' : 'ADDED', stored, before);
    return stored.object;
  };

  const patchStatus = async (request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> => {
    const [, path = '', name = ''] = /^(.*)\/([^/]+)\/status$/.exec(pathname) ?? [];
    const stored = objects.get(`${path}|${decodeURIComponent(name)}`);
    if (!stored) return fail(response, 404, 'NotFound');
    const patch = await readBody(request);
    const wanted = (patch.metadata as JsonObject | undefined)?.resourceVersion;
    if (wanted !== undefined && wanted !== stored.object.metadata.resourceVersion)
      return fail(response, 409, 'Conflict');
    const status = (mergePatch(stored.object, patch) as { status: JsonObject }).status;
    answer(response, put(path, { ...stored.object, status }));
  };

  const create = async (request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> => {
    const object = await readBody(request);
    if (objects.has(`${pathname}|${keyOf(object)}`)) return fail(response, 409, 'AlreadyExists');
    answer(response, put(pathname, object), 201);
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake');
    requests.push(`${request.method} ${request.url}`);
    const failure = failures.find(
      ({ prefix, times }) => times > 0 && `${request.method} ${url.pathname}`.startsWith(prefix),
    );
    if (failure) {
      failure.times--;
      return fail(response, failure.status, 'Told', 'told to fail');
    }
    if (request.method === 'PATCH') return void patchStatus(request, response, url.pathname);
    if (request.method === 'POST') return void create(request, response, url.pathname);
    if (served.has(url.pathname)) {
      return url.searchParams.get('watch') === 'true' ? watch(url, response) : list(url, response);
    }
    const [, path = '', name = ''] = /^(.*)\/([^/]+)$/.exec(url.pathname) ?? [];
    const found = objects.get(`${path}|${decodeURIComponent(name)}`);
    return found ? answer(response, found.object) : fail(response, 404, 'NotFound', `${url.pathname} not found`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    client: createKubeClient({ kind: 'files', files: [await writeKubeconfig(t, url)] }),
    requests,
    serve: (...paths) => void paths.map((path) => served.add(path)),
    remove(path) {
      served.delete(path);
      for (const [key, stored] of objects) if (stored.path === path) objects.delete(key);
      for (const { response, path: watched } of watchers) if (watched === path) response.end();
    },
    put,
    delete(path, name) {
      const stored = objects.get(`${path}|${name}`);
      if (!stored) throw new Error(`no ${name}`);
      objects.delete(`${path}|${name}`);
      revision++;
      stored.object.metadata.resourceVersion = String(revision);
      tell('DELETED', stored);
    },
    stored: (path, name) => objects.get(`${path}|${name}`)?.object,
    compact() {
      revision++;
      oldest = revision;
    },
    bookmark() {
      for (const watcher of watchers) send(watcher, 'BOOKMARK', { metadata: { resourceVersion: String(revision) } });
    },
    cut: () => server.closeAllConnections(),
    endWatches() {
      for (const { response } of watchers) response.end();
      watchers.clear();
    },
    watching: () => watchers.size,
    fail: (prefix, status, times) => void failures.push({ prefix, status, times }),
  };
}

/** Whether an object stored under one path belongs to a collection: its own, or the one over all namespaces. */
function inCollection(stored: string, asked: string, object: JsonObject): boolean {
  const namespace = (object.metadata as JsonObject).namespace;
  return (
    stored === asked ||
    (namespace !== undefined && stored === asked.replace(/\/([^/]+)$/, `/namespaces/${namespace}/$1`))
  );
}

function kindOf(path: string): string {
  const resource = path.split('/').at(-1) ?? '';
  return (
    {
      configmaps: 'ConfigMap',
      namespaces: 'Namespace',
      policies: 'Policy',
      policyexemptions: 'PolicyExemption',
      policysettings: 'PolicySettings',
      customresourcedefinitions: 'CustomResourceDefinition',
      events: 'Event',
    }[resource] ?? ''
  );
}

function versionOf(path: string): string {
  const [, group, name, version] = path.split('/');
  return group === 'api' ? String(name) : `${name}/${version}`;
}

async function writeKubeconfig(t: Test, server: string): Promise<string> {
  const file = join(t.testdir({}), 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    clusters: [{ name: 'k', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 'secret-token' } }],
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
  };
  await writeFile(file, JSON.stringify(config));
  return file;
}
