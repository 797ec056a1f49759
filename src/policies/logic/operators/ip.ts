import type { Operator } from '../operator.ts';
import { type Address, parseAddress } from './addresses.ts';
import { versionForm } from './cidr.ts';
import { allow, defineAccessor, definePredicate, type Form, need, Unreadable, writtenOut } from './define.ts';
import { anything, parsedText } from './forms.ts';

const addressForm: Form<Address> = parsedText('an IPv4 or IPv6 address', parseAddress);

const SOURCE = 'RFC 4291 §2.2 and dotted decimal; strict as k8s.io/apimachinery/pkg/util/validation, IsValidIP';

export const IP_OPERATORS: readonly Operator[] = [
  definePredicate({
    name: 'ip.valid',
    operands: [need('value', anything), writtenOut(allow(need('version', versionForm)))],
    returns: 'true or false',
    summary:
      'It is an address, of the given IP version where one is given; no zone, no leading zeros, not IPv4-mapped.',
    source: SOURCE,
    examples: [
      [['10.0.4.210'], true],
      [['2001:db8::1'], true],
      [['2001:db8::1', 4], false],
      [['10.0.4'], false],
      [['010.0.4.210'], false],
      [['fe80::1%eth0'], false],
      [['::ffff:10.0.0.1'], false],
      [['64:ff9b::10.0.0.1', 6], true],
      [['10.0.4.210/32'], false],
    ],
    evaluate: (value, version) => {
      const address = addressForm.read(value);
      return !(address instanceof Unreadable) && (version === undefined || address.version === version);
    },
  }),
  defineAccessor({
    name: 'ip.compare',
    operands: [need('a', addressForm), need('b', addressForm)],
    returns: '-1, 0 or 1; null across IP versions',
    summary: 'Whether a comes before b, is the same address, or comes after it.',
    source: SOURCE,
    examples: [
      [['10.0.0.9', '10.0.0.10'], -1],
      [['10.0.0.1', '10.0.0.1'], 0],
      [['2001:db8::1', '2001:0db8:0::1'], 0],
      [['2001:db8::2', '2001:db8::1'], 1],
      [['10.0.0.1', '2001:db8::1'], null],
      [['10.0.0.1', '10.0.0.256'], 'garbage'],
    ],
    evaluate: (a, b) => {
      if (a.version !== b.version) return null;
      return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
    },
  }),
];
