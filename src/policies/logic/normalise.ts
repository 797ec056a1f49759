import type { Json } from '../types.ts';
import { BUILTIN_ARITY } from './builtins.ts';
import { type FrameName, ITERATORS } from './names.ts';
import type { Operator } from './operator.ts';
import { isLogic, readLogic } from './own.ts';

/** A path that an expression reads. */
export interface Read {
  name: FrameName;
  keys: readonly string[];
  /** The rest is a fan-out path of the path grammar. */
  fanOut: boolean;
}

export interface LogicProblem {
  code: 'unknown-operator' | 'wrong-arity' | 'wrong-literal' | 'unknown-name' | 'outer-name' | 'bad-path';
  pointer: string;
  message: string;
  hint: string;
}

/** What an expression in this slot may name. */
export interface Vocabulary {
  operators: ReadonlyMap<string, Operator>;
  /** Where a path starts whose first segment is no name: `['object']`, `['pod']`, `['documents', 'config']`. */
  subject: readonly string[];
  /** Names a path may start from, whether or not they mean something here. */
  roots: ReadonlySet<string>;
  names: ReadonlySet<string>;
  /** Declared members of params, variables, documents and lookups. */
  members: { readonly [name: string]: ReadonlySet<string> | undefined };
  suggest(word: string, candidates: Iterable<string>): string | null;
  /** Checks a path of the path grammar; the message when it is wrong. */
  checkPath(text: string): string | null;
}

export interface Normalised {
  logic: Json;
  reads: Read[];
  problems: LogicProblem[];
}

/**
 * Brings JSON Logic into the one form that both engines run: paths rooted at a name, operators known, arity and
 * literals right. Everything wrong is reported, each with its JSON pointer below the expression.
 */
export function normaliseLogic(logic: unknown, vocabulary: Vocabulary): Normalised {
  const run = new Normaliser(vocabulary);
  const out = run.walk(logic, '', false);
  return { logic: out, reads: run.reads, problems: run.problems };
}

class Normaliser {
  readonly reads: Read[] = [];
  readonly problems: LogicProblem[] = [];
  readonly vocabulary: Vocabulary;

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** `inElement`: inside the body of an iterator, where only the element is seen. */
  walk(node: unknown, pointer: string, inElement: boolean): Json {
    if (Array.isArray(node)) return node.map((entry, i) => this.walk(entry, `${pointer}/${i}`, inElement));
    if (!isLogic(node)) return (node ?? null) as Json;
    const { operator, operands } = readLogic(node);
    const at = `${pointer}/${escapeKey(operator)}`;
    if (operator === 'var' || operator === 'val' || operator === 'get') {
      return this.walkPath(operator, operands, at, inElement);
    }
    if (operator === 'missing' || operator === 'missing_some')
      return this.walkMissing(operator, operands, at, inElement);
    this.checkOperator(operator, operands, at);
    const iterates = ITERATORS.has(operator);
    return {
      [operator]: operands.map((operand, i) => this.walk(operand, `${at}/${i}`, inElement || (iterates && i === 1))),
    };
  }

  walkPath(operator: string, operands: unknown[], pointer: string, inElement: boolean): Json {
    const [path, fallback] = operands;
    const rest = operands.length > 1 && operator !== 'val' ? [this.walk(fallback, `${pointer}/1`, inElement)] : [];
    if (inElement) {
      this.refuseOuterName(operator, path, pointer);
      return { [operator]: [...(operator === 'val' ? (operands as Json[]) : [path as Json]), ...rest] };
    }
    if (operator === 'val') return this.walkVal(operands, pointer);
    if (typeof path !== 'string' || path === '') {
      this.problem(
        'bad-path',
        pointer,
        `\`${operator}\` wants a path written out, found ${JSON.stringify(path ?? null)}`,
        '',
      );
      return null;
    }
    if (operator === 'get') return this.walkGet(path, pointer, rest);
    const keys = this.root(path.split('.'));
    this.checkName(keys, pointer);
    this.reads.push({ name: keys[0] as FrameName, keys: keys.slice(1), fanOut: false });
    return { var: rest.length ? [keys.join('.'), ...rest] : keys.join('.') };
  }

  walkVal(operands: unknown[], pointer: string): Json {
    const keys = this.root(operands.map(String));
    this.checkName(keys, pointer);
    this.reads.push({ name: keys[0] as FrameName, keys: keys.slice(1), fanOut: false });
    return { val: keys };
  }

  walkGet(path: string, pointer: string, rest: Json[]): Json {
    const wrong = this.vocabulary.checkPath(path);
    if (wrong !== null) {
      this.problem('bad-path', pointer, `path \`${path}\`: ${wrong}`, '');
      return null;
    }
    const first = FIRST_SEGMENT.exec(path)?.[0] ?? '';
    const rooted = this.vocabulary.roots.has(first)
      ? path
      : `${this.vocabulary.subject.join('.')}${path.startsWith('[') ? '' : '.'}${path}`;
    const name = FIRST_SEGMENT.exec(rooted)?.[0] ?? '';
    const keys = rooted.split('.');
    this.checkName([name, ...keys.slice(1)], pointer);
    this.reads.push({ name: name as FrameName, keys: [rooted.slice(name.length).replace(/^\./, '')], fanOut: true });
    return { get: [rooted, ...rest] };
  }

  walkMissing(operator: string, operands: unknown[], pointer: string, inElement: boolean): Json {
    const rootKeys = (value: unknown): Json => {
      if (Array.isArray(value)) return value.map(rootKeys);
      if (typeof value !== 'string' || inElement) return this.walk(value, pointer, inElement);
      const keys = this.root(value.split('.'));
      this.checkName(keys, pointer);
      this.reads.push({ name: keys[0] as FrameName, keys: keys.slice(1), fanOut: false });
      return keys.join('.');
    };
    return { [operator]: operands.map(rootKeys) };
  }

  /** Puts the subject in front of a path that starts with no name. */
  root(keys: string[]): string[] {
    return this.vocabulary.roots.has(keys[0] as string) ? keys : [...this.vocabulary.subject, ...keys];
  }

  refuseOuterName(operator: string, path: unknown, pointer: string): void {
    if (operator === 'val' || typeof path !== 'string') return;
    const first = FIRST_SEGMENT.exec(path)?.[0] ?? '';
    if (!this.vocabulary.roots.has(first)) return;
    this.problem(
      'outer-name',
      pointer,
      `\`${path}\` inside an iterator would look for \`${first}\` in the element, and give null`,
      `use forEach, a variable or a lookup for outer names; for a field of that name write {val: [${first}]}`,
    );
  }

  checkName(keys: string[], pointer: string): void {
    const name = keys[0] as string;
    if (!this.vocabulary.names.has(name)) {
      this.problem(
        'unknown-name',
        pointer,
        `\`${name}\` means nothing here`,
        `names here: ${[...this.vocabulary.names].join(', ')}`,
      );
      return;
    }
    const members = this.vocabulary.members[name];
    if (!members) return;
    const member = keys[1]?.replace(/\[.*$/, '');
    if (member === undefined || members.has(member)) return;
    const near = this.vocabulary.suggest(member, members);
    this.problem(
      'unknown-name',
      pointer,
      `\`${name}.${member}\` is not declared`,
      near
        ? `did you mean \`${name}.${near}\`?`
        : members.size
          ? `declared: ${[...members].join(', ')}`
          : `no ${name} are declared`,
    );
  }

  checkOperator(name: string, operands: unknown[], pointer: string): void {
    const arity = BUILTIN_ARITY[name];
    if (arity) {
      if (operands.length >= arity[0] && operands.length <= arity[1]) return;
      this.problem(
        'wrong-arity',
        pointer,
        `\`${name}\` has ${operands.length} operands, wanted ${formatArity(arity[0], arity[1])}`,
        '',
      );
      return;
    }
    const operator = this.vocabulary.operators.get(name);
    if (!operator) {
      const near = this.vocabulary.suggest(name, [...this.vocabulary.operators.keys(), ...Object.keys(BUILTIN_ARITY)]);
      const hint = near
        ? `did you mean \`${near}\`?`
        : 'a map with one key is read as an operator; write {literal: {…}} for data';
      this.problem('unknown-operator', pointer, `there is no operator \`${name}\``, hint);
      return;
    }
    for (const message of checkOperands(operator, operands)) {
      this.problem(message.code, pointer, message.message, message.hint);
    }
  }

  problem(code: LogicProblem['code'], pointer: string, message: string, hint: string): void {
    this.problems.push({ code, pointer, message, hint });
  }
}

/** Arity and literal operands of one call. Shared by the short form and by JSON Logic. */
export function checkOperands(
  operator: Operator,
  operands: readonly unknown[],
): { code: 'wrong-arity' | 'wrong-literal'; message: string; hint: string }[] {
  const least = operator.operands.filter((operand) => !operand.optional).length;
  const most = operator.operands.some((operand) => operand.variadic)
    ? Number.POSITIVE_INFINITY
    : operator.operands.length;
  const usage = `${operator.name}(${operator.operands.map((o) => (o.optional ? `${o.name}?` : o.variadic ? `${o.name}…` : o.name)).join(', ')})`;
  if (operands.length < least || operands.length > most) {
    const message = `\`${operator.name}\` has ${operands.length} operands, wanted ${formatArity(least, most)}`;
    return [{ code: 'wrong-arity', message, hint: `write ${usage}` }];
  }
  const wrong: { code: 'wrong-literal'; message: string; hint: string }[] = [];
  operands.forEach((value, i) => {
    const operand = operator.operands[Math.min(i, operator.operands.length - 1)];
    if (!operand) return;
    const computed = isLogic(value) || (Array.isArray(value) && value.some(isLogic));
    if (operand.literal && computed) {
      wrong.push({
        code: 'wrong-literal',
        message: `${operand.name} of \`${operator.name}\` must be written out`,
        hint: `wanted ${operand.wanted}`,
      });
    } else if (!computed && value !== null && value !== undefined && !fitsType(value, operand.type)) {
      wrong.push({
        code: 'wrong-literal',
        message: `${operand.name} of \`${operator.name}\` is ${JSON.stringify(value)}, wanted ${operand.wanted}`,
        hint: `write ${usage}`,
      });
    }
  });
  if (wrong.length === 0 && operator.prepare) {
    const prepared = operator.prepare(
      operands.map((value) => (isLogic(value) || (Array.isArray(value) && value.some(isLogic)) ? undefined : value)),
    );
    if (typeof prepared === 'string')
      wrong.push({ code: 'wrong-literal', message: `\`${operator.name}\`: ${prepared}`, hint: `write ${usage}` });
  }
  return wrong;
}

function fitsType(value: unknown, type: string): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'list':
      return Array.isArray(value);
    case 'map':
      return typeof value === 'object' && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}

function formatArity(least: number, most: number): string {
  if (least === most) return String(least);
  return most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`;
}

export function escapeKey(key: string): string {
  return key.replace(/~/g, '~0').replace(/\//g, '~1');
}

const FIRST_SEGMENT = /^[A-Za-z_][A-Za-z0-9_]*/;
