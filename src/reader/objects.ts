/** The Kubernetes objects in a text: lists opened, AdmissionReviews unwrapped, everything else told. */
import type { Json, JsonObject } from '../policies/index.ts';
import type { Fault } from './faults.ts';
import type { MapNode, Step, YamlNode } from './nodes.ts';
import { findNode } from './nodes.ts';
import { findPlaceholder } from './placeholders.ts';
import type { ReadDocument, TextRead } from './read-text.ts';

/** One object, and where it stands. */
export interface ManifestObject {
  /** As it was named, or `<stdin>`. */
  file: string;
  read: TextRead;
  document: ReadDocument;
  /** The node of the object itself: an element of a list, or the object of an AdmissionReview. */
  node: MapNode;
  /** Steps from the root of the document to it. */
  base: readonly Step[];
  value: JsonObject;
  apiVersion: string;
  group: string;
  version: string;
  kind: string;
  /** `''` where it has none: generateName, or nothing yet. */
  name: string;
  namespace: string;
  /** The whole AdmissionReview in which it stood; null for a plain object. */
  review: JsonObject | null;
}

export interface FileObjects {
  file: string;
  read: TextRead;
  objects: ManifestObject[];
  /** What is no object, and cannot be judged. */
  faults: Fault[];
  /** Why something was passed over. */
  notes: Fault[];
}

/** Finds the objects of one text. */
export function findObjects(read: TextRead, file: string): FileObjects {
  const found: FileObjects = { file, read, objects: [], faults: [...read.faults], notes: [] };
  for (const { offset, placeholder } of read.templates) {
    const message = `the document is a template (\`${placeholder}\`) and was not judged`;
    found.notes.push({ offset, message, hint: 'render it and check the result' });
  }
  for (const document of read.documents) {
    open(document.root, { found, document, base: [], apiVersion: '', kind: '' });
  }
  return found;
}

interface Context {
  found: FileObjects;
  document: ReadDocument;
  base: readonly Step[];
  /** What elements of a typed list are where they do not say it. */
  apiVersion: string;
  kind: string;
}

function open(node: YamlNode, context: Context): void {
  const { found } = context;
  if (node.type !== 'map') {
    if (node.type === 'scalar' && node.value === null && context.base.length === 0) return;
    const what = node.type === 'list' ? 'a list' : node.value === null ? 'null' : 'a single value';
    const message = `${context.base.length > 0 ? 'the element' : 'the document'} is ${what}, wanted an object with apiVersion and kind`;
    found.faults.push({ offset: node.start, message, hint: '' });
    return;
  }
  const { items, kind } = node.value;
  if (typeof kind === 'string' && kind.endsWith('List') && (Array.isArray(items) || kind === 'List')) {
    openList(node, context);
  } else if (kind === 'AdmissionReview') {
    openReview(node, context);
  } else {
    addObject(node, context, null);
  }
}

/** `kind: List`, and a list of one kind, whose elements need not say what they are. */
function openList(node: MapNode, context: Context): void {
  const items = findNode(node, ['items']);
  if (items.depth === 0 || items.node.type !== 'list') return;
  const { apiVersion, kind } = node.value;
  const typed = kind !== 'List';
  for (const [index, item] of items.node.items.entries()) {
    open(item, {
      ...context,
      base: [...context.base, 'items', index],
      apiVersion: typed && typeof apiVersion === 'string' ? apiVersion : '',
      kind: typed && typeof kind === 'string' ? kind.slice(0, -'List'.length) : '',
    });
  }
}

/** A recorded AdmissionReview: its object, or under DELETE the old one. */
function openReview(node: MapNode, context: Context): void {
  for (const key of ['object', 'oldObject']) {
    const inner = findNode(node, ['request', key]);
    if (inner.depth === 2 && inner.node.type === 'map') {
      addObject(inner.node, { ...context, base: [...context.base, 'request', key] }, node.value);
      return;
    }
  }
  const message = 'the AdmissionReview has neither request.object nor request.oldObject and was not judged';
  context.found.notes.push({ offset: node.start, message, hint: '' });
}

function addObject(node: MapNode, context: Context, review: JsonObject | null): void {
  const { found, document, base } = context;
  const apiVersion = readText(node.value.apiVersion) || context.apiVersion;
  const kind = readText(node.value.kind) || context.kind;
  const skip = explainSkip(node);
  if (skip !== null) {
    found.notes.push({ offset: node.start, message: skip, hint: '' });
    return;
  }
  const fault = findTypeFault(node, apiVersion, kind);
  if (fault !== null) {
    found.faults.push(fault);
    return;
  }
  const template = findPlaceholder(`${apiVersion} ${kind}`);
  if (template !== null) {
    const message = `the kind of the object is a placeholder (\`${template}\`), so it was not judged`;
    found.notes.push({ offset: node.start, message, hint: 'render it and check the result' });
    return;
  }
  const slash = apiVersion.indexOf('/');
  const metadata = node.value.metadata as JsonObject | undefined;
  const value = node.value.kind === undefined ? { apiVersion, kind, ...node.value } : node.value;
  found.objects.push({
    file: found.file,
    read: found.read,
    document,
    node,
    base,
    value,
    apiVersion,
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    kind,
    name: readText(metadata?.name),
    namespace: readText(metadata?.namespace),
    review,
  });
}

function readText(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Files that stand among manifests and are read by the tools that build them. */
function explainSkip(node: MapNode): string | null {
  const { apiVersion, kind } = node.value;
  if (readText(apiVersion).startsWith('kustomize.config.k8s.io/')) {
    return 'a kustomization is read by kustomize and not by a cluster: check what `kubectl kustomize` prints';
  }
  if (kind !== undefined) return null;
  const keys = Object.keys(node.value);
  const kustomization = ['resources', 'bases', 'components', 'patches', 'configMapGenerator'];
  if (apiVersion === undefined && keys.length > 0 && keys.some((key) => kustomization.includes(key))) {
    return 'it looks like a kustomization, which no cluster reads: check what `kubectl kustomize` prints';
  }
  return null;
}

function findTypeFault(node: MapNode, apiVersion: string, kind: string): Fault | null {
  for (const [key, text] of [
    ['apiVersion', apiVersion],
    ['kind', kind],
  ] as const) {
    if (text !== '') continue;
    const written = node.value[key];
    const at = findNode(node, [key]);
    const offset = at.depth === 0 ? node.start : at.node.start;
    const message =
      written === undefined
        ? `the object has no ${key}, so nobody can say what it is`
        : `${key} is ${JSON.stringify(written)}, wanted a text that is not empty`;
    return { offset, message, hint: '' };
  }
  return apiVersion.split('/').length > 2 ? describeApiVersion(node, apiVersion) : null;
}

function describeApiVersion(node: MapNode, apiVersion: string): Fault {
  const at = findNode(node, ['apiVersion']);
  const message = `apiVersion is \`${apiVersion}\`, wanted \`version\` or \`group/version\``;
  return { offset: at.node.start, message, hint: '' };
}
