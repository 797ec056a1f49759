import t from 'tap';
import { OPERATORS } from '../../../src/policies/logic/operators/index.ts';
import { type ExpressionResult, parseExpression } from '../../../src/policies/syntax/short-form.ts';

const names = { roots: new Set(['object', 'item', 'params', 'pod']), subject: ['object'], operators: OPERATORS };

const read = (text: string, position: 'boolean' | 'value' = 'value'): ExpressionResult =>
  parseExpression(text, { ...names, position });

function logicOf(text: string): unknown {
  const parsed = read(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.message}`);
  return parsed.logic;
}

t.test('operators bind from `||` (loosest) to `!` (tightest), and group to the left', async (t) => {
  const same: [text: string, grouped: string][] = [
    ['a || b && c', 'a || (b && c)'],
    ['a && b == c', 'a && (b == c)'],
    ['a == b < c', 'a == (b < c)'],
    ['a ?? b == c', '(a ?? b) == c'],
    ['a ?? b in c', '(a ?? b) in c'],
    ['a ?? b < 3', '(a ?? b) < 3'],
    ['a ?? b + c', 'a ?? (b + c)'],
    ['a ?? b ?? c', '(a ?? b) ?? c'],
    ['a + b * c', 'a + (b * c)'],
    ['a - b - c', '(a - b) - c'],
    ['a / b % c', '(a / b) % c'],
    ['-a * b', '(-a) * b'],
    ['!a && b', '(!a) && b'],
    ['a && (b && c)', 'a && b && c'],
    ['a || (b || c)', '(a || b) || c'],
  ];
  for (const [text, grouped] of same) t.same(logicOf(text), logicOf(grouped), text);
  t.strictNotSame(logicOf('a - (b - c)'), logicOf('a - b - c'));
  t.strictNotSame(logicOf('(a || b) && c'), logicOf('a || b && c'));
});

t.test('white space, and a comma behind the last item, mean nothing', async (t) => {
  t.same(logicOf(' [ 1 ,\n\t2, ] '), [1, 2]);
  t.same(logicOf('cidr.contains( item.a ,item.b, )'), logicOf('cidr.contains(item.a, item.b)'));
});

t.test('a mistake names its column and how to mend it', async (t) => {
  const cases: [text: string, column: number, message: RegExp, hint: RegExp][] = [
    ['', 1, /empty/, /spec\.replicas/],
    ['a = b', 3, /`=`/, /`==`/],
    ['a === b', 3, /`===`/, /`==`.*strict/],
    ['a !== b', 3, /`!==`/, /`!=`/],
    ['a <> b', 3, /`<>`/, /`!=`/],
    ['a =~ "x"', 3, /`=~`/, /re\.match/],
    ['a & b', 3, /`&`/, /`&&`/],
    ['a | b', 3, /`\|`/, /`\|\|`/],
    ['a and b', 3, /found `and`/, /`&&`/],
    ['a OR b', 3, /found `OR`/, /`\|\|`/],
    ['not a', 5, /found `a`/, /`!`/],
    ['a not in b', 3, /found `not`/, /`!\(a in b\)`/],
    ['a ? b : c', 3, /`\?`/, /{if:/],
    ['a?.b', 2, /`\?\.`/, /null by itself/],
    ['items.all(x => x.a)', 13, /`=>`/, /forEach/],
    ['{{a}}', 1, /`{{`/, /braces/],
    ["a == 'x", 6, /never closed/, /'/],
    ['a == “x”', 6, /typographic/, /'/],
    ['a b', 3, /operator or the end is wanted, found `b`/, /&&/],
    ['a == 1 2', 8, /found `2`/, /&&/],
    ['a, b', 2, /found `,`/, /\[a, b\]/],
    ['a [0]', 3, /found `\[`/, /space/],
    ['cidr.valid (a)', 12, /found `\(`/, /space/],
    ['(a', 1, /`\(` is never closed/, /`\)`/],
    ['(a]', 3, /`\)` is wanted, found `\]`/, /./],
    ['a)', 2, /found `\)`/, /./],
    ['[1, 2', 1, /`\[` is never closed/, /`\]`/],
    ['cidr.valid(a', 11, /`\(` is never closed/, /`\)`/],
    ['a +', 4, /stops where a value is wanted/, /path/],
    ['a + * b', 5, /a value is wanted, found `\*`/, /path/],
    ['in == 1', 1, /`in`/, /`object\.in`/],
    ['a < b < c', 7, /do not chain/, /&&/],
    ['a == b != c', 8, /do not chain/, /&&/],
    ['a in b in c', 8, /do not chain/, /parentheses/],
    ['!a == b', 1, /binds tighter/, /`!\(… == …\)`/],
    ['!a in b', 1, /binds tighter/, /`!\(… in …\)`/],
    ['x && !a == b', 6, /binds tighter/, /parentheses/],
    ['spec.a-b', 6, /may be a key or a subtraction/, /`\["a-b"\]`/],
    ['1 + metadata.labels.app-name-x == 1', 21, /`app-name-x`/, /`\["app-name-x"\]`/],
    ['10Gi', 1, /`10Gi` is not a number/, /`'10Gi'`/],
    ['1.2.3', 1, /`1\.2\.3` is not a number/, /'1\.2\.3'/],
    ['9007199254740993', 1, /too large/, /text/],
    ['1e999', 1, /too large/, /text/],
    ['.5', 1, /`\.` starts nothing/, /digit/],
    ['a..b', 3, /a name is wanted/, /quote/],
    ['a[b] == 1', 2, /neither a key/, /\["b"\]/],
    ['a[*](b)', 1, /cannot be called/, /cidr\.valid/],
    ['a # b', 3, /`#` cannot stand here/, /quote/],
    ['a \u00a0b', 3, /`U\+00A0` cannot stand here/, /quote/],
    ['a == "\\x"', 7, /not an escape/, /\\\\/],
  ];
  for (const [text, column, message, hint] of cases) {
    const parsed = read(text);
    if (parsed.ok) {
      t.fail(`\`${text}\` was read as ${JSON.stringify(parsed.logic)}`);
      continue;
    }
    t.match(parsed.message, message, text);
    t.equal(parsed.column, column, `column in ${text}`);
    t.match(parsed.hint, hint, text);
    t.notMatch(parsed.message, /\n|\.$/, 'one line, no period');
  }
});

t.test('a subtraction of a number, a position or with spaces is one', async (t) => {
  t.equal(logicOf('5-3'), 2);
  for (const text of ['a - b', 'a[0]-b', '(a)-b', 'a -b']) t.ok(read(text).ok, text);
});

t.test('nesting ends at 64 levels, and says so', async (t) => {
  const shapes: [name: string, make: (levels: number) => string][] = [
    ['parentheses', (levels) => `${'('.repeat(levels)}a${')'.repeat(levels)}`],
    ['lists', (levels) => `${'['.repeat(levels)}a${']'.repeat(levels)}`],
    ['calls', (levels) => `${'empty('.repeat(levels)}a${')'.repeat(levels)}`],
    ['negations', (levels) => `${'!'.repeat(levels)}a`],
    ['signs', (levels) => `${'-'.repeat(levels)}a`],
    ['sums', (levels) => `a${' + a'.repeat(levels)}`],
    ['fallbacks', (levels) => `a${' ?? a'.repeat(levels)}`],
  ];
  for (const [name, make] of shapes) {
    t.ok(read(make(60)).ok, `60 ${name}`);
    const parsed = read(make(9_000));
    t.match(parsed, { ok: false, message: /too deep, at most 64 levels/ }, `9,000 ${name}`);
  }
  t.match(read('('.repeat(10_000)), { ok: false, message: /too deep/ }, 'also where none is closed');
});

t.test('a text of more than 64 KiB is refused, and a long one below is read in time that grows with it', async (t) => {
  t.match(read(`${'a'.repeat(65_537)}`), { ok: false, message: /65537 characters long, at most 65536/ });
  t.ok(read(`[${'1,'.repeat(9_999)}]`).ok);
  t.match(read(`a${'&&a'.repeat(21_000)}`, 'boolean'), { ok: false, message: /too large/ });
});

t.test('guards that name their operands twice cannot grow without end', async (t) => {
  let text = 'a';
  for (let level = 0; level < 16; level++) text = `list.count([${text} < b])`;
  t.match(read(text), { ok: false, message: /too large/ });
});
