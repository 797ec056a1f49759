/**
 * Reads what nearly every manifest is written in, some ten times as fast as a whole YAML reader: maps and lists in
 * block and flow style, scalars on one line, block scalars, comments. Whatever else it meets (anchors, tags, text over
 * several lines, errors), it gives up, and the whole reader does the document. It must never read anything differently.
 */
import { FastText, GIVE_UP, isIndicator, type ReadRules } from './fast-text.ts';
import {
  createScalar,
  type ListNode,
  type MapEntry,
  type MapNode,
  type ScalarNode,
  setOwn,
  type YamlNode,
} from './nodes.ts';

/** How deep values may nest here; deeper ones are left to the whole reader. */
const MAX_DEPTH = 100;

/**
 * The document between two offsets.
 * @param repeated takes the entries whose key stands in their map already
 * @returns its root, null when there is nothing in it, undefined when the whole reader must do it
 */
export function readFast(
  text: string,
  start: number,
  end: number,
  rules: ReadRules,
  repeated: MapEntry[] = [],
): YamlNode | null | undefined {
  const reader = new FastYaml(text, start, end, rules, repeated);
  try {
    return reader.readDocument();
  } catch (caught) {
    if (caught === GIVE_UP) return undefined;
    throw caught;
  }
}

/** JSON values, one behind the other as kubectl takes them. Undefined when there is anything but flow style. */
export function readFlowStream(
  text: string,
  start: number,
  end: number,
  rules: ReadRules,
  repeated: MapEntry[] = [],
): YamlNode[] | undefined {
  const reader = new FastYaml(text, start, end, rules, repeated);
  try {
    return reader.readStream();
  } catch (caught) {
    if (caught === GIVE_UP) return undefined;
    throw caught;
  }
}

class FastYaml extends FastText {
  private depth = 0;

  readDocument(): YamlNode | null {
    const indent = this.nextLine();
    if (indent < 0) return null;
    const root = this.readBlock(indent, -1);
    if (this.indent >= 0 || root.type === 'scalar') throw GIVE_UP;
    return root;
  }

  readStream(): YamlNode[] {
    const roots: YamlNode[] = [];
    for (this.skipFlowSpace(); this.pos < this.end; this.skipFlowSpace()) {
      const code = this.code();
      if (code !== 0x7b && code !== 0x5b) throw GIVE_UP;
      roots.push(this.readFlow());
    }
    return roots;
  }

  /** Reads a node that begins at the position, in this column; what follows it stands in no deeper column than `parent`. */
  private readBlock(column: number, parent: number): YamlNode {
    if (++this.depth > MAX_DEPTH) throw GIVE_UP;
    const code = this.code();
    let node: YamlNode;
    if (code === 0x2d && this.isBlank(this.pos + 1)) node = this.readList(column);
    else if (code === 0x7b || code === 0x5b || code === 0x7c || code === 0x3e) node = this.readInline(parent);
    else if (this.findColon() >= 0) node = this.readMap(column);
    else node = this.readInline(parent);
    this.depth--;
    return node;
  }

  private readMap(column: number): MapNode {
    const node: MapNode = { type: 'map', start: this.pos, end: this.pos, value: {}, entries: [], flow: false };
    do {
      const entry = this.readKey();
      this.skipSpaces();
      entry.node = this.isLineEnd() ? this.readBelow(entry.end + 1, column, true) : this.readInline(column);
      this.addEntry(node, entry);
    } while (this.indent === column && this.pos < this.end);
    if (this.indent > column) throw GIVE_UP;
    return node;
  }

  private readList(column: number): ListNode {
    const node: ListNode = { type: 'list', start: this.pos, end: this.pos, value: [], items: [], flow: false };
    do {
      const dash = this.pos++;
      const item = this.readItem(dash, column);
      node.items.push(item);
      node.value.push(item.value);
      node.end = item.end;
    } while (this.indent === column && this.code() === 0x2d && this.isBlank(this.pos + 1));
    if (this.indent > column) throw GIVE_UP;
    return node;
  }

  private readItem(dash: number, column: number): YamlNode {
    this.skipSpaces();
    if (this.isLineEnd()) return this.readBelow(dash + 1, column, false);
    return this.readBlock(column + this.pos - dash, column);
  }

  /** A value that does not stand in the line of its key or dash: below it, deeper, or (a list under a key) as deep. */
  private readBelow(absentAt: number, column: number, listMayAlign: boolean): YamlNode {
    const indent = this.nextLine();
    if (indent > column) return this.readBlock(indent, column);
    const aligned = listMayAlign && indent === column && this.code() === 0x2d && this.isBlank(this.pos + 1);
    return aligned ? this.readList(column) : createScalar(null, absentAt, absentAt, 'plain');
  }

  /** A value in the line of its key or dash. What continues it in the next line is left to the whole reader. */
  private readInline(parent: number): YamlNode {
    const code = this.code();
    if (code === 0x7c || code === 0x3e) return this.readBlockScalar(parent);
    let node: YamlNode;
    if (code === 0x7b || code === 0x5b) node = this.readFlow();
    else if (code === 0x22 || code === 0x27) node = this.readQuoted();
    else node = this.readPlainLine();
    if (this.nextLine() > parent) throw GIVE_UP;
    return node;
  }

  private addEntry(node: MapNode, entry: MapEntry): void {
    const { key } = entry;
    if (node.entries.length > 0 && Object.hasOwn(node.value, key)) this.repeated.push(entry);
    node.entries.push(entry);
    setOwn(node.value, key, entry.node.value);
    node.end = entry.node.end;
  }

  // ---------------------------------------------------------------- block scalars

  private readBlockScalar(parent: number): ScalarNode {
    const start = this.pos;
    const folded = this.code() === 0x3e;
    this.pos++;
    const header = this.code();
    const chomp = header === 0x2b || header === 0x2d ? header : 0;
    if (chomp !== 0) this.pos++;
    this.skipSpaces();
    if (!this.isLineEnd()) throw GIVE_UP;
    this.finishLine();
    const { lines, indent, end } = this.readBlockLines(parent);
    let kept = lines.length;
    while (kept > 0 && lines[kept - 1] === '') kept--;
    const own = lines.slice(0, kept);
    const text = folded ? foldLines(own) : own.join('\n');
    const breaks = chomp === 0x2d ? 0 : chomp === 0x2b ? lines.length - kept + (kept > 0 ? 1 : 0) : kept > 0 ? 1 : 0;
    const node = createScalar(text + '\n'.repeat(breaks), start, end, folded ? 'folded' : 'literal');
    if (!folded) node.indent = indent;
    this.nextLine();
    if (this.indent > parent) throw GIVE_UP;
    return node;
  }

  /** The lines of a block scalar; the position is then at the first line that is none of its. */
  private readBlockLines(parent: number): { lines: string[]; indent: number; end: number } {
    const lines: string[] = [];
    let indent = -1;
    let leading = 0;
    let end = this.trimEnd(0, this.pos);
    while (this.pos < this.end) {
      const lineStart = this.pos;
      const lineEnd = this.findLineEnd(lineStart);
      let at = lineStart;
      while (at < lineEnd && this.text.charCodeAt(at) === 0x20) at++;
      const content = lineEnd > at && this.text.charCodeAt(lineEnd - 1) === 0x0d ? lineEnd - 1 : lineEnd;
      const column = at - lineStart;
      if (at === content) {
        if (indent < 0) leading = Math.max(leading, column);
        // readers differ on blanks at the very end
        if (lineEnd >= this.end && column > 0) throw GIVE_UP;
        lines.push(indent >= 0 && column > indent ? this.text.slice(lineStart + indent, content) : '');
      } else {
        if (this.text.charCodeAt(at) === 0x09) throw GIVE_UP;
        if (indent < 0 ? column <= parent : column < indent) break;
        if (indent < 0) indent = column;
        if (leading > indent) throw GIVE_UP;
        lines.push(this.text.slice(lineStart + indent, content));
        end = this.trimEnd(at, content);
      }
      this.pos = Math.min(lineEnd + 1, this.end);
    }
    if (indent < 0 && leading > 0) throw GIVE_UP;
    return { lines, indent: Math.max(indent, 0), end };
  }

  // ---------------------------------------------------------------- flow style

  private readFlow(): YamlNode {
    if (++this.depth > MAX_DEPTH) throw GIVE_UP;
    const node = this.code() === 0x7b ? this.readFlowMap() : this.readFlowList();
    this.depth--;
    return node;
  }

  private readFlowMap(): MapNode {
    const node: MapNode = { type: 'map', start: this.pos++, end: 0, value: {}, entries: [], flow: true };
    for (this.skipFlowSpace(); this.code() !== 0x7d; this.skipFlowSpace()) {
      const entry = this.readFlowKey();
      this.skipFlowSpace();
      const code = this.code();
      entry.node =
        code === 0x2c || code === 0x7d ? createScalar(null, this.pos, this.pos, 'plain') : this.readFlowValue();
      this.addEntry(node, entry);
      if (!this.passComma(0x7d)) break;
    }
    node.end = ++this.pos;
    return node;
  }

  private readFlowList(): ListNode {
    const node: ListNode = { type: 'list', start: this.pos++, end: 0, value: [], items: [], flow: true };
    for (this.skipFlowSpace(); this.code() !== 0x5d; this.skipFlowSpace()) {
      const item = this.readFlowValue();
      node.items.push(item);
      node.value.push(item.value);
      if (!this.passComma(0x5d)) break;
    }
    node.end = ++this.pos;
    return node;
  }

  /** Behind a value: passes the comma; false at the closing bracket, which it leaves. */
  private passComma(close: number): boolean {
    this.skipFlowSpace();
    const code = this.code();
    if (code === close) return false;
    if (code !== 0x2c) throw GIVE_UP;
    this.pos++;
    return true;
  }

  private readFlowKey(): MapEntry {
    const start = this.pos;
    const quoted = this.code() === 0x22 || this.code() === 0x27;
    const scalar = quoted ? this.readQuoted() : this.readFlowPlain();
    const end = this.pos;
    this.skipFlowSpace();
    if (this.code() !== 0x3a) throw GIVE_UP;
    this.pos++;
    if (!quoted && !this.isBlank(this.pos) && !isIndicator(this.code())) throw GIVE_UP;
    return this.createEntry(quoted ? String(scalar.value) : null, start, end);
  }

  private readFlowValue(): YamlNode {
    const code = this.code();
    if (code === 0x7b || code === 0x5b) return this.readFlow();
    return code === 0x22 || code === 0x27 ? this.readQuoted() : this.readFlowPlain();
  }
}

/**
 * Lines of text become one, a blank line between them becomes a line break; lines that are indented further keep theirs
 * (YAML 1.2.2, 8.1.3).
 */
function foldLines(lines: readonly string[]): string {
  let text = '';
  let gap = '';
  let deeper = false;
  for (const [index, line] of lines.entries()) {
    if (line === '') {
      if (gap === ' ') gap = '\n';
      else text += '\n';
      continue;
    }
    const isDeeper = line.startsWith(' ') || line.startsWith('\t');
    if (isDeeper && gap === ' ') gap = '\n';
    else if (isDeeper && !deeper && gap === '\n' && index > 0) gap = '\n\n';
    text += gap + line;
    gap = isDeeper ? '\n' : ' ';
    deeper = isDeeper;
  }
  return text;
}
