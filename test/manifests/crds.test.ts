import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { renderCrds, type StructuralSchema, toStructuralSchema } from '../../scripts/crd.ts';

const ROOT = join(import.meta.dirname, '..', '..');

t.test('a union keeps its description and takes any value, as structural schemas know no unions', async (t) => {
  t.strictSame(toStructuralSchema({ description: 'D.', type: ['string', 'array'], minItems: 1, pattern: 'x' }), {
    description: 'D.',
    'x-kubernetes-preserve-unknown-fields': true,
  });
  t.strictSame(toStructuralSchema({ description: 'Any.' }), {
    description: 'Any.',
    nullable: true,
    'x-kubernetes-preserve-unknown-fields': true,
  });
  t.strictSame(toStructuralSchema({ type: ['object', 'null'] }), {
    nullable: true,
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
  });
});

t.test(
  'closed maps keep their fields, open ones their values, and neither what structural schemas forbid',
  async (t) => {
    const closed = toStructuralSchema({
      type: 'object',
      properties: {
        a: { type: 'string', minLength: 1 },
        b: { type: 'array', uniqueItems: true, items: { type: 'integer' } },
      },
      required: ['a'],
      additionalProperties: false,
      oneOf: [{ required: ['a'] }, { required: ['b'] }],
    });
    t.strictSame(closed, {
      type: 'object',
      required: ['a'],
      oneOf: [{ required: ['a'] }, { required: ['b'] }],
      properties: { a: { type: 'string', minLength: 1 }, b: { type: 'array', items: { type: 'integer' } } },
    });
    t.strictSame(toStructuralSchema({ type: 'object', propertyNames: { pattern: 'x' }, additionalProperties: {} }), {
      type: 'object',
      additionalProperties: { nullable: true, 'x-kubernetes-preserve-unknown-fields': true },
    });
  },
);

/** Every schema below one. */
function* walk(schema: StructuralSchema, path: string): Generator<[string, StructuralSchema]> {
  yield [path, schema];
  const { properties, items, additionalProperties } = schema;
  for (const [name, child] of Object.entries((properties ?? {}) as { [name: string]: StructuralSchema })) {
    yield* walk(child, `${path}.${name}`);
  }
  if (items !== undefined) yield* walk(items as StructuralSchema, `${path}[]`);
  if (typeof additionalProperties === 'object') yield* walk(additionalProperties as StructuralSchema, `${path}{}`);
}

t.test('every node has a type or takes anything, and lists that are maps require their keys', async (t) => {
  for (const { name, content } of renderCrds()) {
    const schema: StructuralSchema = parse(content).spec.versions[0].schema.openAPIV3Schema;
    let nodes = 0;
    for (const [path, node] of walk(schema, name)) {
      nodes += 1;
      const open = node['x-kubernetes-preserve-unknown-fields'] === true;
      if (typeof node.type !== 'string' && !open) t.fail(`${path} has no type`);
      for (const key of (node['x-kubernetes-list-map-keys'] ?? []) as string[]) {
        const items = node.items as { required?: string[] };
        if (!items.required?.includes(key)) t.fail(`${path} does not require ${key}`);
      }
    }
    t.ok(nodes > 20, `${name}: ${nodes} nodes`);
  }
});

t.test('they are small enough for kubectl apply, which keeps a copy in an annotation of at most 256 KiB', async (t) => {
  for (const { name, content } of renderCrds()) t.ok(JSON.stringify(parse(content)).length < 200_000, name);
});

t.test('the kinds are of the whole cluster, of category lintel, with a status of their own', async (t) => {
  const crds = renderCrds().map(({ content }) => parse(content));
  t.strictSame(
    crds.map((crd) => crd.metadata.name),
    ['policies.lintel.dev', 'policyexemptions.lintel.dev', 'policysettings.lintel.dev'],
  );
  for (const { metadata, spec } of crds) {
    t.equal(metadata.name, `${spec.names.plural}.${spec.group}`);
    t.match(spec, { scope: 'Cluster', names: { categories: ['lintel'] } });
    t.match(spec.versions, [{ name: 'v1alpha1', served: true, storage: true, subresources: { status: {} } }]);
  }
  const columns = crds[0].spec.versions[0].additionalPrinterColumns.filter((column: object) => !('priority' in column));
  t.strictSame(
    columns.map((column: { name: string }) => column.name),
    ['Title', 'Action', 'Severity', 'Ready', 'Age'],
  );
});

t.test('the generated files in the repository are what the code makes', async (t) => {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'generate.ts'), '--check'], {
    encoding: 'utf8',
  });
  t.equal(status, 0, stderr);
});
