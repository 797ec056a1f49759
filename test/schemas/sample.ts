// Makes values for a schema: mostly what it wants, now and then what it does not. The same seed makes the same values.

import type { Json, JsonObject } from '../../src/policies/index.ts';
import type { Structural } from '../../src/schemas/structural.ts';

export type Random = () => number;

/** Mulberry32: small, and the same everywhere. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** Texts at the edges of formats and patterns; none holds a character that cannot travel as JSON. */
const TEXTS = [
  '',
  'a',
  'ab',
  'abc',
  'æøå',
  'xbb',
  'x-long-text-that-is-long',
  'TCP',
  'name',
  '1',
  '8Mi',
  '100m',
  '2026-02-28',
  '2026-02-30',
  '2026-01-02T03:04:05Z',
  '2026-01-02t03:04:05.678+01:00',
  '2026-01-02T25:04:05Z',
  '2026-01-02 03:04:05Z',
  '1h30m',
  '22 ns',
  '3 days',
  '5 parsecs',
  '1.5h',
  '10.0.0.1',
  '010.0.0.1',
  '256.0.0.1',
  '10.0.0',
  '::1',
  '::ffff:10.0.0.1',
  'fe80::1%eth0',
  '1:2',
  '10.0.0.0/8',
  '10.0.0.0/33',
  '10.0.0.0/08',
  '2001:db8::/32',
  '00:11:22:33:44:55',
  '00-11-22-33-44-55',
  '0011.2233.4455',
  '00:11:22:33:44:55:66:77',
  '00:11-22:33:44:55',
  '123e4567-e89b-12d3-a456-426614174000',
  '123E4567E89B42D3A456426614174000',
  '123e4567-e89b-32d3-a456-426614174000',
  '123e4567-e89b-52d3-8456-426614174000',
  'https://example.no/a?b=%zz',
  'https://example.no/%zz',
  'https://example.no:8443',
  'https://exam ple.no',
  'https://example.no:port',
  'mailto:kari@example.no',
  '/path',
  'path',
  '*',
  '//host/path',
  'kari@example.no',
  'Kari <kari@example.no>',
  'kari@',
  'kari @example.no',
  'example.no',
  'example.no.',
  '-example.no',
  'a_b',
  'aGVsbG8=',
  'aGVsbG8',
  '#fff',
  '#ffff',
  'ABCDEF',
  'rgb(1,2,3)',
  'rgb( 255 , 0,0 )',
  'rgb(256,0,0)',
  '0321751043',
  '978-0321751041',
  '9780321751042',
  '4111 1111 1111 1111',
  '4111111111111112',
  '111-22-3333',
  '111223333',
  '507f1f77bcf86cd799439011',
  '507f1f77bcf86cd79943901',
];

const NUMBERS = [
  0, 1, 2, 3, 4, 10, 11, -1, 0.25, 0.5, 0.3, 1.5, 2147483647, 2147483648, -2147483649, 9007199254740991, 1e19, 1e39,
  -1e39,
];

/** A value for a schema. `wild` is how often, from 0 to 1, it is something else. */
export function sampleValue(schema: Structural | null, random: Random, wild: number, depth = 0): Json {
  if (schema === null || schema.types.length === 0 || random() < wild) return sampleAnything(schema, random, depth);
  if (schema.nullable && random() < 0.2) return null;
  if (schema.enum !== null && random() < 0.8) return pick(random, schema.enum);
  switch (pick(random, schema.types)) {
    case 'object':
      return sampleObject(schema, random, wild, depth);
    case 'array':
      return Array.from({ length: Math.floor(random() * 4) }, () => sampleValue(schema.items, random, wild, depth + 1));
    case 'integer':
      return sampleNumber(schema, random, true);
    case 'number':
      return sampleNumber(schema, random, false);
    case 'boolean':
      return random() < 0.5;
    default:
      return pick(random, TEXTS);
  }
}

function sampleNumber({ minimum, maximum }: Structural, random: Random, whole: boolean): number {
  if (random() < 0.6 && (minimum !== null || maximum !== null)) {
    const from = minimum ?? (maximum as number) - 3;
    const edge = pick(random, [from, maximum ?? from + 3, (from + (maximum ?? from + 3)) / 2]);
    return whole ? Math.round(edge) : edge;
  }
  const number = pick(random, NUMBERS);
  return whole && random() < 0.9 ? Math.trunc(number) : number;
}

function sampleObject(schema: Structural, random: Random, wild: number, depth: number): JsonObject {
  const object: JsonObject = {};
  for (const [name, property] of schema.properties) {
    const chance = schema.required.includes(name) ? 0.95 : depth < 2 ? 0.35 : 0.25;
    if (random() < chance) object[name] = random() < 0.05 ? null : sampleValue(property, random, wild, depth + 1);
  }
  const { additional } = schema;
  const extra = typeof additional === 'object' || additional === true || schema.preserve;
  if (extra && random() < 0.7) {
    const inner = typeof additional === 'object' ? additional : null;
    for (const key of ['k1', 'key-2', 'k3'].slice(0, 1 + Math.floor(random() * 3))) {
      object[key] = sampleValue(inner, random, wild, depth + 1);
    }
  }
  if (random() < wild) object[pick(random, ['unknown', 'nam', 'Name'])] = sampleAnything(null, random, depth);
  if (schema.embedded && depth > 0) {
    Object.assign(object, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'inner', labels: { a: 'b' } } });
    if (random() < wild * 3) delete object[pick(random, ['apiVersion', 'kind', 'metadata'])];
    if (random() < wild * 3) object.metadata = sampleMetadata(random);
  }
  return object;
}

function sampleAnything(schema: Structural | null, random: Random, depth: number): Json {
  const choice = random();
  if (choice < 0.15) return null;
  if (choice < 0.35) return pick(random, NUMBERS);
  if (choice < 0.6) return pick(random, TEXTS);
  if (choice < 0.7) return random() < 0.5;
  if (choice < 0.85 || depth > 3) return [];
  return { known: 1, [pick(random, ['x', 'inner', 'a'])]: sampleValue(schema?.items ?? null, random, 0, depth + 2) };
}

/** Metadata with something wrong in it, more often than not. */
export function sampleMetadata(random: Random): Json {
  return pick<Json>(random, [
    { name: 'fine', labels: { 'example.org/a': 'b', c: '' }, annotations: { 'Any.Case/Key': 'any value' } },
    { name: 'Upper' },
    { name: 'a..b' },
    { name: 'with_underscore' },
    { name: 5 },
    { name: 'fine', labels: { 'bad key': 'x' } },
    { name: 'fine', labels: { a: 'bad value!' } },
    { name: 'fine', labels: { a: 1 } },
    { name: 'fine', labels: { a: null } },
    { name: 'fine', labels: null, annotations: {} },
    { name: 'fine', annotations: { 'bad key': 'x' } },
    { name: 'fine', annotations: { a: true } },
    { name: 'fine', finalizers: ['example.org/a'] },
    { name: 'fine', finalizers: [1] },
    { name: 'fine', unknown: 1 },
    { name: 'fine', ownerReferences: 'x' },
    { name: 'fine', generation: 'x' },
    { name: 'fine', creationTimestamp: null },
    { name: 'fine', creationTimestamp: 'yesterday' },
    { name: `long-${'x'.repeat(250)}` },
    { name: 'fine', labels: { a: 'x'.repeat(64) } },
    { name: 'fine', labels: { [`${'a'.repeat(64)}`]: 'x' } },
    'text',
    [],
  ]);
}
