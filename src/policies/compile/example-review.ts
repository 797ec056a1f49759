import { readOwnPath } from '../logic/own.ts';
import { resourcesOf } from '../match.ts';
import type { Example, JsonObject, PolicyDocument, ResourceSchema, Review, Surface } from '../types.ts';

/** The review an example stands for. Objects may be partial; what is missing is taken from the policy's match. */
export function reviewOf(example: Example, policy: PolicyDocument, schemas: readonly ResourceSchema[]): Review {
  const object = example.object ?? null;
  const oldObject = example.oldObject ?? null;
  const operation = example.operation ?? (object === null ? 'DELETE' : oldObject ? 'UPDATE' : 'CREATE');
  const described = object ?? oldObject ?? {};
  const { group, version, kind } = readKind(described);
  const resource = resourceOf(kind, group, policy, schemas);
  const name = text(readOwnPath(described, ['metadata', 'name']));
  const namespace = text(readOwnPath(described, ['metadata', 'namespace']));
  const surface = surfaceOf(policy);
  const userInfo = { username: 'example', groups: ['system:authenticated'] };
  const request: JsonObject = {
    operation,
    name,
    namespace,
    dryRun: false,
    userInfo: { username: userInfo.username, groups: userInfo.groups },
    kind: { group: resource.group, version, kind },
    resource: { group: resource.group, version, resource: resource.resource },
    ...example.request,
  };
  const user = example.request?.userInfo as { username?: string; groups?: string[] } | undefined;
  return {
    surface,
    operation,
    kind: { group: resource.group, version, kind },
    resource: { group: resource.group, version, resource: resource.resource },
    subresource: text(example.request?.subResource),
    name,
    namespace,
    object,
    oldObject,
    dryRun: example.request?.dryRun === true,
    userInfo: user ? { username: user.username ?? 'example', groups: user.groups ?? [] } : userInfo,
    request: surface === 'admission' ? request : null,
    namespaceObject: example.namespaceObject ?? null,
    environment: example.environment,
    file: example.file,
  };
}

function surfaceOf(policy: PolicyDocument): Surface {
  const rules = policy.spec.rules.map(
    (rule): readonly Surface[] => rule.surfaces ?? policy.spec.surfaces ?? ['admission'],
  );
  return rules.some((surfaces) => surfaces.includes('admission')) ? 'admission' : (rules[0]?.[0] ?? 'admission');
}

function readKind(object: JsonObject): { group: string; version: string; kind: string } {
  const apiVersion = text(object.apiVersion);
  const slash = apiVersion.indexOf('/');
  return {
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: slash < 0 ? apiVersion : apiVersion.slice(slash + 1),
    kind: text(object.kind),
  };
}

/** Plural of a kind: from a known schema, else the resource of the policy that fits best. */
function resourceOf(
  kind: string,
  group: string,
  policy: PolicyDocument,
  schemas: readonly ResourceSchema[],
): { group: string; resource: string } {
  const schema = schemas.find((one) => one.kind === kind && (group === '' || one.group === group));
  if (schema) return { group: schema.group, resource: schema.resource };
  const resources = [
    ...resourcesOf(policy.spec.match),
    ...policy.spec.rules.flatMap((rule) => resourcesOf(rule.match)),
  ];
  const lower = kind.toLowerCase();
  const fitting = resources.find((one) => PLURALS.some((plural) => plural(lower) === one.resource));
  const [first] = resources;
  if (fitting) return { group: fitting.group === '*' ? group : fitting.group, resource: fitting.resource };
  if (kind !== '') return { group, resource: `${lower}s` };
  return first ? { group: first.group, resource: first.resource } : { group, resource: '' };
}

/** Plurals as Kubernetes forms them: `policies`, `ingresses`, `pods`, `endpoints`. */
const PLURALS: readonly ((kind: string) => string)[] = [
  (kind) => `${kind}s`,
  (kind) => `${kind}es`,
  (kind) => kind.replace(/y$/, 'ies'),
  (kind) => kind,
];

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
