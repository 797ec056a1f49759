import t from 'tap';
import { OPERATORS } from '../../../../src/policies/logic/operators/index.ts';

const re = OPERATORS.get('re.match');

t.test('patterns that make backtracking engines run for ever are answered', async (t) => {
  const text = 'a'.repeat(30_000);
  for (const pattern of ['^(a+)+$', '(a*)*b', '(a|aa)+$', '(a|a?)+b', '^(?:a?){50}a{50}$']) {
    t.type(re?.apply([text, pattern]), 'boolean', pattern);
  }
});

t.test('a prepared pattern answers as the pattern itself', async (t) => {
  const prepared = re?.prepare?.([undefined, '^[a-z]+$']);
  if (typeof prepared !== 'function') return t.fail(String(prepared));
  for (const text of ['abc', 'Abc', '', 'abc\n'])
    t.equal(prepared([text, '']), re?.apply([text, '^[a-z]+$']), JSON.stringify(text));
});

t.test('patterns that RE2 has not are refused', async (t) => {
  for (const pattern of [
    '(',
    '[z-a]',
    '(?=a)',
    '(?<!a)b',
    '(a)\\1',
    'a{1001}',
    '(?:(?:a{1000}){1000})',
    '*',
    'x'.repeat(1_025),
  ]) {
    t.type(re?.prepare?.([undefined, pattern]), 'string', pattern.slice(0, 30));
  }
});

t.test('a text of more than 65,536 characters is garbage', async (t) => {
  t.match(re?.apply(['a'.repeat(65_537), 'a']), { operand: 0, wanted: 'a string of at most 65,536 characters' });
});
