/** Policies from the cluster: custom resources of `lintel.dev`, and ConfigMaps labelled as policy. */
import type { JsonObject } from '../policies/index.ts';
import { createEmptyConfigMapProblem, readConfigMap } from './config-map.ts';
import { dropServerFields, isRecord } from './documents.ts';
import { createProblem, type OriginSnapshot, type PolicyOrigin, type Unit } from './unit.ts';

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
    snapshot.units.push(...units.map(refuseRelief));
    if (units.length === 0) {
      snapshot.problems.push(createEmptyConfigMapProblem(origin));
    }
  }
  return snapshot;
}

/**
 * A ConfigMap brings policies, never relief from them: exemptions and settings are custom resources, which RBAC can
 * guard apart from the ConfigMaps of a namespace.
 */
function refuseRelief(unit: Unit): Unit {
  const relief = unit.documents.filter(({ document }) => isRecord(document) && RELIEF.has(String(document.kind)));
  if (relief.length === 0) return unit;
  const problems = relief.map(({ document, locate }) =>
    createProblem({
      severity: 'error',
      code: 'not-a-document',
      source: unit.name,
      ...locate?.('/kind'),
      message: `${String((document as JsonObject).kind)} stands in a ConfigMap, wanted a Policy or a check list`,
      hint: 'apply it as a custom resource of lintel.dev',
    }),
  );
  return {
    ...unit,
    documents: unit.documents.filter((one) => !relief.includes(one)),
    problems: [...unit.problems, ...problems],
  };
}

const RELIEF: ReadonlySet<string> = new Set(['PolicyExemption', 'PolicySettings']);

function sortByName(objects: readonly JsonObject[], nameOf: (object: JsonObject) => string): JsonObject[] {
  return [...objects].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function readMetadata(object: JsonObject): { namespace: string; name: string; generation: number } {
  const { metadata } = object;
  const { namespace, name, generation } = isRecord(metadata) ? metadata : {};
  return { namespace: String(namespace ?? ''), name: String(name ?? ''), generation: Number(generation ?? 0) };
}
