/** The whole of YAML, as kubectl reads it: what the fast reader gives up comes here. */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  type Scalar as ScalarYaml,
  type YAMLMap,
} from 'yaml';
import { explainYamlError } from '../sources/yaml-errors.ts';
import type { ReadRules } from './fast-text.ts';
import type { Fault } from './faults.ts';
import { createScalar, type MapEntry, type MapNode, type ScalarNode, setOwn, type YamlNode } from './nodes.ts';

export interface WholeRead {
  /** null when there is nothing in it, or when it has faults. */
  root: YamlNode | null;
  repeated: MapEntry[];
  faults: Fault[];
  /** What kubectl passes over in silence. */
  cautions: Fault[];
}

/** Beyond so many values a document is a bomb of aliases; kubectl refuses such ones too. */
const MAX_VALUES = 1_000_000;

/** Reads the document between two offsets of a text. */
export function readWhole(text: string, start: number, end: number, rules: ReadRules): WholeRead {
  const read: WholeRead = { root: null, repeated: [], faults: [], cautions: [] };
  const directive = /^\s*(?:#[^\n]*\n\s*)*%/.exec(text.slice(start, end));
  if (directive !== null) {
    const message = 'the document begins with a `%` directive, which kubectl does not read';
    read.faults.push({ offset: start + directive[0].length - 1, message, hint: 'remove the line' });
    return read;
  }
  try {
    const trees = parseAllDocuments(text.slice(start, end), {
      schema: 'failsafe',
      uniqueKeys: false,
      resolveKnownTags: false,
      prettyErrors: false,
      logLevel: 'silent',
    });
    const [first, ...others] = Array.isArray(trees) ? trees : [];
    if (first !== undefined) new WholeReader(text, start, rules, read).readTree(first);
    noteIgnored(others, start, read);
  } catch (error) {
    // the stack is spent long before anybody's own manifest nests so deep
    const message = error instanceof RangeError ? 'the values nest too deep' : describe(error);
    read.faults.push({ offset: start, message: `the document cannot be read: ${message}`, hint: '' });
  }
  if (read.faults.length > 0) read.root = null;
  return read;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message.split('\n', 1)[0]?.toLowerCase() || error.name : String(error);
}

/** kubectl cuts a stream at `---` only, and takes the first document of each piece. */
function noteIgnored(others: readonly Document.Parsed[], start: number, read: WholeRead): void {
  const ignored = others.find((tree) => tree.contents !== null);
  if (ignored === undefined) return;
  const message = '`...` ends the document, and kubectl reads nothing of what follows up to the next `---`';
  read.cautions.push({ offset: start + (ignored.contents?.range?.[0] ?? 0), message, hint: 'write `---` instead' });
}

class WholeReader {
  private readonly text: string;
  private readonly base: number;
  private readonly rules: ReadRules;
  private readonly read: WholeRead;
  private readonly known = new Map<Node, YamlNode>();
  private readonly open = new Set<Node>();
  private readonly sizes = new Map<YamlNode, number>();
  private tree: Document.Parsed | null = null;

  constructor(text: string, base: number, rules: ReadRules, read: WholeRead) {
    this.text = text;
    this.base = base;
    this.rules = rules;
    this.read = read;
  }

  readTree(tree: Document.Parsed): void {
    const error = tree.errors.find((one) => !isForgiven(one.code, one.message));
    if (error !== undefined) {
      const offset = this.base + error.pos[0];
      const { message, hint } = explainYamlError(error.code, error.message, offset, this.text);
      this.read.faults.push({ offset, message, hint });
      return;
    }
    if (tree.contents === null) return;
    this.tree = tree;
    this.read.root = this.convert(tree.contents);
  }

  private convert(node: Node): YamlNode {
    const [from = 0, to = 0] = node.range ?? [];
    const [start, end] = [this.base + from, this.base + to];
    if (isAlias(node)) return this.convertAlias(node.source, node.resolve(this.tree as Document.Parsed), start, end);
    const made = this.convertNew(node, start, end);
    this.known.set(node, made);
    return made;
  }

  private convertNew(node: Node, start: number, end: number): YamlNode {
    if (isScalar(node)) return this.count(this.convertScalar(node, start, end), 1);
    if (this.open.has(node)) return this.fail(start, 'an alias stands inside the value that it names');
    this.open.add(node);
    const made = isMap(node) ? this.convertMap(node, start, end) : this.convertList(node, start, end);
    this.open.delete(node);
    return made;
  }

  private convertAlias(name: string, target: Node | undefined, start: number, end: number): YamlNode {
    if (target === undefined) {
      const hint = `a value that begins with \`*\` needs quotes: "*${name}"`;
      return this.fail(start, `\`*${name}\` reads as an alias, and no anchor has that name`, hint);
    }
    if (this.open.has(target)) return this.fail(start, `\`*${name}\` stands inside the value that it names`);
    const shared = this.known.get(target) ?? this.convert(target);
    return this.count({ ...shared, start, end }, this.sizes.get(shared) ?? 1);
  }

  private convertList(node: Node, start: number, end: number): YamlNode {
    const items = isSeq(node) ? node.items.map((item) => this.convertChild(item, this.behindDash(item))) : [];
    const flow = isSeq(node) && node.flow === true;
    const value = items.map((item) => item.value);
    const last = flow ? end : (items.at(-1)?.end ?? end);
    return this.countAll({ type: 'list', start, end: last, value, items, flow }, items);
  }

  private behindDash(item: unknown): number {
    let at = this.base + (isNode(item) ? (item.range?.[0] ?? 0) : 0);
    while (/\s/.test(this.text.charAt(at - 1))) at--;
    return at;
  }

  /** What is absent stands behind the colon or dash, and not where the reader of the next thing began. */
  private convertChild(child: unknown, absentAt: number): YamlNode {
    const absent = !isNode(child) || (isScalar(child) && child.source === '' && child.type === 'PLAIN' && !child.tag);
    return absent ? this.count(createScalar(null, absentAt, absentAt, 'plain'), 1) : this.convert(child);
  }

  private convertMap(map: YAMLMap, start: number, end: number): MapNode {
    const node: MapNode = { type: 'map', start, end, value: {}, entries: [], flow: map.flow === true };
    const own = new Set<string>();
    for (const pair of map.items) {
      if (isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.key.source === '<<' && pair.value !== null) {
        this.merge(node, pair.value);
        continue;
      }
      const entry = this.readKey(pair.key);
      if (entry === null) continue;
      entry.node = this.convertChild(pair.value, entry.end + 1);
      if (own.has(entry.key)) this.read.repeated.push(entry);
      own.add(entry.key);
      this.add(node, entry);
    }
    if (!node.flow) node.end = node.entries.at(-1)?.node.end ?? end;
    return this.countAll(
      node,
      node.entries.map((entry) => entry.node),
    );
  }

  private add(node: MapNode, entry: MapEntry): void {
    node.entries.push(entry);
    setOwn(node.value, entry.key, entry.node.value);
  }

  /** Merged keys replace what stands before them and yield to what stands behind; of several maps the first one wins. */
  private merge(node: MapNode, value: unknown): void {
    const source = this.convertChild(value, node.start);
    const maps = source.type === 'list' ? source.items.toReversed() : [source];
    for (const map of maps) {
      if (map.type === 'map') for (const entry of map.entries) this.add(node, entry);
      else this.fail(source.start, '`<<` takes a map or a list of maps');
    }
  }

  private readKey(key: unknown): MapEntry | null {
    const target = isAlias(key) ? key.resolve(this.tree as Document.Parsed) : key;
    const at = this.base + (isNode(key) ? (key.range?.[0] ?? 0) : 0);
    if (!isScalar(target)) {
      const written = this.text.slice(at, at + 40).split('\n', 1)[0] ?? '';
      const { message, hint } = explainYamlError('NON_STRING_KEY', '', at, this.text);
      this.fail(at, isNode(target) ? message : `a map key is missing before \`${written}\``, hint);
      return null;
    }
    const end = this.base + (isNode(key) ? (key.range?.[1] ?? 0) : 0);
    const node = createScalar(null, end, end, 'plain');
    const source = String(target.value ?? '');
    if (target.type !== 'PLAIN' || target.tag !== undefined) return { key: source, start: at, end, written: '', node };
    const text = this.rules.resolveKey(target.source ?? '');
    if (text === null) {
      this.fail(at, 'a map key is null', 'put quotes around the key');
      return null;
    }
    return { key: text, start: at, end, written: text === target.source ? '' : (target.source ?? ''), node };
  }

  private convertScalar(scalar: ScalarYaml, start: number, end: number): ScalarNode {
    const text = String(scalar.value ?? '');
    const plain = scalar.type === 'PLAIN' || scalar.type === undefined;
    const style = plain ? 'plain' : scalar.type?.startsWith('BLOCK') ? blockStyle(scalar) : 'quoted';
    const node = createScalar(
      text,
      start,
      this.trimBlock(style, start, end),
      style,
      plain ? (scalar.source ?? '') : '',
    );
    if (style === 'literal') node.indent = this.findIndent(text, start, end);
    if (scalar.tag !== undefined) node.value = this.applyTag(scalar.tag, text, start);
    else if (plain) node.value = this.rules.resolve(text);
    if (typeof node.value === 'number' && !Number.isFinite(node.value)) {
      this.fail(start, `\`${text}\` is no number that JSON has`, `if it is a text, put quotes around it: "${text}"`);
    }
    return node;
  }

  /** A block scalar ends with its text, and not with the blanks and line breaks behind it. */
  private trimBlock(style: ScalarNode['style'], start: number, end: number): number {
    if (style !== 'literal' && style !== 'folded') return end;
    return start + this.text.slice(start, end).replace(/[ \t\r\n]+$/, '').length;
  }

  /** The tags that change what a scalar is; any other leaves it text, as kubectl does. */
  private applyTag(tag: string, text: string, start: number): ScalarNode['value'] {
    const name = tag.replace('tag:yaml.org,2002:', '');
    if (name === 'binary') return Buffer.from(text, 'base64').toString('utf8');
    const type = { int: 'number', float: 'number', bool: 'boolean', null: 'object' }[name];
    if (type === undefined) return text;
    const value = this.rules.resolve(text);
    if (typeof value === type) return value;
    this.fail(start, `\`${text}\` is no value of the tag \`!!${name}\``);
    return null;
  }

  /** By how much the lines of a literal block are indented; some line says so, or there is none. */
  private findIndent(value: string, start: number, end: number): number {
    const lines = value.split('\n');
    const at = lines.findIndex((line) => line !== '');
    const written = this.text.slice(start, end).split(/\r?\n/)[at + 1] ?? '';
    return at < 0 ? 0 : Math.max(written.length - (lines[at]?.length ?? 0), 0);
  }

  private countAll<T extends YamlNode>(node: T, children: readonly YamlNode[]): T {
    return this.count(
      node,
      children.reduce((sum, child) => sum + (this.sizes.get(child) ?? 1), 1),
    );
  }

  private count<T extends YamlNode>(node: T, size: number): T {
    this.sizes.set(node, size);
    if (size > MAX_VALUES) this.fail(node.start, `its aliases stand for more than ${MAX_VALUES} values`);
    return node;
  }

  /** Tells one fault; those that follow from it are left out. */
  private fail(offset: number, message: string, hint = ''): YamlNode {
    if (this.read.faults.length === 0) this.read.faults.push({ offset, message, hint });
    return createScalar(null, offset, offset, 'plain');
  }
}

function blockStyle(scalar: ScalarYaml): 'literal' | 'folded' {
  return scalar.type === 'BLOCK_LITERAL' ? 'literal' : 'folded';
}

/** What the reader has against a text and kubectl has not: `"a"# comment`. */
function isForgiven(code: string, message: string): boolean {
  return code === 'MISSING_CHAR' && message.startsWith('Comments must be separated');
}
