import { isMap } from './logic/own.ts';
import type { PolicyDocument, ResourceMatch, RuleDocument } from './types.ts';

/** One entry of a plain check list: `{name, check}`. */
interface Check {
  name: string;
  check: string;
  message?: string;
  remedy?: string;
}

const LEVELS = [
  { key: 'mandatory', enforcementAction: 'deny', severity: 'high' },
  { key: 'recommended', enforcementAction: 'warn', severity: 'medium' },
] as const;

/** A plain check list is a map with lists of `{name, check}` under `mandatory` or `recommended`. */
export function isCheckList(value: unknown): boolean {
  if (!isMap(value)) return false;
  const lists = LEVELS.map(({ key }) => value[key]).filter((list) => list !== undefined && list !== null);
  return lists.length > 0 && lists.every((list) => Array.isArray(list) && list.every(isCheck));
}

function isCheck(entry: unknown): entry is Check {
  return isMap(entry) && typeof entry.name === 'string' && typeof entry.check === 'string';
}

/** What a check list is about when it does not say. */
const CHECK_LIST_RESOURCE: ResourceMatch = { group: 'vitistack.io', resource: 'vitistacks' };

/**
 * A plain check list as a policy: mandatory checks deny, recommended ones warn. Ids come from the names, so that
 * they stay when the list is sorted anew. `kind` is what the ConfigMap says the list is about.
 */
export function checkListToPolicy(
  name: string,
  value: unknown,
  options: { kind?: { group: string; resource: string } } = {},
): PolicyDocument {
  const lists = isMap(value) ? value : {};
  const used = new Set<string>();
  const rules = LEVELS.flatMap(({ key, enforcementAction, severity }) => {
    const checks = Array.isArray(lists[key]) ? lists[key].filter(isCheck) : [];
    return checks.map((check): RuleDocument => {
      const rule: RuleDocument = {
        id: uniqueId(`${name}/${slug(check.name)}`, used),
        title: check.name,
        enforcementAction,
        severity,
        check: check.check,
        message: check.message ?? `${check.name}: \`${check.check}\` does not hold`.replace(/\{\{/g, '{ {'),
      };
      return check.remedy === undefined ? rule : { ...rule, remedy: check.remedy };
    });
  });
  return {
    apiVersion: 'lintel.dev/v1alpha1',
    kind: 'Policy',
    metadata: { name },
    spec: {
      title: `Check list ${name}`,
      category: 'check-list',
      match: { resources: [options.kind ?? CHECK_LIST_RESOURCE] },
      rules,
    },
  };
}

/** Capacity thresholds are a map with `<what>_threshold` percentages, and actions with conditions over them. */
export function isThresholdList(value: unknown): boolean {
  return (
    isMap(value) &&
    Object.keys(THRESHOLDS).some((key) => typeof value[key] === 'number') &&
    readActions(value).length > 0
  );
}

/** Which usage a threshold is about: fields of `status.resourceUsage`. */
const THRESHOLDS: { readonly [threshold: string]: { usage: string; used: string; total: string; what: string } } = {
  cpu_threshold: { usage: 'cpu_usage', used: 'cpuCoresUsed', total: 'cpuCoresTotal', what: 'CPU' },
  memory_threshold: { usage: 'memory_usage', used: 'memoryGBUsed', total: 'memoryGBTotal', what: 'memory' },
  storage_threshold: { usage: 'storage_usage', used: 'storageGBUsed', total: 'storageGBTotal', what: 'storage' },
};

interface Action {
  threshold: string;
  action: string;
  priority: string;
}

/** Actions whose condition is `<usage> > <threshold>`; anything else is not a condition we know. */
function readActions(value: Record<string, unknown>): Action[] {
  const entries = Array.isArray(value.scaling_actions) ? value.scaling_actions : [];
  return entries.flatMap((entry): Action[] => {
    if (!isMap(entry) || typeof entry.condition !== 'string' || typeof entry.action !== 'string') return [];
    const read = /^\s*([a-z_]+)\s*>\s*([a-z_]+)\s*$/.exec(entry.condition);
    const threshold = read?.[2] ?? '';
    const known = Object.hasOwn(THRESHOLDS, threshold) ? THRESHOLDS[threshold] : undefined;
    if (!known || known.usage !== read?.[1] || typeof value[threshold] !== 'number') return [];
    return [{ threshold, action: entry.action, priority: typeof entry.priority === 'string' ? entry.priority : '' }];
  });
}

/** Thresholds as audit rules: usage above the threshold names the action; a total of 0 or absent is not known, and passes. */
export function thresholdListToPolicy(name: string, value: unknown): PolicyDocument {
  const list = isMap(value) ? value : {};
  const used = new Set<string>();
  const rules = readActions(list).map(({ threshold, action, priority }): RuleDocument => {
    const { used: usedField, total, what } = THRESHOLDS[threshold] as (typeof THRESHOLDS)[string];
    const percent = `number.percent(status.resourceUsage.${usedField}, status.resourceUsage.${total})`;
    return {
      id: uniqueId(`${name}/${slug(action)}`, used),
      title: `${what} usage above ${list[threshold]} %`,
      enforcementAction: 'audit',
      severity: priority === 'high' || priority === 'low' ? priority : 'medium',
      surfaces: ['audit'],
      variables: { percent },
      when: 'variables.percent != null',
      check: `variables.percent <= ${list[threshold]}`,
      path: `status.resourceUsage.${usedField}`,
      message: `${what} usage is {{variables.percent}} %, above ${list[threshold]} %: ${action}`,
      remedy: action,
    };
  });
  return {
    apiVersion: 'lintel.dev/v1alpha1',
    kind: 'Policy',
    metadata: { name },
    spec: {
      title: `Capacity thresholds ${name}`,
      category: 'capacity',
      match: { resources: [CHECK_LIST_RESOURCE] },
      rules,
    },
  };
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

function uniqueId(id: string, used: Set<string>): string {
  let free = id;
  for (let n = 2; used.has(free); n++) free = `${id}-${n}`;
  used.add(free);
  return free;
}
