/** What a document found somewhere is, and what of it is for the compiler. */
import type { PolicySource, Problem } from '../policies/index.ts';
import { isCheckList, isThresholdList } from '../policies/index.ts';
import { CHECK_LIST_SECTIONS, convertList } from './lists.ts';
import { createProblem, type Unit } from './unit.ts';
import { type Locate, readTextDocuments, type TextDocument } from './yaml-text.ts';
import { findTraps } from './yaml-traps.ts';

/** The kinds of `lintel.dev` that hold policy. */
export const LINTEL_KINDS = ['Policy', 'PolicyExemption', 'PolicySettings'] as const;
export const LINTEL_GROUP = 'lintel.dev';
export const LINTEL_API_VERSION = `${LINTEL_GROUP}/v1alpha1`;

/** A ConfigMap found among the documents of a text. */
export interface FoundConfigMap {
  object: Record<string, unknown>;
  /** The place of a line and column inside one of its data keys, in the text that held it. */
  locateInside: (key: string, inner: { line: number; column: number }) => { line: number; column: number } | undefined;
}

export interface ReadUnit {
  unit: Unit;
  configMaps: FoundConfigMap[];
  /** Whether anything in it was, or was meant as, policy. */
  recognised: boolean;
  /** How many of its documents were made of plain lists, which have no name of their own. */
  lists: number;
}

export interface ReadOptions {
  /** Name of the policy that a bare check list or threshold list becomes. */
  listName: string;
  /** The resource such a list is about; VitiStack's own when absent. */
  listResource?: { group: string; resource: string };
}

/** Reads a text of YAML or JSON into one unit. Lists are opened; documents that are none of ours leave a note. */
export function readUnit(text: string, name: string, options: ReadOptions): ReadUnit {
  const read = readTextDocuments(text, name);
  const collected: Collected = {
    documents: [],
    problems: [...read.problems],
    notes: [],
    configMaps: [],
    recognised: false,
    lists: 0,
  };
  for (const document of read.documents) {
    if (!document.broken) {
      collect(collected, document, { unit: name, text, options });
    }
  }
  const many = collected.documents.length > 1;
  const documents = collected.documents.map(
    (entry, index): PolicySource => ({ ...entry, name: many ? `${name}#${index + 1}` : name }),
  );
  const { problems, notes, configMaps, recognised, lists } = collected;
  const readable = !problems.some((problem) => problem.severity === 'error');
  return { unit: { name, documents, problems, notes, readable }, configMaps, recognised, lists };
}

interface Collected {
  documents: Omit<PolicySource, 'name'>[];
  problems: Problem[];
  notes: string[];
  configMaps: FoundConfigMap[];
  recognised: boolean;
  lists: number;
}

interface Context {
  unit: string;
  text: string;
  options: ReadOptions;
}

function collect(into: Collected, document: TextDocument, context: Context): void {
  const before = into.documents.length;
  for (const item of openList(document.value, '')) {
    collectItem(into, document, item, context);
  }
  if (into.documents.length === before) {
    return;
  }
  const traps = findTraps(document, context.unit, context.text);
  into.problems.push(...traps);
  if (traps.some((trap) => trap.severity === 'error')) {
    into.documents.length = before;
  }
}

function collectItem(into: Collected, document: TextDocument, item: ListItem, context: Context): void {
  const value = item.value;
  const locate: Locate = (pointer) => document.locate(item.pointer + pointer);
  if (isLintelDocument(value)) {
    into.recognised = true;
    const wrong = checkKind(value, locate, context.unit);
    if (wrong === null) {
      into.documents.push({ document: dropServerFields(value), locate });
    } else {
      into.problems.push(wrong);
    }
    return;
  }
  if (isConfigMap(value)) {
    into.configMaps.push({
      object: value,
      locateInside: (key, inner) => document.locateInside(`${item.pointer}/data/${encodeToken(key)}`, inner),
    });
    return;
  }
  if (isCheckList(value) || isThresholdList(value)) {
    into.recognised = true;
    into.lists += 1;
    into.documents.push(convertList(value, locate, context.options));
    return;
  }
  const flawed = checkFlawedList(value, locate, context.unit);
  if (flawed === null) {
    into.notes.push(`${context.unit}: ${describe(value)} is no policy and was passed over`);
  } else {
    into.recognised = true;
    into.problems.push(flawed);
  }
}

/** A map without a kind that has the sections of a check list was meant as one, and must not vanish for one bad entry. */
function checkFlawedList(value: unknown, locate: Locate, unit: string): Problem | null {
  if (!isRecord(value) || 'kind' in value) {
    return null;
  }
  for (const section of CHECK_LIST_SECTIONS.filter((name) => value[name] !== undefined)) {
    const entries = value[section];
    const at = Array.isArray(entries) ? entries.findIndex((entry) => !isCheckEntry(entry)) : -1;
    const pointer = at < 0 ? `/${section}` : `/${section}/${at}`;
    const wrong =
      at < 0 ? `\`${section}\` is no list` : `entry ${at + 1} of \`${section}\` has no \`name\` and \`check\` in text`;
    if (at >= 0 || !Array.isArray(entries)) {
      const hint = 'an entry is written as {name: "what it is about", check: "an expression"}';
      return createProblem({ code: 'not-a-document', source: unit, ...locate(pointer), pointer, message: wrong, hint });
    }
  }
  return null;
}

function isCheckEntry(entry: unknown): boolean {
  return isRecord(entry) && typeof entry.name === 'string' && typeof entry.check === 'string';
}

interface ListItem {
  value: unknown;
  pointer: string;
}

/** `kind: List`, and any other `…List` with items, stands for its items. */
function openList(value: unknown, pointer: string): ListItem[] {
  if (
    !isRecord(value) ||
    typeof value.kind !== 'string' ||
    !value.kind.endsWith('List') ||
    !Array.isArray(value.items)
  ) {
    return [{ value, pointer }];
  }
  return value.items.flatMap((item: unknown, index) => openList(item, `${pointer}/items/${index}`));
}

/** Whether a document claims to be one of Lintel's, rightly or not. */
export function isLintelDocument(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && typeof value.apiVersion === 'string' && value.apiVersion.split('/')[0] === LINTEL_GROUP;
}

function isConfigMap(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && value.kind === 'ConfigMap' && value.apiVersion === 'v1';
}

function checkKind(value: Record<string, unknown>, locate: Locate, unit: string): Problem | null {
  if (value.apiVersion !== LINTEL_API_VERSION) {
    return createProblem({
      code: 'not-a-document',
      source: unit,
      ...locate('/apiVersion'),
      pointer: '/apiVersion',
      message: `apiVersion is \`${String(value.apiVersion)}\`, wanted \`${LINTEL_API_VERSION}\``,
    });
  }
  if (!LINTEL_KINDS.some((kind) => kind === value.kind)) {
    return createProblem({
      code: 'not-a-document',
      source: unit,
      ...locate('/kind'),
      pointer: '/kind',
      message: `kind is \`${String(value.kind ?? '')}\`, wanted one of ${LINTEL_KINDS.join(', ')}`,
    });
  }
  return null;
}

/** What an API server adds to a stored object and nobody writes: an exported policy loads like the written one. */
const SERVER_METADATA = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
  'ownerReferences',
  'finalizers',
]);
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** A copy without `status` and without the metadata that only an API server writes. */
export function dropServerFields(value: Record<string, unknown>): Record<string, unknown> {
  const { status: _status, ...rest } = value;
  if (!isRecord(rest.metadata)) {
    return rest;
  }
  const metadata = Object.fromEntries(Object.entries(rest.metadata).filter(([key]) => !SERVER_METADATA.has(key)));
  if (isRecord(metadata.annotations) && LAST_APPLIED in metadata.annotations) {
    const { [LAST_APPLIED]: _applied, ...annotations } = metadata.annotations;
    metadata.annotations = annotations;
  }
  return { ...rest, metadata };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function encodeToken(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}

function describe(value: unknown): string {
  if (!isRecord(value)) {
    return Array.isArray(value) ? 'a list' : 'a bare value';
  }
  return typeof value.kind === 'string' ? `a ${value.kind}` : 'a map without a kind';
}
