/**
 * What API servers do with a write: call the webhook, store, call it again when the object is another by then. Any
 * number of them: requests know nothing of each other. Functions here change the world they are given.
 */
import { activeGenerations, mayServe, SERVE_MS, startAdmission } from '../../../../src/relations/ledger/index.ts';
import { findHarm } from './invariants.ts';
import { claimsOfCall, type DomainView, exactViews, slotOf, versionText } from './model.ts';
import { tell } from './replica.ts';
import { stampNonce } from './time.ts';
import type { Model, Request, Stored, World } from './world.ts';

/** A client sends the operation it has come to. */
export function sendOp(model: Model, world: World, index: number, server: number, replica: string): void {
  const writer = world.writers[index];
  const op = model.scenario.writers[index]?.[writer?.op ?? 0];
  if (!writer || !op) return;
  const slot = op.do === 'generate' ? (op.slots[0] ?? '') : op.slot;
  const id = `q${world.next}`;
  world.next += 1;
  const request: Request = {
    id,
    writer: index,
    op,
    slot,
    uid: '',
    base: -1,
    before: null,
    name: 0,
    server,
    born: world.time?.now ?? 0,
    admitted: false,
    nonces: [],
  };
  world.requests.push(request);
  world.writers[index] = { ...writer, waits: id };
  callWebhook(model, world, request, replica);
}

/** Reads what is stored and calls the webhook, as before every try to store. */
export function callWebhook(model: Model, world: World, request: Request, replica: string): void {
  const { op } = request;
  const creates = op.do === 'create' || op.do === 'generate';
  const stored = world.objects[request.slot] ?? null;
  if (!creates && !stored) {
    endRequest(model, world, request, false);
    return;
  }
  const nonce = `n${world.next}`;
  const uid = creates || !stored ? `u${world.next}` : stored.uid;
  world.next += 1;
  const called: Request = {
    ...request,
    uid,
    base: creates || !stored ? -1 : stored.version,
    before: creates || !stored ? null : stored.body,
    admitted: false,
    nonces: [...request.nonces, nonce],
  };
  replaceRequest(world, called);
  stampNonce(model, world, nonce);
  if (world.stage?.hooked[request.server] === false) {
    admit(world, called);
    return;
  }
  const views = viewsOf(model, world, replica);
  if (!views) {
    endRequest(model, world, called, false);
    return;
  }
  if (model.loose.cachedDecision && request.cached) {
    admit(world, called);
    return;
  }
  const step = startAdmission(model.context, {
    slot: slotOf(model, request.slot),
    operation: creates ? 'CREATE' : op.do === 'delete' ? 'DELETE' : 'UPDATE',
    uid,
    baseResourceVersion: versionText(model, request.slot, called.base),
    nonce,
    dryRun: false,
    bypass: 'bypass' in op && op.bypass === true,
    claims: claimsOfCall(model, views, op, request.slot, called.before),
  });
  const early = model.loose.getBeforeRead || model.loose.parentBeforeClaims ? { early: { ...world.objects } } : {};
  const handling = { request: request.id, op, before: called.before, replica, ...step, ...early, told: false };
  world.handlings.push(handling);
  tell(model, world, handling);
}

/** The generations that a replica acts on, null when it has to refuse. */
function viewsOf(model: Model, world: World, replica: string): DomainView[] | null {
  if (!world.stage) return exactViews(model, world);
  const { lease, lapsed, acting } = world.stage.replicas[replica] ?? {};
  if (!lease || !mayServe(lease, lapsed ? SERVE_MS : 0)) return null;
  const heads = model.loose.viewAfterRenewal ? acting : lease.heads;
  return model.scenario.domains.map((domain) => {
    const head = heads?.find((candidate) => candidate.domain === domain.name);
    return { domain, generations: head ? activeGenerations(head) : [] };
  });
}

/** The webhook has allowed the call: from now on the write may be stored at any time. */
export function admit(world: World, request: Request): void {
  replaceRequest(world, { ...request, admitted: true, cached: true });
}

/** The write reaches etcd. */
export function storeWrite(model: Model, world: World, request: Request, replica: string): void {
  const { op, slot } = request;
  const stored = world.objects[slot] ?? null;
  if (op.do === 'create' || op.do === 'generate') {
    if (stored) tryNextName(model, world, request, replica);
    else {
      const finalizer = op.do === 'create' && op.finalizer === true;
      put(model, world, request, { uid: request.uid, version: 0, body: op.body, deleting: false, finalizer });
    }
    return;
  }
  if (!stored || stored.uid !== request.uid || stored.version !== request.base) {
    if (stored) callWebhook(model, world, request, replica);
    else endRequest(model, world, request, false);
    return;
  }
  if (op.do === 'update') put(model, world, request, { ...stored, body: op.body });
  else if (op.do === 'delete') put(model, world, request, stored.finalizer ? { ...stored, deleting: true } : null);
  else put(model, world, request, stored.deleting ? null : { ...stored, finalizer: false });
}

/** The request is over; what the client makes of it. */
export function endRequest(model: Model, world: World, request: Request, success: boolean): void {
  world.requests = world.requests.filter(({ id }) => id !== request.id);
  const writer = world.writers[request.writer];
  if (writer?.waits !== request.id) return;
  const again = !success && writer.tries < model.scenario.retries;
  world.writers[request.writer] = again
    ? { ...writer, tries: writer.tries + 1, waits: null }
    : { op: writer.op + 1, tries: 0, waits: null };
}

/** The request is still there, and this is its current handling's nonce. */
export function findRequest(world: World, id: string, nonce: string): Request | undefined {
  return world.requests.find((request) => request.id === id && request.nonces.at(-1) === nonce);
}

function tryNextName(model: Model, world: World, request: Request, replica: string): void {
  const name = request.name + 1;
  const slot = request.op.do === 'generate' ? request.op.slots[name] : undefined;
  if (slot === undefined) endRequest(model, world, request, false);
  else callWebhook(model, world, { ...request, name, slot }, replica);
}

function put(model: Model, world: World, request: Request, object: Stored | null): void {
  const { slot } = request;
  const version = (world.versions[slot] ?? 0) + 1;
  world.versions[slot] = version;
  if (model.loose.sweepFromCache) {
    const past = world.past[slot] ?? [];
    world.past[slot] = [...past, world.objects[slot] ?? null].slice(-2);
  }
  world.objects[slot] = object ? { ...object, version } : null;
  if (object && !world.seen.includes(object.uid)) world.seen = [...world.seen, object.uid].sort();
  noteHarm(model, world, 'bypass' in request.op && request.op.bypass === true);
  endRequest(model, world, request, true);
}

/** Harm that is over is forgotten; what a bypass does is its own affair. */
function noteHarm(model: Model, world: World, bypass: boolean): void {
  if (world.older.length === 0 && !bypass) return;
  const harm = findHarm(model, world, exactViews(model, world));
  world.older = harm.filter((what) => bypass || world.older.includes(what)).sort();
}

function replaceRequest(world: World, request: Request): void {
  const at = world.requests.findIndex(({ id }) => id === request.id);
  if (at >= 0) world.requests[at] = request;
}
