import type { Operator } from '../operator.ts';
import { defineAccessor, definePredicate, type Form, need, Unreadable } from './define.ts';
import { anything, parsedText } from './forms.ts';

const COLONS = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i;
const HYPHENS = /^[0-9a-f]{2}(?:-[0-9a-f]{2}){5}$/i;
const DOTS = /^[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}$/i;

/** Small letters with colons; null when it is not a MAC address. */
function parseMac(text: string): string | null {
  if (!COLONS.test(text) && !HYPHENS.test(text) && !DOTS.test(text)) return null;
  return (
    text
      .toLowerCase()
      .replace(/[^0-9a-f]/g, '')
      .match(/../g)
      ?.join(':') ?? null
  );
}

const macForm: Form<string> = parsedText('a MAC address such as `52:54:00:12:34:56`', parseMac);

const SOURCE = 'IEEE 802 EUI-48, written with colons, hyphens or in three groups with dots';

export const MAC_OPERATORS: readonly Operator[] = [
  definePredicate({
    name: 'mac.valid',
    operands: [need('value', anything)],
    returns: 'true or false',
    summary: 'It is a MAC address of six bytes in one of the three usual forms.',
    source: SOURCE,
    examples: [
      [['52:54:00:12:34:56'], true],
      [['52-54-00-12-34-56'], true],
      [['5254.0012.3456'], true],
      [['52:54-00:12:34:56'], false],
      [['525400123456'], false],
      [['52:54:00:12:34'], false],
    ],
    evaluate: (value) => !(macForm.read(value) instanceof Unreadable),
  }),
  defineAccessor({
    name: 'mac.canonical',
    operands: [need('mac', macForm)],
    returns: 'a string',
    summary: 'The same address in small letters with colons.',
    source: SOURCE,
    examples: [
      [['52-54-00-AB-CD-EF'], '52:54:00:ab:cd:ef'],
      [['5254.00AB.CDEF'], '52:54:00:ab:cd:ef'],
      [['52:54'], 'garbage'],
    ],
    evaluate: (mac) => mac,
  }),
];
