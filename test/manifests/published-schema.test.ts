import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import t from 'tap';
import { renderPublishedSchema, SCHEMA_ID } from '../../scripts/published-schema.ts';
import { validateDocument } from '../../src/policies/schema/validate.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const published: unknown = JSON.parse(renderPublishedSchema());

function compile() {
  const ajv = new Ajv2020({ strictTypes: false, allowUnionTypes: true });
  if (typeof published !== 'object' || published === null) throw new Error('not an object');
  return ajv.compile(published);
}

t.test('it is one draft 2020-12 schema with a name, and without what only Kubernetes knows', async (t) => {
  const text = renderPublishedSchema();
  t.match(published, { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: SCHEMA_ID });
  t.notOk(text.includes('x-kubernetes'));
  t.ok(text.length < 150_000, 'shared parts are told once');
});

t.test('it gives the verdict of the schema that the server uses', async (t) => {
  const isValid = compile();
  const part = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('deny', 'spec.a', 'A-1', 'pods', 'same') },
    fc.constant({ resources: ['pods'] }),
    fc.constant([{ id: 'A-1', check: 'spec.a' }]),
    fc.constant([{ id: 'A-1', check: 'spec.a', set: { 'spec.b': 1 } }]),
    fc.constant([{ id: 'A-2', unique: { key: 'spec.a' }, forEach: { path: 'spec.x[*]' } }]),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const names = ['title', 'match', 'rules', 'exclude', 'when', 'enforcementAction', 'requires', 'policies', 'reason'];
  const document = fc.record({
    apiVersion: fc.constant('lintel.dev/v1alpha1'),
    kind: fc.constantFrom('Policy', 'PolicyExemption', 'PolicySettings'),
    metadata: fc.constant({ name: 'p' }),
    spec: fc.oneof(
      fc.dictionary(fc.constantFrom(...names), part),
      fc.record({ title: fc.constant('t'), match: fc.constant({}), rules: part, exclude: part, requires: part }),
      fc.record({ policies: fc.constant(['x']), enforcementAction: part }),
      fc.record({ title: fc.constant('t'), match: fc.constant({}), rules: fc.constant([{ id: 'A-1', check: 'x' }]) }),
    ),
  });
  let valid = 0;
  fc.assert(
    fc.property(document, (value) => {
      const verdict = isValid(value);
      if (verdict) valid += 1;
      if (verdict !== (validateDocument(value).length === 0)) throw new Error(JSON.stringify(value));
    }),
    { numRuns: 500 },
  );
  t.ok(valid > 10 && valid < 490, `${valid} of 500 are valid`);
});

t.test('the file in docs is it', async (t) => {
  t.equal(readFileSync(join(ROOT, 'docs', 'policy.schema.json'), 'utf8'), renderPublishedSchema());
});
