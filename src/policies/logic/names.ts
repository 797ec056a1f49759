/** The closed list of names an expression may start from. */

export const FRAME_NAMES = [
  'object',
  'oldObject',
  'request',
  'namespaceObject',
  'params',
  'variables',
  'lookups',
  'documents',
  'environment',
  'cluster',
  'item',
  'index',
  'last',
  'key',
  'parent',
  'oldItem',
  'self',
  'other',
  'target',
  'pod',
] as const;
export type FrameName = (typeof FRAME_NAMES)[number];

export const FRAME_NAME_SET: ReadonlySet<string> = new Set(FRAME_NAMES);

/** Operators whose second operand sees only the element. */
export const ITERATORS: ReadonlySet<string> = new Set(['map', 'filter', 'reduce', 'all', 'some', 'none']);
