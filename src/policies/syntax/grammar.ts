import { SyntaxMistake } from './mistake.ts';
import { type Path, printPath } from './path.ts';
import { scanToken, type Token } from './tokens.ts';

/** Deepest nesting of an expression: parentheses, calls, lists, signs and chains of operators. */
const MAX_DEPTH = 64;
/** Longest short form, in UTF-16 units. */
export const MAX_LENGTH = 65_536;

/** A parsed short form, with offsets into the text. `depth` counts the levels below and including the node. */
export type Node =
  | {
      readonly type: 'literal';
      readonly value: string | number | boolean | null;
      readonly at: number;
      readonly depth: number;
    }
  | { readonly type: 'list'; readonly items: readonly Node[]; readonly at: number; readonly depth: number }
  | { readonly type: 'path'; readonly path: Path; readonly at: number; readonly depth: number }
  | {
      readonly type: 'call';
      readonly name: string;
      readonly operands: readonly Node[];
      readonly at: number;
      readonly depth: number;
    }
  | {
      readonly type: 'unary';
      readonly mark: '!' | '-';
      readonly operand: Node;
      readonly at: number;
      readonly depth: number;
    }
  /** `&&` and `||` hold two or more operands, any other mark two. */
  | {
      readonly type: 'binary';
      readonly mark: string;
      readonly operands: Node[];
      readonly at: number;
      readonly depth: number;
    };

/** How tightly each operator binds; higher binds tighter. All group to the left. */
export const BINDING: ReadonlyMap<string, number> = new Map([
  ['||', 1],
  ['&&', 2],
  ['==', 3],
  ['!=', 3],
  ['in', 3],
  ['<', 4],
  ['<=', 4],
  ['>', 4],
  ['>=', 4],
  ['??', 5],
  ['+', 6],
  ['-', 6],
  ['*', 7],
  ['/', 7],
  ['%', 7],
]);
/** `!` and the minus sign bind tighter than every operator between two operands. */
export const UNARY_BINDING = 8;

const EQUALITY = 3;
const RELATION = 4;

/** Words of other languages between two operands. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['and', 'write `&&`'],
  ['or', 'write `||`'],
  ['not', 'write `!`, and `!(a in b)` for `not in`'],
  ['is', 'write `==`'],
  ['eq', 'write `==`'],
  ['ne', 'write `!=`'],
  ['contains', 'write `value in list`'],
]);

/** Parses a text that is one expression and nothing else. Throws a SyntaxMistake. */
export function parseNode(text: string): Node {
  if (text.trim() === '') {
    throw new SyntaxMistake('the expression is empty', 0, 'write an expression such as `spec.replicas >= 2`');
  }
  if (text.length > MAX_LENGTH) {
    throw new SyntaxMistake(`the expression is ${text.length} characters long, at most ${MAX_LENGTH} are read`, 0);
  }
  return new Parser(text).parseWhole();
}

class Parser {
  readonly text: string;
  token: Token;
  level = 0;
  /** End of the token before this one. */
  behind = 0;

  constructor(text: string) {
    this.text = text;
    this.token = scanToken(text, 0);
  }

  parseWhole(): Node {
    const node = this.parseBinary(0);
    if (!this.isMark('end')) {
      throw this.explainRest();
    }
    return node;
  }

  advance(): void {
    this.behind = this.token.end;
    this.token = scanToken(this.text, this.token.end);
  }

  isMark(mark: string): boolean {
    return this.token.type === 'mark' && this.token.mark === mark;
  }

  parseBinary(tighterThan: number): Node {
    this.enter();
    let bareNot = this.isMark('!');
    let left = this.parseUnary();
    for (;;) {
      const token = this.token;
      const binding = token.type === 'mark' ? (BINDING.get(token.mark) ?? 0) : 0;
      if (token.type !== 'mark' || binding === 0 || binding <= tighterThan) {
        this.level--;
        return left;
      }
      if (bareNot && binding > 2) {
        const mend = `write \`!(… ${token.mark} …)\`, or put the \`!\` part in parentheses`;
        throw new SyntaxMistake(`\`!\` binds tighter than \`${token.mark}\``, left.at, mend);
      }
      this.refuseGluedMinus(token);
      this.advance();
      const right = this.parseBinary(binding);
      left = this.join(token.mark, left, right);
      bareNot = false;
      this.refuseChain(token.mark, binding);
    }
  }

  /** `a.b-c` is a subtraction to us and a name to its writer, who meant `a["b-c"]`. */
  refuseGluedMinus(token: Token): void {
    const before = this.text.charAt(token.at - 1);
    const after = this.text.charAt(token.at + 1);
    if (this.isMark('-') && /[\w$]/.test(before) && /[\w$]/.test(after) && !/^\d+$/.test(this.wordBefore(token.at))) {
      const from = token.at - this.wordBefore(token.at).length;
      const word = /^[\w$-]*/.exec(this.text.slice(from))?.[0] ?? '';
      const mend = `write \`["${word}"]\` for the key, or spaces around \`-\` to subtract`;
      throw new SyntaxMistake(`\`${word}\` may be a key or a subtraction`, from, mend);
    }
  }

  wordBefore(at: number): string {
    return /[\w$]*$/.exec(this.text.slice(Math.max(0, at - 256), at))?.[0] ?? '';
  }

  refuseChain(mark: string, binding: number): void {
    const next = this.token.type === 'mark' ? this.token.mark : '';
    if ((binding === EQUALITY || binding === RELATION) && BINDING.get(next) === binding) {
      const mend = 'join two comparisons with `&&`, or use parentheses';
      throw new SyntaxMistake(`\`${mark}\` and \`${next}\` do not chain`, this.token.at, mend);
    }
  }

  join(mark: string, left: Node, right: Node): Node {
    if (mark !== '&&' && mark !== '||') {
      return { type: 'binary', mark, operands: [left, right], at: left.at, depth: this.deepen([left, right], left.at) };
    }
    const operands = unfold(mark, left);
    const added = unfold(mark, right);
    const depth = Math.max(operands === null ? 0 : left.depth, this.deepen([operands ? right : left, right], left.at));
    return { type: 'binary', mark, operands: append(operands ?? [left], added ?? [right]), at: left.at, depth };
  }

  parseUnary(): Node {
    const { token } = this;
    if (token.type !== 'mark' || (token.mark !== '!' && token.mark !== '-')) {
      return this.parsePrimary();
    }
    this.enter();
    this.advance();
    const operand = this.parseUnary();
    this.level--;
    if (token.mark === '-' && operand.type === 'literal' && typeof operand.value === 'number') {
      return { ...operand, value: operand.value === 0 ? 0 : -operand.value, at: token.at };
    }
    return { type: 'unary', mark: token.mark, operand, at: token.at, depth: this.deepen([operand], token.at) };
  }

  parsePrimary(): Node {
    const { token } = this;
    if (token.type === 'literal') {
      this.advance();
      return { type: 'literal', value: token.value, at: token.at, depth: 1 };
    }
    if (token.type === 'path') {
      this.advance();
      if (this.isMark('(') && this.token.at === token.end) {
        return this.parseCall(token.path, token.at);
      }
      return { type: 'path', path: token.path, at: token.at, depth: 1 };
    }
    if (token.mark === '(') {
      this.advance();
      const node = this.parseBinary(0);
      this.close(')', '(', token.at);
      return node;
    }
    if (token.mark === '[') {
      this.advance();
      const items = this.parseItems(']', '[', token.at);
      return { type: 'list', items, at: token.at, depth: this.deepen(items, token.at) };
    }
    throw this.explainMissing(token.mark, token.at);
  }

  parseCall(path: Path, at: number): Node {
    const names = path.map((segment) => (segment.type === 'field' ? segment.name : null));
    if (names.includes(null)) {
      throw new SyntaxMistake(
        `\`${printPath(path)}\` cannot be called`,
        at,
        'an operator is called by its name: `cidr.valid(…)`',
      );
    }
    const open = this.token.at;
    this.advance();
    const operands = this.parseItems(')', '(', open);
    return { type: 'call', name: names.join('.'), operands, at, depth: this.deepen(operands, at) };
  }

  parseItems(closing: string, opening: string, open: number): Node[] {
    const items: Node[] = [];
    while (!this.isMark(closing)) {
      items.push(this.parseBinary(0));
      if (!this.isMark(',')) {
        break;
      }
      this.advance();
    }
    this.close(closing, opening, open);
    return items;
  }

  close(closing: string, opening: string, open: number): void {
    if (this.isMark('end')) {
      throw new SyntaxMistake(`\`${opening}\` is never closed`, open, `close it with \`${closing}\``);
    }
    if (!this.isMark(closing)) {
      throw this.explainRest(closing);
    }
    this.advance();
  }

  enter(): void {
    if (++this.level > MAX_DEPTH) {
      throw tooDeep(this.token.at);
    }
  }

  deepen(children: readonly Node[], at: number): number {
    const depth = 1 + children.reduce((most, child) => Math.max(most, child.depth), 0);
    if (depth > MAX_DEPTH) {
      throw tooDeep(at);
    }
    return depth;
  }

  explainMissing(mark: string, at: number): SyntaxMistake {
    if (mark === 'end') {
      return new SyntaxMistake('the expression stops where a value is wanted', at, 'write a path, a literal or a call');
    }
    if (mark === 'in') {
      return new SyntaxMistake('`in` stands where a value is wanted', at, 'write `object.in` for a field of this name');
    }
    return new SyntaxMistake(`a value is wanted, found \`${mark}\``, at, 'write a path, a literal or a call');
  }

  explainRest(closing?: string): SyntaxMistake {
    const { token } = this;
    const found = this.text.slice(token.at, Math.min(token.end, token.at + 40));
    const word = token.type === 'path' ? (/^[A-Za-z]+/.exec(found)?.[0] ?? '') : '';
    const before = this.text.slice(Math.max(0, this.behind - 3), this.behind);
    const mend =
      WORDS.get(word.toLowerCase()) ??
      (before === 'not' ? WORDS.get('not') : undefined) ??
      (found === ',' && closing === undefined ? 'write a list in brackets: `[a, b]`' : undefined) ??
      (found === '[' || found === '('
        ? `leave out the space before \`${found}\`, or use a variable for the value in front`
        : undefined) ??
      'join two expressions with `&&` or `||`; quote texts';
    const wanted = closing === undefined ? 'an operator or the end' : `\`${closing}\``;
    return new SyntaxMistake(`${wanted} is wanted, found \`${found}\``, token.at, mend);
  }
}

function unfold(mark: string, node: Node): Node[] | null {
  return node.type === 'binary' && node.mark === mark ? node.operands : null;
}

/** The parser alone holds the operands until it is done, so a long chain grows in place. */
function append(operands: Node[], added: readonly Node[]): Node[] {
  for (const operand of added) {
    operands.push(operand);
  }
  return operands;
}

function tooDeep(at: number): SyntaxMistake {
  const mend = 'name parts of it as `variables`';
  return new SyntaxMistake(`the expression is too deep, at most ${MAX_DEPTH} levels are read`, at, mend);
}
