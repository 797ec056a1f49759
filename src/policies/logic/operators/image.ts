import type { Operator } from '../operator.ts';
import { defineAccessor, type Form, need } from './define.ts';
import { parsedText } from './forms.ts';

interface ImageReference {
  registry: string;
  repository: string;
  tag: string | null;
  digest: string | null;
}

const DEFAULT_REGISTRY = 'docker.io';
const LEGACY_REGISTRY = 'index.docker.io';
const DEFAULT_REPOSITORY = 'library/';
/** distribution/reference, RepositoryNameTotalLengthMax. */
const MAX_REPOSITORY = 255;

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const REGISTRY = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const REPOSITORY = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/;
/** A bare image id is no reference: it could name a repository. */
const IMAGE_ID = /^[a-f0-9]{64}$/;

/** Reads an image reference as container runtimes do, defaults filled in; null when it is not one. */
export function parseImage(text: string): ImageReference | null {
  if (IMAGE_ID.test(text)) return null;
  const at = text.indexOf('@');
  const digest = at < 0 ? null : text.slice(at + 1);
  const { registry, rest } = splitRegistry(at < 0 ? text : text.slice(0, at));
  const colon = rest.indexOf(':');
  const tag = colon < 0 ? null : rest.slice(colon + 1);
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const repository = registry === DEFAULT_REGISTRY && !path.includes('/') ? `${DEFAULT_REPOSITORY}${path}` : path;
  if (!REGISTRY.test(registry) || !REPOSITORY.test(repository) || repository.length > MAX_REPOSITORY) return null;
  if (tag !== null && !TAG.test(tag)) return null;
  if (digest !== null && !DIGEST.test(digest)) return null;
  return { registry, repository, tag, digest };
}

/** The part before the first slash is a registry if it looks like a host: a dot, a port, `localhost`, a capital. */
function splitRegistry(name: string): { registry: string; rest: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  if (first === LEGACY_REGISTRY) return { registry: DEFAULT_REGISTRY, rest: name.slice(slash + 1) };
  if (first === 'localhost' || /[.:]/.test(first) || first.toLowerCase() !== first) {
    return { registry: first, rest: name.slice(slash + 1) };
  }
  return { registry: DEFAULT_REGISTRY, rest: name };
}

const imageForm: Form<ImageReference> = parsedText(
  'an image reference such as `ghcr.io/team/app:1.2` or `nginx@sha256:…`',
  parseImage,
);

const SOURCE = 'distribution/reference, ParseNormalizedNamed';
const DIGEST_EXAMPLE = `sha256:${'0123456789abcdef'.repeat(4)}`;

export const IMAGE_OPERATORS: readonly Operator[] = [
  defineAccessor({
    name: 'image.registry',
    operands: [need('image', imageForm)],
    returns: 'a string',
    summary: 'The registry with its port; `docker.io` where none is written.',
    source: SOURCE,
    examples: [
      [['ghcr.io/team/app:1.2'], 'ghcr.io'],
      [['nginx'], 'docker.io'],
      [['index.docker.io/nginx'], 'docker.io'],
      [['localhost:5000/app'], 'localhost:5000'],
      [['team/app'], 'docker.io'],
      [['UPPER:tag'], 'garbage'],
    ],
    evaluate: (image) => image.registry,
  }),
  defineAccessor({
    name: 'image.repository',
    operands: [need('image', imageForm)],
    returns: 'a string',
    summary: 'The repository below the registry; `library/` goes before a bare name of docker.io.',
    source: SOURCE,
    examples: [
      [['ghcr.io/team/app:1.2'], 'team/app'],
      [['nginx:1.29'], 'library/nginx'],
      [['localhost:5000/app'], 'app'],
      [[`team/app@${DIGEST_EXAMPLE}`], 'team/app'],
      [['app:'], 'garbage'],
    ],
    evaluate: (image) => image.repository,
  }),
  defineAccessor({
    name: 'image.tag',
    operands: [need('image', imageForm)],
    returns: 'a string; null where no tag is written',
    summary: 'The tag as written; `latest` is not filled in.',
    source: SOURCE,
    examples: [
      [['ghcr.io/team/app:1.2'], '1.2'],
      [['localhost:5000/app'], null],
      [['nginx:latest'], 'latest'],
      [[`nginx:1.29@${DIGEST_EXAMPLE}`], '1.29'],
      [['nginx:-x'], 'garbage'],
    ],
    evaluate: (image) => image.tag,
  }),
  defineAccessor({
    name: 'image.digest',
    operands: [need('image', imageForm)],
    returns: 'a string; null where no digest is written',
    summary: 'The digest with its algorithm: sha256, sha384 or sha512.',
    source: SOURCE,
    examples: [
      [[`nginx:1.29@${DIGEST_EXAMPLE}`], DIGEST_EXAMPLE],
      [['nginx:1.29'], null],
      [['nginx@sha256:abc'], 'garbage'],
    ],
    evaluate: (image) => image.digest,
  }),
];
