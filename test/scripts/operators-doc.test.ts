import { readFileSync } from 'node:fs';
import t from 'tap';
import { renderOperatorsDoc } from '../../scripts/operators-doc.ts';
import { OPERATORS } from '../../src/policies/logic/operators/index.ts';

const page = renderOperatorsDoc();

t.test('docs/operators.md is what the code says', async (t) => {
  t.equal(readFileSync(new URL('../../docs/operators.md', import.meta.url), 'utf8'), page, 'run npm run generate');
});

t.test('every operator has one section with a row for each example', async (t) => {
  const sections = new Map(
    page
      .split('\n### `')
      .slice(1)
      .map((section) => [section.split(/[(`]/)[0], section]),
  );
  t.equal(sections.size, OPERATORS.size + 2, 'all operators, get and val');
  for (const { name, examples, summary, operands } of OPERATORS.values()) {
    const section = sections.get(name === '??' ? 'a ?? b' : name) ?? '';
    const rows = section.split('\n').filter((line) => line.startsWith('| `'));
    t.equal(rows.length, examples.length, name);
    t.ok(section.includes(summary), `${name} says what it does`);
    for (const operand of operands)
      t.ok(section.includes(`- \`${operand.name}\`: ${operand.wanted}`), `${name} names ${operand.name}`);
  }
});

t.test('no table cell holds a bare bar', async (t) => {
  for (const line of page.split('\n').filter((candidate) => candidate.startsWith('| '))) {
    t.equal(line.replaceAll('\\|', '').split('|').length, 4, line);
  }
});
