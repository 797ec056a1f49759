/** Plain check lists and threshold lists, as operators keep them in ConfigMaps, to policy documents. */
import type { PolicySource } from '../policies/index.ts';
import { checkListToPolicy, isCheckList, thresholdListToPolicy } from '../policies/index.ts';
import type { Locate } from './yaml-text.ts';

export interface ListOptions {
  /** Name of the policy that the list becomes. */
  listName: string;
  /** The resource the list is about; the core's own default when absent. */
  listResource?: { group: string; resource: string };
}

/** The sections of a check list, in the order in which the core makes rules of them. */
export const CHECK_LIST_SECTIONS = ['mandatory', 'recommended'] as const;

/**
 * One check list or threshold list to the policy it stands for. Places in the made document are mapped back to
 * the entry that the rule was made from, as far as there is one.
 */
export function convertList(value: unknown, locate: Locate, options: ListOptions): Omit<PolicySource, 'name'> {
  if (!isCheckList(value)) {
    return { document: thresholdListToPolicy(options.listName, value), locate: () => locate('') };
  }
  const settings = options.listResource ? { kind: options.listResource } : {};
  const entries = listEntries(value);
  return {
    document: checkListToPolicy(options.listName, value, settings),
    locate: (pointer) => {
      const rule = /^\/spec\/rules\/(\d+)(\/check|\/title)?/.exec(pointer);
      const entry = rule ? entries[Number(rule[1])] : undefined;
      const field = rule?.[2] === '/title' ? '/name' : (rule?.[2] ?? '');
      return locate(entry === undefined ? '' : `${entry}${field}`);
    },
  };
}

/** Pointers of the entries, rule by rule. */
function listEntries(value: unknown): string[] {
  const lists = value as { [section: string]: unknown };
  return CHECK_LIST_SECTIONS.flatMap((section) => {
    const entries = lists[section];
    return Array.isArray(entries) ? entries.map((_entry, index) => `/${section}/${index}`) : [];
  });
}
