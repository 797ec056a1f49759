import type { Json, JsonObject, ParameterSpec } from '../types.ts';

/** Parameter values per environment, worked out once each. */
export function compileParameters(
  specs: { [name: string]: ParameterSpec },
  overrides: { [name: string]: Json },
  kubernetes: string,
): (environment: string) => JsonObject {
  const known = new Map<string, JsonObject>();
  return (environment) => {
    let values = known.get(environment);
    if (!values) {
      values = {};
      for (const [name, spec] of Object.entries(specs))
        values[name] = valueIn(name, spec, overrides, environment, kubernetes);
      if (known.size > 100) known.clear();
      known.set(environment, values);
    }
    return values;
  };
}

/** Override, else the environment's, else the newest `since` that this Kubernetes has reached, else the default. */
function valueIn(
  name: string,
  spec: ParameterSpec,
  overrides: { [name: string]: Json },
  environment: string,
  kubernetes: string,
): Json {
  if (Object.hasOwn(overrides, name)) return overrides[name] ?? null;
  if (spec.byEnvironment && Object.hasOwn(spec.byEnvironment, environment))
    return spec.byEnvironment[environment] ?? null;
  const reached = Object.keys(spec.since ?? {})
    .filter((minor) => kubernetes !== '' && compareMinor(kubernetes, minor) >= 0)
    .sort((a, b) => compareMinor(b, a));
  const [newest] = reached;
  return (newest === undefined ? spec.default : spec.since?.[newest]) ?? null;
}

/** Compares `1.34` style minors; patch levels do not count. */
export function compareMinor(a: string, b: string): number {
  const [x, y] = [a, b].map((version) => /^v?(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [0, 0]) as [
    number[],
    number[],
  ];
  return (x[0] as number) - (y[0] as number) || (x[1] as number) - (y[1] as number);
}

/** What is wrong with a value for a parameter; null when it fits. */
export function checkParameter(spec: ParameterSpec, value: Json): string | null {
  const type = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  const fits = spec.type === 'integer' ? Number.isInteger(value) : type === spec.type;
  if (!fits) return `is ${JSON.stringify(value)}, wanted ${spec.type}`;
  if (spec.enum && !spec.enum.some((one) => JSON.stringify(one) === JSON.stringify(value))) {
    return `is ${JSON.stringify(value)}, wanted one of ${spec.enum.map((one) => JSON.stringify(one)).join(', ')}`;
  }
  return null;
}
