import type { Operand, Operator } from '../src/policies/logic/operator.ts';
import { OPERATORS } from '../src/policies/logic/operators/index.ts';

const HEAD = `# Operators

Generated from the code by \`npm run generate\`: every example below is run as a test.

An operator is called by name in the short form, \`cidr.contains(spec.network, item.cidr)\`, and as an operator of JSON Logic,
\`{"cidr.contains": [{"var": "object.spec.network"}, {"var": "item.cidr"}]}\`.

- A **predicate** answers true or false, an **accessor** gives a value.
- **Absent**: with an operand that is null or absent a predicate is false and an accessor null, unless the operand is marked
  *may be absent*. An operand marked *optional* may be left out.
- **Garbage**: an operand that is there and cannot be read as what is wanted is a finding at its own path, also under \`!\`.
  Examples say \`garbage\` for it. A \`.valid\` predicate answers false instead.
- A **literal** operand must be written out in the policy. Any operand that is written out and cannot be read is refused when
  the policy is loaded, and so is a wrong number of operands.
- Only own keys of maps are seen, and no operator throws.
`;

const BUILT_IN = `## Built into the compiler

### \`get(path)\`, \`get(path, fallback)\`

Accessor. Reads a path of the path grammar that is written out, with \`["key.with.dots"]\`, \`[*]\` and \`[field=value]\`; the
fallback where it gives nothing. In the short form a path is simply written; \`get\` is for JSON Logic.

### \`val(key, …)\`

Accessor. Reads key by key, so that a key may have dots in it: \`{"val": ["object", "data", "config.yaml"]}\`.
`;

/** The page docs/operators.md: every operator with its operands, what it gives, its source and its examples. */
export function renderOperatorsDoc(): string {
  const families = Map.groupBy(OPERATORS.values(), ({ name }) =>
    name.includes('.') ? name.slice(0, name.indexOf('.')) : '',
  );
  const sections = [...families].map(([family, operators]) => {
    const title = family === '' ? '## Without a family' : `## ${family}`;
    return `${title}\n\n${operators.map(renderOperator).join('\n')}`;
  });
  return `${HEAD}\n${renderIndex(families)}\n${[...sections, BUILT_IN].join('\n')}`;
}

function renderIndex(families: ReadonlyMap<string, readonly Operator[]>): string {
  const rows = [...families].map(([family, operators]) => {
    const names = operators.map(({ name }) => `\`${family === '' ? name : name.slice(family.length + 1)}\``);
    return `| ${family === '' ? '(none)' : `\`${family}.\``} | ${names.join(' ')} |`;
  });
  return `| family | operators |\n|---|---|\n${rows.join('\n')}\n`;
}

function renderOperator(operator: Operator): string {
  const usage = operator.operands.map(
    ({ name, optional, variadic }) => `${name}${optional ? '?' : ''}${variadic ? ', …' : ''}`,
  );
  const call = operator.name === '??' ? 'a ?? b' : `${operator.name}(${usage.join(', ')})`;
  const kind = operator.kind === 'predicate' ? 'Predicate' : 'Accessor';
  const examples = operator.examples.map(
    ([operands, result]) => `| ${code(renderCall(operator.name, operands))} | ${code(renderResult(result))} |`,
  );
  return `### \`${call}\`

${kind}. ${operator.summary}

- gives: ${operator.returns}
${operator.operands.map(renderOperand).join('\n')}
- source: ${operator.source}

| example | gives |
|---|---|
${examples.join('\n')}
`;
}

function renderOperand({ name, wanted, optional, nullable, literal, variadic }: Operand): string {
  const marks = [
    literal && 'literal',
    optional && 'optional',
    nullable && 'may be absent',
    variadic && 'any number of them',
  ];
  const shown = marks.filter((mark) => typeof mark === 'string');
  return `- \`${name}\`: ${wanted}${shown.length > 0 ? ` (${shown.join(', ')})` : ''}`;
}

function renderCall(name: string, operands: readonly unknown[]): string {
  const written = operands.map(renderValue);
  return name === '??' ? written.join(' ?? ') : `${name}(${written.join(', ')})`;
}

function renderResult(result: unknown): string {
  return result === 'garbage' ? 'garbage' : renderValue(result);
}

/** Longest string an example shows, in characters. */
const SHOWN = 100;

function renderValue(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return JSON.stringify(value);
  const text = value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value;
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  return escaped.includes("'") ? `"${escaped.replaceAll('"', '\\"')}"` : `'${escaped}'`;
}

/** A code span inside a table: bars escaped, and a fence longer than any run of backticks inside. */
function code(text: string): string {
  const fence = text.includes('`') ? '``' : '`';
  return `${fence}${text.replaceAll('|', '\\|')}${fence}`;
}
