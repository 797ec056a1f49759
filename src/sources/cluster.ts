/** Policies from the cluster: custom resources of `lintel.dev`, and ConfigMaps labelled as policy. */
import type { JsonObject } from '../policies/index.ts';
import { createEmptyConfigMapProblem, readConfigMap } from './config-map.ts';
import { dropServerFields, isRecord } from './documents.ts';
import type { OriginSnapshot, PolicyOrigin, Unit } from './unit.ts';

/** Objects as they are stored at one moment. */
export interface PolicyObjects {
  /** Policy, PolicyExemption and PolicySettings objects, in any order. */
  customResources: readonly JsonObject[];
  configMaps: readonly JsonObject[];
}

/** What this origin asks of a cluster; implemented by the watches in src/kube. */
export interface PolicyObjectWatch {
  /** Delivers once all lists are complete, then after every change. */
  start(deliver: (objects: PolicyObjects) => void): void;
  stop(): Promise<void>;
}

/** Policies from a cluster. */
export function createClusterOrigin(watch: PolicyObjectWatch): PolicyOrigin {
  return {
    name: 'cluster',
    start: (deliver) => watch.start((objects) => deliver(toSnapshot(objects))),
    stop: () => watch.stop(),
  };
}

/** The unit that a custom resource is: `policy/name`, `policyexemption/ns/name`. */
export function nameCustomResource(object: JsonObject): string {
  const { namespace, name } = readMetadata(object);
  return `${String(object.kind).toLowerCase()}/${namespace === '' ? '' : `${namespace}/`}${name}`;
}

/** What the units of a ConfigMap begin with: `configmap/ns/name`. */
export function nameConfigMap(object: JsonObject): string {
  const { namespace, name } = readMetadata(object);
  return `configmap/${namespace}/${name}`;
}

function toSnapshot(objects: PolicyObjects): OriginSnapshot {
  const snapshot: OriginSnapshot = { units: [], problems: [], notes: [], complete: true };
  for (const object of sortByName(objects.customResources, nameCustomResource)) {
    const name = nameCustomResource(object);
    const document = dropServerFields(object);
    const { generation } = readMetadata(object);
    const unit: Unit = { name, documents: [{ name, document }], problems: [], readable: true, notes: [], generation };
    snapshot.units.push(unit);
  }
  for (const object of sortByName(objects.configMaps, nameConfigMap)) {
    const origin = nameConfigMap(object);
    const { units } = readConfigMap(object, { origin });
    snapshot.units.push(...units);
    if (units.length === 0) {
      snapshot.problems.push(createEmptyConfigMapProblem(origin));
    }
  }
  return snapshot;
}

function sortByName(objects: readonly JsonObject[], nameOf: (object: JsonObject) => string): JsonObject[] {
  return [...objects].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function readMetadata(object: JsonObject): { namespace: string; name: string; generation: number } {
  const { metadata } = object;
  const { namespace, name, generation } = isRecord(metadata) ? metadata : {};
  return { namespace: String(namespace ?? ''), name: String(name ?? ''), generation: Number(generation ?? 0) };
}
