/** Everything that can happen next in a world. */
import { endRequest, sendOp, storeWrite } from './api-server.ts';
import { type Happening, happen } from './happening.ts';
import { lateArrive, replicaActs, replicasGroup } from './replica-actions.ts';
import { stageActs } from './stage.ts';
import { sweepsAct } from './sweep-actions.ts';
import { timeActs } from './time.ts';
import type { Model, Request, World } from './world.ts';

/** All worlds that may come next. */
export function findNext(model: Model, world: World): Happening[] {
  if (world.time?.frozen) return timeActs(model, world);
  return [
    ...world.writers.flatMap((_, index) => clientActs(model, world, index)),
    ...world.requests.flatMap((request) => serverActs(model, world, request)),
    ...world.handlings.flatMap((handling) => replicaActs(model, world, handling)),
    ...(model.scenario.groups ? replicasGroup(model, world) : []),
    ...(model.scenario.still ? [] : sweepsAct(model, world)),
    ...lateArrive(model, world),
    ...stageActs(model, world),
    ...timeActs(model, world),
  ];
}

function clientActs(model: Model, world: World, index: number): Happening[] {
  const writer = world.writers[index];
  const op = model.scenario.writers[index]?.[writer?.op ?? 0];
  if (!writer || !op) return [];
  if (writer.waits === null) {
    return serversOf(world).flatMap((server) =>
      replicasOf(world).map((replica) => {
        const tell = () => `client ${index} sends ${JSON.stringify(op)}${through(world, server, replica)}`;
        return happen(model, world, tell, (w) => sendOp(model, w, index, server, replica));
      }),
    );
  }
  if (world.faults.abandon === 0) return [];
  const giveUp = (w: World): void => {
    w.faults = { ...w.faults, abandon: w.faults.abandon - 1 };
    w.hurt = true;
    w.writers[index] = { op: writer.op + 1, tries: 0, waits: null };
  };
  return [happen(model, world, () => `client ${index} gives up, its request stays under way`, giveUp)];
}

function serverActs(model: Model, world: World, request: Request): Happening[] {
  const name = `${request.op.do} ${request.slot} (${request.nonces.at(-1)})`;
  const fail = (w: World): void => {
    w.hurt = true;
    endRequest(model, w, request, false);
  };
  if (!request.admitted) {
    if (world.faults.zombie === 0) return [];
    const giveUp = (w: World): void => {
      w.faults = { ...w.faults, zombie: w.faults.zombie - 1 };
      fail(w);
    };
    return [happen(model, world, () => `API server gives up on ${name} while it is handled`, giveUp)];
  }
  return [
    ...replicasOf(world).map((replica) => {
      const tell = () => `${name} reaches etcd${through(world, request.server, replica)}`;
      return happen(model, world, tell, (w) => storeWrite(model, w, request, replica));
    }),
    happen(model, world, () => `${name} fails after it was admitted`, fail),
  ];
}

function serversOf(world: World): number[] {
  return world.stage ? [...world.stage.hooked.keys()] : [0];
}

/** Those that a call may come to. */
function replicasOf(world: World): string[] {
  return world.stage ? Object.keys(world.stage.replicas) : [''];
}

function through(world: World, server: number, replica: string): string {
  return world.stage ? ` through API server ${server} and replica ${replica}` : '';
}
