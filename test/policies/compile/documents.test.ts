import t from 'tap';
import type { JsonObject, PolicySpec, RuleDocument } from '../../../src/policies/index.ts';
import { validateReview } from '../../../src/policies/index.ts';
import { policyOf, reviewOf, setOf, tell, widget } from '../asking.ts';

const holder = (text: string): JsonObject => ({ ...widget({}), data: { config: text } });

function ask(as: 'yaml' | 'json', rule: RuleDocument, text: string) {
  const spec: Partial<PolicySpec> = { documents: { config: { from: 'data.config', as } } };
  return validateReview(setOf([policyOf([rule], spec)]), reviewOf(holder(text)));
}

const SIZE: RuleDocument = { id: 'A-1', subject: 'config', check: 'server.size <= 3' };

t.test('merge keys fill in what a map does not say itself', async (t) => {
  const text = (size: number) => `base: &base {size: ${size}, name: b}\nserver:\n  <<: *base\n  name: s\n`;
  t.strictSame(tell(ask('yaml', SIZE, text(3))), []);
  t.strictSame(tell(ask('yaml', SIZE, text(4))), ['A-1 data.config:3:3'], 'the nearest place in the text');
  const list = 'a: &a {size: 9}\nb: &b {size: 1}\nserver: {<<: [*b, *a]}\n';
  t.strictSame(tell(ask('yaml', SIZE, list)), [], 'the first source wins');
});

t.test('a text that cannot be read is found where the fault is, and the place is told once', async (t) => {
  const cases: [as: 'yaml' | 'json', text: string, at: string, fault: RegExp][] = [
    ['yaml', 'a: 1\nserver: 2\na: 3\n', '3:1', /the key `a` occurs twice$/],
    ['yaml', 'server:\n  size: *none\n', '2:9', /`\*none` has no anchor before it$/],
    ['yaml', 'server:\n  size: .inf\n', '2:9', /`Infinity` is no JSON value$/],
    ['yaml', 'server:\n  <<: 3\n', '2:7', /`<<` takes a map or a list of maps$/],
    ['yaml', 'server: 1\n? [a]\n: 1\n', '2:3', /a key that is a list or a map$/],
    ['yaml', 'server:\n\tsize: 1\n', '2:1', /tabs are not allowed as indentation$/],
    ['json', '{"a": 1,\n "b": 2,\n "a": 3}', '3:2', /the key `a` occurs twice$/],
    ['json', '{"a": 1,\n b: 2}', '2:2', /wanted JSON: \S.*$/],
  ];
  for (const [as, text, at, fault] of cases) {
    const { findings } = ask(as, SIZE, text);
    t.strictSame(
      findings.map(({ path }) => path),
      [`data.config:${at}`],
      text,
    );
    t.match(findings[0]?.message, fault, text);
    t.notMatch(findings[0]?.message, /line \d|position \d/, text);
  }
});

t.test('times and sixties are texts, as they are to those who read the document', async (t) => {
  const rule: RuleDocument = {
    id: 'A-1',
    subject: 'config',
    check: ['day == "2026-01-02"', 'ports == "22:22"', 'mode == 511', 'on == true'],
  };
  t.strictSame(tell(ask('yaml', rule, 'day: 2026-01-02\nports: 22:22\nmode: 0777\n"on": yes\n')), []);
});
