import type { Operator } from '../operator.ts';
import { definePredicate, type Form, need, Unreadable } from './define.ts';
import { anything, memoise } from './forms.ts';

/** Ports from `first` to `last`, both included. */
interface PortSpan {
  first: number;
  last: number;
}

/** Kubernetes' own bounds: k8s.io/apimachinery/pkg/util/validation, IsValidPortNum. */
const MIN_PORT = 1;
const MAX_PORT = 65_535;
const ALL_PORTS: readonly PortSpan[] = [{ first: MIN_PORT, last: MAX_PORT }];

const SPAN = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/;

function parseSpan(text: string): PortSpan | null {
  const match = SPAN.exec(text);
  if (!match) return null;
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  return first >= MIN_PORT && last <= MAX_PORT && first <= last ? { first, last } : null;
}

function parsePorts(text: string): readonly PortSpan[] | null {
  if (text.trim() === '*') return ALL_PORTS;
  const spans: PortSpan[] = [];
  for (const part of text.split(',')) {
    const span = parseSpan(part.trim());
    if (!span) return null;
    spans.push(span);
  }
  return spans;
}

const parseMemoised = memoise(parsePorts);

/** Reads `443`, `"443"`, `"80,443"`, `"8000-8100"`, `"*"` or a list of those. */
function readPorts(value: unknown): readonly PortSpan[] | Unreadable {
  if (Array.isArray(value)) {
    const spans: PortSpan[] = [];
    for (const element of value) {
      if (element === null || element === undefined) continue;
      const read = Array.isArray(element) ? new Unreadable(element) : readPorts(element);
      if (read instanceof Unreadable) return read;
      for (const span of read) spans.push(span);
    }
    return spans;
  }
  if (typeof value === 'string') return parseMemoised(value) ?? new Unreadable(value);
  if (Number.isInteger(value)) {
    const port = value as number;
    if (port >= MIN_PORT && port <= MAX_PORT) return [{ first: port, last: port }];
  }
  return new Unreadable(value);
}

const portsForm: Form<readonly PortSpan[]> = {
  type: 'any',
  wanted: 'ports from 1 to 65535, such as `443`, `80,443`, `8000-8100` or `*`',
  read: readPorts,
};

/** One port or a list of single ports. */
const portForm: Form<readonly PortSpan[]> = {
  type: 'any',
  wanted: 'a port from 1 to 65535, or a list of them',
  read: (value) => {
    const spans = readPorts(value);
    if (spans instanceof Unreadable) return spans;
    return spans.every((span) => span.first === span.last) ? spans : new Unreadable(value);
  },
};

const SOURCE = 'RFC 6335 §6 without port 0, as k8s.io/apimachinery/pkg/util/validation, IsValidPortNum';

export const PORT_OPERATORS: readonly Operator[] = [
  definePredicate({
    name: 'port.valid',
    operands: [need('value', anything)],
    returns: 'true or false',
    summary: 'It is a port, a range, a comma-separated text of both, `*`, or a list of those; names are not ports.',
    source: SOURCE,
    examples: [
      [[443], true],
      [['443'], true],
      [['80, 443'], true],
      [['8000-8100'], true],
      [['*'], true],
      [[[80, '443']], true],
      [[0], false],
      [['65536'], false],
      [['8100-8000'], false],
      [['https'], false],
      [['80,'], false],
      [[443.5], false],
    ],
    evaluate: (value) => !(readPorts(value) instanceof Unreadable),
  }),
  definePredicate({
    name: 'port.includes',
    operands: [need('ports', portsForm), need('port', portForm)],
    returns: 'true or false',
    summary: 'The port is among the ports; of a list of ports, at least one is.',
    source: SOURCE,
    examples: [
      [['1-65535', [22, 3389]], true],
      [['22', [22, 3389]], true],
      [['80,443', 22], false],
      [['8000-8100', '8080'], true],
      [['*', 1], true],
      [['ssh', 22], 'garbage'],
      [['80', '20-30'], 'garbage'],
    ],
    evaluate: intersects,
  }),
  definePredicate({
    name: 'port.intersects',
    operands: [need('a', portsForm), need('b', portsForm)],
    returns: 'true or false',
    summary: 'At least one port is in both.',
    source: SOURCE,
    examples: [
      [['80,443', '400-500'], true],
      [['80', [443, 8443]], false],
      [['*', '1-1024'], true],
      [['80-', 80], 'garbage'],
    ],
    evaluate: intersects,
  }),
];

/** Searches the shorter list, sorted, for each span of the longer. */
function intersects(a: readonly PortSpan[], b: readonly PortSpan[]): boolean {
  const [few, many] = a.length <= b.length ? [a, b] : [b, a];
  const merged = mergeSpans(few);
  return many.some((span) => {
    let low = 0;
    let high = merged.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((merged[middle] as PortSpan).last < span.first) low = middle + 1;
      else high = middle;
    }
    const candidate = merged[low];
    return candidate !== undefined && candidate.first <= span.last;
  });
}

/** In order, with overlapping spans joined. */
function mergeSpans(spans: readonly PortSpan[]): readonly PortSpan[] {
  if (spans.length < 2) return spans;
  const merged: PortSpan[] = [];
  for (const { first, last } of [...spans].sort((x, y) => x.first - y.first)) {
    const previous = merged.at(-1);
    if (previous && first <= previous.last) previous.last = Math.max(previous.last, last);
    else merged.push({ first, last });
  }
  return merged;
}
