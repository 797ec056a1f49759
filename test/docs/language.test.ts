import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import {
  compilePolicies,
  type PolicyDocument,
  type PolicySource,
  RULE_KINDS,
  type RuleDocument,
  type RuleKind,
} from '../../src/policies/index.ts';
import { readConfigMap } from '../../src/sources/config-map.ts';
import { readUnit } from '../../src/sources/documents.ts';
import { readPackSchemas } from '../../src/sources/packs.ts';

const PAGE = new URL('../../docs/language.md', import.meta.url);
const text = readFileSync(PAGE, 'utf8');
const schemas = await readPackSchemas('vitistack');

/** Kinds that are compiled and not judged yet; the page has to say so. */
const NOT_JUDGED: readonly RuleKind[] = ['reference', 'limit', 'exists', 'absent'];

interface Block {
  yaml: string;
  heading: string;
  value: { kind?: string; metadata: { name: string } };
}

const blocks = readBlocks();
const policies = blocks.filter(({ value }) => value.kind === 'Policy') as (Block & { value: PolicyDocument })[];

function readBlocks(): Block[] {
  const found: Block[] = [];
  let heading = '';
  for (const part of text.split(/^(?=```yaml$|#+ )/m)) {
    heading = /^#+ (.*)$/m.exec(part.startsWith('#') ? part : '')?.[1] ?? heading;
    const yaml = /^```yaml\n([\s\S]*?)^```$/m.exec(part)?.[1];
    if (yaml !== undefined) found.push({ yaml, heading, value: parse(yaml) });
  }
  return found;
}

/** The documents of a block as the program reads them from a file, traps of YAML included. */
function readSources({ yaml, value }: Block): PolicySource[] {
  const name = value.metadata.name;
  const { unit, configMaps } = readUnit(yaml, name, { listName: name });
  t.strictSame(unit.problems, [], `${name} is YAML without traps`);
  const fromMaps = configMaps.flatMap(({ object }) => readConfigMap(object).units.flatMap((one) => one.documents));
  return [...unit.documents, ...fromMaps];
}

function kindsOf(rules: readonly RuleDocument[]): RuleKind[] {
  return rules.flatMap((rule) => RULE_KINDS.filter((kind) => rule[kind] !== undefined));
}

t.test('every document on the page loads, with paths that exist and examples that come out', async (t) => {
  t.ok(blocks.length > 20, `${blocks.length} documents`);
  const sources = blocks.flatMap(readSources);
  t.equal(sources.length, blocks.length);
  const { problems, rejected } = compilePolicies(sources, { schemas, verifyExamples: true });
  // resources of Kubernetes itself come without a CRD to check their paths against
  const told = problems.filter(({ code }) => code !== 'no-schema');
  t.strictSame(
    told.map(({ source, pointer, message, hint }) => `${source} ${pointer}: ${message}; ${hint}`),
    [],
  );
  t.strictSame(rejected, []);
});

t.test('every rule kind has a section, and in it a policy of that kind', async (t) => {
  for (const kind of RULE_KINDS) {
    const shown = policies.filter(({ heading, value }) => heading === kind && kindsOf(value.spec.rules).includes(kind));
    t.equal(shown.length, 1, kind);
  }
});

t.test('every rule that is judged has an example that tells it apart', async (t) => {
  for (const { value } of policies) {
    const { rules, examples = [] } = value.spec;
    for (const rule of rules) {
      const [kind] = kindsOf([rule]) as [RuleKind];
      const across = NOT_JUDGED.includes(kind) || (rule.disjoint ?? rule.unique)?.domain !== undefined;
      if (across) {
        t.equal(value.spec.failurePolicy, 'Ignore', `${rule.id} does no harm to whoever copies it`);
        continue;
      }
      const without = { ...value, spec: { ...value.spec, rules: rules.filter((one) => one !== rule) } };
      if (without.spec.rules.length === 0) {
        without.spec.rules = [{ id: 'ALWAYS', check: '1 == 1' }];
      }
      t.ok(examples.length > 0, `${rule.id} has examples`);
      const { problems } = compilePolicies([{ name: rule.id, document: without }], { schemas, verifyExamples: true });
      const codes = problems.map(({ code }) => code);
      t.ok(codes.includes('example-failed'), `the examples need ${rule.id}`);
    }
  }
});

t.test('every rule kind and every operator that the page links to is there', async (t) => {
  const anchors = new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => toAnchor(heading)));
  for (const [, anchor = ''] of text.matchAll(/\]\(#([^)]+)\)/g)) t.ok(anchors.has(anchor), `#${anchor}`);
});

function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');
}
